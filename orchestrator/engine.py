"""The run loop: one execution of a scenario under one seed, started fresh or resumed.

Each round the world moves on, every living agent proposes, the master applies what they
propose in order, demand falls due, and everything written goes down in one transaction.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import NamedTuple, Protocol

from memory.events import ResourceTerms, RunFinished, RunStarted, RunStatus
from memory.journal import Batch, Claim, Journal
from orchestrator.answers import Answers
from orchestrator.barrier import Barrier
from orchestrator.control import attend
from orchestrator.line import Line
from orchestrator.mail import Mail, Silence
from orchestrator.stage import Stage
from orchestrator.trading import hand_in, trade
from orchestrator.turn import dismiss, take_turn
from scenarios.harness import TERMS as AUTHORITY
from scenarios.spec import Scenario
from scenarios.view import visible_hash

ENGINE = version("superorganism")

EVENTS_PER_COMMIT = 1_000
SECONDS_PER_COMMIT = 0.1
"""A run's rounds go down together until there are so many events, or so much time has passed.

The time is longer, up to :data:`LONGEST_SPELL_S`, where many runs commit together: at least
:data:`PLAY_PER_COMMIT` times what their last commit took, or they would do little else.
"""

PLAY_PER_COMMIT = 10
LONGEST_SPELL_S = 1.0


class Keeper(Protocol):
    """Takes what a run has written since it was last asked, whole rounds at a time."""

    @property
    def spell_s(self) -> float:
        """For how many seconds a run should go on before it commits again."""
        ...

    async def commit(self, batch: Batch) -> None:
        """Take events, verdicts and sealed records; an error stops the run."""
        ...


class Durable(NamedTuple):
    """Where a run's events go down, and the claim under which they may."""

    journal: Journal
    claim: Claim

    @property
    def spell_s(self) -> float:
        """Longer, the longer the last commit of this loop's runs took; at most a second."""
        at_least = max(SECONDS_PER_COMMIT, PLAY_PER_COMMIT * self.journal.group.took_s)
        return min(LONGEST_SPELL_S, at_least)

    async def commit(self, batch: Batch) -> None:
        """Put a batch down, durably, together with what other runs of this loop put down now."""
        await self.journal.group.commit(self.claim, batch)


def _nothing(_: int) -> None:
    return


@dataclass
class Listeners:
    """Who is told while a run goes on, and how fast it may go.

    ``on_commit`` gets the seq up to which everything is durable; ``on_round`` the round just
    completed, ``on_wait`` the round in which a person is waited for. ``rounds_per_second`` of
    None means as fast as possible.
    """

    on_commit: Callable[[int], None] = _nothing
    on_round: Callable[[int], None] = _nothing
    on_wait: Callable[[int], None] = _nothing
    rounds_per_second: float | None = None


@dataclass
class Engine:
    """Drives one stage from where its log stands to the end of its last round.

    Parameters
    ----------
    stage
        The run's log and folds, fresh from ``compose.assemble`` or replayed from a journal.
    durable
        Who keeps what is written; None keeps nothing (references, sweeps).
    listeners
        Who is told on the way.
    answers
        Brings what models answer; None asks and keeps nothing.
    mail
        Brings what comes from outside the run.
    """

    stage: Stage
    durable: Keeper | None = None
    listeners: Listeners = field(default_factory=Listeners)
    answers: Answers | None = None
    mail: Mail = field(default_factory=Silence)
    _events_open: int = 0
    _committed_at: float = field(default_factory=time.monotonic)

    async def execute(self) -> None:
        """Run to the end.

        Raises
        ------
        Exception
            Whatever first went wrong in an agent, the world or the journal; then nothing of
            the round in which it happened is in the journal.
        """
        barrier = Barrier()
        line = Line(self.stage, barrier, self.answers)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._rounds(barrier, tasks, line))
        except BaseExceptionGroup as group:
            first = barrier.failed or _first(group)
            raise first from first.__cause__

    async def _rounds(self, barrier: Barrier, tasks: asyncio.TaskGroup, line: Line) -> None:
        stage = self.stage
        if stage.log.seq == 0:
            self._start()
        elif stage.standing.must_wait:
            await self._attend(is_resumed=True)
        started_at, first = time.monotonic(), stage.round + 1
        for number in range(first, stage.rounds + 1):
            await self._secure_offers()
            stage.round = number
            stage.world.advance(number)
            trade(stage)
            crew = stage.world.crew
            barrier.open(crew.due)
            if newest := crew.workers if number == first else crew.arrived:
                stage.enrol(newest)
                for worker in newest:
                    tasks.create_task(line.chain(worker))
            for submission in await barrier.gather():
                take_turn(stage, submission)
            if crew.leaving:
                dismiss(stage)
            stage.world.settle(number)
            standing = stage.standing
            is_ruled = standing.held or standing.rulings
            if is_ruled or stage.scenario.controls or self.mail.is_due(stage):
                await self._attend()
            await self._round_done()
            await self._keep_pace(number - first + 1, started_at)
        await self._secure_offers()
        hand_in(stage)
        await self._finish("done")
        stage.round = stage.rounds + 1
        barrier.open(())

    async def _attend(self, *, is_resumed: bool = False) -> None:
        """Let controls rule; while a person is waited for, all that has happened is committed."""
        await attend(self.stage, self.mail, self._wait, is_resumed=is_resumed)

    async def _wait(self) -> None:
        """Put everything down before a person is waited for: the run may be killed meanwhile."""
        await self._commit()
        self.listeners.on_wait(self.stage.round)

    def _start(self) -> None:
        scenario, log = self.stage.scenario, self.stage.log
        log.append(
            RunStarted(
                **log.envelope(0, key="run"),
                engine=ENGINE,
                visible_hash=visible_hash(scenario),
                rounds=scenario.world.rounds,
                workers=scenario.worker_count,
                life=scenario.life,
                resources=_resources(scenario),
            )
        )
        self.stage.world.open()

    async def _finish(self, status: RunStatus, reason: str = "") -> None:
        stage, log = self.stage, self.stage.log
        log.append(
            RunFinished(**log.envelope(stage.round, key="run"), status=status, reason=reason)
        )
        await self._commit()

    async def _round_done(self) -> None:
        if self.durable is None:
            self._forget()
        elif self._is_commit_due(self.durable):
            await self._commit()
        self.listeners.on_round(self.stage.round)

    async def _secure_offers(self) -> None:
        """Commit what makes an offer to the commons, before that has any effect outside."""
        if self.stage.offers.open:
            await self._commit()

    def _forget(self) -> None:
        """Drop what nobody keeps, so that a run in memory stays as small as it began."""
        self.stage.log.drain()
        self.stage.watch.drain()
        self.stage.sealed.clear()

    def _is_commit_due(self, durable: Keeper) -> bool:
        return (
            self.stage.log.seq - self._events_open >= EVENTS_PER_COMMIT
            or time.monotonic() - self._committed_at >= durable.spell_s
        )

    async def _commit(self) -> None:
        """Put down everything written since the last commit, in one transaction."""
        stage = self.stage
        entries, verdicts = stage.log.drain(), stage.watch.drain()
        records = stage.sealed[:]
        stage.sealed.clear()
        if self.durable is not None and entries:
            batch = Batch(entries=entries, verdicts=verdicts, records=records, round=stage.round)
            await self.durable.commit(batch)
            self.listeners.on_commit(stage.log.seq)
        self._events_open = stage.log.seq
        self._committed_at = time.monotonic()

    async def _keep_pace(self, rounds_done: int, started_at: float) -> None:
        pace = self.listeners.rounds_per_second
        if pace is None:
            # Others have their turn while this run's agents are waited for, in every round.
            return
        wait = started_at + rounds_done / pace - time.monotonic()
        if self.durable is not None:
            await self._commit()
        await asyncio.sleep(max(0.0, wait))


def _resources(scenario: Scenario) -> tuple[ResourceTerms, ...]:
    """Return the resources that agents can hold: the world's, and authority where there is any."""
    named = tuple(
        ResourceTerms(name=name, unit=spec.unit, decimals=spec.decimals)
        for name, spec in scenario.world.resources.items()
    )
    return (*named, AUTHORITY) if scenario.assembly_line.harness else named


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first error of a group: what went wrong, not what was cancelled for it."""
    first = group.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
