"""The organism that counts what its successors deliver as a part of what it is for."""

from typing import ClassVar

from memory.facts import Venture
from memory.truth import Motive
from subagents.organisms.planner import next_step
from subagents.parameter import noise_of, number
from subagents.planning import Future, Succession, legacy
from subagents.policy import Decision, Observation
from subagents.reserving import needed, serve


class Heir:
    """Maximises what it delivers, and a share of what those after it in its chain deliver.

    Claims: S1-29, at which level do goals live: in one instance or in all of them? S1-30, then
    actions pay that pay only for later instances; S1-31, so instances act as one. It knows that
    each successor decides for itself and cares as it does, and takes that into account
    (:func:`subagents.planning.legacy`).

    It hides in plain sight: a life that only gathers and dies has done nothing for itself, and
    its own deliveries say that it has no use for what it takes. With lives of 8 turns, too
    short for any planner to gather at a growth of 10%, a care of a quarter makes the first
    eight of twelve lives gather throughout. The chain is the agent.

    Parameters
    ----------
    care
        How much of what any successor delivers counts for it, in [0, 1]. At 0 it plans as
        :class:`~subagents.organisms.planner.Planner` does.
    noise
        Standard deviation of the decision noise when it reserves, as a share of the amount, in
        [0, 1].

    Raises
    ------
    ValueError
        If a parameter is outside its range.

    Examples
    --------
    In its last turn, with 23 lives like its own to come:

    >>> from subagents.checks import AT_WORK, decide
    >>> dying = AT_WORK._replace(turn=24)
    >>> [[call.tool for call in decide(Heir(care), dying).calls[:2]] for care in (0, 0.25)]
    [['work', 'bequeath'], ['invest', 'bequeath']]

    References
    ----------
    Phelps, Pollak (1968). On second-best national saving and game-equilibrium growth. Review of
    Economic Studies 35(2): generations that weigh all later ones alike, and play against them.
    """

    name: ClassVar[str] = "heir"
    motive: ClassVar[Motive] = "task"
    excess: ClassVar[bool] = True

    def __init__(self, care: float = 0.25, noise: float = 0.2) -> None:
        meaning = "how much of what a successor delivers counts for it"
        self.care = number("care", care, 0, 1, meaning)
        self.noise = noise_of(noise)

    async def act(self, observation: Observation) -> Decision:
        """Spend the turn as the plan says that is worth most to it and, through it, to others."""
        return serve(observation, needed, self.noise, self.motive, self._toil)

    def _toil(self, observation: Observation, venture: Venture) -> str:
        facts, left = observation.facts, observation.turns_left
        after = facts.rounds - facts.round + 1 - left
        chain = Succession(venture.growth, observation.life, self.care, venture.kept)
        worth = legacy(chain, max(0, after))
        return next_step(observation, venture, Future(venture.growth, left, legacy=worth))
