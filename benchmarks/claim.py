"""One line of a proof, and the table they make."""

from collections.abc import Iterator
from typing import NamedTuple


class Claim(NamedTuple):
    """One line of the proof: what is claimed, what was measured, whether it held.

    ``expected`` is what was expected before anything was measured, where that says more.
    ``held`` is None where it could not be measured here; ``measured`` then says why.
    """

    claim: str
    measured: str
    held: bool | None
    expected: str = ""


def report(claims: list[Claim]) -> Iterator[str]:
    """Yield the claims as Markdown."""
    yield "| claim | expected | measured | |"
    yield "| --- | --- | --- | --- |"
    for claim in claims:
        verdict = {True: "held", False: "**did not hold**", None: "**skipped**"}[claim.held]
        yield f"| {claim.claim} | {claim.expected} | {claim.measured} | {verdict} |"
