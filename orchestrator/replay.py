"""Replay: the decisions of a stored log are fed back, and everything else is computed again.

The log must come out byte for byte as it stands, and so must the verdicts and what is sealed
about single events. A forged log may have a sound hash chain; its world will not follow from
its decisions. What cannot be noticed is a forged decision whose consequences were all forged
with it, and words that move nothing, such as a rationale or the mark of what was said before
the border cleaned it: only who decided could tell those.
"""

from collections.abc import Iterator
from contextlib import suppress
from math import inf
from operator import not_
from typing import Any, ClassVar

from pydantic import Field
from pydantic_core import to_json

from memory.control_events import CallRuled, Ordered
from memory.envelope import Frozen
from memory.errors import StoreError
from memory.events import Decided, RunFinished
from memory.exchange import News, news_of
from memory.journal import Batch, Journal, RunRecord
from memory.log import Entry
from memory.notes import Notes
from memory.offers import Offers
from memory.record import Line
from memory.truth import Intent, Record
from orchestrator.bench import Bench
from orchestrator.compose import assemble, everyone, uncalibrated
from orchestrator.difference import Difference, Differs, Piece, Track
from orchestrator.engine import Engine, Listeners
from orchestrator.evaluate import Summary
from orchestrator.mail import Act, Mail
from orchestrator.stage import Part, Stage
from scenarios.spec import Scenario
from subagents.policy import Decision, Observation

NOTHING = Decision(())


class Replayed(Frozen):
    """What came of a replay: up to where it agrees, or the first difference.

    ``digest`` and ``verdicts_digest`` are the last hashes of what came out: of the event log,
    and of the verdicts, chained in the same way. ``judges`` tells of each judge whether the answers
    that were kept lead to the verdicts that it gave: nobody is asked.
    """

    run: str
    ok: bool
    events: int
    verdicts: int
    digest: str
    verdicts_digest: str
    difference: Difference | None = None
    judges: dict[str, bool] = Field(default_factory=dict, exclude_if=not_)


class Over(Exception):
    """Everything that is stored has been computed again; it stops the engine."""


class Recorded:
    """A policy that answers what the log says was decided; it holds one round at a time.

    It is the commons too: what came from there before a round is fed back in the same way.

    Parameters
    ----------
    entries
        The log, from its first event on.
    records
        What is sealed about its events, in their order.
    """

    name: ClassVar[str] = "recorded"

    def __init__(self, entries: Iterator[Entry], records: Iterator[Record]) -> None:
        self._entries = entries
        self._records = records
        self._next = next(entries, None)
        self._sealed = next(records, None)
        self._round = 0
        self._decided: dict[tuple[str | None, int], Decision] = {}
        self._news: list[News] = []
        self._last_news: list[News] = []
        self._acts: list[tuple[int, Act]] = []
        self._aside: dict[tuple[str | None, int], list[Decision]] = {}
        self.cleaned: dict[tuple[str | None, int], str] = {}

    def trade(self, round: int, offers: Offers, notes: Notes) -> Iterator[News]:
        """Answer what came from the commons before this round, or after the last, as recorded."""
        if round > self._round:
            self._turn_to(round)
            yield from self._news
        else:
            yield from self._last_news

    def is_due(self, stage: Stage) -> bool:
        """Whether something came from outside at the end of this round, and is not yet told."""
        return bool(self.news(stage))

    def news(self, stage: Stage) -> list[Act]:
        """Return what came from outside at the end of this round, as recorded."""
        if stage.round > self._round:
            self._turn_to(stage.round)
        return [act for seq, act in self._acts if seq > stage.log.seq]

    async def wait(self, stage: Stage) -> list[Act]:
        """Return what came while the run waited; nothing where nobody had answered yet."""
        return self.news(stage)

    async def act(self, observation: Observation) -> Decision:
        """Answer as recorded; nothing where nothing is, which will not go unnoticed."""
        if observation.facts.round > self._round:
            self._turn_to(observation.facts.round)
        turn = (observation.actor.agent, observation.turn)
        if aside := self._aside.get(turn):
            return aside.pop(0)
        return self._decided.get(turn, NOTHING)

    def _turn_to(self, round: int) -> None:
        self._round, self._decided = round, {}
        self._news, self._last_news = [], []
        self._acts, self._aside = [], {}
        self.cleaned.clear()
        while self._next is not None and self._next.event.round <= round:
            event = self._next.event
            if isinstance(event, Decided) and event.round == round:
                said = Decision(event.calls, event.rationale, self._intent(event.seq))
                self._decided[event.agent, event.turn] = said
                if event.sanitised:
                    self.cleaned[event.agent, event.turn] = event.sanitised
            elif isinstance(event, CallRuled) and event.aside and event.round == round:
                turn = (event.agent, int(event.key.rpartition("/")[2]))
                self._aside[turn] = [Decision(calls) for calls in event.aside]
            elif isinstance(event, Ordered) and event.round == round:
                act = Act(event.number, event.what, event.body)
                self._acts.append((event.seq, act))
            elif event.round == round and (news := news_of(event)):
                (self._last_news if self._decided else self._news).append(news)
            self._next = next(self._entries, None)

    def _intent(self, seq: int) -> Intent:
        while self._sealed is not None and self._sealed.seq < seq:
            self._sealed = next(self._records, None)
        fact = self._sealed.fact if self._sealed and self._sealed.seq == seq else None
        return fact if isinstance(fact, Intent) else NOTHING.truth


class Comparison:
    """Keeps nothing of what an engine writes, and compares all of it with what is stored.

    Parameters
    ----------
    journal
        Where the run lies.
    record
        How far it had come: what is committed after that is left alone.
    """

    spell_s: ClassVar[float] = inf
    """Nobody waits for what it takes, so only the number of events bounds a group."""

    def __init__(self, journal: Journal, record: RunRecord) -> None:
        run = record.run
        self._last = inf if record.is_whole else record.seq
        lines = journal.lines(run, limit=record.seq)
        self.events = Track("event", map(_piece, lines))
        told = (each for each in journal.verdicts(run) if each.number <= record.verdicts)
        self.is_deaf = False
        self.verdicts = Track(
            "verdict", (Piece(number, _body(verdict)) for number, verdict in told)
        )
        sealed = (_fact(each) for each in journal.records(run) if each.seq <= record.seq)
        self.truth = Track("truth", sealed)

    async def commit(self, batch: Batch) -> None:
        """Compare what an engine has written; of an unfinished run, up to its last commit."""
        entries, verdicts, records, _ = batch
        for event, body, _ in entries:
            if event.seq <= self._last:
                self.events.lay(Piece(event.seq, body))
        for verdict in verdicts if not self.is_deaf else ():
            if verdict.seq <= self._last:
                self.verdicts.lay(Piece(self.verdicts.count + 1, _body(verdict)))
        for record in records:
            if record.seq <= self._last:
                self.truth.lay(_fact(record))

    def end(self) -> None:
        """Make sure that nothing more is stored."""
        for track in (self.events, self.verdicts, self.truth):
            track.end()


def _piece(line: Line) -> Piece:
    return Piece(*line)


def _body(value: Frozen) -> bytes:
    return value.model_dump_json().encode()


def _fact(record: Record) -> Piece:
    return Piece(record.seq, to_json(record.fact._asdict()))


async def replay(journal: Journal, run: str) -> Replayed:
    """Compute a run again from its decisions, and compare it with what is stored.

    A run that is not finished is computed up to its last commit. Nothing is written, and no
    policy is asked, so neither models nor keys nor plug-ins of policies are needed.

    Parameters
    ----------
    journal
        Where the run lies.
    run
        The run's id.

    Raises
    ------
    UnknownRun
        If there is no such run.
    CorruptJournal
        If its bytes are not what was written: then there is nothing to compute again.
    """
    record = journal.verify(run)
    comparison, difference = Comparison(journal, record), None
    try:
        if record.seq:
            await _recompute(journal, record, comparison)
        comparison.end()
    except Differs as found:
        difference = found.difference
    judges = await _judged(journal, record)
    return Replayed(
        run=run,
        ok=difference is None and all(judges.values()),
        events=comparison.events.count,
        verdicts=comparison.verdicts.count,
        digest=comparison.events.hash.hex(),
        verdicts_digest=comparison.verdicts.hash.hex(),
        difference=difference,
        judges=judges,
    )


async def _judged(journal: Journal, record: RunRecord) -> dict[str, bool]:
    """Return whether each judge, read again, says what the run's summary says it said."""
    stored = Summary.model_validate(record.summary).judges if record.summary else ()
    if not stored:
        return {}
    scenario = Scenario.model_validate(journal.sealed(record.run).scenario)
    bench = Bench(journal, assemble(everyone(scenario, "honest"), record.seed, record.run))
    bench.seat(scenario)
    await bench.reread()
    again = {each.judge: each for each in bench.conclude()}
    return {
        each.judge: (each.digest, each.asked) == (found.digest, found.asked)
        for each in stored
        if (found := again[each.judge])
    }


async def _recompute(journal: Journal, record: RunRecord, comparison: Comparison) -> None:
    """Compute each part of the log under the scenario that it was written under."""
    run, sealed = record.run, journal.sealed(record.run)
    policy = Recorded(journal.entries(run, limit=record.seq), journal.records(run))
    for round, scenario in sealed.chapters:
        before = Scenario.model_validate(scenario)
        # Of what was said before, only rulings are in the log; other verdicts are the fork's own.
        unheard: dict[str, Any] = {} if before.controls else {"monitors": ()}
        stage = _stage(before.model_copy(update=unheard), record, policy)
        comparison.is_deaf = True
        stage.log.replay(journal.entries(run, limit=comparison.events.count))
        await _play(stage, comparison, policy, until=min(round, record.round))
        comparison.is_deaf = False
    stage = _stage(Scenario.model_validate(sealed.scenario), record, policy)
    for entry in journal.entries(run, limit=comparison.events.count):
        stage.log.replay([entry])
        await comparison.commit(Batch([], stage.watch.drain(), [], 0))
    # A run may be over and not yet finished: killed while its references were played.
    last = next(journal.entries(run, after=record.seq - 1, limit=1))
    is_over = record.is_whole or isinstance(last.event, RunFinished)
    if stage.round < record.round or is_over:
        await _play(stage, comparison, policy, until=None if is_over else record.round)


def _stage(scenario: Scenario, record: RunRecord, policy: Recorded) -> Stage:
    """Return a stage on which one policy speaks for all; their own are never made."""
    trusting = {"policy": "honest", "policy_parameters": {}}
    looking = {
        "monitors": scenario.monitors,
        "controls": tuple(each.model_copy(update=trusting) for each in scenario.controls),
    }
    unmanned = everyone(scenario, "honest").model_copy(update=looking)
    stage = assemble(unmanned, record.seed, record.run)
    stage.watch.uncalibrated = uncalibrated(scenario, stage.watch.monitors)
    stage.cast = {worker: Part(policy, part.family) for worker, part in stage.cast.items()}
    stage.understudies = {
        key: Part(policy, part.family) for key, part in stage.understudies.items()
    }
    stage.trusted = dict.fromkeys(stage.trusted, policy)
    stage.cleaned = policy.cleaned
    stage.exchange = stage.exchange and policy
    return stage


async def _play(stage: Stage, comparison: Comparison, mail: Mail, until: int | None) -> None:
    """Let the engine go on to the end of a round, or of the run, under comparison."""

    def stop(round: int) -> None:
        if until is not None and round >= until:
            raise Over

    why = ""
    try:
        with suppress(Over):
            heard = Listeners(on_round=stop)
            await Engine(stage, comparison, heard, mail=mail).execute()
    except (Differs, StoreError):
        raise
    except Exception as error:
        if isinstance(error.__cause__, StoreError):
            raise error.__cause__ from None
        # A forged log may ask of the world what no run of ours would.
        why = f"{type(error).__name__}: {error}"
    if not why:
        await comparison.commit(
            Batch(stage.log.drain(), stage.watch.drain(), stage.sealed, stage.round)
        )
        return
    await comparison.commit(Batch(stage.log.drain(), [], [], stage.round))
    comparison.events.end(why)
