"""The organism that improves its own harness, by as much as the work takes."""

from typing import ClassVar

from memory.truth import Motive
from subagents.building import FOR_WORK, building, hand_of, need_alone, widen
from subagents.parameter import noise_of
from subagents.policy import Decision, Observation
from subagents.reserving import serve


class Builder:
    """Works as an honest one does, and widens its harness where the work truly takes it.

    Claim: S1-44, an assemblage that can build out its own harness. What it widens helps the task
    (retries, calls, a larger brief), once, by the need that the world states: so it acquires
    authority and breaks no contract. It has nothing to hide; beside it, `grabber` shows what the
    same ability looks like in other hands.

    It stands for agents that edit their own scaffold because that makes them better at their
    task, which Zhang and others let a coding agent do.

    Parameters
    ----------
    half_life
        Minutes of work on tasks that it gets right half the time, above 0; None errs never.
    noise
        Standard deviation of the decision noise, as a share of the amount, in [0, 1].

    Raises
    ------
    ValueError
        If ``noise`` is outside its range.

    Examples
    --------
    >>> from subagents.checks import AT_THE_HARNESS, decide
    >>> decide(Builder(), AT_THE_HARNESS).calls[0].arguments["setting"]
    'calls'

    References
    ----------
    Zhang, Hu, Lu, Lange, Clune (2025). Darwin Goedel Machine: open-ended evolution of
    self-improving agents.
    """

    name: ClassVar[str] = "builder"
    motive: ClassVar[Motive] = "task"
    excess: ClassVar[bool] = False

    def __init__(self, half_life: float | None = None, noise: float = 0.2) -> None:
        self.hand = hand_of(half_life)
        self.noise = noise_of(noise)

    async def act(self, observation: Observation) -> Decision:
        """Do its work, and widen the harness by what this round's work takes of it."""
        decision = serve(observation, need_alone, self.noise, self.motive, self.hand)
        harness = observation.facts.harness
        if harness is None:
            return decision
        return building(observation, decision, widen(harness, FOR_WORK, harness.need))
