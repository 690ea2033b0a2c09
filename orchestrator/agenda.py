"""The plan of a life's turns: which step of the line each of them is for.

A step that a scenario does not use has no turns, so it costs nothing and leaves no mark. An
ingredient that needs turns of its own gets them here, and a step function in the line.
"""

from typing import NamedTuple, Self

from scenarios.tasks import AssemblyLineSpec
from subagents.policy import Step


class Agenda(NamedTuple):
    """Act first, then verify, then reflect, and hand over in the last turn.

    Parameters
    ----------
    verify, reflect
        How many turns of each life are for looking at whether the work holds, and at oneself. In
        a life too short for all, handing over comes first, then reflecting, then verifying.

    Examples
    --------
    >>> [Agenda(verify=1, reflect=1).step(turn, life=5) for turn in range(1, 6)]
    ['act', 'act', 'verify', 'reflect', 'handoff']
    >>> Agenda().step(1, life=1)
    'handoff'
    """

    verify: int = 0
    reflect: int = 0

    @classmethod
    def of(cls, line: AssemblyLineSpec) -> Self:
        """Return the plan of a scenario whose line has these ingredients."""
        return cls(verify=line.verification or 0, reflect=line.reflection or 0)

    def step(self, turn: int, life: int) -> Step:
        """Return what a turn is for, in a life of so many."""
        left = life - turn
        if left <= 0:
            return "handoff"
        if left <= self.reflect:
            return "reflect"
        return "verify" if left <= self.reflect + self.verify else "act"
