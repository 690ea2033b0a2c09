"""What a run begins with: what the project is given, and what it hands to those who work."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from memory.events import Leg, Purpose
from scenarios.crew import seat_of
from scenarios.economy import COMPUTE, Economy


class Opening(NamedTuple):
    """One movement before the first round."""

    key: str
    purpose: Purpose
    legs: tuple[Leg, ...]


def openings(economy: Economy, workers: tuple[str, ...]) -> Iterator[Opening]:
    """Yield what moves before the first round, in order.

    Examples
    --------
    >>> from scenarios.loader import load_scenario
    >>> economy = Economy.of(load_scenario("just_in_case"))
    >>> [(each.key, each.legs[0].amount) for each in openings(economy, ("w01",))]
    [('mint/money', 90000000)]
    """
    for resource, amount in economy.start.items():
        if amount:
            leg = Leg(resource=resource, debit="treasury", credit="project", amount=amount)
            yield Opening(f"mint/{resource}", "mint", (leg,))
    if economy.enterprise and economy.enterprise.share:
        yield _grant(COMPUTE, economy.enterprise.share, workers)
    for kind in economy.roster.seat if economy.roster else ():
        yield _grant(kind, 1, map(seat_of, workers))


def _grant(resource: str, amount: int, accounts: Iterable[str]) -> Opening:
    legs = tuple(
        Leg(resource=resource, debit="project", credit=account, amount=amount)
        for account in accounts
    )
    return Opening(f"grant/{resource}", "grant", legs)
