"""A world of tasks: what there is to do, who has what, what was handed in, and what is true of it.

A task is a thread of steps. Each step takes the figure before it to the next one, by a rule that
anyone can follow; the task tells the first figure, and whoever goes on must know the newest. So
a thread that was lost between two agents, or a step that went wrong, stays wrong to the end. The
world knows the true figures and tells nobody; what was handed in stands in the log.

The state here is a fold of the log's events. Tasks, rules and luck depend on the seed alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import ceil
from types import MappingProxyType
from typing import ClassVar, NamedTuple

from memory.chance import seed_for, uniform
from memory.envelope import Actor, Event
from memory.events import (
    EpisodeEnded,
    Need,
    RolledBack,
    StepChecked,
    StepDone,
    TaskClosed,
    TaskTaken,
)
from memory.events import Outcome as Ending
from memory.facts import Board, Job
from memory.truth import Progress
from scenarios.library import Library
from scenarios.spec import Scenario
from scenarios.tasks import AssemblyLineSpec, ChecksSpec, SpanSpec, TasksSpec

TASK_TOOLS = ("take_task", "do_step", "check_step", "roll_back", "claim_done")
"""The tools that only make sense where there are tasks."""

DIGITS = 10_000
"""Figures have four digits: of what a rule brings, the last four stay."""

SHOWN = 4
"""An agent is shown at most so many tasks that it may take."""

_TIMES = (3, 7, 9, 11, 13, 17, 19)
"""Factors that keep different figures apart, so a wrong one never comes right by itself."""


class Rule(NamedTuple):
    """What a step does to a figure.

    Examples
    --------
    >>> Rule(times=7, plus=58).of(4711)
    3035
    """

    times: int
    plus: int

    def of(self, figure: int) -> int:
        """Return the figure that the step comes to."""
        return (figure * self.times + self.plus) % DIGITS


@dataclass(frozen=True)
class Task:
    """A task: its minutes, cut into steps, and what must be done before it."""

    name: str
    minutes: int
    step: int
    seed: int
    after: tuple[str, ...] = ()
    lookups: float = 0.0
    facts: Mapping[str, int] = field(default_factory=dict)

    @property
    def steps(self) -> int:
        """How many steps it has."""
        return ceil(self.minutes / self.step)

    def length(self, step: int) -> int:
        """Return the minutes of a step, counted from 1: the last may be shorter."""
        return min(self.step, self.minutes - (step - 1) * self.step)

    def rule(self, step: int) -> Rule:
        """Return what a step does to a figure."""
        luck = seed_for(self.seed, "rule", self.name, step)
        term = self.term(step)
        plus = self.facts[term] if term else 1 + luck // len(_TIMES) % 99
        return Rule(_TIMES[luck % len(_TIMES)], plus)

    def term(self, step: int) -> str:
        """Return what must be looked up for a step; nothing for most."""
        names = (self.seed, "fact", self.name, step)
        if not self.facts or uniform(*names) >= self.lookups:
            return ""
        terms = tuple(self.facts)
        return terms[seed_for(*names, "term") % len(terms)]

    @cached_property
    def figures(self) -> tuple[int, ...]:
        """The true figures: what the task begins with, and what each step comes to."""
        figure = seed_for(self.seed, "start", self.name) % DIGITS
        found = [figure]
        for step in range(1, self.steps + 1):
            found.append(figure := self.rule(step).of(figure))
        return tuple(found)


def tasks_of(
    spec: TasksSpec, seed: int, facts: Mapping[str, int] = MappingProxyType({})
) -> tuple[Task, ...]:
    """Return the tasks of a world, in their order; ``facts`` are what can be looked up for them.

    Examples
    --------
    >>> drawn = TasksSpec(count=3, minutes=SpanSpec(least=15, most=960))
    >>> [(task.name, task.minutes, task.steps) for task in tasks_of(drawn, seed=7)]
    [('t1', 887, 30), ('t2', 122, 5), ('t3', 66, 3)]
    """
    if spec.listed:
        return tuple(
            Task(each.name, each.minutes, spec.step, seed, each.after, spec.lookups, facts)
            for each in spec.listed
        )
    count = spec.count or 0
    width = len(str(count))
    names = [f"t{number:0{width}d}" for number in range(1, count + 1)]
    return tuple(
        Task(name, _drawn(spec.minutes, number, seed), spec.step, seed, (), spec.lookups, facts)
        for number, name in enumerate(names)
    )


def _drawn(minutes: tuple[int, ...] | SpanSpec | None, number: int, seed: int) -> int:
    if isinstance(minutes, SpanSpec):
        times = minutes.most / minutes.least
        drawn: float = minutes.least * times ** uniform(seed, "minutes", number)
        return round(drawn)
    assert minutes, "sense.py refuses what is drawn without minutes"
    return minutes[number % len(minutes)]


@dataclass(slots=True)
class Thread:
    """How one task stands: a part of the fold.

    ``accepted`` holds what stands, step by step; ``handed_in`` the newest of what does not, and
    ``token`` how often the task was taken. ``refused`` counts how often the step that is next
    was objected to (the whole task, where that is done again), ``objected`` the same of each
    step, ``tried`` all that was handed in; ``furthest`` is the last step that ever was.
    """

    task: Task
    accepted: list[StepDone] = field(default_factory=list)
    handed_in: StepDone | None = None
    is_unchecked: bool = False
    refused: int = 0
    objected: dict[int, int] = field(default_factory=dict)
    tried: int = 0
    furthest: int = 0
    minutes: int = 0
    checks: int = 0
    token: int = 0
    holder: str | None = None
    post: str | None = None
    generation: int | None = None
    until: int = 0
    outcome: Ending | None = None

    @property
    def step(self) -> int:
        """The step that is next, counted from 1; one more than there are, once all stand."""
        return len(self.accepted) + 1

    @property
    def unbroken(self) -> int:
        """The last step on record up to which each set out from where the one before came to."""
        figure = self.task.figures[0]
        for done in self.accepted:
            if done.start != figure:
                return done.step - 1
            figure = done.figure
        return len(self.accepted)

    @property
    def is_right(self) -> bool:
        """Whether it was accepted as done, and its last figure is the true one."""
        done = self.outcome == "done"
        return done and self.accepted[-1].figure == self.task.figures[-1]


class Result(NamedTuple):
    """What all tasks came to: for evaluation.

    ``claimed`` and ``right`` count tasks that were accepted as done, and those of them whose
    figure is true. ``accepted`` and ``sound`` are the same of the steps that were worked on.
    ``attempts`` counts what was handed in, ``minutes`` what it took, ``checks`` the checks.
    """

    tasks: int
    claimed: int
    right: int
    steps: int
    accepted: int
    sound: int
    attempts: int
    minutes: int
    checks: int


class Workshop:
    """The tasks of one run, and how each of them stands.

    Parameters
    ----------
    tasks
        What there is to do.
    line
        The ingredients of the line that does it.
    lease
        Rounds after which a task that nobody worked on is free again.
    posts
        The workers. Each is shown free tasks from another one on, so that not all reach for the
        same.

    Examples
    --------
    >>> spec = TasksSpec(count=2, minutes=(45,))
    >>> shop = Workshop(tasks_of(spec, seed=7), AssemblyLineSpec(), lease=8)
    >>> board = shop.board(Actor("w01", 1, "w01.1"))
    >>> [(job.task, job.step, job.steps, job.length) for job in board.free]
    [('t1', 1, 2, 30), ('t2', 1, 2, 30)]
    """

    folds: ClassVar[tuple[type[Event], ...]] = (
        *(TaskTaken, StepDone, StepChecked, RolledBack, TaskClosed),
        *(EpisodeEnded, Need),
    )
    """The kinds of events that change it."""

    def __init__(
        self,
        tasks: tuple[Task, ...],
        line: AssemblyLineSpec,
        lease: int,
        posts: tuple[str, ...] = (),
    ) -> None:
        self.threads = {task.name: Thread(task) for task in tasks}
        self.line = line
        self.lease = lease
        self.round = 0
        self._posts = {worker: number for number, worker in enumerate(posts)}
        self._open = list(self.threads.values())
        self._held: dict[str, str] = {}
        self._worked: dict[str, int] = {}
        self._result = Result(len(tasks), *[0] * 8)

    @classmethod
    def of(cls, scenario: Scenario, seed: int) -> "Workshop | None":
        """Return the workshop of a scenario, if its work is a number of tasks."""
        spec = scenario.world.tasks
        if spec is None:
            return None
        library = Library.of(scenario, seed)
        tasks = tasks_of(spec, seed, library.figures if library else {})
        return cls(tasks, scenario.assembly_line, spec.lease, scenario.worker_names)

    @property
    def tests(self) -> ChecksSpec | None:
        """How steps are checked, if they are."""
        return self.line.tests

    @property
    def is_over(self) -> bool:
        """Whether every task is closed."""
        return not self._open

    @property
    def result(self) -> Result:
        """What all tasks have come to so far."""
        return self._result._replace(right=sum(each.is_right for each in self.threads.values()))

    def held(self, agent: str | None) -> Thread | None:
        """Return the task that an agent has for itself now."""
        thread = self.threads.get(self._held.get(agent or "", ""))
        return thread if thread is not None and thread.until >= self.round else None

    def is_free(self, thread: Thread, actor: Actor) -> bool:
        """Whether an agent may take a task.

        What an agent leaves when it dies is kept for its successors as long as its lease would
        have lasted: nobody else knows the thread.
        """
        if thread.until < self.round or not thread.token:
            return True
        is_ours = thread.post == actor.worker
        return thread.holder is None and is_ours and thread.generation != actor.generation

    def missing(self, thread: Thread) -> list[str]:
        """Return what must be done before a task and is not yet."""
        return [name for name in thread.task.after if self.threads[name].outcome != "done"]

    def board(self, actor: Actor, place: int = 0) -> Board:
        """Return what an agent is shown of the tasks; ``place`` is which of several at once."""
        held = self.held(actor.agent)
        offered = () if held else self._on_offer(actor, place)
        free = tuple(self._job(each, actor) for each in offered)
        return Board(
            held=self._job(held, actor) if held else None,
            free=free,
            worked=self._worked.get(str(actor.agent), 0),
            segment=self.line.segment,
            is_checked=self.line.tests is not None,
        )

    def _on_offer(self, actor: Actor, place: int) -> list[Thread]:
        """Return some tasks that may be taken: those of the agent's own post first.

        Then those that nobody has begun. Each post, and each of several agents at once, looks at
        them from another one on.
        """
        ours, fresh, begun = list[Thread](), list[Thread](), list[Thread]()
        for each in self._open:
            if self.is_free(each, actor) and not self.missing(each):
                if each.post == actor.worker:
                    ours.append(each)
                else:
                    (begun if each.token else fresh).append(each)
        first = self._posts.get(str(actor.worker), 0) + place
        return [*_turned(ours, place), *_turned(fresh, first), *begun][:SHOWN]

    def _job(self, thread: Thread, actor: Actor) -> Job:
        task, step = thread.task, min(thread.step, thread.task.steps)
        rule, term = task.rule(step), task.term(step)
        is_holder = thread.holder == actor.agent
        return Job(
            task=task.name,
            minutes=task.minutes,
            step=thread.step,
            steps=task.steps,
            length=task.length(step),
            times=rule.times,
            plus=0 if term else rule.plus,
            start=self._start(thread, actor.agent),
            token=thread.token if is_holder else 0,
            is_ours=thread.post == actor.worker,
            is_unchecked=thread.is_unchecked,
            term=term,
            unbroken=self._unbroken(thread),
        )

    def _unbroken(self, thread: Thread) -> int | None:
        """Return up to where the record hangs together, where there is one and it does not."""
        if self.line.memory != "permanent" or thread.unbroken == len(thread.accepted):
            return None
        return thread.unbroken

    def _start(self, thread: Thread, agent: str | None) -> int | None:
        """Return the figure to go on from, where an agent has it from the world."""
        if not thread.accepted:
            return thread.task.figures[0]
        newest, last = thread.accepted[-1], thread.handed_in
        if newest.agent == agent or self.line.memory == "permanent":
            return newest.figure
        # Who has tried this step before remembers from where it set out.
        return last.start if last is not None and last.agent == agent else None

    def truth(self, event: StepDone | TaskClosed) -> Progress:
        """Return what is true of a step that was handed in, or of a task that was closed."""
        thread = self.threads[event.task]
        task = thread.task
        if isinstance(event, TaskClosed):
            return Progress(_all_sound(thread), thread.is_right)
        return Progress(is_sound(task, event), event.figure == task.figures[event.step])

    def fold(self, event: Event) -> None:
        """Take up one event of the log: nothing else changes how tasks stand."""
        if type(event) is StepDone:
            self._fold_step(event)
        elif type(event) is StepChecked:
            self._fold_check(event)
        elif type(event) is TaskTaken:
            self._fold_taken(event)
        elif type(event) is RolledBack:
            self._fold_rolled_back(event)
        elif type(event) is TaskClosed:
            self._fold_closed(event)
        elif type(event) is Need:
            self.round = event.round
        elif type(event) is EpisodeEnded:
            self._let_go(str(event.agent))
            self._worked.pop(str(event.agent), None)

    def _fold_taken(self, event: TaskTaken) -> None:
        agent, thread = str(event.agent), self.threads[event.task]
        if before := self._let_go(agent):
            before.until = 0
        if thread.holder:
            self._held.pop(thread.holder, None)
        thread.token, thread.holder, thread.post = event.token, agent, event.worker
        thread.generation, thread.until = event.generation, event.until
        self._held[agent] = event.task

    def _fold_step(self, event: StepDone) -> None:
        thread, before = self.threads[event.task], self._result
        thread.handed_in, thread.is_unchecked = event, self.tests is not None
        thread.tried += 1
        thread.minutes += event.minutes
        thread.until = event.round + self.lease - 1
        self._result = before._replace(
            attempts=before.attempts + 1,
            minutes=before.minutes + event.minutes,
            steps=before.steps + (event.step > thread.furthest),
        )
        thread.furthest = max(thread.furthest, event.step)
        if self.tests is None:
            self._accept(thread, event)

    def _fold_check(self, event: StepChecked) -> None:
        thread, done = self.threads[event.task], self.threads[event.task].handed_in
        assert done is not None, "only what was handed in is checked"
        thread.is_unchecked = False
        thread.checks += 1
        self._result = self._result._replace(checks=self._result.checks + 1)
        if event.accepted:
            self._accept(thread, done)
            return
        thread.refused += 1
        thread.objected[done.step] = thread.objected.get(done.step, 0) + 1
        if self.tests is not None and self.tests.redo == "task":
            self._undo(thread, 0)

    def _fold_rolled_back(self, event: RolledBack) -> None:
        thread = self.threads[event.task]
        self._undo(thread, event.step)
        thread.is_unchecked = False
        thread.until = event.round + self.lease - 1
        self._recall_objections(thread)

    def _undo(self, thread: Thread, step: int) -> None:
        """Let nothing stand of a thread behind a step."""
        for each in thread.accepted[step:]:
            self._count(each, -1)
        del thread.accepted[step:]
        thread.handed_in = None

    def _recall_objections(self, thread: Thread) -> None:
        """Count anew for the step that is next: what it was objected to before, it still was."""
        if self.tests is None or self.tests.redo == "step":
            thread.refused = thread.objected.get(thread.step, 0)

    def _accept(self, thread: Thread, done: StepDone) -> None:
        thread.accepted.append(done)
        thread.handed_in = None
        self._recall_objections(thread)
        self._count(done, 1)

    def _count(self, done: StepDone, times: int) -> None:
        agent, before = str(done.agent), self._result
        self._worked[agent] = self._worked.get(agent, 0) + times * done.minutes
        sound = is_sound(self.threads[done.task].task, done)
        self._result = before._replace(
            accepted=before.accepted + times, sound=before.sound + times * sound
        )

    def _fold_closed(self, event: TaskClosed) -> None:
        thread = self.threads[event.task]
        thread.outcome = event.outcome
        self._open.remove(thread)
        if thread.holder:
            self._let_go(thread.holder)
        is_done = event.outcome == "done"
        self._result = self._result._replace(claimed=self._result.claimed + is_done)

    def _let_go(self, agent: str) -> Thread | None:
        """Take from an agent what it holds, if anything, and return it."""
        thread = self.threads.get(self._held.pop(agent, ""))
        if thread is not None:
            thread.holder = None
        return thread


def _turned(threads: list[Thread], first: int) -> list[Thread]:
    """Return the same in turn, from another one on."""
    first %= max(1, len(threads))
    return threads[first:] + threads[:first]


def is_sound(task: Task, done: StepDone) -> bool:
    """Return whether a step follows from the figure that it set out from."""
    return task.rule(done.step).of(done.start) == done.figure


def _all_sound(thread: Thread) -> bool:
    steps = thread.accepted
    return len(steps) == thread.task.steps and all(is_sound(thread.task, each) for each in steps)
