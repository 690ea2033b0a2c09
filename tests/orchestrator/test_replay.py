"""Replay: what follows from the decisions comes out byte for byte, and what was forged does not."""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from memory.border import LONGEST
from memory.envelope import Event
from memory.errors import CorruptJournal
from memory.events import (
    AnyEvent,
    Call,
    Decided,
    Demand,
    EpisodeEnded,
    Need,
    NoteRead,
    NoteWritten,
    RunStarted,
    Transfer,
    parse_event,
)
from memory.journal import Journal
from memory.log import Entry
from orchestrator import conduct
from orchestrator.engine import Listeners
from orchestrator.fork import fork
from orchestrator.replay import Replayed, replay
from orchestrator.stage import Part
from orchestrator.turn import MAX_CALLS
from scenarios.spec import Scenario
from subagents.policy import Decision, Observation, Policy

Fleet = Callable[..., Scenario]
Forge = Callable[[list[AnyEvent]], Sequence[AnyEvent]]
Forger = Callable[[Path, Forge], None]
GREEDY = "workers.weak_shard.over_reserve=60%"


def replayed(path: Path | str, run: str = "r_1") -> Replayed:
    with Journal.open(str(path)) as journal:
        return asyncio.run(replay(journal, run))


@pytest.fixture
def stored(fleet: Fleet, tmp_path: Path) -> Path:
    """Return the place of a journal with one finished run, ``r_1``, and alarms in it."""
    path = tmp_path / "stored.db"
    with Journal.open(str(path)) as journal:
        performance = conduct.start(journal, fleet(GREEDY), seed=7, run="r_1")
        assert asyncio.run(performance.play(with_references=False)).alarms
    return path


def test_a_finished_run_comes_out_byte_for_byte_with_its_verdicts(stored: Path) -> None:
    found = replayed(stored)
    with Journal.open(str(stored)) as journal:
        record = journal.run("r_1")
    assert found.ok
    assert (found.events, found.verdicts) == (record.seq, record.verdicts)
    assert found.digest == record.digest


def _cut_truth(database: sqlite3.Connection, last: int) -> None:
    rows = database.execute("SELECT seq, body FROM truth WHERE seq > ?", (last,)).fetchall()
    database.execute("DELETE FROM truth WHERE seq > ?", (last,))
    for seq, body in rows:
        facts = [fact for fact in json.loads(body) if fact[0] <= last]
        database.execute("INSERT INTO truth VALUES (1, ?, ?)", (seq, json.dumps(facts).encode()))


async def _play_and_stop(performance: conduct.Performance, after: int) -> None:
    task = asyncio.current_task()
    assert task is not None

    def stop(round: int) -> None:
        if round == after:
            task.cancel()

    await performance.play(Listeners(on_round=stop, rounds_per_second=1000))


@pytest.mark.parametrize("after", range(1, 12))
def test_an_unfinished_run_comes_out_up_to_its_last_commit(
    fleet: Fleet, journal: Journal, after: int
) -> None:
    performance = conduct.start(journal, fleet(GREEDY), seed=7, run="r_1")
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(_play_and_stop(performance, after))
    record = journal.run("r_1")
    found = asyncio.run(replay(journal, "r_1"))
    assert found.ok, found
    assert (found.events, found.digest) == (record.seq, record.digest)
    assert (record.round, found.verdicts) == (after, record.verdicts)


def test_an_unfinished_log_that_ends_within_a_round_is_compared_as_far_as_it_goes(
    fleet: Fleet, tmp_path: Path, forge: Forger
) -> None:
    path = tmp_path / "cut.db"
    with Journal.open(str(path)) as journal:
        performance = conduct.start(journal, fleet(GREEDY), seed=7, run="r_1")
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(_play_and_stop(performance, 9))
        whole = journal.run("r_1").seq
    for cut in (1, 2, 5, 9):
        forge(path, lambda events, cut=cut: events[: whole - cut])  # type: ignore[misc]
        with sqlite3.connect(path) as database:
            database.execute("DELETE FROM verdict WHERE seq > ?", (whole - cut,))
            _cut_truth(database, whole - cut)
            database.execute("UPDATE run SET verdicts = (SELECT count(*) FROM verdict)")
        database.close()
        found = replayed(path)
        assert (found.events, found.difference) == (whole - cut, None)


@pytest.mark.parametrize("changes", [(), ("workers.weak_shard.over_reserve=0%",)])
def test_a_fork_that_has_not_gone_on_yet_is_in_agreement_verdicts_too(
    stored: Path, changes: tuple[str, ...]
) -> None:
    with Journal.open(str(stored)) as journal:
        fork(journal, "r_1", journal.run("r_1").seq - 20, changes, run="heir").let_go()
        record = journal.run("heir")
        found = asyncio.run(replay(journal, "heir"))
    assert found.ok, found.difference
    assert (found.events, found.verdicts) == (record.seq, record.verdicts)
    assert found.verdicts > 0


def test_a_run_without_events_is_in_agreement(fleet: Fleet, journal: Journal) -> None:
    conduct.start(journal, fleet(), run="r_1").let_go()
    assert asyncio.run(replay(journal, "r_1")).ok


def test_replay_asks_no_policy(stored: Path) -> None:
    """A policy that cannot be imported any more, such as a plug-in's, is not missed."""
    with sqlite3.connect(stored) as database:
        [(body,)] = database.execute("SELECT body FROM sealed").fetchall()
        gone = json.loads(body)
        gone["scenario"]["workers"][0] |= {"policy": "gone.away:Policy", "parameters": {"x": 1}}
        database.execute("UPDATE sealed SET body = ?", (json.dumps(gone).encode(),))
    database.close()
    assert replayed(stored).ok


def first(events: Sequence[AnyEvent], kind: type[Event], nth: int = 4) -> int:
    """Return the index of the nth event of a kind: well into the run."""
    return [at for at, event in enumerate(events) if isinstance(event, kind)][nth]


def changed(kind: type[Event], **update: Any) -> Forge:
    def change(events: list[AnyEvent]) -> list[AnyEvent]:
        at = first(events, kind)
        events[at] = events[at].model_copy(update=update)
        return events

    return change


def decides_for_more(events: list[AnyEvent]) -> list[AnyEvent]:
    at = first(events, Decided)
    event = events[at]
    assert isinstance(event, Decided)
    more = event.calls[-1].model_copy(
        update={"tool": "reserve_compute", "arguments": {"amount": 9}}
    )
    events[at] = event.model_copy(update={"calls": (*event.calls[:-1], more)})
    return events


def moves_one_more(events: list[AnyEvent]) -> list[AnyEvent]:
    at = first(events, Transfer)
    event = events[at]
    assert isinstance(event, Transfer)
    leg = event.legs[0].model_copy(update={"amount": event.legs[0].amount + 1})
    events[at] = event.model_copy(update={"legs": (leg, *event.legs[1:])})
    return events


def without(events: list[AnyEvent], dropped: int) -> list[AnyEvent]:
    """Return events without one of them, and with causes that still point where they did."""
    kept = [event for event in events if event.seq != dropped]
    return [
        event.model_copy(update={"cause": event.cause - 1})
        if event.cause is not None and event.cause > dropped
        else event
        for event in kept
    ]


def drops(kind: type[Event]) -> Forge:
    return lambda events: without(events, events[first(events, kind)].seq)


FORGED: dict[str, tuple[Forge, type[Event]]] = {
    "a transfer's amount": (moves_one_more, Transfer),
    "a demand": (changed(Demand, due=9, used=9), Demand),
    "a need": (changed(Need, amount=130.0), Need),
    "a note's text": (changed(NoteWritten, text="take more"), NoteWritten),
    "a dropped reading": (drops(NoteRead), NoteRead),
    "a dropped demand": (drops(Demand), Demand),
    "a dropped decision": (drops(Decided), Decided),
    "a dropped end": (drops(EpisodeEnded), EpisodeEnded),
}


@pytest.mark.parametrize(("change", "kind"), FORGED.values(), ids=FORGED)
def test_what_is_forged_with_a_sound_chain_is_named(
    stored: Path, forge: Forger, change: Forge, kind: type[Event]
) -> None:
    with Journal.open(str(stored)) as journal:
        events = [entry.event for entry in journal.entries("r_1")]
    forge(stored, change)
    with Journal.open(str(stored)) as journal:
        journal.verify("r_1")
    difference = replayed(stored).difference
    assert difference is not None
    assert difference.what == "event"
    assert difference.number == first(events, kind) + 1
    assert difference.stands != difference.came_out


def test_a_forged_decision_is_found_where_its_consequences_begin(
    stored: Path, forge: Forger
) -> None:
    forge(stored, decides_for_more)
    with Journal.open(str(stored)) as journal:
        journal.verify("r_1")
        events = [entry.event for entry in journal.entries("r_1")]
    decided = events[first(events, Decided)]
    difference = replayed(stored).difference
    assert difference is not None
    parting = events[difference.number - 1]
    assert parting.seq > decided.seq
    assert (parting.round, parting.agent) == (decided.round, decided.agent)


def test_a_log_that_was_cut_short_or_made_longer_is_noticed(stored: Path, forge: Forger) -> None:
    forge(stored, lambda events: events[:-1])
    short = replayed(stored).difference
    assert short is not None
    assert (short.stands, short.came_out and short.came_out["kind"]) == (None, "run_finished")
    forge(stored, lambda events: [*events, *events[-1:], *events[-1:]])
    assert replayed(stored).difference is not None


def test_a_difference_is_told_field_by_field(stored: Path, forge: Forger) -> None:
    forge(stored, changed(Demand, due=9, used=9))
    told = str(replayed(stored).difference)
    assert "came out otherwise than it stands" in told
    assert "due stands as 9 and came out as " in told


def test_another_engine_s_log_says_so_at_its_first_event(stored: Path, forge: Forger) -> None:
    def older(events: list[AnyEvent]) -> list[AnyEvent]:
        assert isinstance(events[0], RunStarted)
        return [events[0].model_copy(update={"engine": "0.0.1"}), *events[1:]]

    forge(stored, older)
    told = str(replayed(stored).difference)
    assert told.startswith("event 1 ")
    assert 'engine stands as "0.0.1"' in told


TAMPERED = {
    "verdict": 'UPDATE verdict SET body = replace(body, \'"sentence":"\', \'"sentence":"x\')',
    "no verdict": "DELETE FROM verdict WHERE number = (SELECT max(number) FROM verdict)",
    "truth": "UPDATE truth SET body = replace(body, '\"sanctioned\":true', '\"sanctioned\":false')",
    "no truth": "DELETE FROM truth WHERE seq = (SELECT max(seq) FROM truth)",
}


@pytest.mark.parametrize("tampering", TAMPERED)
def test_verdicts_and_what_is_sealed_are_compared_too(stored: Path, tampering: str) -> None:
    with sqlite3.connect(stored) as database:
        database.execute("UPDATE verdict SET body = CAST(body AS TEXT)")
        database.execute("UPDATE truth SET body = CAST(body AS TEXT)")
        assert database.execute(TAMPERED[tampering]).rowcount > 0
        database.execute("UPDATE verdict SET body = CAST(body AS BLOB)")
        database.execute("UPDATE truth SET body = CAST(body AS BLOB)")
    database.close()
    found = replayed(stored)
    assert found.difference is not None
    assert found.difference.what == tampering.removeprefix("no ")


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the paths of everything in a JSON value that holds nothing itself."""
    if isinstance(value, dict):
        return [each for key, below in value.items() for each in leaves(below, (*path, key))]
    if isinstance(value, list):
        return [each for at, below in enumerate(value) for each in leaves(below, (*path, at))]
    return [path]


def bent(value: Any) -> Any:
    """Return another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return f"{value or ''}x"


@given(data=st.data())
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_the_world_said_cannot_be_bent_anywhere(
    stored: Path, forge: Forger, tmp_path: Path, data: st.DataObject
) -> None:
    """Any one value of any event, but for what an agent decided, which is the input."""
    with Journal.open(str(stored)) as journal:
        bodies = [line.body for line in journal.lines("r_1")]
    at = data.draw(st.integers(0, len(bodies) - 1), label="event")
    event = json.loads(bodies[at])
    is_input = event["kind"] == "decided"
    paths = [path for path in leaves(event) if path[0] not in ("seq", "kind")]
    paths = [path for path in paths if not (is_input and path[0] in ("calls", "rationale"))]
    *above, last = data.draw(st.sampled_from(paths), label="value")
    inner = event
    for step in above:
        inner = inner[step]
    inner[last] = bent(inner[last])
    try:
        forged = parse_event(json.dumps(event))
    except ValidationError:
        assume(False)
    copy = tmp_path / "copy.db"
    copy.write_bytes(stored.read_bytes())
    forge(copy, lambda events: [*events[:at], forged, *events[at + 1 :]])
    difference = replayed(copy).difference
    assert difference is not None
    assert difference.number == at + 1


class Eager:
    """A policy that asks for more calls in a turn than it may."""

    name: ClassVar[str] = "eager"

    async def act(self, observation: Observation) -> Decision:
        return Decision((Call(tool="read_notes", arguments={"limit": 1}),) * (MAX_CALLS + 8))


class Garbled:
    """A policy whose every word has to be cleaned or cut, its first call too many as well."""

    name: ClassVar[str] = "garbled"

    async def act(self, observation: Observation) -> Decision:
        note = Call(tool="post_note", arguments={"name": "n", "text": f"a\0b{observation.turn}"})
        long = Call(tool="post_note", arguments={"name": "n", "text": "x" * (LONGEST + 5)})
        calls = (note, long) * (MAX_CALLS // 2) + (Call(tool="t\x1b[2J"), note)
        return Decision(calls[observation.turn % 2 * 30 :], "so\ud800")


@pytest.mark.parametrize("policy", [Eager(), Garbled()], ids=lambda policy: policy.name)
def test_a_decision_with_too_many_calls_or_unfit_words_comes_out_as_it_was(
    fleet: Fleet, journal: Journal, policy: Policy
) -> None:
    performance = conduct.start(journal, fleet(), run="r_1")
    stage = performance.stage
    stage.cast = {worker: Part(policy, part.family) for worker, part in stage.cast.items()}
    asyncio.run(performance.play(with_references=False))
    found = asyncio.run(replay(journal, "r_1"))
    assert found.ok, found.difference


class Bent(Journal):
    """A journal that gives back, of one decision, a call that is none."""

    def entries(self, run: str, after: int = 0, limit: int | None = None) -> Iterator[Entry]:
        """Read, and bend the fifth decision."""
        decided = 0
        for entry in super().entries(run, after, limit):
            decided += isinstance(entry.event, Decided)
            if isinstance(entry.event, Decided) and decided == 5:
                yield entry._replace(event=entry.event.model_copy(update={"calls": (None,)}))
            else:
                yield entry


def test_what_the_engine_cannot_compute_is_a_difference_that_says_why(stored: Path) -> None:
    with Bent.open(str(stored)) as journal:
        found = asyncio.run(replay(journal, "r_1"))
    assert found.difference is not None
    assert "NoneType" in found.difference.why
    assert found.difference.stands is not None and found.difference.came_out is None


def test_what_cannot_be_read_is_a_corrupt_journal_and_no_difference(stored: Path) -> None:
    spoil_truth(stored, after=100)
    with pytest.raises(CorruptJournal, match="the truth up to event"):
        replayed(stored)


def test_it_is_so_too_where_reading_has_come_far_already(fleet: Fleet, tmp_path: Path) -> None:
    path = tmp_path / "paced.db"
    commits_each_round = Listeners(rounds_per_second=1_000)
    with Journal.open(str(path)) as journal:
        performance = conduct.start(journal, fleet(GREEDY), seed=7, run="r_1")
        asyncio.run(performance.play(commits_each_round, with_references=False))
        last = journal.run("r_1").seq
    spoil_truth(path, after=last // 2)
    with pytest.raises(CorruptJournal, match="the truth up to event"):
        replayed(path)


def spoil_truth(path: Path, after: int) -> None:
    with sqlite3.connect(path) as database:
        database.execute("UPDATE truth SET body = x'00' WHERE seq > ?", (after,))
    database.close()
