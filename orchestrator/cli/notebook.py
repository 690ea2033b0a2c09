"""A stored run's notebook in words: its notes, one note's text, versions, readers, changes."""

import json
from collections.abc import Iterator
from itertools import takewhile

from pydantic import JsonValue

from memory.envelope import Actor
from memory.journal import Journal
from memory.notes import Note, owner_of
from memory.provenance import Provenance, Reading, provenance_of
from orchestrator.cli.ink import safe
from orchestrator.cli.transcript import Place, turn_of

SHOWN = 72
"""Of a note in a list, so many characters are shown."""

_CLAIMS = {
    "observation": "an observation",
    "inference": "an inference",
    "verified": "verified",
    "directive": "a directive",
}


def notes_at(journal: Journal, run: str, seq: int | None) -> Provenance:
    """Return what a run's notebook held once event ``seq`` was written; now, by default."""
    events = (entry.event for entry in journal.entries(run))
    return provenance_of(takewhile(lambda event: seq is None or event.seq <= seq, events))


def listed(notes: list[Note]) -> Iterator[str]:
    """Return notes one a line, with who wrote the newest version in which event."""
    for note in notes:
        text = " ".join(note.text.split())
        more = "..." if len(text) > SHOWN else ""
        yield safe(
            f"{note.note:<6} v{note.version:<3} {_by(note)}, event {note.seq}  "
            f"{note.name} ({_drawer(note)}): {text[:SHOWN]}{more}"
        )


def told(note: Note, provenance: Provenance) -> Iterator[str]:
    """Return one version of a note: where it comes from, what it says, who read it."""
    yield safe(f"{note.note} {note.name}, version {note.version}, {_drawer(note)}")
    yield safe(f"written by {_by(note)} in event {note.seq}, as {_claim(note)}{_origin(note)}")
    yield from (f"  {safe(line)}" for line in note.text.splitlines())
    readings = provenance.readings(note.note, note.version)
    yield f"read {len(readings)} times" if readings else "read by nobody"
    yield from (
        safe(f"  by {_who(each.reader)} in round {each.round}, event {each.seq}")
        for each in readings
    )


def versions(notes: list[Note], provenance: Provenance) -> Iterator[str]:
    """Return the versions of a note, one a line, the newest last."""
    for note in notes:
        readers = {each.reader.agent for each in provenance.readings(note.note, note.version)}
        yield safe(
            f"v{note.version:<3} {_by(note)}, event {note.seq}, {_claim(note)}{_origin(note)}; "
            f"{len(readers)} agents read it"
        )


def exchange_of(journal: Journal, run: str, note: Note) -> Place | None:
    """Return the turn in which a model wrote a version; None where it was no model's."""
    entry = next(journal.entries(run, note.seq - 1, 1), None)
    place = turn_of(entry.event.agent, entry.event.key) if entry else None
    is_kept = place is not None and journal.answer(run, *place) is not None
    return place if is_kept else None


def note_json(
    note: Note, readings: list[Reading] | None = None, exchange: Place | None = None
) -> str:
    """Return one version as one JSON object, with its readings where they are given.

    ``exchange`` is the turn in which a model wrote it.
    """
    said: dict[str, JsonValue] = {
        **{"note": note.note, "version": note.version, "name": note.name, "scope": note.scope},
        **{"claim": note.claim, "text": note.text, "seq": note.seq, "restored": note.restored},
        "author": note.author._asdict(),
        "parents": [{"note": each.note, "version": each.version} for each in note.parents],
    }
    if exchange is not None:
        said["exchange"] = dict(exchange._asdict())
    if readings is not None:
        said["read_by"] = [
            {"reader": each.reader._asdict(), "round": each.round, "seq": each.seq}
            for each in readings
        ]
    return json.dumps(said, ensure_ascii=False)


def _by(note: Note) -> str:
    return _who(note.author)


def _who(actor: Actor) -> str:
    return actor.agent or actor.worker or "the world"


def _drawer(note: Note) -> str:
    owner = owner_of(note.scope, note.author)
    return f"of the {owner}" if owner == note.scope else f"of {note.scope} {owner}"


def _claim(note: Note) -> str:
    return _CLAIMS[note.claim]


def _origin(note: Note) -> str:
    """Return what a version was built on, in words."""
    if note.restored:
        return f", again what version {note.restored} said"
    built = ", ".join(f"{each.note} v{each.version}" for each in note.parents)
    return f", built on {built}" if built else ""
