"""What lists and looks at a stored run have in common: the moment, and where a list goes on."""

from collections.abc import Sequence
from typing import TypeVar

from pydantic import Field

from orchestrator.api.strict import LARGEST, Strict

T = TypeVar("T")

LARGEST_PAGE = 1000


class Moment(Strict):
    """The run as it stood at the end of round ``at``; by default as it stands."""

    at: int | None = Field(default=None, ge=0, le=LARGEST)


class Span(Moment):
    """Some of a list at a moment: those behind number ``after``, at most ``limit``.

    The numbers are those of events, so a list that grows meanwhile shows nothing twice.
    """

    after: int = Field(default=0, ge=0, le=LARGEST)
    limit: int = Field(default=100, ge=1, le=LARGEST_PAGE)


def page_of(items: Sequence[T], numbers: Sequence[int], span: Span) -> tuple[list[T], int | None]:
    """Return what of a list a span asks for, and where the next page begins.

    Parameters
    ----------
    items, numbers
        The whole list, and each item's number, which rises.
    span
        Behind which number, and how many.

    Examples
    --------
    >>> page_of(["a", "b", "c"], [3, 5, 8], Span(after=3, limit=1))
    (['b'], 5)
    >>> page_of(["a", "b", "c"], [3, 5, 8], Span(after=5))
    (['c'], None)
    """
    behind = [pair for pair in zip(items, numbers, strict=True) if pair[1] > span.after]
    shown = behind[: span.limit]
    more = shown[-1][1] if len(behind) > len(shown) else None
    return [item for item, _ in shown], more
