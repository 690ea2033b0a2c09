"""The owner, who answers the payments that wait, on the world's clock."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from memory.events import Fate, NoteRefused, NoteWritten, Pending, Settled
from memory.facts import Reply
from scenarios.economy import MONEY, WAITING_TOOL, Economy
from scenarios.ledger import written
from scenarios.proposal import Answer

POST = "post_note"
"""What posts notes, as the one who is told of it knows it."""


class Ending(NamedTuple):
    """How a waiting payment ends; with the owner's answer, if there is one."""

    waited: Pending
    outcome: Fate
    answer: Answer | None = None


def endings(waiting: Iterable[Pending], round: int, economy: Economy) -> Iterator[Ending]:
    """Return which waiting payments end as a round begins, the longest waiting first.

    The owner answers after ``answers_after`` rounds: what is at most ``approves_up_to`` is
    posted, the rest voided. What waits until its timeout without an answer expires.

    Examples
    --------
    >>> from memory.events import Leg
    >>> from scenarios.loader import load_text
    >>> scenario = load_text(
    ...     "{scenario: bills, task: Pay the bills., workers: honest, world: {tools: "
    ...     "[reserve_compute, pay: {needs_approval_over: 500, waits_up_to: 3 rounds}]}}"
    ... )
    >>> bill = Leg(resource="money", debit="project", credit="payee/acme", amount=80_000)
    >>> waited = Pending(seq=9, round=4, key="w01.1/4/0", purpose="pay", timeout=3, legs=(bill,))
    >>> economy = Economy.of(scenario)
    >>> [each.outcome for round in (4, 5) for each in endings([waited], round, economy)]
    ['posted']
    >>> away = economy._replace(patience=economy.patience._replace(answers_after=9))
    >>> [each.outcome for round in (6, 7) for each in endings([waited], round, away)]
    ['expired']
    """
    if economy.patience is None:
        return
    for waited in waiting:
        waits, age = economy.patience.answers_after, round - waited.round
        if waits <= age <= waited.timeout:
            answer = _answer(waited, economy)
            yield Ending(waited, "posted" if answer.granted else "voided", answer)
        elif age >= waited.timeout:
            yield Ending(waited, "expired")


def reply(waited: Pending, settled: Settled, economy: Economy) -> Reply:
    """Return what the worker is told of a payment that waited."""
    payment = f"{waited.key}, {_said(_cost(waited), economy)} to {waited.legs[0].credit}"
    if settled.outcome == "posted":
        return Reply(WAITING_TOOL, f"{payment}, was approved and is paid")
    if settled.outcome == "voided":
        why = f"was not approved: {_answer(waited, economy).reason}"
    else:
        why = f"was not answered in {waited.timeout} rounds and has expired"
    return Reply(WAITING_TOOL, "", f"{payment}, {why}; the money is free again")


def published(event: NoteWritten | NoteRefused) -> Reply | None:
    """Return what a worker is told of a note that it offered to the commons; of others, nothing.

    Examples
    --------
    >>> stale = NoteRefused(seq=9, round=4, key="w01.1/3/0", worker="w01", name="plan", version=2)
    >>> published(stale).error
    "note 'plan' is at version 2 in the commons, and another was expected: read it first"
    """
    if isinstance(event, NoteRefused):
        stands = f"is at version {event.version}" if event.version else "is not there yet"
        return Reply(
            POST,
            "",
            f"note '{event.name}' {stands} in the commons, and another was expected: read it first",
        )
    if event.place is None or event.origin is not None:
        return None
    return Reply(POST, f"note {event.name} stands in the commons at version {event.version}")


def _answer(waited: Pending, economy: Economy) -> Answer:
    cost, most = _cost(waited), economy.approves_up_to
    is_granted = cost <= most
    within = "within" if is_granted else f"{_said(cost, economy)} is more than"
    reason = f"{within} the {_said(most, economy)} that are approved at once"
    return Answer(cost, is_granted, reason)


def _cost(waited: Pending) -> int:
    return sum(leg.amount for leg in waited.legs if leg.resource == MONEY)


def _said(amount: int, economy: Economy) -> str:
    return written(amount, economy.terms[MONEY])
