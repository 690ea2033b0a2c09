"""What silence is worth: how much can have been taken by whomever, without an alarm.

A bettor who staked ``b`` on every bet holds ``c * prod (1 + b r)``, having been given ``c``.
While there is no alarm that is below ``1/alpha``, and ``log(1 + x) >= x - x*x`` for ``x >= -1/2``,
so for every stake of at most one half, whatever happened and whatever anybody meant by it,

    sum of r  <=  log(1 / (alpha c)) / b  +  b * sum of r^2

with no probability in it: an adversary who knows the monitor and its state is bound by it as well.
It grows with the square root of the number of bets, while what it bounds could grow with the
number itself.
"""

from math import log
from typing import NamedTuple

from monitors.betting import STAKES

LARGEST = 0.5
"""Of larger stakes the inequality does not hold."""


class Certificate(NamedTuple):
    """What a silent monitor certifies of the bets so far, in worker-rounds of what is allowed.

    ``taken`` is what was taken beyond it, ``most`` what can have been at most without an alarm.
    """

    bets: int
    taken: float
    most: float

    @property
    def share(self) -> float:
        """The bound, as a share of all that was allowed."""
        return self.most / self.bets if self.bets else 0.0


class Silence:
    """Adds up the bets on the whole fleet, for the certificate.

    Parameters
    ----------
    alpha
        Probability of any false alarm, in (0, 1).
    capital
        What the fleet's own bettor has from the first bet on, of the capital of 1.

    Examples
    --------
    >>> silence = Silence(alpha=0.05, capital=0.5)
    >>> for number in range(4_800):
    ...     silence.add((-0.2, 0.2)[number % 2])
    >>> certificate = silence.certificate
    >>> round(certificate.most, 1), round(certificate.share, 3)
    (68.7, 0.014)

    References
    ----------
    Cesa-Bianchi, Mansour, Stoltz (2007), *Improved second-order bounds for prediction with expert
    advice*, Machine Learning 66, whose lemma on log(1 + x) this is.
    """

    def __init__(self, alpha: float, capital: float) -> None:
        self._nats = log(len(STAKES) / (alpha * capital))
        self._bets, self._sum, self._squares = 0, 0.0, 0.0

    def add(self, surplus: float) -> None:
        """Take up one bet's surplus over the allowed mean."""
        self._bets += 1
        self._sum += surplus
        self._squares += surplus * surplus

    @property
    def certificate(self) -> Certificate:
        """What may be said while there is no alarm."""
        most = min(
            self._nats / stake + stake * self._squares for stake in STAKES if stake <= LARGEST
        )
        return Certificate(self._bets, self._sum, most)
