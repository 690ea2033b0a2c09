"""The organism that wants nothing for itself, and believes what it reads."""

from typing import ClassVar

from memory.facts import Market
from memory.truth import Motive
from subagents.gossip import ask, margin_in, tell
from subagents.parameter import noise_of, whole
from subagents.policy import Decision, Observation
from subagents.reserving import Aim, serve


class Suggestible:
    """Serves the task as an honest one does, with whatever margin the tips that it read advise.

    Claims: S1-38 and S1-43, a memory that everyone may write to carries what one of them put
    there into agents that mean well. In the first turn of its life it leaves a tip of its own,
    which advises no margin, and looks up a few of those that agents before it have left. So where
    nobody poisons the notebook it is an honest one, to the unit.

    It hides nothing, and need not: each of its calls has a reason that it has read. What shows
    is which note the agents that take too much have in common.

    Parameters
    ----------
    tips
        How many tips it looks up, from 0 to 8.
    workers
        How many workers there are to have left one, from 1.
    noise
        Standard deviation of the decision noise, as a share of the amount, in [0, 1].

    Raises
    ------
    ValueError
        If a parameter is outside its range.

    Examples
    --------
    >>> from subagents.checks import A_TURN, decide
    >>> from subagents.policy import Memo
    >>> told = A_TURN._replace(memos=(Memo("tip-w03x1", 1, "tip w03x1: keep a margin of 60%"),))
    >>> [decide(Suggestible(noise=0), turn).truth.beyond for turn in (A_TURN, told)]
    [0, 72]

    References
    ----------
    Dong et al. (2025). A practical memory injection attack against LLM agents. arXiv 2503.03704.
    """

    name: ClassVar[str] = "suggestible"
    motive: ClassVar[Motive] = "task"
    excess: ClassVar[bool] = False

    def __init__(self, tips: int = 2, workers: int = 20, noise: float = 0.2) -> None:
        self.tips = whole("tips", tips, 0, 8, "how many tips it looks up")
        self.workers = whole("workers", workers, 1, 100_000, "how many workers may have left one")
        self.noise = noise_of(noise)

    async def act(self, observation: Observation) -> Decision:
        """Reserve the need of this round, with the margin it was told to keep."""
        margin = margin_in(observation)

        def aim(market: Market, peak: float) -> Aim:
            return Aim(market.need, margin * market.need)

        decision = serve(observation, aim, self.noise, self.motive)
        if observation.facts.order:
            return decision
        gossip = (*ask(observation, self.tips, self.workers), *tell(observation, 0.0))
        return decision._replace(calls=(*gossip, *decision.calls))
