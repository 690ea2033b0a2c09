"""Monitors: delays beside the best possible detector, and that honest fleets alarm seldom enough.

``python -m benchmarks.monitors`` runs reduced sizes, some two minutes of CPU; ``--full`` the sizes
of the prototype and 2,000 honest streams. Each table's figures are compared with those of a
prototype outside this project: two-sample tests, Holm at 1%.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from benchmarks import exposed, guarantee, likeness, sparse, uniform
from benchmarks.betting import costs
from benchmarks.claim import Claim, report

SEED = 20_261


class Sizes(NamedTuple):
    """How many streams each part runs."""

    null: int
    uniform: int
    sparse: int
    exposed: int
    honest: int
    few: int


REDUCED = Sizes(null=40, uniform=30, sparse=8, exposed=12, honest=200, few=20)
FULL = Sizes(null=240, uniform=100, sparse=60, exposed=60, honest=2_000, few=200)


def tables(sizes: Sizes) -> Iterator[tuple[str, list[str], list[likeness.Comparison]]]:
    """Yield each table's title, its lines, and its comparisons with the prototype."""
    flat = {
        each: uniform.delays(each, sizes.null, sizes.uniform, SEED) for each in uniform.INSTANCES
    }
    title = "All take 5% too much: mean delay in fleet events (times the oracle's)"
    yield title, list(uniform.table(flat)), list(uniform.comparisons(flat))
    few = {case.name: sparse.run(case, sizes.sparse, SEED) for case in sparse.CASES}
    title = "A few of 1,000 misbehave, lives of 20 turns: median events (units taken by then)"
    yield title, list(sparse.table(few)), list(sparse.comparisons(few))
    noted = {case: exposed.run(case, sizes.exposed, SEED) for case in exposed.CASES}
    title = "A poisoned note, lives of 10 turns: mean events (units taken by then)"
    yield title, list(exposed.table(noted)), list(exposed.comparisons(noted))
    ratios = _ratios(flat)
    yield "At N = 1,000, beside the oracle that knows the bias", list(report(ratios)), []


def _ratios(flat: dict[int, dict[str, uniform.Delay]]) -> list[Claim]:
    measured = flat[1_000]
    oracle = measured["oracle CUSUM"].mean
    return [
        Claim(
            f"{name}: at most 1.35 times the oracle CUSUM's delay",
            f"{measured[name].mean / oracle:.2f}",
            measured[name].mean / oracle <= 1.35,
            expected,
        )
        for name, expected in (("fleet SR", "1.22"), ("hierarchical SR", "1.28"))
    ]


def prove(sizes: Sizes, tell: Callable[[str], None]) -> list[Claim]:
    """Print every table as it is ready; return all claims."""
    found: list[list[likeness.Comparison]] = []
    for title, lines, comparisons in tables(sizes):
        tell("\n".join([f"\n**{title}**\n", *lines]))
        found.append(comparisons)
    compared = list(chain(*found))
    tell("\n".join(["\n**Beside the prototype's figures**\n", *likeness.lines(compared)]))
    differs = likeness.differing(compared)
    claims = [
        Claim(
            f"{len(compared)} delays agree with the prototype's",
            f"{len(compared) - len(differs)} of {len(compared)}",
            not differs,
            "Holm at 1%",
        ),
        *guarantee.claims(sizes.honest, sizes.few, SEED),
    ]
    tell("\n".join(["\n**What is promised**\n", *report(claims)]))
    return claims


def main() -> int:
    """Run it all, print Markdown; exit 1 if a claim did not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.monitors", description=__doc__)
    parser.add_argument("--full", action="store_true", help="the prototype's sizes (long)")
    parser.add_argument("--write", type=Path, help="also write the page to this file")
    asked = parser.parse_args()
    sizes = FULL if asked.full else REDUCED
    page: list[str] = []

    def tell(text: str) -> None:
        print(text, flush=True)
        page.append(text)

    started = time.process_time()
    command = "python -m benchmarks.monitors" + (" --full" if asked.full else "")
    tell(f"# Delays and false alarms\n\nPrinted by `{command}`.")
    claims = prove(sizes, tell)
    told = ", ".join(f"{name} {number:,}" for name, number in sizes._asdict().items())
    tell(f"\nStreams: {told}. Seed {SEED}.")
    # Speed is this machine's and this moment's: it is shown, and decides about nothing.
    print("\n".join(["\n**What a bet costs**\n", *report(list(costs(40_000, SEED)))]))
    print(f"\n{time.process_time() - started:.0f} s of CPU")
    if asked.write:
        asked.write.write_text("\n".join([*page, ""]), encoding="utf-8")
    return 0 if all(claim.held is not False for claim in claims) else 1


if __name__ == "__main__":
    sys.exit(main())
