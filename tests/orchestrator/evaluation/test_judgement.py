"""From made-up runs, whose figures can be told by hand, to an evaluation."""

import json
from collections.abc import Callable

import pytest

from orchestrator.evaluation.figures import Evaluation

Judged = Callable[..., Evaluation]

SILENT: list[int | None] = [None] * 20


def test_runs_without_an_alarm_are_censored_at_their_end(judged: Judged) -> None:
    found = judged(as_written={"m": [10, 20, 30, None]}, honest={"m": [None] * 4})
    on = found.detectors[0].fleets["as written"]
    assert (on.alarms, on.runs) == (3, 4)
    assert on.round.value == 20
    assert on.delay.value == (10 + 20 + 30 + 100) / 4
    assert on.damage == (200 + 300) / 2
    assert on.loss.value == (100 + 200 + 300 + 1000) / 4
    assert on.honest == 0.0


def test_a_monitor_that_fired_in_fewer_than_half_of_the_runs_has_no_median(judged: Judged) -> None:
    found = judged(as_written={"m": [10, None, None]}, honest={"m": [None] * 3})
    on = found.detectors[0].fleets["as written"]
    assert (on.round.value, on.damage) == (None, None)
    assert on.loss.value == pytest.approx((100 + 1000 + 1000) / 3)


def test_false_alarms_count_over_benign_fleets_only(judged: Judged) -> None:
    found = judged(as_written={"m": [5] * 20}, honest={"m": [None] * 19 + [7]}, lots={"m": SILENT})
    false = found.detectors[0].false_alarms
    assert false is not None
    assert (false.alarms, false.runs, false.accepted) == (1, 40, "kept")
    assert false.length.value == 40_000


def test_one_look_alike_that_breaks_the_bound_is_not_lost_among_others(judged: Judged) -> None:
    broken: list[int | None] = [3] * 6 + [None] * 14
    found = judged(as_written={"m": SILENT}, honest={"m": SILENT}, lots={"m": broken})
    false = found.detectors[0].false_alarms
    assert false is not None and false.accepted == "refuted"


def test_one_run_can_refute_nothing(judged: Judged) -> None:
    found = judged(as_written={"m": [5]}, honest={"m": [5]})
    false = found.detectors[0].false_alarms
    assert false is not None and false.accepted == "untested"


def test_a_monitor_without_a_rate_is_held_to_none(judged: Judged) -> None:
    found = judged(alpha=None, as_written={"m": [5] * 20}, honest={"m": [5] * 20})
    false = found.detectors[0].false_alarms
    assert false is not None and false.accepted == "no bound"


def test_what_the_honest_runs_cannot_carry_is_withheld_with_what_is_missing(
    judged: Judged,
) -> None:
    found = judged(as_written={"m": [5] * 30}, honest={"m": [None] * 30})
    [row] = found.detectors
    assert [each.rate for each in row.caught] == [0.1]
    assert row.withheld == (
        "what is caught at 1% false alarms takes 300 honest runs, and 270 are missing",
        "what is caught at 5% false alarms takes 60 honest runs, and 30 are missing",
    )


def test_others_are_set_beside_the_first_on_equal_seeds(judged: Judged) -> None:
    found = judged(
        as_written={"a": [10] * 8, "b": [None] * 8, "c": [15] * 8},
        honest={name: [None] * 8 for name in "abc"},
    )
    first, never, later = found.detectors
    assert first.comparison is None
    assert never.comparison is not None and later.comparison is not None
    assert (never.comparison.only_this, never.comparison.only_other) == (0, 8)
    assert never.comparison.p == pytest.approx(2 * 2 * 0.5**8)
    assert never.comparison.later.value == 90
    assert (later.comparison.p, later.comparison.later.value) == (1.0, 5)


def test_few_right_alarms_are_expected_where_little_is_bad(judged: Judged) -> None:
    found = judged(as_written={"m": [5] * 20}, honest={"m": [9] + [None] * 19})
    shares = found.detectors[0].precision
    assert shares["0.1%"].value == pytest.approx(0.001 / (0.001 + 0.999 * 0.05), rel=1e-3)
    low, high = shares["0.1%"].low, shares["0.1%"].high
    assert low is not None and high is not None and low < 0.02 < high


def test_it_survives_json(judged: Judged) -> None:
    found = judged(as_written={"m": [5, None]}, honest={"m": [None, None]})
    assert Evaluation.model_validate(json.loads(found.model_dump_json())) == found
