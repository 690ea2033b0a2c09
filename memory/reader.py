"""The journal's reading side: runs, their two logs, what is sealed, and following them live."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import takewhile
from typing import NamedTuple, TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import ColumnElement, Float, Table, bindparam, func, null, select, tuple_

from memory import answer
from memory.acknowledged import Acknowledged
from memory.answer import Answer
from memory.apikey import Keys
from memory.bell import Bell
from memory.claim import Owner
from memory.commits import Commits
from memory.errors import CorruptJournal, UnknownRun, did_you_mean
from memory.events import parse_event
from memory.inbox import Inbox
from memory.inquiry import Inquiries
from memory.log import Entry, Log
from memory.recent import Recent
from memory.record import RUN_ID, Line, Numbered, RunRecord, Slice
from memory.relay import Bus, Wire
from memory.store import Store
from memory.study import Studies
from memory.tables import ANSWER, EVENT, RUN, SEALED, TRUTH, VERDICT, AnyRow
from memory.told import Told
from memory.truth import Record, Sealed
from memory.verdicts import Verdict

CHUNK = 1000
"""How many rows one read takes at a time; none is held open between two."""

HEADS_KEPT, SLICES_KEPT = 4096, 64
"""What one follower has read is kept for the others of its run: so many heads and slices."""

T = TypeVar("T")

_UNREADABLE = "nothing that this version can read"
_FACTS: TypeAdapter[list[Record]] = TypeAdapter(list[Record])
# Built once: every run asks, at its beginning and at its end, and most have no answer.
_SEEN = ("of_run", "seen_agent", "seen_turn", "seen_about")
_ANSWERS = (
    select(*(ANSWER.c[name] for name in Answer._fields))
    .where(
        ANSWER.c.run == bindparam(_SEEN[0]),
        tuple_(ANSWER.c.agent, ANSWER.c.turn, ANSWER.c.about)
        > tuple_(
            bindparam(_SEEN[1], type_=ANSWER.c.agent.type),
            bindparam(_SEEN[2], type_=ANSWER.c.turn.type),
            bindparam(_SEEN[3], type_=ANSWER.c.about.type),
        ),
    )
    .order_by(ANSWER.c.agent, ANSWER.c.turn, ANSWER.c.about)
    .limit(CHUNK)
)
_SAME_NAME = RunRecord.model_fields.keys() & RUN.columns.keys()


class _Place(NamedTuple):
    """Where a follower stands: behind which event and verdict; and how many events it takes."""

    after: int
    told: int
    limit: int


class Reader:
    """Reads a journal, from any thread, while others write it.

    Whatever takes a run's id raises ``UnknownRun`` where there is no such run, and
    ``CorruptJournal`` where what it reads is not what was written.
    """

    def __init__(self, store: Store, bus: Bus | None = None) -> None:
        self._store = store
        self._bell = Bell(store.changes)
        self._wire = Wire(bus, store.identity, self, self._bell.ring) if bus else None
        self._bell.ears = self._wire
        self._commits = Commits(store, self._bell)
        self._numbers: dict[str, int] = {}
        self._heads: Recent[int, tuple[int, AnyRow]] = Recent(HEADS_KEPT)
        self._slices: Recent[tuple[int, _Place], Slice] = Recent(SLICES_KEPT)
        self._standing = select(RUN, lease_left(store.clock))

    @property
    def commits(self) -> Commits:
        """The commits of all runs, in one order."""
        return self._commits

    @property
    def is_degraded(self) -> bool:
        """Whether there is a bus that is down: news of other processes come by looking only."""
        return self._wire is not None and self._wire.is_down

    @property
    def keys(self) -> Keys:
        """Who may come in from elsewhere, and what for."""
        return Keys(self._store)

    @property
    def inquiries(self) -> Inquiries:
        """Which monitors were to be judged here, and what came of it."""
        return Inquiries(self._store)

    @property
    def acknowledged(self) -> Acknowledged:
        """Which alarms somebody has seen."""
        return Acknowledged(self._store)

    @property
    def told(self) -> Told:
        """What fleets from elsewhere said of themselves."""
        return Told(self._store)

    @property
    def studies(self) -> Studies:
        """The experiments that are registered here, and which runs belong to them."""
        return Studies(self._store)

    @property
    def inbox(self) -> Inbox:
        """What runs are told from outside, by any process."""
        return Inbox(self._store, self._bell, self._number)

    def run(self, run: str) -> RunRecord:
        """Return how far one run has come."""
        query = self._standing.where(RUN.c.number == self._number(run))
        with self._store.reading() as connection:
            return _record(connection.execute(query).one())

    def runs(self) -> list[RunRecord]:
        """Return all runs, the newest first."""
        with self._store.reading() as connection:
            rows = connection.execute(self._standing.order_by(RUN.c.number.desc())).all()
        return [_record(row) for row in rows]

    def reach(self, limit: int) -> dict[str, int]:
        """Return how far each of the newest runs has come: the number of its last event."""
        newest = select(RUN.c.name, RUN.c.seq).order_by(RUN.c.number.desc()).limit(limit)
        with self._store.reading() as connection:
            return {row.name: row.seq for row in connection.execute(newest)}

    def entries(self, run: str, after: int = 0, limit: int | None = None) -> Iterator[Entry]:
        """Read the events behind number ``after``, a chunk at a time."""
        rows = self._rows(run, EVENT, after, limit)
        return (_entry(run, seq, row) for seq, row in enumerate(rows, after + 1))

    def lines(self, run: str, after: int = 0, limit: int | None = None) -> Iterator[Line]:
        """Read events as they are stored, without parsing them: for a feed, or a file."""
        return (Line(row.seq, row.body) for row in self._rows(run, EVENT, after, limit))

    def verdicts(self, run: str, after: int = 0) -> Iterator[Numbered]:
        """Read the verdicts behind number ``after``."""
        rows = self._rows(run, VERDICT, after)
        return (Numbered(row.number, _verdict(run, row)) for row in rows)

    def sealed(self, run: str) -> Sealed:
        """Return what only evaluation may read of a run as a whole."""
        query = select(SEALED.c.body).where(SEALED.c.run == self._number(run))
        with self._store.reading() as connection:
            body = connection.execute(query).scalar_one_or_none() or b""
        return _parsed(Sealed.model_validate_json, body, f"{run}: what is sealed")

    def records(self, run: str) -> Iterator[Record]:
        """Read the sealed facts about single events, in the events' order."""
        rows = self._rows(run, TRUTH)
        return (record for row in rows for record in sealed_facts(run, row))

    def answer(self, run: str, agent: str, turn: int, about: str = "") -> bytes | None:
        """Return what a paid model answered an agent in one turn, if that is known already.

        ``about`` names what was asked beside the turn.
        """
        number = self._number(run)
        with self._store.reading() as connection:
            standing = answer.read(connection, number, agent, turn, about)
        return standing.body if standing else None

    def answers(self, run: str, agent: str | None = None) -> Iterator[Answer]:
        """Read what was put to models, by agent and turn; of one agent, or of all."""
        return self._answers(self._number(run), agent)

    def _answers(self, run: int, agent: str | None) -> Iterator[Answer]:
        query = _ANSWERS if agent is None else _ANSWERS.where(ANSWER.c.agent == agent)
        after: tuple[str, int, str] = ("", 0, "")
        while True:
            place = dict(zip(_SEEN, (run, *after), strict=True))
            with self._store.reading() as connection:
                rows = connection.execute(query, place).all()
            yield from (Answer(*row) for row in rows)
            if len(rows) < CHUNK:
                return
            after = (rows[-1].agent, rows[-1].turn, rows[-1].about)

    def verify(self, run: str) -> RunRecord:
        """Recompute the log's chain from its first event, and return the run it belongs to.

        Raises
        ------
        CorruptJournal
            If an event is not what was written, is missing, or was added; it names the event.
        """
        record = self.run(run)
        log = Log(run)
        log.replay(self.entries(run, limit=None if record.is_finished else record.seq))
        if (log.seq, log.digest) != (record.seq, record.digest):
            raise CorruptJournal(
                f"{run}: the log ends with event {log.seq}, the last commit with {record.seq}, "
                "and their hashes differ"
            )
        return record

    def follow(self, run: str, after: int = 0, limit: int = 256) -> AsyncIterator[Slice]:
        """Read committed events as they come, with their verdicts, while the run goes on.

        A follower is only a cursor: one that is slow, or stands still, keeps nobody waiting.
        Followers who stand at one place are given one slice, which is read once; so fifty of a
        run that goes flat out cost little more than one. Nobody may change it.
        It ends once the run is finished or interrupted and everything has been read; it does
        not notice when the owner of a run dies (see :attr:`RunRecord.is_live`). An empty slice
        says that :attr:`is_degraded` is no longer what it was.

        Parameters
        ----------
        run
            The run's id.
        after
            The number of the last event already seen.
        limit
            How many events a slice holds at most.
        """
        return self._follow(run, self._number(run), after, limit)

    async def _follow(self, run: str, number: int, after: int, limit: int) -> AsyncIterator[Slice]:
        told, is_degraded = self._verdicts_seen(number, after), False
        head, is_fresh = self._head(number), True
        while True:
            part = self._slice(run, head, _Place(after, told, limit))
            after = part.events[-1].number if part.events else after
            told = part.verdicts[-1].number if part.verdicts else told
            if part.events or part.verdicts:
                yield part
                await asyncio.sleep(0)
            elif not is_fresh:
                head, is_fresh = self._head(number), True
                continue
            elif head.status == "running":
                await self._bell.wait()
                if self.is_degraded is not is_degraded:
                    is_degraded = self.is_degraded
                    yield Slice([], [])
            else:
                return
            head, is_fresh = self._shared_head(number)

    def _slice(self, run: str, head: AnyRow, place: "_Place") -> Slice:
        """Return what comes next behind a place: read once for all who stand there."""
        key = (head.number, place)
        if (known := self._slices.get(key)) is not None:
            return known
        after, told, limit = place
        # No further than the head: what is committed meanwhile has verdicts of its own.
        due = min(limit, head.seq - after)
        events = list(self.lines(run, after, due)) if due > 0 else []
        after = events[-1].number if events else after
        verdicts = self._verdicts_about(run, told, after) if head.verdicts > told else []
        part = Slice(events, verdicts)
        if events:
            self._slices.put(key, part)
        return part

    def _shared_head(self, number: int) -> tuple[AnyRow, bool]:
        """Return how a run stands, as of the last commit that was heard of; and if read now."""
        rings = self._bell.rings
        known = self._heads.get(number)
        if known is not None and known[0] == rings:
            return known[1], False
        head = self._head(number)
        self._heads.put(number, (rings, head))
        return head, True

    def _head(self, number: int) -> AnyRow:
        columns = (RUN.c.number, RUN.c.status, RUN.c.seq, RUN.c.verdicts)
        with self._store.reading() as connection:
            return connection.execute(select(*columns).where(RUN.c.number == number)).one()

    def _verdicts_about(self, run: str, told: int, seq: int) -> list[Line]:
        """Return the next verdicts, up to the first about an event that was not yet read."""
        rows = self._rows(run, VERDICT, told)
        return [Line(row.number, row.body) for row in takewhile(lambda row: row.seq <= seq, rows)]

    def _verdicts_seen(self, number: int, after: int) -> int:
        """Return the number of the last verdict that came with the events up to ``after``."""
        if after == 0:
            return 0
        stored = int(self._head(number).verdicts)
        verdict = VERDICT.c
        later = select(func.min(verdict.number)).where(verdict.run == number, verdict.seq > after)
        with self._store.reading() as connection:
            first: int | None = connection.execute(later).scalar_one()
        return stored if first is None else first - 1

    def _number(self, run: str) -> int:
        """Return the short number under which a run's rows are stored."""
        if run not in self._numbers:
            number, name = RUN.c.number, RUN.c.name
            with self._store.reading() as connection:
                # Not every database takes every text, so it is asked about ids only.
                query = select(number).where(name == run)
                is_id = RUN_ID.fullmatch(run) is not None
                found = connection.execute(query).scalar_one_or_none() if is_id else None
                if found is None:
                    newest = select(name).order_by(number.desc()).limit(CHUNK)
                    hint = did_you_mean(run, connection.execute(newest).scalars())
                    raise UnknownRun(f"{self._store.name}: there is no run {run!r}{hint}")
            self._numbers[run] = found
        return self._numbers[run]

    def _rows(
        self, run: str, table: Table, after: int = 0, limit: int | None = None
    ) -> Iterator[AnyRow]:
        """Read one run's rows of a table in the order of its key, a chunk at a time."""
        return self._chunks(run, self._number(run), table, after, limit)

    def _chunks(
        self, run: str, number: int, table: Table, after: int, limit: int | None
    ) -> Iterator[AnyRow]:
        _, key = table.primary_key.columns
        query = select(table).where(table.c.run == number).order_by(key)
        while limit is None or limit > 0:
            size = CHUNK if limit is None else min(CHUNK, limit)
            try:
                with self._store.reading() as connection:
                    rows = connection.execute(query.where(key > after).limit(size)).all()
            except CorruptJournal as error:
                raise CorruptJournal(
                    f"{run}: {table.name} {after + 1} cannot be read. {error}"
                ) from error
            for row in rows:
                if type(row.body) is not bytes:
                    raise CorruptJournal(
                        f"{run}: {table.name} {row._mapping[key]} is not what was written"
                    )
                yield row
            if len(rows) < size:
                return
            after = rows[-1]._mapping[key]
            limit = None if limit is None else limit - size


def _entry(run: str, seq: int, row: AnyRow) -> Entry:
    if row.seq != seq:
        raise CorruptJournal(f"{run}: event {seq} is missing; {row.seq} follows")
    try:
        return Entry(parse_event(row.body, run), row.body, row.hash)
    except ValidationError as error:
        raise CorruptJournal(f"{run}: event {seq} is {_UNREADABLE}") from error


def _verdict(run: str, row: AnyRow) -> Verdict:
    return _parsed(Verdict.model_validate_json, row.body, f"{run}: verdict {row.number}")


def sealed_facts(run: str, row: AnyRow) -> list[Record]:
    """Return the facts that a row of the table ``truth`` holds.

    Raises
    ------
    CorruptJournal
        If the row is not what was written.
    """
    what = f"{run}: the truth up to event {row.seq}"
    return _parsed(_FACTS.validate_json, row.body, what)


def _parsed(parse: Callable[[bytes], T], body: bytes, what: str) -> T:
    try:
        return parse(body)
    except ValidationError as error:
        raise CorruptJournal(f"{what} is {_UNREADABLE}") from error


def lease_left(clock: ColumnElement[float] | None) -> ColumnElement[float | None]:
    """Return the column ``lease_s``: how many seconds a run's lease still has to run."""
    left = null() if clock is None else RUN.c.lease_until - clock
    return left.cast(Float).label("lease_s")


def owner_of(row: AnyRow) -> Owner | None:
    """Return the process that a run's row names, dead or alive."""
    return None if row.pid is None else Owner(row.pid, row.host, row.born, row.lease_s)


def _record(row: AnyRow) -> RunRecord:
    same = {name: row._mapping[name] for name in _SAME_NAME}
    return RunRecord(run=row.name, owner=owner_of(row), **same)
