"""What fleets from elsewhere said of themselves: their lines as they were told, in order.

Events are a fold of them. They are written first, so whoever is cut off between the two finds
out from the lines which events are still due.
"""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import insert, select

from memory.record import check_text
from memory.store import Store
from memory.tables import TOLD

AT_ONCE = 500
"""So many ids are asked for in one query, and so many lines read."""


class Told:
    """The lines of every fleet of a store, each fleet under its run's id."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def known(self, run: str, ids: Sequence[str]) -> dict[str, bytes]:
        """Return, of lines by their ids, those that were told already."""
        found: dict[str, bytes] = {}
        with self._store.reading() as connection:
            for first in range(0, len(ids), AT_ONCE):
                part = list(ids[first : first + AT_ONCE])
                query = select(TOLD.c.id, TOLD.c.body).where(TOLD.c.run == run, TOLD.c.id.in_(part))
                found.update((row.id, row.body) for row in connection.execute(query))
        return found

    def lines(self, run: str) -> Iterator[bytes]:
        """Read a fleet's lines in their order."""
        after = 0
        while True:
            query = select(TOLD.c.number, TOLD.c.body).where(TOLD.c.run == run)
            query = query.where(TOLD.c.number > after).order_by(TOLD.c.number).limit(AT_ONCE)
            with self._store.reading() as connection:
                rows = connection.execute(query).all()
            yield from (row.body for row in rows)
            if len(rows) < AT_ONCE:
                return
            after = rows[-1].number

    def add(self, run: str, after: int, lines: Iterable[tuple[str, bytes]]) -> None:
        """Write lines down, with their ids, behind number ``after``: all of them, or none."""
        lines = list(lines)
        for id, _ in lines:
            check_text("an event's id", id)
        rows = [
            {"run": run, "number": number, "id": id, "body": body}
            for number, (id, body) in enumerate(lines, after + 1)
        ]
        if rows:
            with self._store.writing() as connection:
                connection.execute(insert(TOLD), rows)
