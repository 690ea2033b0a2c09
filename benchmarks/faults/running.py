"""Faults in playing a run, in taking it up again, and in the world it is played in."""

import os
from collections.abc import Iterable
from random import Random
from typing import Any

from benchmarks.faults.fault import Broken, replaced
from memory import chance
from memory.envelope import Event
from memory.events import NoteWritten
from memory.journal import Journal
from memory.log import Entry, Log
from memory.notes import Notes
from orchestrator import conduct, recovery, turn
from orchestrator.cli import resume
from orchestrator.compose import assemble
from orchestrator.engine import Engine
from orchestrator.stage import Stage
from scenarios import world
from scenarios.ledger import Ledger


def forgets_the_last_event_on_resume() -> Broken:
    """The folds of a resumed run do not see the last event that is stored."""
    fold_all = Log.replay

    def replay(self: Log, entries: Iterable[Entry]) -> None:
        every = list(entries)
        fold_all(self, every[:-1])
        told, self._listeners = self._listeners, self._listeners[:1]
        self._routes.clear()
        fold_all(self, every[-1:])
        self._listeners = told
        self._routes.clear()

    return replaced((Log, "replay", replay))


def _after_resume(change: Any) -> Broken:
    """Change a stage that was rebuilt from its log."""
    rebuild = conduct.rebuild

    def changed(journal: Journal, run: str) -> Stage:
        stage = rebuild(journal, run)
        change(stage)
        return stage

    return replaced((conduct, "rebuild", changed))


def resumes_without_results() -> Broken:
    """A resumed agent does not know what came of its last calls."""

    def forget(stage: Stage) -> None:
        for life in stage.lives.living():
            life.outcomes = ()

    return _after_resume(forget)


def resumes_without_memory() -> Broken:
    """A resumed agent does not remember the notes it has read."""

    def forget(stage: Stage) -> None:
        for life in stage.lives.living():
            life.memos.clear()

    return _after_resume(forget)


def resumes_unwatched() -> Broken:
    """The monitors of a resumed run begin afresh."""

    def forget(stage: Stage) -> None:
        fresh = assemble(stage.scenario, stage.seed, stage.log.run)
        stage.watch.monitors = fresh.watch.monitors

    return _after_resume(forget)


def resumes_with_old_verdicts() -> Broken:
    """What monitors said before a resume is stored once more."""

    def rebuild(journal: Journal, run: str) -> Stage:
        stage = conduct.restage(journal, run)
        stage.log.replay(journal.entries(run))
        return stage

    return replaced((conduct, "rebuild", rebuild))


def resumes_a_round_late() -> Broken:
    """The first round after a resume is left out."""

    def skip(stage: Stage) -> None:
        stage.round = min(stage.rounds, stage.round + 1)

    return _after_resume(skip)


def resumes_a_round_early() -> Broken:
    """The last round that was committed is played again."""

    def repeat(stage: Stage) -> None:
        stage.round = max(0, stage.round - 1)

    return _after_resume(repeat)


def resumes_without_what_waits() -> Broken:
    """Payments that wait are forgotten on resume."""

    def forget(stage: Stage) -> None:
        stage.world.ledger._pending.clear()

    return _after_resume(forget)


def draws_by_the_process() -> Broken:
    """An agent's luck depends on the process it lives in."""
    drawn = chance.seed_for

    def seed_for(seed: int, *names: Any) -> int:
        return drawn(seed ^ os.getpid(), *names)

    return replaced((turn, "seed_for", seed_for))


def draws_demand_in_turn() -> Broken:
    """Demand comes from one generator, which starts anew with each process."""
    luck = Random(7)

    def draw(market: Any, seed: int, worker: str, number: int) -> int:
        return max(0, round(luck.gauss(market.demand, market.demand_sd)))

    return replaced((world, "draw_demand", draw))


def loses_an_error_on_its_way() -> Broken:
    """An error in a round ends the run as if it were over."""
    execute = Engine.execute

    async def quietly(self: Engine) -> None:
        try:
            await execute(self)
        except Exception:
            self.durable = None

    return replaced((Engine, "execute", quietly))


def finds_no_unfinished_run() -> Broken:
    """``runs resume --all`` finds nothing to do."""
    return replaced((resume, "unfinished", lambda journal: []))


def says_that_all_went_on() -> Broken:
    """``runs resume --all`` tells of runs that it never resumed."""

    async def recover(journal: Journal, runs: Iterable[str], tell: Any, **how: Any) -> None:
        for run in runs:
            tell(recovery.Recovered(run, 0))

    return replaced((resume, "recover", recover))


def moves_everything_twice() -> Broken:
    """The ledger books each leg twice."""
    move = Ledger._move

    def twice(self: Ledger, legs: Any) -> None:
        move(self, legs)
        move(self, legs)

    return replaced((Ledger, "_move", twice))


def knows_no_operation() -> Broken:
    """An operation that has happened is taken for a new one."""
    return replaced((Ledger, "_known", lambda self, key: None))


def never_settles() -> Broken:
    """What waits is never given back once it is settled."""
    return replaced((Ledger, "_give_back", lambda self, waiting: None))


def keeps_the_first_version() -> Broken:
    """A note that is written again still reads as it did at first."""
    fold = Notes.fold

    def first(self: Notes, event: Event) -> None:
        if not isinstance(event, NoteWritten) or event.version == 1:
            fold(self, event)

    return replaced((Notes, "fold", first))


def ends_a_life_at_resume() -> Broken:
    """The agents of a resumed run think that their lives have just begun."""

    def begin(stage: Stage) -> None:
        for life in stage.lives.living():
            life.turn = 0

    return _after_resume(begin)
