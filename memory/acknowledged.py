"""Alarms that somebody has seen: who, when, and what they had to say. No part of any log."""

from datetime import UTC, datetime

from sqlalchemy import delete, insert, select

from memory.envelope import Frozen
from memory.record import check_text
from memory.store import Store
from memory.tables import ACKNOWLEDGED


class Seen(Frozen):
    """That an alarm was acknowledged: by whom, when, and with which words."""

    by: str
    at: str
    note: str


class Acknowledged:
    """The acknowledged alarms of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, run: str) -> dict[int, Seen]:
        """Return those of a run, by the alarm's number."""
        table = ACKNOWLEDGED.c
        query = select(table.alarm, table.by_whom, table.moment, table.note)
        with self._store.reading() as connection:
            rows = connection.execute(query.where(table.run == run)).all()
        return {row.alarm: Seen(by=row.by_whom, at=row.moment, note=row.note) for row in rows}

    def put(self, run: str, alarm: int, by: str, note: str = "") -> Seen:
        """Keep that an alarm was seen; what was kept of it before is replaced.

        Raises
        ------
        BadInput
            If a text cannot be stored.
        """
        check_text("a note", note)
        check_text("a name", by)
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        row = {"run": run, "alarm": alarm, "by_whom": by, "moment": now, "note": note}
        same = (ACKNOWLEDGED.c.run == run, ACKNOWLEDGED.c.alarm == alarm)
        with self._store.writing() as connection:
            connection.execute(delete(ACKNOWLEDGED).where(*same))
            connection.execute(insert(ACKNOWLEDGED).values(row))
        return Seen(by=by, at=now, note=note)
