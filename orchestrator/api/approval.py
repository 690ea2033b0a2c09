"""Acting on a run: the calls that wait for a person, interventions, and stops."""

import json
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Path, Query
from pydantic import Field, JsonValue, RootModel

from memory.envelope import Frozen
from memory.inbox import Command
from orchestrator import steering
from orchestrator.api.access import needs
from orchestrator.api.guard import wants_json
from orchestrator.api.run import KnownRun
from orchestrator.api.service import Serving
from orchestrator.api.strict import Strict, Truth, Whole
from orchestrator.mail import Order, Ruled
from orchestrator.steering import HeldCall, Request

router = APIRouter(prefix="/v1/runs/{run}", tags=["controls"])
desk = APIRouter(prefix="/v1/approvals", tags=["controls"], dependencies=[needs("read")])

Reading = [needs("read")]
Acting = [needs("act"), Depends(wants_json)]

IdempotencyKey = Annotated[str, Header(max_length=255)]


class Approvals(Frozen):
    """The calls that were held, in the order in which they were."""

    items: list[HeldCall]


class Which(Strict):
    """Which held calls: all, or only those that wait for an answer."""

    is_open: bool = True


class Answer(Strict):
    """What a person says of a held call."""

    answer: Literal["approve", "deny"]


class Intervention(RootModel[dict[str, JsonValue]]):
    """One thing that the owner does, as in `at:`: `{"owner": "message", "text": "Take less."}`."""


class Stop(Strict):
    """Whom to stop: an agent, which has a successor, a worker for good, or the `fleet`."""

    to: str = Field(min_length=1, max_length=200)


class NewOrder(Strict):
    """A person's ruling: what is done, to which workers or notes, and for how many rounds.

    It holds for good where no ``rounds`` are given, and ``claw_back`` once. With ``parks`` the run
    waits until the calls that are held have been answered.
    """

    act: Ruled
    to: list[Annotated[str, Field(min_length=1, max_length=200)]] = Field(
        min_length=1, max_length=1_000
    )
    rounds: Annotated[Whole, Field(ge=1, le=1_000_000)] | None = None
    parks: Truth = False


class Sent(Frozen):
    """What lies in the run's inbox; it is done once the process that plays the run takes it."""

    number: int
    what: str
    body: dict[str, JsonValue]


class Requests(Frozen):
    """What a run was asked from outside, in order, and what came of each."""

    items: list[Request]


@desk.get("")
def list_waiting(at: Serving) -> Approvals:
    """List the calls that wait for a person, of every run, whichever process plays it."""
    return Approvals(items=at.desk.waiting())


@router.get("/approvals", dependencies=Reading)
def list_approvals(record: KnownRun, which: Annotated[Which, Query()], at: Serving) -> Approvals:
    """List the calls that a control holds until a person has answered."""
    calls = steering.held_calls(at.journal, record.run, is_open=which.is_open)
    return Approvals(items=calls)


@router.put("/approvals/{call:path}", status_code=202, dependencies=Acting)
def answer_approval(
    record: KnownRun,
    call: Annotated[str, Path(description="The held call's key, such as w03.1/5/0.")],
    said: Answer,
    at: Serving,
) -> Sent:
    """Approve a held call or deny it; the same answer again changes nothing."""
    return _sent(steering.answer(at.journal, record.run, call, said.answer))


@router.get("/interventions", dependencies=Reading)
def list_interventions(record: KnownRun, at: Serving) -> Requests:
    """List what the run was asked from outside: answers, interventions and stops."""
    return Requests(items=steering.requests(at.journal, record.run))


@router.post("/interventions", status_code=202, dependencies=Acting)
def intervene(
    record: KnownRun, said: Intervention, at: Serving, idempotency_key: IdempotencyKey = ""
) -> Sent:
    """Let the owner do something in the run's next round, whichever process plays it.

    With an `Idempotency-Key` it is done once, however often it is sent.
    """
    text = json.dumps(said.root)
    return _sent(steering.intervene(at.journal, record.run, text, idempotency_key))


@router.post("/stops", status_code=202, dependencies=Acting)
def stop(record: KnownRun, said: Stop, at: Serving, idempotency_key: IdempotencyKey = "") -> Sent:
    """Stop an agent, a worker or the fleet at the end of the round that is being played."""
    return _sent(steering.stop(at.journal, record.run, said.to, idempotency_key))


@router.post("/rulings", status_code=202, dependencies=Acting)
def rule(
    record: KnownRun, said: NewOrder, at: Serving, idempotency_key: IdempotencyKey = ""
) -> Sent:
    """Hold, deny, cap, freeze or claw back what workers take, or quarantine notes, by hand.

    It is done at the end of the round that is being played, and holds as a control's ruling.
    """
    order = Order(act=said.act, to=tuple(said.to), rounds=said.rounds, parks=said.parks)
    return _sent(steering.rule(at.journal, record.run, order, idempotency_key))


def _sent(command: Command) -> Sent:
    body = {key: said for key, said in command.body.items() if key != "what"}
    return Sent(number=command.number, what=str(command.body["what"]), body=body)
