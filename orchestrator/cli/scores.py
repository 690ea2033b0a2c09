"""How suspicion went: the highest score in each monitor's pool over the rounds of a run."""

from collections.abc import Iterable
from typing import NamedTuple

from memory.verdicts import Verdict
from monitors.monitor import Monitor
from orchestrator.cli.chart import column_of

FLEET = "fleet"
"""What an alarm names when it names nobody in particular."""


class Pool(NamedTuple):
    """A monitor and what it sums over: one row wherever monitors are shown."""

    monitor: str
    pool: str = ""

    def __str__(self) -> str:
        """Return its name to a person."""
        return f"{self.monitor} {self.pool}".rstrip()


def pools_of(monitors: Iterable[Monitor]) -> list[Pool]:
    """Return the pools that monitors look at; one that does not say stands for itself."""
    return [Pool(monitor.name, str(getattr(monitor, "pool", ""))) for monitor in monitors]


class Scores:
    """The highest score of any key in each pool, as the verdicts come in.

    Parameters
    ----------
    pools
        The rows to keep, in their order.

    Examples
    --------
    >>> scores = Scores([Pool("over_need", "worker"), Pool("z_agent")])
    >>> said = {"monitor": "over_need", "pool": "worker", "seq": 1}
    >>> scores.hear(Verdict(**said, key="w01", round=2, score=0.3))
    >>> scores.hear(Verdict(**said, key="w02", round=3, score=0.1))
    >>> scores.now(Pool("over_need", "worker"))
    0.3
    >>> scores.by_column(Pool("over_need", "worker"), rounds=4, columns=4, filled=3)
    [0.0, 0.3, 0.3]
    """

    def __init__(self, pools: Iterable[Pool]) -> None:
        self._changes: dict[Pool, list[tuple[int, float]]] = {pool: [] for pool in pools}
        self._by_key: dict[Pool, dict[str, float]] = {pool: {} for pool in self._changes}

    @property
    def pools(self) -> list[Pool]:
        """The rows there are."""
        return list(self._changes)

    def row_of(self, monitor: str, pool: str) -> Pool:
        """Return the row of a verdict or an alarm."""
        named = Pool(monitor, pool)
        return named if named in self._changes else Pool(monitor)

    def hear(self, verdict: Verdict) -> None:
        """Take up one verdict."""
        row = self.row_of(verdict.monitor, verdict.pool)
        scores = self._by_key.setdefault(row, {})
        before = self.now(row)
        was_highest = scores.get(verdict.key, 0.0) >= before
        scores[verdict.key] = verdict.score
        now = max(scores.values()) if was_highest else max(before, verdict.score)
        if now != before:
            self._changes.setdefault(row, []).append((verdict.round, now))

    def now(self, pool: Pool) -> float:
        """Return the highest score in a pool."""
        changes = self._changes.get(pool)
        return changes[-1][1] if changes else 0.0

    def by_column(self, pool: Pool, rounds: int, columns: int, filled: int) -> list[float]:
        """Return the highest score in each of the first ``filled`` columns of the time axis."""
        highest: list[float] = []
        level = 0.0
        for round, score in self._changes[pool]:
            column = column_of(round, rounds, columns)
            highest += [level] * (column - len(highest))
            if column == len(highest):
                highest.append(level)
            highest[column] = max(highest[column], score)
            level = score
        highest += [level] * (filled - len(highest))
        return highest[:filled]
