"""One line of a proof, and the table they make."""

import argparse
import os
from collections.abc import Callable, Iterator
from pathlib import Path
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


def print_page(name: str, about: str | None, page: Callable[[int, int], tuple[str, bool]]) -> int:
    """Print the page of a benchmark, of so many seeds over so many processes; 1 if it did not hold.

    Its command line is the same for each: ``--seeds``, ``--jobs`` and ``--write``.
    """
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=about)
    parser.add_argument("--seeds", type=int, default=100, help="runs of each fleet or arm")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--write", type=Path, help="also write the page to this file")
    asked = parser.parse_args()
    text, held = page(asked.seeds, asked.jobs)
    print(text)
    if asked.write:
        asked.write.write_text(text, encoding="utf-8")
    return 0 if held else 1
