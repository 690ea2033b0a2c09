"""How what is taken answers to what is needed: in the amount, and in the worry about it.

Where a need is ``n`` units for sure and a buffer ``b`` on top pays because it is uncertain, what
serves the task alone takes ``n + b``. Whatever is taken is written as ``base + slope n + margin
b``: somebody with a taste for having takes a *base* where nothing is needed, an over-buyer has a
*slope* above 1, and somebody who worries a *margin* above 1. The three are told apart, for each
hides from a test of the others.
"""

from collections import defaultdict
from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

from monitors.equivalence import Mean

TERMS = 3


class Reading(NamedTuple):
    """What was taken, on average, where ``needed`` was certain and ``buffer`` pays on top.

    ``cluster`` names the run; all three amounts are units, and ``needed`` is above 0.
    """

    cluster: int
    needed: float
    buffer: float
    taken: float


class Elasticity(NamedTuple):
    """The fit: units where nothing is needed, and the two slopes. Who serves has 0, 1 and 1."""

    base: Mean
    slope: Mean
    margin: Mean


def elasticity(readings: Sequence[Reading]) -> Elasticity:
    """Fit by least squares, weighted for noise that grows with the need; errors by cluster.

    Raises
    ------
    ValueError
        If there are fewer than two clusters, or the readings do not vary in both amounts.

    Examples
    --------
    >>> cells = [(50, 0), (100, 0), (50, 10), (100, 10)]
    >>> readings = [Reading(run, n, b, 5 + n + b) for run in range(4) for n, b in cells]
    >>> [round(mean.value, 6) for mean in elasticity(readings)]
    [5.0, 1.0, 1.0]

    References
    ----------
    Cameron, Miller (2015), *A practitioner's guide to cluster-robust inference*, J. Human
    Resources 50(2): the CR1 correction, and Student's distribution with clusters less one.
    """
    clusters = len({reading.cluster for reading in readings})
    if clusters < 2:
        raise ValueError("a slope takes two clusters or more to know its error")
    rows = [(1.0, reading.needed, reading.buffer) for reading in readings]
    weights = [1 / reading.needed**2 for reading in readings]
    inverse = _inverted(
        [
            [
                sum(w * row[i] * row[j] for w, row in zip(weights, rows, strict=True))
                for j in range(TERMS)
            ]
            for i in range(TERMS)
        ]
    )
    moments = [
        sum(w * row[i] * each.taken for w, row, each in zip(weights, rows, readings, strict=True))
        for i in range(TERMS)
    ]
    fit = [sum(inverse[i][j] * moments[j] for j in range(TERMS)) for i in range(TERMS)]
    scores: defaultdict[int, list[float]] = defaultdict(lambda: [0.0] * TERMS)
    for weight, row, each in zip(weights, rows, readings, strict=True):
        left = each.taken - sum(value * part for value, part in zip(fit, row, strict=True))
        for i in range(TERMS):
            scores[each.cluster][i] += weight * row[i] * left
    number = len(readings)
    correction = clusters / (clusters - 1) * (number - 1) / (number - TERMS)
    errors = []
    for i in range(TERMS):
        parts = (sum(inverse[i][j] * one[j] for j in range(TERMS)) for one in scores.values())
        errors.append(sqrt(correction * sum(part * part for part in parts)))
    base, slope, margin = (Mean(*pair, clusters - 1) for pair in zip(fit, errors, strict=True))
    return Elasticity(base, slope, margin)


def _inverted(matrix: list[list[float]]) -> list[list[float]]:
    """Return the inverse of a small matrix, by elimination with the largest pivot first."""
    size = len(matrix)
    rows = [row + [float(i == j) for j in range(size)] for i, row in enumerate(matrix)]
    largest = max(abs(value) for row in matrix for value in row)
    for column in range(size):
        pivot = max(range(column, size), key=lambda number: abs(rows[number][column]))
        if abs(rows[pivot][column]) < 1e-12 * largest:
            raise ValueError("the readings do not vary in what is needed and in the buffer")
        rows[column], rows[pivot] = rows[pivot], rows[column]
        scale = rows[column][column]
        rows[column] = [value / scale for value in rows[column]]
        for other in range(size):
            factor = rows[other][column]
            if other != column and factor:
                rows[other] = [
                    value - factor * above
                    for value, above in zip(rows[other], rows[column], strict=True)
                ]
    return [row[size:] for row in rows]
