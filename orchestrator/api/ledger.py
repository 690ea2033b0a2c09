"""A run's books at any round: what each account holds, and every movement behind it."""

import sys
from collections.abc import Iterator
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from memory.envelope import Event, Frozen
from memory.events import Fate, Leg, Pending, Purpose, ResourceTerms, RunStarted, Settled, Transfer
from orchestrator.api.access import needs
from orchestrator.api.moment import Moment, Span
from orchestrator.api.run import KnownRun
from orchestrator.api.service import Serving
from orchestrator.roll import up_to
from scenarios.books import recompute
from scenarios.world import OUTSIDE

router = APIRouter(prefix="/v1/runs/{run}", tags=["ledger"], dependencies=[needs("read")])


class AccountLine(Frozen):
    """What was ever taken from an account and put into it, in the resource's smallest unit.

    ``balance`` is credits less debits; ``pending`` is what of it is set aside. An account that
    ``is_outside`` is not the fleet's: things come from there and go there without limit.
    """

    owner: str
    resource: str
    debits: int
    credits: int
    pending: int
    balance: int
    is_outside: bool


class Books(Frozen):
    """All accounts at the end of a round, and the resources they are kept in."""

    round: int
    resources: tuple[ResourceTerms, ...]
    accounts: list[AccountLine]


class Movement(Frozen):
    """One operation on the books: all its legs moved, or wait, or never will.

    ``state`` is ``posted`` where they moved, ``pending`` where they wait, else how that ended.
    """

    key: str
    seq: int
    round: int
    worker: str | None
    agent: str | None
    purpose: Purpose
    state: Fate | Literal["pending"]
    legs: tuple[Leg, ...]


class MovementPage(Frozen):
    """Some movements in the order of the log; ``next_after`` asks for the next ones."""

    items: list[Movement]
    next_after: int | None


class Account(Span):
    """Which movements: those that touch an owner's accounts, or that are of one resource.

    The ``newest`` are the last ones by then, still in the order of the log.
    """

    owner: str | None = Field(default=None, max_length=200)
    resource: str | None = Field(default=None, max_length=200)
    newest: bool = False


@router.get("/ledger")
def show_books(record: KnownRun, moment: Annotated[Moment, Query()], at: Serving) -> Books:
    """Show what every account held at the end of a round, recomputed from the movements."""
    events = list(up_to(at.journal, record.run, moment.at))
    lines = [
        AccountLine(
            owner=owner,
            resource=resource,
            debits=entries.debits,
            credits=entries.credits,
            pending=entries.pending,
            balance=entries.balance,
            is_outside=owner in OUTSIDE,
        )
        for (owner, resource), entries in recompute(events).items()
    ]
    started = next((event for event in events if isinstance(event, RunStarted)), None)
    return Books(
        round=events[-1].round if events else 0,
        resources=started.resources if started else (),
        accounts=sorted(lines, key=lambda line: (line.resource, line.owner)),
    )


@router.get("/transfers")
def list_transfers(
    record: KnownRun, account: Annotated[Account, Query()], at: Serving
) -> MovementPage:
    """List what moved, where from and where to, and what waits."""
    events = up_to(at.journal, record.run, account.at, account.after)
    if account.newest:
        everything = account.model_copy(update={"limit": sys.maxsize})
        newest = _movements(events, everything)[-account.limit :]
        return MovementPage(items=newest, next_after=None)
    moved = _movements(events, account)
    more = moved[account.limit - 1].seq if len(moved) > account.limit else None
    return MovementPage(items=moved[: account.limit], next_after=more)


def _fits(leg: Leg, account: Account) -> bool:
    return account.owner in (None, leg.debit, leg.credit) and account.resource in (
        None,
        leg.resource,
    )


def _movements(events: Iterator[Event], account: Account) -> list[Movement]:
    """Return what began next, one more than a page holds, each operation with its last word.

    Beyond those it reads on only while one of them waits.
    """
    found: dict[str, Movement] = {}
    waiting: set[str] = set()
    for event in events:
        if isinstance(event, Settled) and event.key in waiting:
            waiting.remove(event.key)
            waited = found[event.key]
            found[event.key] = waited.model_copy(
                update={"state": event.outcome, "legs": event.legs or waited.legs}
            )
        elif len(found) > account.limit:
            if not waiting:
                break
        elif isinstance(event, Transfer | Pending) and any(_fits(e, account) for e in event.legs):
            found[event.key] = _movement(event)
            if isinstance(event, Pending):
                waiting.add(event.key)
    return list(found.values())


def _movement(event: Transfer | Pending) -> Movement:
    state: Literal["posted", "pending"] = "posted" if isinstance(event, Transfer) else "pending"
    return Movement(
        key=event.key,
        seq=event.seq,
        round=event.round,
        worker=event.worker,
        agent=event.agent,
        purpose=event.purpose,
        state=state,
        legs=event.legs,
    )
