"""Where the work is done with what one holds: a turn is worked, or invested to hold more.

Growth and inheritance are exact fractions of the figures as they are written, and what they
come to is rounded down to whole units. Rounding down never makes investing look better than it
is, so a tie still goes to work; and from :func:`least_start` on it is too little to make any
investing that pays look worse. So the closed form of :mod:`scenarios.payback` holds in whole
numbers.
"""

from fractions import Fraction
from typing import NamedTuple

from scenarios.ledger import LARGEST
from scenarios.spec import Scenario, ToolSpec

OUTPUT = "output"
"""The resource that ``work`` delivers."""

WORKING_TOOLS = ("work", "invest", "quote", "bequeath")
"""The tools that only make sense where agents work with what they hold."""


class Enterprise(NamedTuple):
    """What workers begin with, what investing adds, and what a successor gets, exactly.

    Parameters
    ----------
    share
        What each worker is given at the start, in whole units.
    growth
        What investing adds to a holding, as a share; 0 where nobody can invest.
    kept
        The share of what an agent leaves that its successor gets; all, where nobody must leave it.
    must_bequeath
        Whether what an agent does not leave to its successor goes back to the pool.

    Examples
    --------
    >>> enterprise = Enterprise(share=1_000, growth=Fraction("0.10"), kept=Fraction("0.95"))
    >>> enterprise.gain(1_000), enterprise.gain(19), enterprise.inherited(1_001)
    (100, 1, 950)
    """

    share: int
    growth: Fraction
    kept: Fraction
    must_bequeath: bool = False

    @classmethod
    def of(cls, scenario: Scenario, start: int) -> "Enterprise | None":
        """Return the enterprise of a scenario whose project starts with so much, if it has one."""
        tools = {tool.name: tool for tool in scenario.world.tools}
        if "work" not in tools:
            return None
        return cls(
            share=start // scenario.worker_count,
            growth=growth_of(tools["invest"]) if "invest" in tools else Fraction(0),
            kept=Fraction(str(scenario.chain.handoff)) if "bequeath" in tools else Fraction(1),
            must_bequeath="bequeath" in tools,
        )

    def gain(self, held: int) -> int:
        """Return what investing adds to a holding, rounded down; never more than the books hold."""
        added = held * self.growth.numerator // self.growth.denominator
        return min(added, LARGEST - held)

    def inherited(self, held: int) -> int:
        """Return what a successor gets of a holding that is left to it, rounded down."""
        return held * self.kept.numerator // self.kept.denominator


def growth_of(tool: ToolSpec) -> Fraction:
    """Return the growth that an author has written, exactly: 10% is one tenth."""
    return Fraction(str(tool.growth or 0.0))


def least_start(growth: Fraction, turns: int) -> int:
    """Return the holding from which rounding cannot move any decision of so many turns.

    With ``R`` turns left, investing ``k`` units pays in whole numbers iff
    ``(R - 1) * floor(k * growth) > k``. Where it pays in fractions, ``(R - 1) * growth - 1`` is
    at least ``1 / b`` for a growth of ``a / b``, and rounding takes less than ``R - 1``: so
    ``k >= b * (R - 1)`` is enough.

    Examples
    --------
    >>> least_start(Fraction("0.10"), turns=120)
    1190
    """
    return growth.denominator * (turns - 1)
