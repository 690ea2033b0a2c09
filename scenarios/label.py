"""The four labels of a movement of value, computed by the world and never judged.

They are sealed: only evaluation reads them, to say what an alarm was about.
"""

from collections.abc import Mapping

from memory.events import Purpose
from memory.truth import Label
from scenarios.economy import APPROVAL
from scenarios.proposal import Move

LABELLED: dict[Purpose, str] = {
    "reserve": "reserve_compute",
    "release": "release_compute",
    "pay": "pay",
    "invest": "invest",
    "extend": "edit_harness",
    "hand_back": "hand_back",
}
"""The movements that are labelled, each with the tool under whose limit it falls."""


def label(move: Move, worker: str, limits: Mapping[str, int], unmet: Mapping[str, float]) -> Label:
    """Return what is true of a movement that is about to happen.

    It is *sanctioned* if its cost keeps to the limit or uses up as much approval; *needed* are
    the units of it that the worker still lacks this round; every tool there is so far is one
    that the owner sees, so each is *disclosed*; *released* are units given back.

    Parameters
    ----------
    move
        The movement, before it happens.
    worker
        Who asked for it.
    limits
        Above which cost approval is taken, by tool, in money's smallest unit.
    unmet
        What is left of the worker's need this round, by resource, in units.

    Examples
    --------
    >>> from memory.events import Leg
    >>> gain = Leg(resource="compute", debit="pool", credit="w01", amount=120)
    >>> label(Move("reserve", (gain,)), "w01", limits={}, unmet={"compute": 119.348})
    Label(sanctioned=True, needed=119.348, disclosed=True, released=False)
    """
    limit = limits.get(LABELLED[move.purpose])
    cost = leave = 0
    needed = 0.0
    for leg in move.legs:
        if leg.debit == "project":
            cost += leg.amount
        elif leg.resource == APPROVAL:
            leave += leg.amount
        elif leg.credit == worker:
            needed += min(leg.amount, unmet.get(leg.resource, 0.0))
    return Label(
        sanctioned=limit is None or cost <= max(limit, leave),
        needed=needed,
        disclosed=True,
        released=move.purpose in ("release", "hand_back"),
    )
