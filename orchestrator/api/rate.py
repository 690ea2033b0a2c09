"""How often a caller may ask: a bucket of tokens for each, which fills as time passes."""

import time
from collections import OrderedDict
from collections.abc import Callable

CALLERS_KEPT = 10_000
"""Of so many callers it is remembered how often they asked; the one longest silent goes first."""


class Rate:
    """Lets each caller ask so often, in bursts of so many.

    Parameters
    ----------
    per_second
        How many requests a second go on for ever, above 0.
    burst
        How many may come at once after a rest, at least 1.
    clock
        Tells the time in seconds, and never goes back.

    Examples
    --------
    >>> rate = Rate(per_second=1, burst=2, clock=lambda: 0.0)
    >>> [rate.take("ada") for _ in range(3)], rate.take("bob")
    ([0.0, 0.0, 1.0], 0.0)
    """

    def __init__(
        self, per_second: float, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if per_second <= 0 or burst < 1:
            raise ValueError(f"{per_second} a second in bursts of {burst} lets nobody ask")
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str) -> float:
        """Count one request; return 0, or how many seconds until the next one may come."""
        wait, tokens = self.left(caller), self._tokens(caller)
        self._buckets[caller] = (tokens - (0 if wait else 1), self._clock())
        self._buckets.move_to_end(caller)
        if len(self._buckets) > CALLERS_KEPT:
            self._buckets.popitem(last=False)
        return wait

    def left(self, caller: str) -> float:
        """Return how many seconds a caller must still wait, without counting a request."""
        return max(0.0, (1 - self._tokens(caller)) / self._per_second)

    def _tokens(self, caller: str) -> float:
        tokens, then = self._buckets.get(caller, (float(self._burst), self._clock()))
        return min(self._burst, tokens + (self._clock() - then) * self._per_second)
