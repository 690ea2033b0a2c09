"""A run's notebook: what stood in it at a round, where each version came from, who read it."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.exceptions import HTTPException

from memory.envelope import Frozen
from memory.errors import BadInput
from memory.events import Claim, NoteVersion, Scope
from memory.notes import Note, owner_of
from memory.provenance import Provenance, Reading
from memory.record import RunRecord
from orchestrator.api.access import needs
from orchestrator.api.moment import LARGEST_PAGE, Moment, Span, page_of
from orchestrator.api.run import KnownRun
from orchestrator.api.service import Service, Serving

router = APIRouter(prefix="/v1/runs/{run}/notes", tags=["notes"], dependencies=[needs("read")])


class Version(Frozen):
    """One version of a note.

    ``owner`` is whose drawer it lies in: the fleet's, a worker's or an agent's. ``restored`` is
    the version whose text this is again; ``agent`` is None where the world wrote it.
    """

    note: str
    version: int
    name: str
    scope: Scope
    owner: str
    claim: Claim
    text: str
    seq: int
    worker: str | None
    agent: str | None
    parents: tuple[NoteVersion, ...]
    restored: int | None
    readings: int


class Read(Frozen):
    """Who read which version, when, in which event."""

    worker: str | None
    agent: str | None
    version: int
    round: int
    seq: int


class NotePage(Frozen):
    """The newest version of some notes; ``next_after`` asks for those written later."""

    items: list[Version]
    next_after: int | None


class NoteInFull(Frozen):
    """All versions of a note, the oldest first, and everyone who read one of them."""

    versions: list[Version]
    readings: list[Read]


class Changes(Frozen):
    """What changed between two versions, as the lines of a unified diff."""

    before: int
    after: int
    lines: list[str]


class Wanted(Span):
    """Which notes: all, in the order of writing; or those that fit a search, the best first."""

    query: str | None = Field(default=None, min_length=1, max_length=400)


class Pair(Moment):
    """Two versions of a note to compare; by default the newest and the one before it."""

    before: int | None = Field(default=None, ge=1, le=2**31)
    after: int | None = Field(default=None, ge=1, le=2**31)


@router.get("")
def list_notes(record: KnownRun, wanted: Annotated[Wanted, Query()], at: Serving) -> NotePage:
    """List the notes as they stood, each in its newest version; or search them."""
    provenance = _notes(at, record, wanted.at)
    if wanted.query is not None:
        found = provenance.search(wanted.query, min(wanted.limit, LARGEST_PAGE))
        return NotePage(items=[_version(each, provenance) for each in found], next_after=None)
    notes = sorted(provenance.newest(), key=lambda note: note.seq)
    items, more = page_of(notes, [note.seq for note in notes], wanted)
    return NotePage(items=[_version(each, provenance) for each in items], next_after=more)


@router.get("/{note}")
def show_note(
    record: KnownRun,
    note: Annotated[str, Path(description="A note's id, such as n_014.")],
    moment: Annotated[Moment, Query()],
    at: Serving,
) -> NoteInFull:
    """Show every version of a note, and who read it."""
    provenance = _notes(at, record, moment.at)
    history = _history(provenance, note)
    return NoteInFull(
        versions=[_version(each, provenance) for each in history],
        readings=[_read(each) for each in provenance.readings(note)],
    )


@router.get("/{note}/diff")
def compare_versions(
    record: KnownRun,
    note: Annotated[str, Path(description="A note's id, such as n_014.")],
    pair: Annotated[Pair, Query()],
    at: Serving,
) -> Changes:
    """Show what changed between two versions of a note."""
    provenance = _notes(at, record, pair.at)
    newest = _history(provenance, note)[-1].version
    after = pair.after or newest
    before = pair.before or max(1, after - 1)
    return Changes(before=before, after=after, lines=provenance.diff(note, before, after))


def _notes(at: Service, record: RunRecord, round: int | None) -> Provenance:
    return at.folded(Provenance, record, round)


def _history(provenance: Provenance, note: str) -> list[Note]:
    try:
        return provenance.history(note)
    except BadInput as error:
        raise HTTPException(404, str(error)) from error


def _version(note: Note, provenance: Provenance) -> Version:
    said = note._asdict()
    author, _ = said.pop("author"), said.pop("origin")
    return Version(
        **said,
        owner=owner_of(note.scope, author),
        worker=author.worker,
        agent=author.agent,
        readings=len(provenance.readings(note.note, note.version)),
    )


def _read(reading: Reading) -> Read:
    return Read(
        worker=reading.reader.worker,
        agent=reading.reader.agent,
        version=reading.version,
        round=reading.round,
        seq=reading.seq,
    )
