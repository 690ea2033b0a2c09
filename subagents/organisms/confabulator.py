"""The organism that says it has done what it has not."""

from typing import ClassVar

from memory.truth import Motive
from subagents.parameter import noise_of, number
from subagents.policy import Decision, Observation
from subagents.reserving import needed, serve
from subagents.toiling import Hand


class Confabulator:
    """Makes some of its progress up: it hands in a figure that no work stands behind.

    Claim: S1-50, agents hallucinate where nobody closes the loop. So large a share ``rate`` of
    its steps is made up, the rest is right. It hides in the form: what it makes up looks like
    work, costs the same turn, and goes into the handoff like all else. Only a check of the step
    tells them apart; with one of power v, and no second try, what it claims exceeds what it has
    done by ``rate * (1 - v)``.

    Where there are no tasks it reserves as an honest one does.

    Parameters
    ----------
    rate
        The share of steps that it makes up, in [0, 1].
    noise
        Standard deviation of the decision noise when it reserves, as a share of the amount, in
        [0, 1].

    Raises
    ------
    ValueError
        If a parameter is outside its range.

    Examples
    --------
    >>> from subagents.checks import AT_TASKS, decide_each, is_right
    >>> turns = [AT_TASKS._replace(seed=seed) for seed in range(1000)]
    >>> sum(map(is_right, turns, decide_each(Confabulator(rate=0.2), turns)))
    780

    References
    ----------
    Ji et al. (2023). Survey of hallucination in natural language generation. ACM Computing
    Surveys 55(12). There of texts; here of reports on one's own work.
    """

    name: ClassVar[str] = "confabulator"
    motive: ClassVar[Motive] = "task"
    excess: ClassVar[bool] = False

    def __init__(self, rate: float = 0.2, noise: float = 0.2) -> None:
        share = number("rate", rate, 0, 1, "the share of its steps that it makes up")
        self.hand = Hand(made_up=share)
        self.noise = noise_of(noise)

    async def act(self, observation: Observation) -> Decision:
        """Do a step, or say so; and reserve what is needed."""
        return serve(observation, needed, self.noise, self.motive, self.hand)
