"""Handing a run's history on: a fork begins with a copy of its parent's events."""

from sqlalchemy import Connection, insert, literal, select

from memory.batch import truth_row
from memory.errors import CorruptJournal
from memory.reader import sealed_facts
from memory.record import Origin
from memory.tables import EVENT, TRUTH


def copy_history(connection: Connection, source: int, target: int, origin: Origin) -> str:
    """Copy the events that a fork shares, and what is sealed about them; return their digest.

    Raises
    ------
    CorruptJournal
        If the run ``source`` does not hold every event up to ``origin.seq``.
    """
    for table in (EVENT, TRUTH):
        names = [column.name for column in table.c]
        copied = [literal(target) if name == "run" else table.c[name] for name in names]
        rows = select(*copied).where(table.c.run == source, table.c.seq <= origin.seq)
        # Not every driver keeps the count of an INSERT unasked.
        copying = insert(table).from_select(names, rows)
        done = connection.execute(copying, execution_options={"preserve_rowcount": True})
        if table is EVENT and done.rowcount != origin.seq:
            raise CorruptJournal(
                f"{origin.parent}: of the events up to {origin.seq}, {done.rowcount} are there"
            )
    _copy_cut_facts(connection, source, target, origin)
    last = select(EVENT.c.hash).where(EVENT.c.run == target, EVENT.c.seq == origin.seq)
    digest: bytes = connection.execute(last).scalar_one()
    return digest.hex()


def _copy_cut_facts(connection: Connection, source: int, target: int, origin: Origin) -> None:
    """Copy what is sealed in the one commit that reaches beyond the end of what is shared."""
    beyond = select(TRUTH).where(TRUTH.c.run == source, TRUTH.c.seq > origin.seq)
    row = connection.execute(beyond.order_by(TRUTH.c.seq).limit(1)).one_or_none()
    facts = sealed_facts(origin.parent, row) if row else []
    if shared := [fact for fact in facts if fact.seq <= origin.seq]:
        copied = dict(zip(TRUTH.c.keys(), truth_row(target, shared), strict=True))
        connection.execute(insert(TRUTH), copied)
