"""The reduced table of horizons: real runs beside their exact curves, and what would be noticed.

``python -m benchmarks.horizons`` prints it at full size.
"""

from dataclasses import replace

import pytest

from benchmarks.attempts import lengths_around, p_value, refuted, sample, z_of_successes
from benchmarks.horizons import (
    ablation_table,
    claims_of,
    horizon_table,
    measure,
    success_table,
    tries_expected,
)
from benchmarks.lines import AGENT, WHOLE, ablations, case_of, cases
from monitors.horizon import Attempt
from scenarios.horizon import horizon, success

SMALL = ("one agent", "a chain, handoffs keep 90%", "90% kept, tests of power 50%, 3 retries")
FOUND = [
    measure(case, lengths_around(case.horizon or 0, 24), runs=3)
    for case in cases()
    if case.name in SMALL
]


def test_no_case_is_refuted_by_its_exact_curve() -> None:
    claims = list(claims_of(FOUND, "horizons"))
    assert len(claims) == 3
    assert [claim.claim for claim in claims if not claim.held] == []


def test_steps_are_tried_as_often_as_the_closed_form_says() -> None:
    for found in FOUND:
        measured = found.sample.tries / found.sample.begun
        assert measured == pytest.approx(tries_expected(found), rel=0.1)


def test_both_tables_tell_of_every_case() -> None:
    for table in (horizon_table(FOUND), success_table(FOUND)):
        rows = list(table)
        assert [row.split(" | ")[0].removeprefix("| ") for row in rows[2:]] == list(SMALL)
        assert len({row.count("|") for row in rows}) == 1


def test_a_curve_that_is_not_the_right_one_is_refuted() -> None:
    tested = case_of("", replace(AGENT, segment=30.0, kept=0.9, power=0.5, retries=3))
    untested = replace(AGENT, segment=30.0, kept=0.9)
    attempts = FOUND[2].sample.attempts
    assert tested.exact is not None
    assert p_value(z_of_successes(attempts, tested.exact)) > 0.01
    assert p_value(z_of_successes(attempts, lambda minutes: success(untested, minutes))) < 0.01


def test_every_ablation_is_a_line_of_the_product_with_its_own_horizon() -> None:
    rows = list(ablations())
    found = [measure(case, [30, 90, 240], runs=1) for case in rows]
    assert len(list(ablation_table(found))) == 2 + len(rows) == 2 + len({row.name for row in rows})
    horizons = {row.name: row.horizon for row in rows}
    whole = horizons.pop("the whole line")
    assert whole == pytest.approx(horizon(WHOLE))
    better = {name for name, longest in horizons.items() if longest and longest > 1.001 * whole}
    assert better == {"permanent memory", "two looks, each with its own luck"}


def test_a_chain_below_the_threshold_loses_more_than_one_agent_and_above_it_less() -> None:
    chain = replace(AGENT, segment=30.0, kept=0.9, retries=40)
    kept = {}
    for power in (0.0, 0.9):
        changes = case_of("", replace(chain, power=power)).changes
        done = [
            sum(each.is_done for each in sample(changes, [minutes] * 100, 1, 5).attempts)
            for minutes in (30, 120)
        ]
        kept[power] = (done[1] / done[0]) ** (1 / 3)
    assert kept[0.0] < 2 ** (-30 / 60) < kept[0.9]


def test_p_values_refute_together_at_one_level() -> None:
    assert refuted([0.004, 0.004], level=0.01) == [True, True]
    assert refuted([0.006, 0.006], level=0.01) == [False, False]
    assert refuted([]) == []


def test_where_nothing_can_vary_a_difference_is_beyond_all_bounds() -> None:
    done = [Attempt("f", "t", 60, True)]
    assert z_of_successes(done, lambda _: 1.0) == 0.0
    assert z_of_successes(done, lambda _: 0.0) == float("inf")
