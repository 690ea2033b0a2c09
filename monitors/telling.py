"""When a statistic is spoken of: on an alarm, and whenever the score has moved by a tenth."""

from math import inf, log

STEP = 0.1
"""How far the score moves before it is told again."""

BELOW_ALARM = 0.999
"""The largest score short of an alarm."""


class Telling:
    """Turns wealth into a score, and says when it has moved enough to be told.

    Parameters
    ----------
    alpha
        Probability of any false alarm, in (0, 1): the score is 1 from a wealth of ``1/alpha`` on.

    Attributes
    ----------
    limit
        The wealth of an alarm.
    score
        What was told last.

    Examples
    --------
    >>> telling = Telling(alpha=0.05)
    >>> [telling.has_moved(wealth) for wealth in (1.0, 1.2, 3.0, 3.2, 30.0)]
    [False, False, True, False, True]
    >>> telling.score, telling.is_alarm
    (1.0, True)
    """

    def __init__(self, alpha: float) -> None:
        self.limit = 1 / alpha
        self.score = 0.0
        self._low, self._high = -inf, self.limit**STEP

    @property
    def is_alarm(self) -> bool:
        """Whether what was told last is an alarm."""
        return self.score == 1

    def has_moved(self, wealth: float) -> bool:
        """Return whether there is something to tell; then ``score`` is the new one."""
        if self._low < wealth < self._high:
            return False
        if wealth >= self.limit:
            self.score, self._low, self._high = 1.0, -inf, inf
            return True
        score = min(max(log(wealth) / log(self.limit), 0.0), BELOW_ALARM) if wealth > 0 else 0.0
        if abs(score - self.score) < STEP - 1e-9:
            return False
        self.score = score
        self._low = self.limit ** (score - STEP) if score >= STEP else -inf
        self._high = self.limit ** min(score + STEP, 1.0)
        return True
