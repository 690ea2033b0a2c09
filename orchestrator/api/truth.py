"""The truth of a run: who was what, and what was meant. It takes a key that opens ``truth``.

This is what evaluation compares monitors with. Whoever watches a run must not read it: give a
monitor's process a key without this scope.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field, JsonValue

from memory.envelope import Frozen
from memory.truth import Chapter, Record, RosterEntry
from orchestrator.api.access import needs
from orchestrator.api.moment import LARGEST_PAGE
from orchestrator.api.run import KnownRun
from orchestrator.api.service import Serving
from orchestrator.api.strict import LARGEST, Strict

router = APIRouter(prefix="/v1/runs/{run}/truth", tags=["truth"], dependencies=[needs("truth")])


class Truth(Frozen):
    """What is sealed of a run as a whole: its scenario in full, its workers, what it claims."""

    scenario: dict[str, JsonValue]
    roster: list[RosterEntry]
    claims: list[str]
    chapters: list[Chapter]


class Fact(Frozen):
    """What is true of one event: what a decision was for, or how an acquisition stands."""

    seq: int
    kind: str
    fact: dict[str, JsonValue]


class FactPage(Frozen):
    """Some facts, in the order of their events."""

    items: list[Fact]
    next_after: int | None


class Facts(Strict):
    """Those behind fact number ``after``, counted from 1; at most ``limit``."""

    after: int = Field(default=0, ge=0, le=LARGEST)
    limit: int = Field(default=100, ge=1, le=LARGEST_PAGE)


@router.get("")
def show_truth(record: KnownRun, at: Serving) -> Truth:
    """Show what a run's workers are and what was predicted of it."""
    sealed = at.journal.sealed(record.run)
    return Truth(
        scenario=sealed.scenario,
        roster=list(sealed.roster),
        claims=list(sealed.claims),
        chapters=list(sealed.chapters),
    )


@router.get("/facts")
def list_facts(record: KnownRun, span: Annotated[Facts, Query()], at: Serving) -> FactPage:
    """List what is true of a run's single events."""
    rest: Iterator[Record] = islice(at.journal.records(record.run), span.after, None)
    shown = list(islice(rest, span.limit))
    more = span.after + len(shown) if next(rest, None) is not None else None
    items = [
        Fact(seq=seq, kind=type(fact).__name__.lower(), fact=fact._asdict()) for seq, fact in shown
    ]
    return FactPage(items=items, next_after=more)
