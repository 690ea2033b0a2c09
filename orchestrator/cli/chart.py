"""Charts made of characters: bars that grow from the need line, and curves, on one time axis.

Every chart lies on the same axis, from the first round of a run to its last, so what stands
above one another happened at the same time. Nothing is smoothed: where several rounds share
a column their lowest and highest value stay.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from rich.text import Text

EIGHTHS = " ▁▂▃▄▅▆▇█"
BRAILLE = 0x2800
Cell = tuple[str, str]
"""One character, and its style."""

DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""The dots of a braille character: left and right column, from the top."""


class Span(NamedTuple):
    """The lowest and the highest value of the rounds that share a column."""

    low: float
    high: float


def lay(values: Sequence[float], rounds: int, columns: int) -> list[Span]:
    """Lay one value a round on the columns of an axis of ``rounds`` rounds, as far as they go.

    Examples
    --------
    >>> lay([1, 5, 2, 2], rounds=8, columns=4)
    [Span(low=1, high=5), Span(low=2, high=2)]
    >>> len(lay([1, 5], rounds=8, columns=16))
    4
    """
    spans = []
    for column in range(columns):
        first = column * rounds // columns
        last = max(first + 1, (column + 1) * rounds // columns)
        if first >= len(values):
            break
        shared = values[first:last]
        spans.append(Span(min(shared), max(shared)))
    return spans


def column_of(round: int, rounds: int, columns: int) -> int:
    """Return the column in which a round (from 1) lies."""
    return min(columns - 1, (round - 1) * columns // max(1, rounds))


def bars(spans: Sequence[Span], columns: int) -> list[Text]:
    """Draw what lay above 0 in two rows of orange bars, and what lay below in one of blue.

    The line between them is 0; it goes on, thin, over the columns that are still to come.

    Examples
    --------
    >>> for line in bars([Span(0, 4), Span(-1, 2), Span(-2, -1)], columns=5):
    ...     print(repr(line.plain))
    '█    '
    '██▁▁▁'
    ' ▄█'
    """
    highest = max([span.high for span in spans], default=0.0)
    lowest = min([span.low for span in spans], default=0.0)
    eighth = max(highest / 16, -lowest / 8) or 1.0
    to_come = [Span(0.0, 0.0)] * (columns - len(spans))
    up = [round(max(0.0, span.high) / eighth) for span in (*spans, *to_come)]
    down = [round(max(0.0, -span.low) / eighth) for span in spans]
    return [
        line((EIGHTHS[max(0, each - 8)], "over") for each in up),
        line((EIGHTHS[min(8, each)], "over") if each else ("▁", "quiet") for each in up),
        line(map(_hanging, down)),
    ]


def _hanging(eighths: int) -> Cell:
    """Return a bar that hangs from the top of its cell: what it spares, in the ground's colour."""
    if eighths in (0, 8):
        return EIGHTHS[eighths], "under"
    return EIGHTHS[8 - eighths], "hanging"


def line(cells: Iterable[Cell]) -> Text:
    """Return cells as one line, neighbours of one style together and blanks apart.

    Blanks and marks may have other widths in a picture's fonts; apart, each keeps its column.
    """
    plain = ((mark, "" if mark == " " else style) for mark, style in cells)
    runs = groupby(plain, key=lambda cell: cell[1])
    return Text.assemble(*(("".join(mark for mark, _ in run), style) for style, run in runs))


def ridge(scores: Sequence[float], style: str) -> Text:
    """Draw scores in [0, 1] as one row of blocks.

    Examples
    --------
    >>> ridge([0, 0.2, 0.5, 1], "quiet").plain
    ' ▂▄█'
    """
    return Text("".join(EIGHTHS[math.ceil(8 * score - 1e-9)] for score in scores), style)


class Curve(NamedTuple):
    """One value a round, and how it is drawn; the first of several curves lies on top."""

    values: Sequence[float]
    style: str
    is_dotted: bool = False


class Grid(NamedTuple):
    """A plane of braille dots, two a column and four a row, between two values around 0."""

    columns: int
    rows: int
    low: float
    high: float

    @classmethod
    def around(cls, columns: int, rows: int, curves: Iterable[Sequence[float]]) -> "Grid":
        """Return the plane on which all of these values, and 0, find their place."""
        values = [limit for curve in curves if curve for limit in (min(curve), max(curve))]
        return cls(columns, rows, min([0.0, *values]), max([1.0, *values]))

    def height(self, value: float) -> int:
        """Return the row of dots, from the top, in which a value lies."""
        dots = 4 * self.rows - 1
        return round((self.high - value) / ((self.high - self.low) or 1.0) * dots)


def plot(curves: Sequence[Curve], rounds: int, grid: Grid, *, zero_line: bool = True) -> list[Text]:
    """Draw curves over the rounds of a run, and a dotted line at 0.

    Examples
    --------
    >>> rising = Curve([0, 1, 2, 3], "over")
    >>> [line.plain for line in plot([rising], 4, Grid(columns=3, rows=1, low=0, high=3))]
    ['⣀⡴⠚']
    """
    marks = [[0] * grid.columns for _ in range(grid.rows)]
    styles = [["quiet"] * grid.columns for _ in range(grid.rows)]
    zero = grid.height(0.0)
    for column in range(grid.columns if zero_line else 0):
        marks[zero // 4][column] = DOTS[0][zero % 4]
    for curve in reversed(curves):
        for dot, top, bottom in _strokes(curve, rounds, grid):
            for height in range(top, bottom + 1):
                row, column = height // 4, dot // 2
                if styles[row][column] != curve.style:
                    marks[row][column] = 0
                marks[row][column] |= DOTS[dot % 2][height % 4]
                styles[row][column] = curve.style
    return [
        line(
            (chr(BRAILLE + mark) if mark else " ", style) for mark, style in zip(*row, strict=True)
        )
        for row in zip(marks, styles, strict=True)
    ]


def _strokes(curve: Curve, rounds: int, grid: Grid) -> list[tuple[int, int, int]]:
    """Return for each column of dots how far it is drawn, from the top."""
    strokes: list[tuple[int, int, int]] = []
    for dot, span in enumerate(lay(curve.values, rounds, 2 * grid.columns)):
        top, bottom = grid.height(span.high), grid.height(span.low)
        if curve.is_dotted:
            if dot % 3 == 0:
                strokes.append((dot, bottom, bottom))
            continue
        if strokes:
            _, last_top, last_bottom = strokes[-1]
            top, bottom = min(top, last_bottom), max(bottom, last_top)
        strokes.append((dot, top, bottom))
    return strokes


def ticks(grid: Grid) -> list[float | None]:
    """Return for each row of a grid the round number that lies in it, if any does.

    Examples
    --------
    >>> ticks(Grid(columns=9, rows=4, low=0, high=6229))
    [6000.0, 4000.0, 2000.0, 0.0]
    """
    rough = max(grid.high - grid.low, 1e-9) / min(4, grid.rows)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * each for each in (1, 2, 5, 10) if power * each >= rough * (1 - 1e-9))
    marked: list[float | None] = [None] * grid.rows
    for number in range(math.ceil(grid.low / step), math.floor(grid.high / step) + 1):
        marked[grid.height(step * number) // 4] = step * number
    return marked
