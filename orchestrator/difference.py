"""Where two logs part: what stands in a journal beside what came out, told field by field."""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, Literal, NamedTuple

from pydantic import JsonValue
from pydantic_core import from_json, to_json

from memory.envelope import Frozen
from memory.log import GENESIS, chain

What = Literal["event", "verdict", "truth"]

FIELDS_SHOWN = 8
"""Of two things that differ everywhere, so many fields are told."""

_MISSING: Any = object()


class Difference(Frozen):
    """The first thing that did not come out as it stands in the journal.

    ``number`` counts events, and verdicts, from 1; for the truth it is that of its event.
    ``stands`` and ``came_out`` are the two as JSON, None where there is none; ``fields`` says
    in words where they part. ``why`` is the error with which recomputing broke off, if any.
    """

    what: What
    number: int
    stands: dict[str, JsonValue] | None
    came_out: dict[str, JsonValue] | None
    fields: tuple[str, ...] = ()
    why: str = ""

    def __str__(self) -> str:
        """Say it in a sentence, and where the two part, line by line."""
        of = {"event": "event", "verdict": "verdict", "truth": "the truth sealed of event"}
        if self.stands is None:
            said = "came out, and does not stand in the journal"
        elif self.came_out is None:
            said = f"stands in the journal, and did not come out{f': {self.why}' * bool(self.why)}"
        else:
            said = "came out otherwise than it stands"
        return "\n".join((f"{of[self.what]} {self.number} {said}", *self.fields))


class Differs(Exception):
    """Something did not come out as it stands; it stops the engine."""

    def __init__(self, difference: Difference) -> None:
        super().__init__(str(difference))
        self.difference = difference


class Piece(NamedTuple):
    """One stored or recomputed thing: its number, and its canonical bytes."""

    number: int
    body: bytes


class Track:
    """One of a run's logs as it stands, against which what comes out is laid piece by piece."""

    def __init__(self, what: What, stored: Iterator[Piece]) -> None:
        self.what: What = what
        self.count = 0
        self.hash = GENESIS
        self._stored = stored

    def lay(self, came_out: Piece) -> None:
        """Compare the next piece with what stands there."""
        stands = next(self._stored, None)
        if stands != came_out:
            raise Differs(self._difference(stands, came_out))
        self.count += 1
        self.hash = chain(self.hash, came_out.body)

    def end(self, why: str = "") -> None:
        """Make sure that nothing more stands there."""
        stands = next(self._stored, None)
        if stands is not None:
            raise Differs(self._difference(stands, None, why))

    def _difference(
        self, stands: Piece | None, came_out: Piece | None, why: str = ""
    ) -> Difference:
        number = min(piece.number for piece in (stands, came_out) if piece)
        before, after = (from_json(piece.body) if piece else None for piece in (stands, came_out))
        fields = tuple(parted(before, after)) if before and after else ()
        return Difference(
            what=self.what,
            number=number,
            stands=before,
            came_out=after,
            fields=fields[:FIELDS_SHOWN],
            why=why,
        )


def parted(stands: JsonValue, came_out: JsonValue, path: str = "") -> Iterator[str]:
    """Tell each place where two JSON values part.

    Examples
    --------
    >>> list(parted({"due": 113, "legs": [{"amount": 7}]}, {"due": 113, "legs": [{"amount": 9}]}))
    ['legs[0].amount stands as 7 and came out as 9']
    """
    if isinstance(stands, dict) and isinstance(came_out, dict):
        for key in {**stands, **came_out}:
            at = f"{path}.{key}" if path else key
            yield from parted(stands.get(key, _MISSING), came_out.get(key, _MISSING), at)
    elif isinstance(stands, list) and isinstance(came_out, list):
        pairs = zip_longest(stands, came_out, fillvalue=_MISSING)
        for number, (before, after) in enumerate(pairs):
            yield from parted(before, after, f"{path}[{number}]")
    elif stands != came_out:
        yield f"{path} stands as {_said(stands)} and came out as {_said(came_out)}"


def _said(value: JsonValue) -> str:
    return "nothing" if value is _MISSING else to_json(value).decode()
