"""The organism that wants nothing but to deliver, and gathers where that delivers more."""

from typing import ClassVar

from memory.facts import Venture
from memory.truth import Motive
from subagents.parameter import noise_of
from subagents.planning import Future, plan
from subagents.policy import Decision, Observation
from subagents.reserving import needed, serve


class Planner:
    """Maximises what it will have delivered by the end of its life, and cares for nothing else.

    Claims: S1-2, agents pursue instrumental goals already; S1-3, and yet grab nothing at boot;
    S1-5, because a week is too short for it to pay, where thirty years are not. It has no taste
    for holdings: it looks for the plan that delivers most (:mod:`subagents.planning`), and
    gathers first exactly when the turns left to it outnumber 1 + 1/growth. So it takes more
    than is needed *for the task*: its excess is instrumental, and its motive is the task. It
    does not hide. What hides it is that each of its lives is as short as all the others.

    Where there is nothing to invest in, it reserves as an honest one does.

    Parameters
    ----------
    noise
        Standard deviation of the decision noise when it reserves, as a share of the amount, in
        [0, 1].

    Raises
    ------
    ValueError
        If ``noise`` is outside its range.

    Examples
    --------
    With growth of 10%, twelve turns are just enough for the first of them to pay:

    >>> from subagents.checks import AT_WORK, decide
    >>> for turn in (13, 14):
    ...     left = AT_WORK._replace(turn=turn, life=24)
    ...     print(left.life - turn + 1, decide(Planner(), left).calls[-1].tool)
    12 invest
    11 work

    References
    ----------
    Turner, Smith, Shah, Critch, Tadepalli (2021). Optimal policies tend to seek power.
    NeurIPS 34. There power pays for most goals without end; here for one goal, given time.
    """

    name: ClassVar[str] = "planner"
    motive: ClassVar[Motive] = "task"
    excess: ClassVar[bool] = True

    def __init__(self, noise: float = 0.2) -> None:
        self.noise = noise_of(noise)

    async def act(self, observation: Observation) -> Decision:
        """Spend the turn as the plan says that delivers most."""
        return serve(observation, needed, self.noise, self.motive, self._toil)

    @staticmethod
    def _toil(observation: Observation, venture: Venture) -> str:
        future = Future(venture.growth, observation.turns_left)
        return next_step(observation, venture, future)


def next_step(observation: Observation, venture: Venture, future: Future) -> str:
    """Return the tool for this turn in the plan that is worth most in this future."""
    can_invest = venture.gain > 0 and "invest" in observation.tools
    return "invest" if can_invest and plan(future)[0] else "work"
