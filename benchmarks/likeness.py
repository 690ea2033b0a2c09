"""Whether figures measured here agree with figures measured elsewhere: two-sample tests, Holm."""

from collections.abc import Iterable, Iterator
from math import erfc, sqrt
from typing import NamedTuple

LEVEL = 0.01
"""The probability that all comparisons of true likeness pass is at least 1 minus this."""


class Comparison(NamedTuple):
    """A figure measured here beside the same one from elsewhere.

    ``error`` is the standard error of their difference, above 0; both samples count in it.
    """

    what: str
    here: float
    there: float
    error: float

    @property
    def p(self) -> float:
        """The two-sided probability of such a difference between samples of one kind."""
        return erfc(abs(self.here - self.there) / self.error / sqrt(2))


def differing(comparisons: Iterable[Comparison], level: float = LEVEL) -> set[str]:
    """Return what differs at a family-wise level, by Holm's step-down.

    Examples
    --------
    >>> close, far = Comparison("close", 10, 11, 1), Comparison("far", 10, 19, 1)
    >>> differing([close, far])
    {'far'}

    References
    ----------
    Holm (1979), *A simple sequentially rejective multiple test procedure*, Scand. J. Stat. 6(2).
    """
    ordered = sorted(comparisons, key=lambda each: each.p)
    found = set()
    for number, each in enumerate(ordered):
        if each.p * (len(ordered) - number) > level:
            break
        found.add(each.what)
    return found


def lines(comparisons: list[Comparison]) -> Iterator[str]:
    """Yield comparisons as a Markdown table, the least alike first."""
    outside = differing(comparisons)
    yield "| figure | here | there | error | p | |"
    yield "| --- | ---: | ---: | ---: | ---: | --- |"
    for each in sorted(comparisons, key=lambda each: each.p):
        verdict = "**differs**" if each.what in outside else "agrees"
        figures = f"{each.here:,.4g} | {each.there:,.4g} | {each.error:,.3g} | {each.p:.3g}"
        yield f"| {each.what} | {figures} | {verdict} |"
