"""All runs of a store as one stream: their commits in one order, which every reader sees alike.

A commit's ``place`` is what orders it: on SQLite a number that counts commits, on PostgreSQL the
transaction's own. There a transaction that began earlier may commit later, so what is read ends
before the oldest one that is still open: nothing can come to lie behind a reader.
"""

import re
from collections.abc import AsyncIterator
from typing import NamedTuple

from sqlalchemy import func, select, tuple_

from memory.bell import Bell
from memory.recent import Recent
from memory.record import Line, Slice
from memory.store import Store
from memory.tables import CLOCK, EVENT, RUN, VERDICT

COMMITS_AT_ONCE = 64
KEPT = 256
"""How many commits are looked up at a time; and how many answers are kept for other readers."""

_CURSOR = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})\.([0-9]{1,18})")


class Cursor(NamedTuple):
    """Where a reader of all runs stands: in which commit of which run, behind which event.

    Examples
    --------
    >>> str(Cursor(812, 3, 4096)), Cursor.read("812.3.4096"), Cursor.read("garbage")
    ('812.3.4096', Cursor(place=812, run=3, seq=4096), None)
    """

    place: int = 0
    run: int = 0
    seq: int = 0

    def __str__(self) -> str:
        """Return it as one word, for a client to come back with."""
        return f"{self.place}.{self.run}.{self.seq}"

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """Return what a client came back with, or None if it is no cursor."""
        found = _CURSOR.fullmatch(text)
        return cls(*map(int, found.groups())) if found else None


class Part(NamedTuple):
    """Some events of one run's commit with the verdicts that came with them, and where it ends."""

    run: str
    slice: Slice
    cursor: Cursor


class _Commit(NamedTuple):
    place: int
    number: int
    run: str
    before: int
    told: int
    seq: int
    verdicts: int


class Commits:
    """Reads the commits of all runs, in one order.

    Parameters
    ----------
    store
        Where they lie.
    bell
        Rings when there are more.
    """

    def __init__(self, store: Store, bell: Bell) -> None:
        self._store = store
        self._bell = bell
        self._found: Recent[Cursor, list[_Commit]] = Recent(KEPT)
        self._parts: Recent[tuple[Cursor, int], Part] = Recent(KEPT)
        self._nothing_behind: tuple[Cursor, int] | None = None

    def newest(self) -> Cursor:
        """Return where a reader stands who wants only what is still to come."""
        query = select(CLOCK.c.place, CLOCK.c.run, CLOCK.c.seq)
        if self._store.settled is not None:
            query = query.where(CLOCK.c.place < self._store.settled)
        query = query.order_by(CLOCK.c.place.desc(), CLOCK.c.run.desc()).limit(1)
        with self._store.reading() as connection:
            row = connection.execute(query).one_or_none()
        return Cursor(*row) if row else Cursor()

    def after(self, cursor: Cursor, limit: int) -> Part | None:
        """Return what comes next behind a cursor, at most so many events of one run, if any.

        Who asks the same is given the same, read once; nobody may change it.
        """
        known = self._parts.get((cursor, limit))
        if known is not None:
            return known
        for commit in self._behind(cursor):
            is_begun = (commit.place, commit.number) == cursor[:2]
            part = self._part(commit, cursor.seq if is_begun else commit.before, limit)
            if part is not None:
                self._parts.put((cursor, limit), part)
                return part
        return None

    async def follow(self, cursor: Cursor, limit: int) -> AsyncIterator[Part]:
        """Return what comes behind a cursor, as it is committed, for ever."""
        while True:
            rings = self._bell.rings
            part = None if self._nothing_behind == (cursor, rings) else self.after(cursor, limit)
            if part is None:
                self._nothing_behind = (cursor, rings)
                await self._bell.wait()
                continue
            yield part
            cursor = part.cursor

    def _behind(self, cursor: Cursor) -> list[_Commit]:
        known = self._found.get(cursor)
        if known is not None:
            return known
        clock, earlier = CLOCK.c, CLOCK.alias("earlier").c
        of_same = select(earlier.seq).where(earlier.run == clock.run, earlier.seq < clock.seq)
        newest = of_same.order_by(earlier.seq.desc()).limit(1)
        told = newest.with_only_columns(earlier.verdicts)
        query = (
            select(
                clock.place,
                clock.run,
                RUN.c.name,
                func.coalesce(newest.scalar_subquery(), 0),
                func.coalesce(told.scalar_subquery(), 0),
                clock.seq,
                clock.verdicts,
            )
            .join(RUN, RUN.c.number == clock.run)
            .where(tuple_(clock.place, clock.run) >= cursor[:2])
            .order_by(clock.place, clock.run)
            .limit(COMMITS_AT_ONCE)
        )
        if self._store.settled is not None:
            query = query.where(clock.place < self._store.settled)
        with self._store.reading() as connection:
            found = [_Commit(*row) for row in connection.execute(query)]
        done = (*cursor[:2],)
        found = [c for c in found if (c.place, c.number) != done or c.seq > cursor.seq]
        if found:
            self._found.put(cursor, found)
        return found

    def _part(self, commit: _Commit, after: int, limit: int) -> Part | None:
        """Return the next events of a commit, with those of its verdicts that come with them."""
        run, of, numbered = commit.number, EVENT.c, VERDICT.c
        events = (
            select(of.seq, of.body)
            .where(of.run == run, of.seq > after, of.seq <= commit.seq)
            .order_by(of.seq)
            .limit(limit)
        )
        with self._store.reading() as connection:
            lines = [Line(row.seq, row.body) for row in connection.execute(events)]
            if not lines:
                return None
            # The first of a commit brings verdicts about earlier events, too.
            since = 0 if after == commit.before else after
            verdicts = (
                select(numbered.number, numbered.body)
                .where(
                    numbered.run == run,
                    numbered.number > commit.told,
                    numbered.number <= commit.verdicts,
                    numbered.seq > since,
                    numbered.seq <= lines[-1].number,
                )
                .order_by(numbered.number)
            )
            said: list[Line] = []
            if commit.verdicts > commit.told:
                said = [Line(row.number, row.body) for row in connection.execute(verdicts)]
        return Part(commit.run, Slice(lines, said), Cursor(commit.place, run, lines[-1].number))
