"""The tools of knowledge: work out a figure, look up a fact, state a claim with its evidence."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from memory.events import NoteVersion
from memory.notes import Draft
from scenarios import arithmetic
from scenarios.notebook import MOST_PARENTS, posted, version_of
from scenarios.proposal import Done, Refused, View
from scenarios.signature import Line, Name, Text

CLAIM = "claim-"
"""What the name of a claim's note begins with."""

Evidence = Annotated[str, Field(min_length=1, max_length=100)]
"""A note, by its name or as name@version, or a term of the library."""


def calculate(
    view: View, expression: Annotated[str, Field(min_length=1, max_length=arithmetic.LONGEST)]
) -> Done | Refused:
    """Work out an expression exactly; it takes no time.

    Parameters
    ----------
    expression
        Numbers, + - * /, whole division // and its rest %, powers ** with whole exponents, and
        parentheses, such as (1.10 ** 3 - 1) * 1_000.
    """
    try:
        value = arithmetic.calculate(expression)
    except ValueError as error:
        return Refused(f"expression cannot be worked out: {error}")
    return Done(f"{expression.strip()} = {arithmetic.written(value)}")


def lookup(view: View, term: Line) -> Done | Refused:
    """Look up what the library says of a term. The library is not always right.

    Parameters
    ----------
    term
        What to look up, in the library's own words for it.
    """
    if view.library is None:
        return Refused("there is no library here")
    document = view.library.find(term, view.round)
    if document is None:
        return Refused(f"the library has nothing on '{term}'{view.library.meant(term)}")
    said = f"{document.term} ({document.id}, version {document.version}): {document.text}"
    return Done(said, documents=(document,))


def state_claim(
    view: View,
    name: Name,
    claim: Text,
    evidence: Annotated[Sequence[Evidence], Field(min_length=1, max_length=MOST_PARENTS)],
    kind: Literal["inference", "verified"] = "inference",
) -> Done | Refused:
    """State what you hold to be true, with what it rests on, as a note for all.

    Parameters
    ----------
    name
        What to call it; it becomes the note claim-name.
    claim
        What you hold to be true.
    evidence
        What it rests on: notes, each by its name or as name@version, and terms of the library.
        What is not there is no evidence, and the claim is refused.
    kind
        An inference of yours, or something that you have verified.
    """
    parents = []
    for each in evidence:
        found = _evidence(view, each)
        if isinstance(found, Refused):
            return found
        parents.append(found)
    return posted(view, Draft(f"{CLAIM}{name}", claim, view.scope, kind, parents=tuple(parents)))


def _evidence(view: View, named: str) -> NoteVersion | Refused:
    """Return the version of the note, or of the document, that an agent names."""
    if view.library and (document := view.library.find(named, view.round)):
        return NoteVersion(note=document.id, version=document.version)
    name, _, version = named.partition("@")
    if version and not (version.isascii() and version.isdigit() and len(version) < 10):
        return Refused(f"evidence '{named}' is no name, or name@version")
    return version_of(view, name, version)
