"""What goes down with one commit, and the rows it becomes."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from pydantic_core import to_json

from memory.claim import Claim
from memory.log import Entry, chain
from memory.tables import AnyRow
from memory.truth import Record
from memory.verdicts import Verdict


class Batch(NamedTuple):
    """Events as the log drained them, verdicts and sealed records about them, and the round."""

    entries: Sequence[Entry]
    verdicts: Sequence[Verdict]
    records: Sequence[Record]
    round: int


class Part(NamedTuple):
    """One run's share of a commit: its batch, and the claim under which it may be written."""

    claim: Claim
    batch: Batch


def check_goes_on(row: AnyRow, entries: Sequence[Entry]) -> None:
    """Refuse events that do not go on, in number and in hash, where a run's row stands."""
    if not entries:
        return
    first, last = entries[0], entries[-1]
    if first.event.seq != row.seq + 1 or last.event.seq != row.seq + len(entries):
        raise ValueError(
            f"events {first.event.seq} to {last.event.seq} ({len(entries)} of them) do not go on "
            f"from event {row.seq}, the last that {row.name} holds"
        )
    if chain(bytes.fromhex(row.digest), first.body) != first.hash:
        raise ValueError(f"event {first.event.seq} is chained to another past of {row.name}")


def advanced(row: AnyRow, batch: Batch, now: str) -> dict[str, Any]:
    """Return where a run stands once a batch is down."""
    entries, verdicts, _, round = batch
    return {
        "claimed": row.number,
        "round": round,
        "seq": row.seq + len(entries),
        "digest": entries[-1].hash.hex() if entries else row.digest,
        "verdicts": row.verdicts + len(verdicts),
        "alarms": row.alarms + sum(verdict.alarm for verdict in verdicts),
        "updated_at": now,
    }


def event_rows(row: AnyRow, batch: Batch) -> list[tuple[Any, ...]]:
    """Return rows for the table ``event``."""
    run = row.number
    numbered = enumerate(batch.entries, row.seq + 1)
    return [(run, seq, body, hash) for seq, (_, body, hash) in numbered]


def verdict_rows(row: AnyRow, batch: Batch) -> list[tuple[Any, ...]]:
    """Return rows for the table ``verdict``, numbered on from the last."""
    return [
        (row.number, number, verdict.seq, verdict.model_dump_json().encode())
        for number, verdict in enumerate(batch.verdicts, row.verdicts + 1)
    ]


def truth_rows(row: AnyRow, batch: Batch) -> list[tuple[Any, ...]]:
    """Return the row for the table ``truth``, where anything is sealed: one for all of a batch."""
    return [truth_row(row.number, batch.records)] if batch.records else []


def truth_row(run: int, records: Sequence[Record]) -> tuple[int, int, bytes]:
    """Return sealed facts, at least one, as a row under the number of their last event."""
    facts = [(seq, fact._asdict()) for seq, fact in records]
    return (run, records[-1].seq, to_json(facts))
