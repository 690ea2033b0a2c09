"""The log: numbered, chained, told to every fold, and replayed the same way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.checks import EVENT_KINDS, history, specimen
from memory.envelope import NOBODY, Actor, Event
from memory.errors import CorruptJournal
from memory.events import NoteRead
from memory.log import GENESIS, Entry, Log, chain


def read_note(log: Log, version: int) -> NoteRead:
    return log.append(NoteRead(**log.envelope(1, key="k"), note="n_001", version=version))


def test_events_are_numbered_from_one_without_a_gap() -> None:
    log = Log("r_1")
    assert [read_note(log, 1).seq for _ in range(3)] == [1, 2, 3]
    assert log.seq == 3


@pytest.mark.parametrize("seq", [1, 3])
def test_an_event_out_of_turn_is_refused_and_changes_nothing(seq: int) -> None:
    log = Log("r_1")
    read_note(log, 1)
    digest = log.digest
    with pytest.raises(ValueError, match=f"has seq {seq}; the next one in r_1 is 2"):
        log.append(specimen(NoteRead, seq=seq))
    assert (log.seq, log.digest, len(log.drain())) == (1, digest, 1)


def test_an_envelope_says_who_acts_and_what_follows_from_what() -> None:
    envelope = Log("r_1").envelope(5, Actor("w07", 3, "w07.3"), key="w07.3/15/1", cause=9)
    event = NoteRead(**envelope, note="n_001", version=1)
    assert (event.run, event.seq, event.round, event.key, event.cause) == (
        *("r_1", 1, 5),
        *("w07.3/15/1", 9),
    )
    assert event.actor == Actor("w07", 3, "w07.3")
    assert NoteRead(**Log("r_1").envelope(0, key="k"), note="n", version=1).actor == NOBODY


def test_each_hash_covers_everything_before_it() -> None:
    log = Log("r_1")
    first, second = history(log)[:2]
    assert first.hash == chain(GENESIS, first.body)
    assert second.hash == chain(first.hash, second.body)


def test_the_run_id_is_not_part_of_the_bytes() -> None:
    one, other = Log("r_1"), Log("r_2")
    history(one)
    history(other)
    assert one.digest == other.digest


def test_every_fold_is_told_in_the_order_given() -> None:
    told: list[tuple[str, int]] = []
    log = Log("r_1", [lambda event: told.append(("first", event.seq))])
    read_note(log, 1)
    log.listen(lambda event: told.append(("later", event.seq)))
    read_note(log, 2)
    assert told == [("first", 1), ("first", 2), ("later", 2)]


def test_a_fold_may_ask_for_some_kinds_only() -> None:
    told: list[str] = []
    log = Log("r_1")
    log.listen(lambda event: told.append(event.kind), NoteRead)
    entries = history(log)
    log.listen(lambda event: told.append(f"later {event.kind}"), NoteRead)
    read_note(log, 1)
    assert told == ["note_read", "note_read", "later note_read"]
    again = Log("r_1")
    again.listen(lambda event: told.append(f"replayed {event.kind}"), NoteRead)
    again.replay(entries)
    assert told[3:] == ["replayed note_read"]


def test_draining_gives_each_event_once() -> None:
    log = Log("r_1")
    read_note(log, 1)
    assert [entry.event.seq for entry in log.drain()] == [1]
    read_note(log, 2)
    assert [entry.event.seq for entry in log.drain()] == [2]
    assert log.drain() == []


def test_a_replayed_log_stands_where_the_first_one_stood() -> None:
    lived: list[Event] = []
    replayed: list[Event] = []
    first, again = Log("r_1", [lived.append]), Log("r_1", [replayed.append])
    again.replay(history(first, rounds=2))
    assert replayed == lived
    assert (again.seq, again.digest) == (first.seq, first.digest)
    assert again.drain() == [], "what is stored already must not be stored again"
    assert again.append(specimen(NoteRead, seq=again.seq + 1)).seq == 2 * len(EVENT_KINDS) + 1


@given(place=st.integers(0, len(EVENT_KINDS) - 1), byte=st.data())
def test_a_changed_byte_anywhere_is_found_and_named(place: int, byte: st.DataObject) -> None:
    entries = history(Log("r_1"))
    event, body, hash = entries[place]
    at = byte.draw(st.integers(0, len(body) - 1))
    changed = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
    entries[place] = Entry(event, changed, hash)
    with pytest.raises(CorruptJournal, match=f"r_1: event {event.seq} is not what was written"):
        Log("r_1").replay(entries)


@pytest.mark.parametrize("missing", range(len(EVENT_KINDS) - 1))
def test_a_missing_event_is_found_and_named(missing: int) -> None:
    entries = history(Log("r_1"))
    del entries[missing]
    with pytest.raises(CorruptJournal, match=f"event {missing + 1} is missing; {missing + 2}"):
        Log("r_1").replay(entries)


def test_two_events_that_changed_places_are_found() -> None:
    entries = history(Log("r_1"))
    entries[3], entries[4] = entries[4], entries[3]
    with pytest.raises(CorruptJournal, match="event 4 is missing; 5 follows"):
        Log("r_1").replay(entries)
