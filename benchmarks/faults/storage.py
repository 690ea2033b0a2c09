"""Faults in what goes down with a commit, in what is acknowledged, and in the chain."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from itertools import count
from typing import Any

from sqlalchemy import Connection, inspect

from benchmarks.faults.fault import Broken, replaced
from memory import batch, journal, log, sqlite
from memory.errors import StaleClaim, StoreError
from memory.events import RunFinished
from memory.journal import Batch, Journal, Part
from memory.log import Entry, Log
from memory.store import Store
from memory.tables import AnyRow, make_tables
from orchestrator import difference
from orchestrator.cli import audit
from orchestrator.conduct import Performance
from orchestrator.engine import Durable, Engine

Refused = list[StaleClaim | ValueError | None]


def syncs_never() -> Broken:
    """``PRAGMA synchronous=OFF``: nothing is ever forced to the disk."""

    def pragma(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    return replaced((sqlite, "_sync_fully", pragma))


def syncs_at_checkpoints_only() -> Broken:
    """``PRAGMA synchronous=NORMAL``: the last commits may be lost with the power."""

    def pragma(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA synchronous=NORMAL")

    return replaced((sqlite, "_sync_fully", pragma))


def undoes_in_memory() -> Broken:
    """``PRAGMA journal_mode=MEMORY``: a kill in the midst of a commit leaves half of it."""

    def pragma(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA journal_mode=MEMORY")

    def check(name: str, connection: Connection) -> None:
        if not inspect(connection).get_table_names():
            make_tables(connection)

    return replaced((sqlite, "_sync_fully", pragma), (sqlite, "check_schema", check))


def begins_no_transaction() -> Broken:
    """Each statement of a commit stands by itself."""
    return replaced((sqlite, "_lock_for_writing", lambda connection: None))


def skips_a_commit() -> Broken:
    """The third commit of a process is never made, and said to be."""
    number, commit_all = count(1), Journal.commit_all

    def skipping(self: Journal, parts: Sequence[Part]) -> Refused:
        return commit_all(self, parts) if next(number) != 3 else [None for _ in parts]

    return replaced((Journal, "commit_all", skipping))


def skips_the_last_commit() -> Broken:
    """What a run says at its end is not put down."""
    commit_all = Journal.commit_all

    def skipping(self: Journal, parts: Sequence[Part]) -> Refused:
        if any(isinstance(part.batch.entries[-1].event, RunFinished) for part in parts):
            return [None for _ in parts]
        return commit_all(self, parts)

    return replaced((Journal, "commit_all", skipping))


def commits_twice() -> Broken:
    """What was committed is not forgotten, and comes again with the next commit."""

    def drain(self: Log) -> list[Entry]:
        return self._fresh[:]

    return replaced((Log, "drain", drain))


def commits_half_a_round() -> Broken:
    """A commit ends in the midst of a round, and says that the round is whole."""

    def drain(self: Log) -> list[Entry]:
        is_over = bool(self._fresh) and isinstance(self._fresh[-1].event, RunFinished)
        half = len(self._fresh) if is_over else max(1, len(self._fresh) - 5)
        drained, self._fresh = self._fresh[:half], self._fresh[half:]
        return drained

    return replaced((Log, "drain", drain))


def skips_an_event() -> Broken:
    """The fifth event of each commit is left out."""

    def rows(row: AnyRow, put: Batch) -> list[tuple[Any, ...]]:
        made = batch.event_rows(row, put)
        return made[:4] + made[5:]

    return replaced((journal, "event_rows", rows))


def swaps_two_events() -> Broken:
    """The first two events of each commit stand in the other order."""

    def rows(row: AnyRow, put: Batch) -> list[tuple[Any, ...]]:
        made = batch.event_rows(row, put)
        if len(made) > 1:
            (run, one, *first), (_, two, *second) = made[:2]
            made[:2] = [(run, one, *second), (run, two, *first)]
        return made

    return replaced((journal, "event_rows", rows))


def writes_an_event_again_as_another() -> Broken:
    """An event's bytes are made again when they are stored, with its keys sorted."""

    def rows(row: AnyRow, put: Batch) -> list[tuple[Any, ...]]:
        made = batch.event_rows(row, put)
        run, seq, body, hash = made[0]
        said = json.dumps(json.loads(body), sort_keys=True, separators=(",", ":")).encode()
        return [(run, seq, said, hash), *made[1:]]

    return replaced((journal, "event_rows", rows))


def drops_a_verdict() -> Broken:
    """The last verdict of a commit is not stored."""
    return replaced((journal, "verdict_rows", lambda row, put: batch.verdict_rows(row, put)[:-1]))


def puts_verdicts_off() -> Broken:
    """Verdicts follow in a transaction of their own, after the events they are about."""
    commit_all = Journal.commit_all

    def in_two(self: Journal, parts: Sequence[Part]) -> Refused:
        refused = commit_all(self, [Part(c, put._replace(verdicts=[])) for c, put in parts])
        if not any(refused):
            later = [Part(c, Batch([], put.verdicts, [], put.round)) for c, put in parts]
            commit_all(self, later)
        return refused

    return replaced((Journal, "commit_all", in_two))


def loses_the_truth() -> Broken:
    """Nothing that is sealed about events is stored."""
    return replaced((journal, "truth_rows", lambda row, put: []))


def puts_the_truth_off() -> Broken:
    """What is sealed follows in a transaction of its own."""
    commit_all = Journal.commit_all

    def in_two(self: Journal, parts: Sequence[Part]) -> Refused:
        refused = commit_all(self, [Part(c, put._replace(records=[])) for c, put in parts])
        if not any(refused):
            commit_all(self, [Part(c, Batch([], [], put.records, put.round)) for c, put in parts])
        return refused

    return replaced((Journal, "commit_all", in_two))


def moves_the_run_on_first() -> Broken:
    """The run's row says how far it has come before its events are there."""

    def first(self: Journal, parts: Sequence[Part]) -> Refused:
        with self._store.writing() as connection:
            rows = self._locked(connection, *(claim.number for claim, _ in parts))
            due = [(rows[claim.number], put) for claim, put in parts]
            for row, put in due:
                connection.execute(self._advance, batch.advanced(row, put, self._now()))
        with self._store.writing() as connection:
            self._put(connection, due)
        self._bell.ring()
        return [None for _ in parts]

    return replaced((Journal, "commit_all", first))


def keeps_the_old_digest() -> Broken:
    """A run's row never learns the hash of its last event."""

    def advanced(row: AnyRow, put: Batch, now: str) -> dict[str, Any]:
        return batch.advanced(row, put, now) | {"digest": row.digest}

    return replaced((journal, "advanced", advanced))


def counts_an_event_too_many() -> Broken:
    """A run's row says that it has one event more than it has."""

    def advanced(row: AnyRow, put: Batch, now: str) -> dict[str, Any]:
        standing = batch.advanced(row, put, now)
        return standing | {"seq": int(standing["seq"]) + 1}

    return replaced((journal, "advanced", advanced))


def takes_what_does_not_go_on() -> Broken:
    """A commit need not go on where the last one ended."""
    return replaced((journal, "check_goes_on", lambda row, entries: None))


def keeps_half_of_what_failed() -> Broken:
    """A transaction that fails is committed as far as it came."""

    @contextmanager
    def writing(self: Store) -> Iterator[Connection]:
        with self._lock, self._plainly():
            transaction = self._writer.begin()
            try:
                yield self._writer
            finally:
                transaction.commit()

    return replaced((Store, "writing", writing))


def swallows_store_errors() -> Broken:
    """A commit that could not be written is taken for one that was."""
    commit = Durable.commit

    async def suppressing(self: Durable, batch: Batch) -> None:
        with suppress(StoreError):
            await commit(self, batch)

    return replaced((Durable, "commit", suppressing))


def goes_on_after_a_failed_commit() -> Broken:
    """A file is written again after a commit to it has failed."""
    return replaced((sqlite.SqliteFile, "goes_on_after_failure", True))


def acknowledges_first() -> Broken:
    """ACK is said before the commit is made."""
    commit = Engine._commit

    async def early(self: Engine) -> None:
        if self.stage.log._fresh:
            self.listeners.on_commit(self.stage.log.seq)
        told, self.listeners.on_commit = self.listeners.on_commit, lambda seq: None
        await commit(self)
        self.listeners.on_commit = told

    return replaced((Engine, "_commit", early))


def acknowledges_one_too_many() -> Broken:
    """ACK names the event after the last that is durable."""
    play = Performance.play

    async def telling(self: Performance, listeners: Any = None, **how: Any) -> Any:
        if listeners is not None:
            told = listeners.on_commit
            listeners.on_commit = lambda seq: told(seq + 1)
        return await play(self, listeners, **how)

    return replaced((Performance, "play", telling))


def chains_nothing() -> Broken:
    """An event's hash is its own alone, for writing and checking alike."""

    def alone(previous: bytes, body: bytes) -> bytes:
        return sha256(body).digest()

    return replaced(*((room, "chain", alone) for room in (log, batch, audit, difference)))


def believes_every_hash() -> Broken:
    """Reading a log takes it for what was written."""

    def replay(self: Log, entries: Iterable[Entry]) -> None:
        for event, _, hash in entries:
            self.hash, self.seq = hash, event.seq
            for fold in self._route(type(event)):
                fold(event)

    return replaced((Log, "replay", replay))
