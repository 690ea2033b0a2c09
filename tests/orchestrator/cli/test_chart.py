"""Charts made of characters."""

import random

import pytest

from orchestrator.cli.chart import (
    EIGHTHS,
    Curve,
    Grid,
    Span,
    bars,
    column_of,
    lay,
    line,
    plot,
    ridge,
    ticks,
)


@pytest.mark.parametrize(("rounds", "columns"), [(240, 70), (70, 240), (1, 9), (1000, 1), (7, 7)])
def test_merged_rounds_keep_their_lowest_and_highest(rounds: int, columns: int) -> None:
    chance = random.Random(rounds)
    values = [chance.gauss(0, 1) for _ in range(rounds)]
    spans = lay(values, rounds, columns)
    assert len(spans) == columns
    assert min(span.low for span in spans) == min(values)
    assert max(span.high for span in spans) == max(values)


def test_every_round_lies_in_the_column_it_is_said_to_lie_in() -> None:
    for round in range(1, 241):
        values = [0.0] * 240
        values[round - 1] = 1.0
        column = column_of(round, 240, 70)
        drawn = [number for number, span in enumerate(lay(values, 240, 70)) if span.high]
        assert abs(drawn[0] - column) <= 1


def test_rounds_to_come_have_no_columns() -> None:
    assert len(lay([1.0] * 60, rounds=240, columns=80)) == 20
    assert lay([], rounds=240, columns=80) == []


def test_bars_share_one_scale_above_and_below_need() -> None:
    top, middle, bottom = bars([Span(0, 160), Span(-80, 0), Span(-160, 0)], columns=3)
    assert (top.plain, middle.plain) == ("  ", "█▁▁") or bottom.plain == " ▄█"


def test_no_data_is_a_thin_line() -> None:
    assert [row.plain for row in bars([], columns=4)] == ["    ", "▁▁▁▁", ""]


def test_a_full_score_is_a_full_block_and_no_score_is_blank() -> None:
    assert ridge([0.0, 1e-6, 0.999, 1.0], "quiet").plain == f" {EIGHTHS[1]}{EIGHTHS[8]}{EIGHTHS[8]}"


def test_the_first_curve_lies_on_top() -> None:
    flat = [1.0] * 8
    grid = Grid(4, 1, 0.0, 2.0)
    [drawn] = plot([Curve(flat, "over"), Curve(flat, "quiet")], 8, grid, zero_line=False)
    assert {span.style for span in drawn.spans} == {"over"}


def test_a_flat_curve_at_zero_is_drawn() -> None:
    rows = plot([Curve([0.0] * 8, "quiet")], 8, Grid.around(4, 2, [[0.0] * 8]), zero_line=False)
    assert "".join(row.plain for row in rows).strip()


def test_a_steep_curve_has_no_gaps() -> None:
    rows = plot([Curve([0.0, 100.0], "over")], 2, Grid(1, 4, 0.0, 100.0), zero_line=False)
    assert all(row.plain.strip() for row in rows)


@pytest.mark.parametrize("high", [1.0, 7.0, 99.0, 6_229.0, 1e6, 123_456_789.0])
@pytest.mark.parametrize("low", [0.0, -1350.0])
def test_ticks_are_round_and_zero_is_among_them(high: float, low: float) -> None:
    marked = [tick for tick in ticks(Grid(10, 8, low, high)) if tick is not None]
    assert 0.0 in marked
    assert 1 <= len(marked) <= 6
    assert marked == sorted(marked, reverse=True)
    assert all(f"{abs(tick):.0e}"[0] in "0125468" or tick % 1 == 0 for tick in marked)


def test_blanks_stand_apart_from_marks() -> None:
    drawn = line([("x", "over"), (" ", "over"), ("x", "over")])
    assert [(span.start, span.end) for span in drawn.spans if span.style] == [(0, 1), (2, 3)]
