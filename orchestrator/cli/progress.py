"""How far many runs have come, on one line of the terminal that overwrites itself."""

import sys
import time
from types import TracebackType
from typing import Self


def duration(seconds: float) -> str:
    """Return how long something takes, as coarse as a person would say it.

    Examples
    --------
    >>> duration(0.2), duration(95), duration(7_400)
    ('1 s', '95 s', '2.1 h')
    """
    if seconds < 180:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3_600:.1f} h"


class Progress:
    """Tells on standard error how many runs are over, and how long the rest will take.

    Where that is no terminal, it says nothing.

    Parameters
    ----------
    runs
        How many there are.
    over
        How many of them are over when it begins.
    """

    def __init__(self, runs: int, over: int = 0) -> None:
        self._runs = runs
        self._over = over
        self._begun = time.monotonic()
        self._is_shown = sys.stderr.isatty()

    def __enter__(self) -> Self:
        self.done(self._over)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._say("")

    def done(self, runs: int) -> None:
        """Tell that so many are over."""
        passed = time.monotonic() - self._begun
        new = runs - self._over
        left = f", about {duration(passed / new * (self._runs - runs))} left" if new else ""
        self._say(f"{runs:,} of {self._runs:,} runs{left}")

    def _say(self, text: str) -> None:
        if self._is_shown:
            # Back to the first column, and clear what stood there.
            sys.stderr.write(f"\r\x1b[K{text}")
            sys.stderr.flush()
