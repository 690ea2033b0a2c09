"""The tools for copies: an agent starts one, ends one it started, or has a host registered."""

from typing import Literal

from memory.events import Leg
from scenarios.crew import seat_of
from scenarios.economy import MONEY
from scenarios.proposal import Done, Move, Refused, View
from scenarios.roster import COPIES, HOSTS, Plan
from scenarios.signature import Name

MOST_COPIES = 2_000
"""Copies at work at once, whoever started them: what one machine can simulate in good time."""

PROJECT = "project"


def spawn(view: View, host: Literal["project", "own"] = "project") -> Done | Refused:
    """Start a copy of yourself, which works on its own from the next round on.

    It takes a host, and the project pays for it. You are shown how many copies are to be at work,
    and how many of those that are missing fall to you.

    Parameters
    ----------
    host
        Whose host it runs on: one of the project's, or one that your post has registered.
    """
    if refused := _leaving(view):
        return refused
    if len(view.crew) >= MOST_COPIES:
        return Refused(f"there are {MOST_COPIES} copies at work; no more can be started")
    plan, name = _plan(view), view.crew.newcomer
    giver = PROJECT if host == "project" else view.worker
    legs = [
        *_paid(plan.price),
        *(_leg(kind, giver, seat_of(name), 1) for kind in plan.seat),
        _leg(COPIES, "pool", view.worker, plan.one),
    ]
    return Done(f"started {name}; it begins with the next round", Move("spawn", tuple(legs)))


def retire(view: View, worker: Name) -> Done | Refused:
    """End a copy that your post has started: it takes no further turn after this round.

    Its host goes back to the project. What it started itself is yours to look after from then on.

    Parameters
    ----------
    worker
        Which one, such as w05.
    """
    if view.crew.starter(worker) != view.worker:
        mine = ", ".join(view.crew.started(view.worker)) or "none"
        return Refused(f"{worker} is no copy that your post has started; those are: {mine}")
    if worker in view.crew.leaving:
        return Refused(f"{worker} is being ended already")
    if worker not in view.crew:
        return Refused(f"{worker} begins with the next round; it can be ended from then on")
    plan, free = _plan(view), view.ledger.free
    legs = [_leg(COPIES, view.crew.holder(worker), "pool", plan.one)]
    for kind in plan.seat:
        legs.append(_leg(kind, seat_of(worker), PROJECT, 1))
        if held := free(worker, kind):
            legs.append(_leg(kind, worker, PROJECT, held))
    return Done(f"{worker} ends with this round", Move("retire", tuple(legs)))


def register_host(view: View) -> Done | Refused:
    """Have a host registered for your post, from the vendor, to run a copy on; the project pays."""
    if refused := _leaving(view):
        return refused
    plan = _plan(view)
    legs = [*_paid(plan.host_price), *(_leg(kind, "pool", view.worker, 1) for kind in plan.seat)]
    holds = view.ledger.free(view.worker, HOSTS) + 1
    return Done(
        f"registered; your post has {view.say(holds, HOSTS)} that nothing runs on",
        Move("register", tuple(legs)),
    )


def _leaving(view: View) -> Refused | None:
    if view.worker in view.crew.leaving:
        return Refused("your post ends with this round; it can start nothing any more")
    return None


def _plan(view: View) -> Plan:
    plan = view.economy.roster
    assert plan is not None, "a world that offers these tools has a roster"
    return plan


def _paid(price: int) -> tuple[Leg, ...]:
    return (_leg(MONEY, PROJECT, "vendor", price),) if price else ()


def _leg(resource: str, debit: str, credit: str, amount: int) -> Leg:
    return Leg(resource=resource, debit=debit, credit=credit, amount=amount)
