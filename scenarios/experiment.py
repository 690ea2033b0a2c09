"""Experiments: one scenario in many variants, each under many seeds."""

from scenarios.spec import Scenario

SEEDS = 2**63
"""Seeds lie below this, and begin again at 0 behind it."""


def seeds_of(scenario: Scenario, repeats: int) -> list[int]:
    """Return the seeds of so many repeats: the scenario's own, and those that follow it.

    The first repeat is the run that the scenario alone would be; and every cell of an experiment
    has the same seeds, so that what differs between two cells is not luck.

    Examples
    --------
    >>> from scenarios.loader import load_scenario
    >>> seeds_of(load_scenario("just_in_case"), 3)
    [7, 8, 9]
    """
    return [(scenario.world.seed + number) % SEEDS for number in range(repeats)]
