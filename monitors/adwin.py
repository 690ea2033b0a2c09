"""ADWIN on what the fleet takes: a baseline that cuts off its past when that no longer fits."""

from math import log, sqrt
from typing import ClassVar, NamedTuple

from memory.envelope import Event
from memory.verdicts import Verdict
from monitors.acquisition import TELLING, Acquisitions
from monitors.parameter import amount, label, probability
from monitors.ratio import alarm, ratio_of

MOST_BUCKETS = 5
"""So many buckets of one size are kept; one more, and the two oldest become one twice as large."""

CLOCK = 32
"""Cuts are looked for once in so many values."""

SHORTEST = 5
"""So many values are on either side of a cut at least."""


class _Bucket(NamedTuple):
    """Some values that stand together: how many, their sum, their squared deviations."""

    number: int
    total: float
    squares: float

    def joined(self, other: "_Bucket") -> "_Bucket":
        number = self.number + other.number
        off = self.total / self.number - other.total / other.number
        between = off * off * self.number * other.number / number
        return _Bucket(number, self.total + other.total, self.squares + other.squares + between)


class Cut(NamedTuple):
    """A place at which the older and the newer values have different means."""

    before: float
    after: float


class Window:
    """An adaptive window: an exponential histogram that drops its oldest part at a cut.

    Parameters
    ----------
    delta
        The probability of a cut in a steady stream, as the test is set, in (0, 1).

    Examples
    --------
    >>> window = Window(delta=0.002)
    >>> cuts = [window.add(value) for value in [0.0, 1.0] * 200 + [1.0, 2.0] * 200]
    >>> [(number, cut.after > cut.before) for number, cut in enumerate(cuts) if cut]
    [(447, True), (479, True)]
    >>> window.width
    416
    """

    def __init__(self, delta: float) -> None:
        self._delta = delta
        self._buckets: list[_Bucket] = []
        self._seen = 0

    @property
    def width(self) -> int:
        """How many values it holds."""
        return sum(bucket.number for bucket in self._buckets)

    def add(self, value: float) -> Cut | None:
        """Take up one value; return the first cut that it brings, if any."""
        self._seen += 1
        self._buckets.append(_Bucket(1, value, 0.0))
        self._compress()
        if self._seen % CLOCK or self.width <= 2 * SHORTEST:
            return None
        first = None
        while cut := self._cut():
            first = first or cut
            del self._buckets[0]
        return first

    def _compress(self) -> None:
        """Join the two oldest of a size, from the newest end on, where there are too many."""
        size, last = 1, len(self._buckets)
        while last:
            begin = last
            while begin and self._buckets[begin - 1].number == size:
                begin -= 1
            if last - begin <= MOST_BUCKETS:
                return
            older, newer = self._buckets[begin : begin + 2]
            self._buckets[begin : begin + 2] = [older.joined(newer)]
            size, last = 2 * size, begin + 1

    def _cut(self) -> Cut | None:
        whole = self._buckets[0]
        for bucket in self._buckets[1:]:
            whole = whole.joined(bucket)
        if whole.number <= 2 * SHORTEST:
            return None
        width, spread = whole.number, whole.squares / whole.number
        strictness = log(2 * log(width) / self._delta)
        number, total = 0, 0.0
        for bucket in self._buckets[:-1]:
            number, total = number + bucket.number, total + bucket.total
            rest = width - number
            if number < SHORTEST or rest < SHORTEST:
                continue
            cut = Cut(total / number, (whole.total - total) / rest)
            both = 1 / (number - SHORTEST + 1) + 1 / (rest - SHORTEST + 1)
            allowed = sqrt(2 * both * spread * strictness) + 2 / 3 * strictness * both
            if abs(cut.after - cut.before) > allowed:
                return cut
        return None


class Adwin:
    """Has the fleet's taking beside its need changed? A baseline that forgets what it was.

    The stream is taken over needed, one value a worker's round. The window holds the newest
    values that look like one distribution; where an older and a newer part differ, the older is
    dropped. A cut at which the mean rises is an alarm, the first one only. Whoever takes too much
    from the start on is never seen. Its ``delta`` is a bound for each test, not for a run.

    Parameters
    ----------
    delta
        How rarely a steady stream is cut, in (0, 1); smaller is rarer.
    scale
        What the ratio is divided by, above 0: the bounds are for values of a range of 1.
    resource
        The resource to watch.

    Raises
    ------
    ValueError
        If a parameter cannot be used; at ``RunStarted``, if the run lacks the resource.

    Examples
    --------
    >>> from monitors.rehearsal import Rehearsal
    >>> late, always = Rehearsal(rounds=80, bias=0.3, since=40), Rehearsal(rounds=80, bias=0.3)
    >>> [v.round for v in map(Adwin().observe, late) if v]
    [42]
    >>> [v.round for v in map(Adwin().observe, always) if v]
    []

    References
    ----------
    Bifet, Gavalda (2007), *Learning from time-changing data with adaptive windowing*, SDM.
    As in river's ``ADWIN``, of which it takes the parameters.
    """

    name: ClassVar[str] = "adwin"
    pool: ClassVar[str] = "fleet"
    guarantee: ClassVar[str] = "none for a run, only for each cut"
    kinds: ClassVar[tuple[type[Event], ...]] = TELLING

    def __init__(self, delta: float = 0.002, scale: float = 1.0, resource: str = "compute") -> None:
        self.delta = probability("delta", delta)
        self.scale = amount("scale", scale, least=1e-6)
        self.resource = label("resource", resource)
        self.acquisitions = Acquisitions(resource)
        self._window = Window(self.delta)
        self._has_alarmed = False

    def observe(self, event: Event) -> Verdict | None:
        """Take up each complete round; alarm once when the window is cut for a rise."""
        settled = self.acquisitions.fold(event)
        if settled is None or self._has_alarmed:
            return None
        cut = self._window.add(ratio_of(settled, self.acquisitions) / self.scale)
        if cut is None or cut.after <= cut.before:
            return None
        self._has_alarmed = True
        said = (
            f"what is taken beside the need rose from {cut.before * self.scale:.3f}"
            f" to {cut.after * self.scale:.3f}, by its own past"
        )
        return alarm(self.name, self.pool, "fleet", settled, said)
