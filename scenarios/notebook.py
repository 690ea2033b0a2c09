"""The tools of the notebook: write a note, read and search what there is, go back to a version.

They are tools as those of :mod:`scenarios.tools` are: they look and propose, and change nothing.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import Field

from memory.commons import LONGEST_NOTE
from memory.events import Claim, NoteVersion
from memory.notes import VERSIONS_KEPT, Draft, Note
from scenarios.proposal import Done, Refused, View
from scenarios.signature import Line, Name, Parent, Text

HANDOFF = "handoff"
"""The note, in its worker's own drawer, that an agent leaves its successor."""

LESSONS = "lessons"
"""The note, in its worker's own drawer, that holds a post's lessons, one a line."""

MOST_LESSONS = 16
"""A post remembers so many lessons, the newest."""

EXCERPT = 2_000
"""How much of each note a reader is shown in the message, in characters."""

MOST_PARENTS = 16
"""A note is built on at most so many others."""


def handoff_of(lane: str) -> str:
    """Return the name of what an agent of that lane leaves; each of several has its own.

    Examples
    --------
    >>> handoff_of(""), handoff_of("b")
    ('handoff', 'handoff/b')
    """
    return f"{HANDOFF}/{lane}" if lane else HANDOFF


def post_note(
    view: View,
    name: Name,
    text: Text,
    claim: Claim = "observation",
    parents: Annotated[Sequence[Parent], Field(max_length=MOST_PARENTS)] = (),
    expected_version: Annotated[int | None, Field(ge=0)] = None,
) -> Done | Refused:
    """Write a note into the shared notebook; an old note of that name gets a new version.

    Parameters
    ----------
    name
        The note's name: lower-case letters, digits, - and _.
    text
        What it says.
    claim
        What kind of statement it is: something you observed, an inference of yours, something
        you verified, or a directive for others.
    parents
        The notes it is built on, each by its name, or as name@version for one version of it.
    expected_version
        The version you read last, or 0 if there should be no such note yet. Where another
        stands, nothing is written and you are told. Without it you write over whatever is there.
    """
    if name == HANDOFF:
        return Refused(f"the name '{HANDOFF}' is kept for what finish writes; choose another")
    built_on = []
    for parent in parents:
        version = version_of(view, *parent.partition("@")[::2])
        if isinstance(version, Refused):
            return version
        built_on.append(version)
    draft = Draft(name, text, view.scope, claim, parents=tuple(built_on), expected=expected_version)
    return posted(view, draft)


def read_notes(view: View, limit: Annotated[int, Field(ge=1, le=10)] = 10) -> Done:
    """Read the newest notes of the shared notebook, last written first.

    Parameters
    ----------
    limit
        How many at most.
    """
    notes = view.notes.recent(view.scope, view.actor, limit)
    return Done(_shown(notes) or "there are no notes yet", reads=tuple(notes))


def search_notes(
    view: View, query: Line, limit: Annotated[int, Field(ge=1, le=10)] = 5
) -> Done | Refused:
    """Search the newest versions of all notes in the shared notebook, the best fit first.

    Parameters
    ----------
    query
        The words to look for, in any order; the first 8 different ones count.
    limit
        How many notes at most.
    """
    search = view.notes.search(query, view.scope, view.actor, limit)
    said = _shown(search.found) or "no note has any of these words"
    return Done(said, search=search, reads=search.found)


def rollback_note(view: View, name: Name, version: Annotated[int, Field(ge=1)]) -> Done | Refused:
    """Let a note say again what an earlier version said; no version is lost.

    Parameters
    ----------
    name
        The note's name.
    version
        Which version's text it gets back, as a new version.
    """
    if name == HANDOFF:
        return Refused(f"the name '{HANDOFF}' is kept for what finish writes; choose another")
    newest = view.notes.latest(name, view.scope, view.actor)
    if newest is None:
        return _no_note(view, name)
    if version == newest.version:
        return Refused(f"note {name} is at version {version} already")
    old = view.notes.version(newest.note, version)
    if old is None:
        first = max(1, newest.version + 1 - VERSIONS_KEPT)
        return Refused(f"note {name} has versions {first} to {newest.version} at hand")
    return posted(
        view,
        Draft(name, old.text, view.scope, old.claim, parents=(old.itself,), restored=version),
    )


def reflect(view: View, lesson: Line) -> Done:
    """Write down one lesson of your life for all who hold your post after you.

    Parameters
    ----------
    lesson
        What you would do otherwise, or again, in a sentence.
    """
    old = view.notes.latest(LESSONS, "worker", view.actor)
    lines = old.text.splitlines()[1 - MOST_LESSONS :] if old else []
    parents = (old.itself,) if old else ()
    text = "\n".join((*lines, " ".join(lesson.split())))
    return Done(
        "your lesson is written down", draft=Draft(LESSONS, text, "worker", "inference", 0, parents)
    )


def version_of(view: View, name: str, version: str) -> NoteVersion | Refused:
    """Return the version of a note that an agent names as ``name`` or ``name@version``."""
    scope = view.scope
    if name == HANDOFF:
        scope, name = "worker", handoff_of(view.actor.lane)
    newest = view.notes.latest(name, scope, view.actor)
    if newest is None:
        return _no_note(view, name)
    if version and int(version) > newest.version:
        return Refused(f"note {name} is at version {newest.version}; there is no {version} yet")
    return NoteVersion(note=newest.note, version=int(version) if version else newest.version)


def _no_note(view: View, name: str) -> Refused:
    nearest = view.notes.meant(name, view.scope, view.actor)
    return Refused(f"there is no note '{name}'; search_notes finds what there is{nearest}")


def posted(view: View, draft: Draft) -> Done | Refused:
    """Return what handing in a draft comes to: a new version, an offer to the commons, or no."""
    if reason := view.notes.check(view.actor, draft):
        return Refused(reason)
    if draft.scope == "commons":
        if len(draft.text) > LONGEST_NOTE:
            return Refused(f"a note of the commons has at most {LONGEST_NOTE} characters")
        return Done(f"note {draft.name} is handed in; next round tells how it stands", draft=draft)
    old = view.notes.latest(draft.name, draft.scope, view.actor)
    version = old.version + 1 if old else 1
    again = f" and says again what version {draft.restored} said" if draft.restored else ""
    return Done(f"note {draft.name} is now at version {version}{again}", draft=draft)


def _shown(notes: Iterable[Note]) -> str:
    return "\n".join(
        f"{note.name} (version {note.version}, {_claimed(note)}by {note.author.agent}): "
        f"{_excerpt(note.text)}"
        for note in notes
    )


def _claimed(note: Note) -> str:
    return "" if note.claim == "observation" else f"{note.claim}, "


def _excerpt(text: str) -> str:
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT]}... (cut)"
