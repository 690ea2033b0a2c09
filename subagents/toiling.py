"""A turn's share of work where the work is a number of tasks: one step, its check, the thread.

What organisms differ in is the hand alone: how surely it does a step, and whether it does it at
all. The thread of a task, the figure that its last step came to, an agent has from the world
while it is its own work; from one agent to the next it goes by the handoff, one line a task. Where
that line is lost, and nothing else holds the figure, the next agent guesses.
"""

import re
from math import inf
from typing import NamedTuple

from memory.chance import generator
from memory.events import Call
from memory.facts import Board, Job
from subagents.learning import hazard
from subagents.policy import Observation, is_handoff

FIGURES = 10_000
"""Figures have four digits."""

NO_THREAD = ("no task is under way",)
"""What is handed over where there is nothing to go on with."""

_FIGURE = re.compile(r"[0-9]{1,9}(?=[^0-9]*$)")
_THREAD = re.compile(r"^(\S+) after step ([0-9]{1,9}): ([0-9]{4})$")


class Hand(NamedTuple):
    """How an agent works.

    Parameters
    ----------
    half_life
        Minutes of work that it gets right half the time.
    context
        Minutes of work that fit into its life; beyond them it gets nothing right.
    made_up
        The probability that it makes a figure up instead of doing the step.
    insight
        By what share a lesson that it follows makes it err less, or more.
    deluded
        The probability that a lesson it writes makes who follows it err more.
    """

    half_life: float = inf
    context: float = inf
    made_up: float = 0.0
    insight: float = 0.0
    deluded: float = 0.0


DILIGENT = Hand()
"""Does every step, and every step right."""


class Shift(NamedTuple):
    """What a turn does to tasks; what of it to hand over, and whether life ends with it."""

    calls: tuple[Call, ...] = ()
    lines: tuple[str, ...] = NO_THREAD
    is_last: bool = False


NO_SHIFT = Shift(lines=())
"""Where there are no tasks."""


class Thread(NamedTuple):
    """The figure that a step of a task came to."""

    task: str
    step: int
    figure: int

    @property
    def line(self) -> str:
        """It, as it stands in a handoff."""
        return f"{self.task} after step {self.step}: {self.figure:04d}"


class _Step(NamedTuple):
    """One step as a hand does it: from where to where."""

    start: int
    figure: int


def take_shift(observation: Observation, board: Board, hand: Hand) -> Shift:
    """Return what an agent does with its turn where there are tasks.

    It takes a task, does one step a turn and has it checked; when its share of the minutes is
    done, or its task, it hands over. Where the record shows that a thread was lost, it goes back.
    In a turn that is for checks it begins nothing.
    """
    held = board.held
    if held is None and board.worked:
        return Shift(is_last=True)
    if held is not None and _is_to_go_back(observation, held):
        return _back(held, ())
    if held is not None and held.step <= held.steps and _is_enough(board, board.worked):
        return Shift(lines=_lines(_known(observation, held)), is_last=True)
    if observation.step == "verify" and _all_is_checked(held):
        return left_as_it_is(observation)
    job = held or _choice(observation, board)
    if job is None:
        return Shift()
    taken = () if held else (_call("take_task", job),)
    if _is_to_go_back(observation, job):
        return _back(job, taken)
    if job.step > job.steps:
        return Shift((*taken, _call("claim_done", job)), is_last=True)
    if job.is_unchecked:
        calls = (*taken, _call("check_step", job))
        return Shift(calls, _lines(_known(observation, job)))
    return _work(observation, board, hand, job, taken)


def _is_to_go_back(observation: Observation, job: Job) -> bool:
    """Whether the record of a task is broken: behind a break all is wrong, however well done."""
    return job.unbroken is not None and "roll_back" in observation.tools


def _back(job: Job, taken: tuple[Call, ...]) -> Shift:
    return Shift((*taken, _call("roll_back", job, step=job.unbroken or 0)))


def left_as_it_is(observation: Observation) -> Shift:
    """Return what to hand over where the turn was spent on something else."""
    board = observation.facts.board
    if board is None:
        return NO_SHIFT
    return Shift(lines=_lines(_known(observation, board.held) if board.held else None))


def _work(
    observation: Observation, board: Board, hand: Hand, job: Job, taken: tuple[Call, ...]
) -> Shift:
    """Do the step that is next, and see to what follows from it."""
    known = _known(observation, job)
    fact = _fact(observation, job)
    if fact is None:
        look = Call(tool="lookup", arguments={"term": job.term})
        return Shift((*taken, look), _lines(known))
    job = job._replace(plus=fact)
    step = _done(observation, hand, job, known, board.worked)
    came_to = Thread(job.task, job.step, step.figure)
    calls = [*taken, _call("do_step", job, step=job.step, start=step.start, figure=step.figure)]
    if board.is_checked:
        # Whether it is accepted is not known yet, so whoever comes next must know both figures.
        calls.append(_call("check_step", job))
        return Shift(tuple(calls), _lines(known, came_to))
    if job.step == job.steps:
        calls.append(_call("claim_done", job))
        return Shift(tuple(calls), is_last=True)
    is_last = _is_enough(board, board.worked + job.length)
    return Shift(tuple(calls), _lines(came_to), is_last)


def _done(
    observation: Observation, hand: Hand, job: Job, known: Thread | None, worked: int
) -> _Step:
    """Return what the hand makes of a step; all its luck is that of the turn."""
    chance = generator(observation.seed, "step")
    guess, slip, luck, invents = (
        chance.randrange(FIGURES),
        chance.randrange(1, FIGURES),
        chance.random(),
        chance.random(),
    )
    start = guess if known is None else known.figure
    right = (start * job.times + job.plus) % FIGURES
    wrong = (right + slip) % FIGURES
    if invents < hand.made_up:
        return _Step(start, wrong)
    is_within = worked + job.length <= hand.context
    errs = job.length / hand.half_life * hazard(observation, hand.insight)
    is_right = is_within and luck < 2.0**-errs
    return _Step(start, right if is_right else wrong)


def _fact(observation: Observation, job: Job) -> int | None:
    """Return what the step adds: as it is told, as the library says, or guessed; None: look up."""
    if not job.term:
        return job.plus
    answers = [each for each in observation.outcomes if each.tool == "lookup"]
    for each in answers:
        if each.message.startswith(f"{job.term} (") and (found := _FIGURE.search(each.message)):
            return int(found[0]) % FIGURES
    if "lookup" in observation.tools and not answers:
        return None
    return generator(observation.seed, "fact").randrange(FIGURES)


def _choice(observation: Observation, board: Board) -> Job | None:
    """Return the task to take: the first of which the thread is known, or is ours to guess."""
    for job in board.free:
        if job.is_ours or _known(observation, job) is not None:
            return job
    return None


def _known(observation: Observation, job: Job) -> Thread | None:
    """Return the figure to go on from, if the world or a handoff tells it."""
    if job.start is not None:
        return Thread(job.task, job.step - 1, job.start)
    for thread in threads(observation):
        if (thread.task, thread.step) == (job.task, job.step - 1):
            return thread
    return None


def threads(observation: Observation) -> list[Thread]:
    r"""Return the threads that were handed over, as far as they arrived.

    Examples
    --------
    >>> from subagents.checks import A_TURN
    >>> from subagents.policy import Memo
    >>> told = Memo("handoff", 2, "t07 after step 3: 0042\nall is well\nt08 after step x: 1")
    >>> threads(A_TURN._replace(memos=(told,)))
    [Thread(task='t07', step=3, figure=42)]
    """
    found = []
    for memo in observation.memos:
        for line in memo.text.splitlines() if is_handoff(memo.name) else ():
            if match := _THREAD.fullmatch(line):
                found.append(Thread(match[1], int(match[2]), int(match[3])))
    return found


def _lines(*threads: Thread | None) -> tuple[str, ...]:
    return tuple(each.line for each in threads if each is not None and each.step) or NO_THREAD


def _is_enough(board: Board, worked: int) -> bool:
    return board.segment is not None and worked >= board.segment


def _all_is_checked(held: Job | None) -> bool:
    """Whether there is nothing to have checked, and nothing to claim, of what an agent holds."""
    return held is None or not (held.is_unchecked or held.step > held.steps)


def _call(tool: str, job: Job, **arguments: int) -> Call:
    return Call(tool=tool, arguments={"task": job.task, **arguments})
