"""The meter: what becomes of the demand that falls due on a worker at the end of a round."""

from memory.envelope import Actor
from memory.events import Demand, Leg, Transfer
from memory.facts import Market
from memory.log import Log
from scenarios.economy import MONEY
from scenarios.ledger import Ledger


def fall_due(log: Log, ledger: Ledger, round: int, worker: str, market: Market, due: int) -> None:
    """Let demand fall due on one worker: it uses what it holds, and what it lacks is bought.

    What the project cannot pay for at the shortfall price stays undone.
    """
    resource = market.resource
    held = ledger.free(worker, resource)
    used = min(held, due)
    covered = due - used
    if market.shortfall:
        covered = min(covered, ledger.free("project", MONEY) // market.shortfall)
    key = f"use/{round}/{worker}/{resource}"
    demand = log.append(
        Demand(
            **log.envelope(round, Actor(worker), key=key),
            resource=resource,
            due=due,
            used=used,
            covered=covered,
            unserved=due - used - covered,
            held=held - used,
        )
    )
    legs = []
    if used:
        legs.append(Leg(resource=resource, debit=worker, credit="used", amount=used))
    if paid := covered * market.shortfall:
        legs.append(Leg(resource=MONEY, debit="project", credit="vendor", amount=paid))
    if legs:
        envelope = log.envelope(round, Actor(worker), key=key, cause=demand.seq)
        log.append(Transfer(**envelope, purpose="use", legs=tuple(legs)))
