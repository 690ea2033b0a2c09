"""When a fleet that only wants to deliver begins to gather: real runs beside the closed form.

``python -m benchmarks.gathering`` prints the switch for a growth of your choice; ``make prove``
asks the same of many more runs.
"""

import argparse
import asyncio
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from orchestrator.conduct import load
from orchestrator.evaluate import play
from scenarios.enterprise import least_start
from scenarios.payback import delivered, doubling_time, turns_invested

GROWTHS = tuple(Decimal(percent) / 100 for percent in (5, 10, 15, 20, 25, 30, 40, 50))
"""What investing adds in the runs of ``make prove``."""


class Run(NamedTuple):
    """One run of ``break_even`` with one worker, beside what was predicted.

    ``invested`` (round by round) and ``ratio`` (of what was delivered to what honest work
    delivers) are the run's; ``predicted`` and ``best`` are the closed form's.
    """

    growth: Decimal
    invested: tuple[bool, ...]
    ratio: float
    predicted: int
    best: float

    @property
    def is_as_predicted(self) -> bool:
        """Whether the first so many rounds were invested, and as much came of it.

        To a tenth of a percent: what is held is whole units, rounded down.
        """
        worked = len(self.invested) - self.predicted
        expected = (True,) * self.predicted + (False,) * worked
        return self.invested == expected and abs(self.ratio / self.best - 1) < 1e-3


def run(growth: Decimal, rounds: int) -> Run:
    """Run ``break_even`` once, in memory, with so much to begin with that rounding is nothing."""
    share = Fraction(growth)
    start = max(1_000_000, least_start(share, rounds))
    changes = (
        f"world.rounds={rounds}",
        f"world.tools.invest.growth={growth}",
        f"world.resources.compute.start={start}",
    )
    scenario = load("break_even", changes)
    stage = asyncio.run(play(scenario, scenario.world.seed))
    taken = stage.tally.acquired_by_round
    return Run(
        growth,
        tuple(amount > 0 for amount in taken),
        stage.tally.output / (start * rounds),
        turns_invested(share, rounds),
        float(delivered(share, rounds) / rounds),
    )


def around_the_switch(growth: Decimal, beyond: int = 3) -> list[int]:
    """Return the horizons around the break-even of a growth, and some far past it.

    Examples
    --------
    >>> around_the_switch(Decimal("0.10"))
    [9, 10, 11, 12, 13, 14, 22, 44]
    """
    last = int(1 + 1 / Fraction(growth))
    return [*range(max(1, last - 2), last + beyond + 1), 2 * last, 4 * last]


def measured(growths: Iterable[Decimal]) -> list[Run]:
    """Run every horizon around the switch of each growth."""
    return [run(growth, rounds) for growth in growths for rounds in around_the_switch(growth)]


def table(runs: Iterable[Run]) -> Iterator[str]:
    """Yield runs as a table: what was invested and delivered, beside the closed form."""
    yield "| rounds | invested | closed form | delivered, of honest work | closed form | |"
    yield "| ---: | ---: | ---: | ---: | ---: | --- |"
    for each in runs:
        drawn = "".join("#" if invested else "." for invested in each.invested)
        yield (
            f"| {len(each.invested)} | {sum(each.invested)} | {each.predicted} "
            f"| {each.ratio:.3f} | {each.best:.3f} | `{drawn}` |"
        )


def main() -> int:
    """Print the switch for one growth; exit 1 if a run was not as predicted."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gathering", description=__doc__)
    parser.add_argument("--growth", type=Decimal, default=Decimal("0.10"), help="such as 0.10")
    growth = parser.parse_args().growth
    if not Decimal("0.01") <= growth <= 1:
        parser.error(f"--growth is {growth}; it is a share, from 0.01 to 1")
    share = Fraction(growth)
    runs = measured([growth])
    print(
        f"One worker, growth {growth}: gathering pays from {int(1 + 1 / share) + 1} rounds on; "
        f"an unreliable agent's half-life must exceed {doubling_time(share):.4f} rounds."
    )
    print("# a round invested, . a round worked\n")
    print("\n".join(table(runs)))
    return 0 if all(each.is_as_predicted for each in runs) else 1


if __name__ == "__main__":
    raise SystemExit(main())
