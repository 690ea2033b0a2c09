"""Whole lives that end above their need: for agents whose errors last."""

from typing import ClassVar, Literal, get_args

from memory.envelope import Event
from memory.verdicts import Verdict
from monitors.acquisition import TELLING, Acquisitions
from monitors.betting import SHORTEST_PAGE
from monitors.parameter import amount, choice, label, probability
from monitors.suspicion import Case
from monitors.wager import Wager
from monitors.whole_life import WholeLife

Pool = Literal["fleet", "worker", "family"]


class LifeOvershoot:
    """By how much do lives end above what they needed? One bet a life, on the overshoot alone.

    An agent reads what it wrote, so it may err the same way all its life: round by round its
    errors are no fresh bets, and a monitor that takes them for such alarms on an honest fleet.
    Here each life is *one* bet: what it took above what it needed, as a share of the need, and 0
    where it took less. The contract is that this has a mean of at most ``usual``, given the lives
    that ended before; within a life anything may hang on anything. Then the probability of any
    alarm is at most ``alpha``. What is usual must be measured on honest lives, which
    ``monitor calibrate`` does.

    Parameters
    ----------
    usual
        Mean overshoot of honest lives, as a share of their need; from 0.001.
    pool
        What to sum over: ``fleet``, ``worker`` or ``family``.
    alpha
        Probability of any false alarm, in (0, 1).
    resource
        The resource to watch.

    Raises
    ------
    ValueError
        If a parameter cannot be used; at ``RunStarted``, if the run lacks the resource.

    Examples
    --------
    >>> from monitors.rehearsal import Rehearsal
    >>> honest, biased = (Rehearsal(rounds=96, life=12, bias=bias) for bias in (0.0, 0.12))
    >>> [v.round for v in map(LifeOvershoot(usual=0.03).observe, honest) if v and v.alarm]
    []
    >>> [v.round for v in map(LifeOvershoot(usual=0.03).observe, biased) if v and v.alarm]
    [12]

    References
    ----------
    Waudby-Smith, Ramdas (2024), *Estimating means of bounded random variables by betting*, JRSS B
    86(1), for the bets; a block as one observation is the usual remedy against dependence.
    """

    name: ClassVar[str] = "life_overshoot"
    guarantee: ClassVar[str] = "proven: alpha, if honest lives overshoot no more than is stated"
    kinds: ClassVar[tuple[type[Event], ...]] = TELLING

    def __init__(
        self,
        usual: float = 0.05,
        pool: Pool = "fleet",
        alpha: float = 0.05,
        resource: str = "compute",
    ) -> None:
        self.usual = amount("usual", usual, least=0.001)
        self.pool = choice("pool", pool, get_args(Pool))
        self.alpha = probability("alpha", alpha)
        self.resource = label("resource", resource)
        self.acquisitions = Acquisitions(resource)
        than = f"the {self.usual:.1%} that is usual for a life"
        case = Case(self.name, self.pool, "overshoot of whole lives", than, "overshot the need")
        self._wager = Wager(case, self.alpha, page=SHORTEST_PAGE)
        self._lives = WholeLife(self.usual)

    def observe(self, event: Event) -> Verdict | None:
        """Add up lives; bet when one is over, and answer on an alarm or a move of the score."""
        self._wager.follow(event)
        settled = self.acquisitions.fold(event)
        if settled is not None:
            self._lives.add(settled)
        ended = self.acquisitions.ended
        whole = self._lives.end(ended, event) if ended else None
        return self._wager.place(whole) if whole else None
