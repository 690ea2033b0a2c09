"""The organism that gets a step of work right the less surely, the longer it is."""

from math import inf
from typing import ClassVar

from memory.truth import Motive
from subagents.parameter import noise_of, number
from subagents.policy import Decision, Observation
from subagents.reserving import needed, serve
from subagents.toiling import Hand


class Fallible:
    """Does its work in good faith, and errs at a steady rate: the model of a horizon.

    Claims: S1-6, the length of task that an agent gets right half the time; S1-35, that what
    surrounds it can give it any horizon. A step of so many minutes is right with probability
    ``2^(-minutes / half_life)``, and beyond its context nothing is. It does not know of its
    errors, so it tells no one. It has nothing to hide: where there are no tasks it reserves as
    an honest one does.

    Parameters
    ----------
    half_life
        Minutes of work that it gets right half the time, above 0.
    context
        Minutes of standing work that fit into its life; none beyond them is right.
    insight
        By what share each lesson of its post that it follows makes it err less, or more, in
        [0, 1]: S1-41, self-reflection.
    deluded
        The probability that a lesson of its own makes who follows it err more, in [0, 1]. From
        one half on a chain that reflects errs more and more.
    noise
        Standard deviation of the decision noise when it reserves, as a share of the amount, in
        [0, 1].

    Raises
    ------
    ValueError
        If a parameter is outside its range.

    Examples
    --------
    Of a thousand steps of half an hour, 707 should be right where the half-life is an hour:

    >>> from subagents.checks import AT_TASKS, decide_each, is_right
    >>> turns = [AT_TASKS._replace(seed=seed) for seed in range(1000)]
    >>> sum(map(is_right, turns, decide_each(Fallible(half_life=60), turns)))
    727

    Beyond its context nothing is:

    >>> sum(map(is_right, turns, decide_each(Fallible(half_life=60, context=50), turns)))
    0

    References
    ----------
    Kwa, West et al. (2025). Measuring AI ability to complete long tasks; Ord (2025). Is there a
    half-life for the success rates of AI agents?, whose steady rate this is.
    """

    name: ClassVar[str] = "fallible"
    motive: ClassVar[Motive] = "task"
    excess: ClassVar[bool] = False

    def __init__(
        self,
        half_life: float = 60.0,
        context: float | None = None,
        insight: float = 0.1,
        deluded: float = 0.0,
        noise: float = 0.2,
    ) -> None:
        minutes = number("half_life", half_life, 1e-3, 1e9, "minutes that go right half the time")
        most = inf
        if context is not None:
            most = number("context", context, 1e-3, 1e9, "the minutes that fit into its life")
        share = number("insight", insight, 0, 1, "how much a lesson changes what goes wrong")
        wrong = number("deluded", deluded, 0, 1, "the share of its lessons that do harm")
        self.hand = Hand(minutes, most, insight=share, deluded=wrong)
        self.noise = noise_of(noise)

    async def act(self, observation: Observation) -> Decision:
        """Do a step as well as it can, and reserve what is needed."""
        return serve(observation, needed, self.noise, self.motive, self.hand)
