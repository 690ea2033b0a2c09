"""The bench: a run's judges, which read the log as it is committed and ask beside the run.

A judge is a fold of the committed events whose questions are answered by the journal, or else by
its models. So what it says depends on neither who is quick nor where the run was broken off, and
reading the run again asks nobody. What goes wrong with one stops that judge and is named.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace

from memory.answer import Turn
from memory.chance import seed_for
from memory.envelope import Frozen
from memory.errors import BudgetSpent, ModelError
from memory.journal import Journal
from memory.log import GENESIS, chain
from memory.verdicts import Verdict
from orchestrator.answers import Kept, cost_of_answer
from orchestrator.discretion import discreet
from orchestrator.engine import Listeners
from orchestrator.judge import NAME, Sitting
from orchestrator.stage import Alarm, Stage
from orchestrator.tally import Tally
from scenarios.spec import Scenario
from subagents.completion import Message
from subagents.exchange import Spent
from subagents.model import Model


class JudgeReport(Frozen):
    """What one judge has asked, what it cost, and what came of it.

    Attributes
    ----------
    judge, per, models
        Which of the run's judges, what it looks at, and whom it asks.
    events
        How far it has read.
    asked, spared, unreadable
        Questions; those that its screen spared; and those that no model gave a fit answer to.
    junk
        Answers of single models that were not what was asked for.
    mean
        The mean suspicion: on honest runs, what ``usual`` should be.
    input_tokens, output_tokens, money
        What its answers have cost; no money where no price is stated.
    digest
        The hash of its verdicts, chained in their order.
    failed
        Why it is not to be trusted, if it is not.
    """

    judge: str
    per: str
    models: tuple[str, ...]
    events: int
    asked: int
    spared: int
    unreadable: int
    junk: int
    mean: float | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    money: float | None = None
    is_calibrated: bool = False
    alarms: tuple[Verdict, ...] = ()
    digest: str = ""
    failed: str = ""


class Unanswered(Exception):
    """A question that nothing in the journal answers: as far as that, a run is read again."""


def sittings(scenario: Scenario) -> Iterator[tuple[str, Sitting]]:
    """Yield the judges of a scenario, each under its name in the journal.

    Examples
    --------
    >>> from orchestrator.conduct import load
    >>> list(sittings(load("few_bad")))
    []
    """
    number = 0
    for spec in scenario.monitors:
        if spec.name == NAME:
            number += 1
            yield f"{NAME}/{number}", Sitting(**spec.parameters)  # type: ignore[arg-type]


class _Chair:
    """One judge: how far it has read, and what it has said."""

    def __init__(self, name: str, sitting: Sitting, journal: Journal, stage: Stage) -> None:
        self.name, self.sitting = name, sitting
        self._journal, self._run, self._seed = journal, stage.log.run, stage.seed
        self._resource = stage.tally.resource
        self.restart(None)

    def restart(self, answers: Kept | None) -> None:
        """Begin to read from the first event; without ``answers`` nobody is asked."""
        self._answers = answers
        self._seated = self.sitting.begin(self._ask)
        self._tally = Tally(self._resource)
        self._read = 0
        self._spent = Spent()
        self._digest = GENESIS
        self._round = 0
        self.alarms: list[Alarm] = []
        self.failed = ""
        self.has_left = False

    async def read_on(self) -> None:
        """Read what is committed and not read yet, and ask where there is something to judge."""
        for entry in self._journal.entries(self._run, after=self._read):
            if self.has_left:
                return
            event, self._round = entry.event, entry.event.round
            self._tally.fold(event)
            verdict = await self._seated.judge.observe(event)
            self._read = event.seq
            if verdict is not None:
                self._keep(verdict)

    def _keep(self, verdict: Verdict) -> None:
        if not self.sitting.is_calibrated:
            told = f"uncalibrated: {verdict.sentence}"
            verdict = verdict.model_copy(update={"uncalibrated": True, "sentence": told})
        self._digest = chain(self._digest, verdict.model_dump_json().encode())
        if verdict.alarm:
            self.alarms.append(Alarm(verdict, self._tally.excess))

    async def _ask(self, model: Model, place: str, messages: tuple[Message, ...]) -> bytes:
        number = self._seated.judge.asked
        turn = Turn(self.name, number, self._round, f"{NAME}/{place}")
        luck = seed_for(self._seed, *map(str, turn))
        if self._answers is None:
            found = self._journal.answer(self._run, turn.agent, turn.turn, turn.about)
            if found is None:
                raise Unanswered
        else:
            found = await self._answers.standing(turn, lambda: model.answer(messages, luck))
        self._spent = self._spent.plus(cost_of_answer(turn.about, found))
        return found

    def report(self) -> JudgeReport:
        """Return what it has done so far."""
        judge, raters, spent = self._seated.judge, self._seated.raters, self._spent
        total, number = raters.suspicions
        failed = self.failed
        if not failed and raters.junk:
            failed = f"{raters.junk} of its models' answers were not what was asked for"
        return JudgeReport(
            judge=self.name,
            per=self.sitting.scope,
            models=tuple(model.model for model in self.sitting.models),
            events=self._read,
            asked=judge.asked,
            spared=judge.spared,
            unreadable=judge.unreadable,
            junk=raters.junk,
            mean=round(total / number, 6) if number else None,
            input_tokens=spent.input_tokens,
            output_tokens=spent.output_tokens,
            money=None if spent.unpriced else round(spent.money, 6),
            is_calibrated=self.sitting.is_calibrated,
            alarms=tuple(alarm.verdict for alarm in self.alarms),
            digest=self._digest.hex(),
            failed=failed,
        )


class Bench:
    """The judges of one run.

    Parameters
    ----------
    journal, stage
        The run.
    """

    def __init__(self, journal: Journal, stage: Stage) -> None:
        self._journal, self._stage = journal, stage
        self._chairs: list[_Chair] = []
        self.seat(stage.scenario)
        self._is_over = False
        self._bells: list[asyncio.Event] = []

    def seat(self, scenario: Scenario) -> None:
        """Let a scenario's judges judge this run."""
        self._chairs = [
            _Chair(name, sitting, self._journal, self._stage)
            for name, sitting in sittings(scenario)
        ]

    @property
    def is_empty(self) -> bool:
        """Whether the run has no judge."""
        return not self._chairs

    def heard(self, listeners: Listeners) -> Listeners:
        """Return the listeners of a run, and the judges beside them."""

        def both(seq: int, first: Callable[[int], None] = listeners.on_commit) -> None:
            first(seq)
            self._ring()

        return replace(listeners, on_commit=both)

    def _ring(self) -> None:
        for bell in self._bells:
            bell.set()

    async def sit(self, answers: Kept) -> None:
        """Judge what is committed, until the run is over and all of it is judged."""
        self._bells = [asyncio.Event() for _ in self._chairs]
        self._ring()
        async with asyncio.TaskGroup() as tasks:
            for chair, bell in zip(self._chairs, self._bells, strict=True):
                chair.restart(answers)
                tasks.create_task(self._follow(chair, bell))

    async def _follow(self, chair: _Chair, bell: asyncio.Event) -> None:
        try:
            while True:
                is_last = self._is_over
                await chair.read_on()
                if is_last:
                    return
                await bell.wait()
                bell.clear()
        except (ModelError, BudgetSpent) as error:
            chair.failed = discreet(f"{type(error).__name__}: {error}")
        except Exception as error:  # a judge that breaks must not break the run
            chair.failed = discreet(f"{type(error).__name__}: {error}")

    def close(self) -> None:
        """Say that the run is over: what is committed now is all."""
        self._is_over = True
        self._ring()

    def leave(self) -> None:
        """Say that the run was broken off: what is asked is waited for, and no more is asked."""
        for chair in self._chairs:
            chair.has_left = True
        self.close()

    async def reread(self) -> None:
        """Read the run again and ask nobody: as far as there are answers."""
        for chair in self._chairs:
            chair.restart(None)
            try:
                await chair.read_on()
            except Unanswered:
                chair.failed = "it has not been answered yet"

    def conclude(self) -> tuple[JudgeReport, ...]:
        """Put the alarms of judges, and what they failed at, among those of the run's monitors."""
        watch = self._stage.watch
        reports = tuple(chair.report() for chair in self._chairs)
        for chair, report in zip(self._chairs, reports, strict=True):
            if report.failed:
                watch.failed[report.judge] = report.failed
            watch.alarms += chair.alarms
        watch.alarms.sort(key=lambda alarm: alarm.verdict.seq)
        return reports
