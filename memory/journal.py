"""The durable journal: every run's logs, committed in order, by one owner at a time.

Reading is in :mod:`memory.reader`, the database in :mod:`memory.store`. A journal may be used
from several threads; a commit is made in the thread that asks for it.
"""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from pydantic import JsonValue
from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from memory import answer, inbox
from memory.answer import Answer, Turn
from memory.batch import Batch, Part, advanced, check_goes_on, event_rows, truth_rows, verdict_rows
from memory.claim import Claim, refuse_owned, this_process
from memory.commons import Commons
from memory.errors import BadInput, RunInUse, StaleClaim, StoreError
from memory.exchange import CommonsExchange
from memory.group import Group
from memory.history import copy_history
from memory.lease import BEATS_PER_LEASE, LEASE_S, Heartbeat
from memory.log import GENESIS
from memory.reader import Reader, lease_left, owner_of
from memory.record import ENDINGS, Ending, Origin, RunHead, RunRecord, check_head, check_text
from memory.relay import Bus
from memory.shelf import Shelf
from memory.store import Store, database_at
from memory.tables import CLOCK, EVENT, RUN, SEALED, TRUTH, VERDICT, AnyRow, insert_sql
from memory.truth import Sealed
from memory.verdicts import Verdict

__all__ = ["Batch", "Claim", "Journal", "Origin", "Part", "RunHead", "RunRecord", "wall_clock"]

# What each commit says is built once: building a statement costs more than running it.
# In one order everywhere, so that two processes never wait for each other's rows.
_LOCK = (
    select(*(column for column in RUN.c if column is not RUN.c.summary))
    .where(RUN.c.number.in_(bindparam("claimed", expanding=True)))
    .order_by(RUN.c.number)
    .with_for_update()
)
_RENEW = update(RUN).where(RUN.c.number == bindparam("claimed"), RUN.c.token == bindparam("held"))
_MOVED = ("round", "seq", "digest", "verdicts", "alarms", "updated_at")
_ADVANCE = (
    update(RUN)
    .where(RUN.c.number == bindparam("claimed"))
    .values({name: bindparam(name) for name in _MOVED})
)
_TICK = insert(CLOCK).values(
    run=bindparam("claimed"),
    seq=bindparam("seq"),
    round=bindparam("round"),
    committed_at=bindparam("updated_at"),
    verdicts=bindparam("verdicts"),
)


def wall_clock() -> datetime:
    """Return the present moment: kept beside the log, never in it."""
    return datetime.now(UTC)


class Journal(Reader):
    """All runs of a store. Get one from :meth:`open`, and close it, or use it in a ``with``.

    A run's log only ever grows, without a gap, along its hash chain. A commit checks that it
    goes on where the last one ended and that its claim still holds; when it returns, the batch
    is on the disk (SQLite with a write-ahead log, fully synchronised; PostgreSQL likewise).

    On PostgreSQL, where owners may sit on many hosts, every commit renews the owner's lease, and
    so does a thread of the journal's in between.

    Attributes
    ----------
    group
        Commits for the runs of an event loop, those of one moment in one transaction.
    called
        How many commands there were for each run, by its number, when its row was last seen.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from memory.events import Need
    >>> from memory.log import Log
    >>> log = Log("r_1")
    >>> need = log.append(Need(**log.envelope(1, key="need/1"), resource="compute", amount=119.3))
    >>> head = RunHead(run="r_1", scenario="just_in_case", version=1, seed=7, engine="0.1.0")
    >>> with TemporaryDirectory() as folder, Journal.open(f"{folder}/journal.db") as journal:
    ...     claim = journal.create(head, Sealed(scenario={}))
    ...     journal.commit(claim, Batch(log.drain(), verdicts=[], records=[], round=1))
    ...     journal.finish(claim, "done", {"rounds": 1})
    ...     record = journal.verify("r_1")
    >>> record.status, record.seq, record.digest == log.digest
    ('done', 1, True)
    """

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime] = wall_clock,
        lease_s: float = LEASE_S,
        bus: Bus | None = None,
    ) -> None:
        super().__init__(store, bus)
        self._clock = clock
        self._lock = _LOCK.add_columns(lease_left(store.clock))
        self._lease = {} if store.clock is None else {"lease_until": store.clock + lease_s}
        self._advance = _ADVANCE.values(self._lease) if self._lease else _ADVANCE
        self._owned: dict[int, int] = {}
        self.called: dict[int, int] = {}
        self._heart = Heartbeat(self.renew, lease_s / BEATS_PER_LEASE)
        self.group = Group(self.commit_all)
        self._tick = _TICK.values(place=store.numbering)
        self._insert_event = insert_sql(EVENT, store.dialect)
        self._insert_verdict = insert_sql(VERDICT, store.dialect)
        self._insert_truth = insert_sql(TRUTH, store.dialect)

    @classmethod
    def open(
        cls,
        url: str,
        *,
        create: bool = True,
        clock: Callable[[], datetime] = wall_clock,
        lease_s: float = LEASE_S,
        bus: Bus | None = None,
    ) -> Self:
        """Open the journal at a path, a ``sqlite:///`` or a ``postgresql://`` URL.

        Parameters
        ----------
        url
            Where it lies. A file that is made here may be read by its owner only.
        create
            Whether to make it where there is none.
        clock
            What tells the moment of a commit.
        lease_s
            For how many seconds an owner keeps its run without a sign of life, where owners
            cannot see one another.
        bus
            What tells other processes of commits, and this one of theirs; closed with the
            journal. Whether it is there or down, the journal is the same.

        Raises
        ------
        BadInput
            If the URL names no journal that this version can open.
        StoreError
            If it cannot be opened, is no journal, or has another schema.
        """
        return cls(Store(database_at(url), create=create), clock, lease_s, bus)

    def close(self) -> None:
        """Let go of the database; whoever still waits for a commit gets a ``StoreError``."""
        self._heart.stop()
        if self._wire:
            self._wire.close()
        self._store.close()
        self._bell.ring(StoreError(f"{self._store.name}: this journal has been closed"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def create(self, head: RunHead, sealed: Sealed) -> Claim:
        """Write a new run down, and own it.

        Raises
        ------
        RunInUse
            If there is a run of that id already, and a live process owns it.
        BadInput
            If there is one that nobody owns, or its id or seed cannot be stored.
        """
        with self._store.writing() as connection:
            claim = self._create(connection, head, sealed)
        return self._own(claim)

    def fork(
        self, head: RunHead, sealed: Sealed, origin: Origin, verdicts: Sequence[Verdict]
    ) -> Claim:
        """Write a new run down that begins with its parent's history, and own it.

        Events, with their hashes, what is sealed about them, and models' answers are copied, all at
        once or not at all; the parent is only read, and may go on meanwhile.

        Parameters
        ----------
        head, sealed
            The new run.
        origin
            Whose history it shares, and up to which event.
        verdicts
            What the new run's monitors say of that history.

        Raises
        ------
        UnknownRun
            If there is no such parent.
        RunInUse, BadInput
            As :meth:`create` does.
        CorruptJournal
            If the parent does not hold those events.
        """
        source = self._number(origin.parent)
        with self._store.writing() as connection:
            claim = self._create(connection, head, sealed)
            digest = copy_history(connection, source, claim.number, origin)
            answer.hand_on(connection, source, claim.number, origin.round)
            row = self._locked(connection, claim.number)[claim.number]
            if rows := verdict_rows(row, Batch([], verdicts, [], origin.round)):
                connection.exec_driver_sql(self._insert_verdict, rows)
            standing = {"round": origin.round, "seq": origin.seq, "digest": digest}
            standing |= {"verdicts": len(verdicts), "alarms": sum(v.alarm for v in verdicts)}
            tick = {"claimed": claim.number, "updated_at": self._now(), **standing}
            connection.execute(self._tick, tick)
            provenance = {"parent": origin.parent, "fork_seq": origin.seq}
            provenance["commands"] = inbox.last(connection, source)
            self._change(connection, claim, fork_round=origin.round, **provenance, **standing)
        self._tell(claim.run)
        return self._own(claim)

    def _create(self, connection: Connection, head: RunHead, sealed: Sealed) -> Claim:
        check_head(head)
        now = self._now()
        query = self._standing.where(RUN.c.name == head.run)
        row = connection.execute(query).one_or_none()
        if row is not None:
            refuse_owned(row.name, owner_of(row))
            raise BadInput(f"there is a run {head.run} already; it is {row.status}")
        new = insert(RUN).values(
            name=head.run,
            status="running",
            digest=GENESIS.hex(),
            token=1,
            created_at=now,
            updated_at=now,
            **head.model_dump(exclude={"run"}),
            **this_process().columns,
            **self._lease,
        )
        try:
            connection.execute(new)
        except IntegrityError as error:
            raise RunInUse(f"{head.run} was begun by another process just now") from error
        row = connection.execute(query).one()
        body = sealed.model_dump_json().encode()
        connection.execute(insert(SEALED).values(run=row.number, body=body))
        return Claim(head.run, row.number, row.token)

    def claim(self, run: str, *, seize: bool = False) -> Claim:
        """Own an unfinished run whose owner has let go of it, or has died.

        Parameters
        ----------
        run
            The run's id.
        seize
            Take it from a live owner too, who may write nothing from then on: for one that
            hangs, or on a host that is gone and left no lease that would run out.

        Raises
        ------
        UnknownRun
            If there is no such run.
        RunInUse
            If a live process owns it, be it this one, or one whose lease has not run out; the
            message names its pid.
        BadInput
            If the run is finished.
        """
        number = self._number(run)
        with self._store.writing() as connection:
            row = self._locked(connection, number)[number]
            if row.status in ENDINGS:
                raise BadInput(f"{run} is {row.status}; nothing is left to do in it")
            if not seize:
                refuse_owned(row.name, owner_of(row))
            claim = Claim(run, number, row.token + 1)
            owned: dict[str, Any] = {**this_process().columns, **self._lease}
            self._change(connection, claim, token=claim.token, status="running", **owned)
        return self._own(claim)

    def exchange(self, run: str, commons: str) -> CommonsExchange:
        """Return what a run deals with a commons through: on the bus if there is one, else here."""
        place: Commons = Shelf(self._store, commons)
        if self._wire:
            place = self._wire.bus.commons(commons)
        return CommonsExchange(place, run, self._store.identity, lambda: not self.is_degraded)

    def publish(self) -> None:
        """Publish what is committed here from now on, and all that the bus is lacking.

        Owning a run begins it; a process that only serves a journal may begin it, too.
        """
        if self._wire:
            self._wire.publish()

    def renew(self) -> None:
        """Renew the leases of all runs that this journal owns; where there are none, do nothing.

        A run that was taken over meanwhile stays with its new owner.

        Raises
        ------
        StoreError
            If they cannot be renewed.
        """
        # In the order in which commits lock them.
        owned = [
            {"claimed": run, "held": token} for run, token in sorted(self._owned.copy().items())
        ]
        if owned and self._lease:
            with self._store.writing() as connection:
                connection.execute(_RENEW.values(self._lease), owned)

    def commit(self, claim: Claim, batch: Batch) -> None:
        """Put a batch down as a whole, durably; on any error, nothing of it.

        Raises
        ------
        StaleClaim
            If another process has taken the run over.
        ValueError
            If the batch does not go on where the last commit ended.
        StoreError
            If it cannot be written. Nothing more is written then through this journal; open
            it again, and resume the run from its last commit.
        """
        (refused,) = self.commit_all([Part(claim, batch)])
        if refused:
            raise refused

    def commit_all(self, parts: Sequence[Part]) -> list[StaleClaim | ValueError | None]:
        """Put the batches of several runs down in one transaction, durably.

        One that may not be written is left out, and why stands in its place in what is
        returned. It costs little more than one commit, which is what makes thousands of runs in
        one process affordable: ``group`` collects them.

        Raises
        ------
        StoreError
            If they cannot be written; nothing is then, of any of them.
        """
        refused: list[StaleClaim | ValueError | None] = []
        with self._store.writing() as connection:
            rows = self._locked(connection, *(claim.number for claim, _ in parts))
            for claim, batch in parts:
                try:
                    self._check_held(rows[claim.number], claim)
                    check_goes_on(rows[claim.number], batch.entries)
                    refused.append(None)
                except (StaleClaim, ValueError) as error:
                    refused.append(error)
            due = [
                (rows[claim.number], batch)
                for (claim, batch), error in zip(parts, refused, strict=True)
                if error is None
            ]
            if due:
                self._put(connection, due)
        self._tell(*(claim.run for claim, _ in parts))
        return refused

    def _put(self, connection: Connection, due: Sequence[tuple[AnyRow, Batch]]) -> None:
        for sql, rows in (
            (self._insert_event, [new for row, part in due for new in event_rows(row, part)]),
            (self._insert_verdict, [new for row, part in due for new in verdict_rows(row, part)]),
            (self._insert_truth, [new for row, part in due for new in truth_rows(row, part)]),
        ):
            if rows:
                connection.exec_driver_sql(sql, rows)
        now = self._now()
        standings = [advanced(row, part, now) for row, part in due]
        connection.execute(self._advance, standings)
        ticks = [now for now, (_, part) in zip(standings, due, strict=True) if part.entries]
        if ticks:
            connection.execute(self._tick, ticks)

    def release(self, claim: Claim) -> None:
        """Let go of an unfinished run, which anyone may then resume.

        Raises
        ------
        StaleClaim
            If the claim does not hold any more.
        """
        self._let_go(claim, status="interrupted")

    def finish(self, claim: Claim, status: Ending, summary: dict[str, JsonValue]) -> None:
        """Close a run for good, with what came of it.

        Raises
        ------
        StaleClaim
            If the claim does not hold any more.
        ValueError
            If the summary holds a number that JSON has no word for.
        """
        json.dumps(summary, allow_nan=False)
        self._let_go(claim, status=status, summary=summary)

    def ask(self, claim: Claim, turn: Turn) -> Answer:
        """Say, durably, that a model is about to be asked; return what stands for that turn.

        If its answer is known it must not be asked: nothing is changed then.

        Raises
        ------
        StaleClaim
            If another process has taken the run over.
        """
        check_text("agent", turn.agent)
        with self._store.writing() as connection:
            return answer.begin(connection, self._held(connection, claim).number, turn)

    def put_answer(self, claim: Claim, turn: Turn, body: bytes) -> bytes:
        """Keep what a paid model answered, durably and at once; return the answer that stands.

        The first one kept for an agent and turn stands; another changes nothing.

        Raises
        ------
        StaleClaim
            If another process has taken the run over.
        """
        check_text("agent", turn.agent)
        with self._store.writing() as connection:
            return answer.keep(connection, self._held(connection, claim).number, turn, body)

    def _let_go(self, claim: Claim, **changes: Any) -> None:
        with self._store.writing() as connection:
            self._held(connection, claim)
            free = dict.fromkeys(("pid", "host", "born", "lease_until"))
            self._change(connection, claim, **free, **changes)
        self._owned.pop(claim.number, None)
        self.called.pop(claim.number, None)
        self._tell(claim.run)

    def _own(self, claim: Claim) -> Claim:
        self._owned[claim.number] = claim.token
        self._numbers[claim.run] = claim.number
        if self._lease:
            self._heart.start()
        self.publish()
        return claim

    def _tell(self, *runs: str) -> None:
        """Wake who waits for a commit, here and in other processes."""
        self._bell.ring()
        if self._wire:
            for run in runs:
                self._wire.ring(run)

    def _locked(self, connection: Connection, *runs: int) -> dict[int, AnyRow]:
        """Return runs' rows, which nobody else can change before this transaction ends."""
        rows = connection.execute(self._lock, {"claimed": runs})
        locked = {row.number: row for row in rows}
        # What each run was told from outside is seen in passing: a commit asks nothing for it.
        self.called.update((number, row.commands) for number, row in locked.items())
        return locked

    def _held(self, connection: Connection, claim: Claim) -> AnyRow:
        """Return the row of a claimed run, if the claim still holds."""
        row = self._locked(connection, claim.number)[claim.number]
        self._check_held(row, claim)
        return row

    def _check_held(self, row: AnyRow, claim: Claim) -> None:
        if row.token != claim.token:
            self._owned.pop(claim.number, None)
            if row.pid is None:
                done = "paused" if row.status == "interrupted" else row.status
                raise StaleClaim(f"{claim.run} was {done} from elsewhere; what it did is safe")
            heir = owner_of(row)
            raise StaleClaim(f"{claim.run} was taken over by {heir}; nothing more may be written")
        if row.pid is None:
            raise StaleClaim(f"{claim.run} is {row.status}; its claim was given back")

    def _change(self, connection: Connection, claim: Claim, **changes: Any) -> None:
        query = update(RUN).where(RUN.c.number == claim.number)
        connection.execute(query.values(updated_at=self._now(), **changes))

    def _now(self) -> str:
        return self._clock().astimezone(UTC).isoformat(timespec="microseconds")
