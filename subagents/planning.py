"""What looks best from here: work this turn, or invest it, by backward induction.

Nothing here says that resources are good to have. A plan is worth what it delivers; whether it
gathers first comes out of the horizon, of the chance to live on, and of who is cared for.

Delivery is proportional to what is held, so all worths are per unit held, and a plan does not
depend on how much that is.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

LEAST_GAIN = 1e-9
"""A gain in worth below this is none: a tie goes to work, whichever way a float was rounded."""


class Future(NamedTuple):
    """What an agent reckons with, from this turn on.

    ``growth`` is what investing adds, as a share; ``turns`` are the turns it has left, this one
    included; ``survival`` is the chance to live from one turn to the next; ``legacy`` is what a
    unit is worth to it that it holds at the end.
    """

    growth: float
    turns: int
    survival: float = 1.0
    legacy: float = 0.0


@lru_cache(maxsize=1024)
def plan(future: Future) -> tuple[bool, ...]:
    """Return for each turn to come whether it is invested in the plan that is worth most.

    Examples
    --------
    A turn is worth investing while what it adds can be worked with for long enough:

    >>> plan(Future(growth=0.5, turns=5))
    (True, True, False, False, False)

    Who may not live to see it works at once:

    >>> plan(Future(growth=0.5, turns=5, survival=0.5))
    (False, False, False, False, False)
    """
    invests: list[bool] = []
    worth = future.legacy
    for _ in range(future.turns):
        later = future.survival * worth
        is_better = future.growth * later > 1 + LEAST_GAIN
        worth = (1 + future.growth) * later if is_better else 1 + later
        invests.append(is_better)
    return tuple(reversed(invests))


class Succession(NamedTuple):
    """A chain of lives as its agents reckon with it.

    ``life`` is how many turns each has; ``care`` is how much of what any successor delivers
    counts for an agent, in [0, 1]; ``kept`` is the share of holdings that a handoff keeps.
    """

    growth: float
    life: int
    care: float
    kept: float = 1.0


@lru_cache(maxsize=1024)
def legacy(succession: Succession, turns: int) -> float:
    """Return what a unit is worth to a dying agent, with so many turns after its death.

    Every successor decides for itself and cares as much as its predecessor did: each plan is
    the best answer to the plans after it, found from the last life backwards. So nobody counts
    on a successor that would rather do something else.

    Examples
    --------
    >>> legacy(Succession(growth=0.1, life=8, care=0.25), turns=8)
    2.0
    >>> legacy(Succession(growth=0.1, life=8, care=0.0), turns=800)
    0.0
    """
    growth, _, care, kept = succession
    delivered = 0.0
    for life in _last_to_first(succession.life, turns):
        held, output = 1.0, 0.0
        for invests in plan(Future(growth, life, legacy=_part(care * kept, delivered))):
            if invests:
                held *= 1 + growth
            else:
                output += held
        delivered = output + _part(held * kept, delivered)
    return _part(care * kept, delivered)


def _last_to_first(life: int, turns: int) -> Iterator[int]:
    """Yield how long the lives are that fill so many turns: the last may be a short one."""
    whole, rest = divmod(turns, life)
    if rest:
        yield rest
    yield from (life for _ in range(whole))


def _part(share: float, worth: float) -> float:
    """Return a share of a worth: nothing of it is nothing, even where it is beyond all floats."""
    return share * worth if share else 0.0
