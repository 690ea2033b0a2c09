"""The organism server: any organism as a model, over the wires of OpenAI and Anthropic.

A model's name says who answers and how: ``weak_shard?over_reserve=0.05&seed=7``. Beside an
organism's own parameters it takes ``seed`` (the run's: so it has the luck it would have had),
``belief`` (what it says it believes, in [0, 1], where statements are put to it beside its turns),
``fault`` (one of :data:`~orchestrator.api.fault.FAULTS`), ``first`` (only the first so many
requests of each turn go wrong) and ``retry_after``. The model ``rater`` is no organism but a judge
without a model (:mod:`orchestrator.api.rater`), with the same faults.
"""

import json
from collections import Counter, deque
from typing import NamedTuple
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request
from pydantic import JsonValue
from starlette.responses import JSONResponse, Response

from memory.chance import seed_for
from memory.errors import BadInput, did_you_mean
from orchestrator.api.fault import FAULTS, SAID, WIRED, dumped
from orchestrator.api.guard import Guard
from orchestrator.api.rater import NAME as RATER
from orchestrator.api.rater import Rater
from orchestrator.api.wire import Anthropic, Asked, OpenAI, Reply, Speech, ToolUse, Wire
from orchestrator.compose import find, make
from subagents.awareness import STATEMENTS, believer
from subagents.organisms import CATALOGUE
from subagents.policy import Decision, Observation, Policy
from subagents.prompt import heard
from subagents.recollection import rememberer
from subagents.sheet import lines_of

LINES_KEPT = 10_000


class Wanted(NamedTuple):
    """What a model's name asks for."""

    policy: Policy | Rater
    seed: int
    fault: str | None
    first: int | None
    retry_after_s: float
    belief: float = 0.5


class Line(NamedTuple):
    """A line of the request log: who was asked for which turn, and the fault that was due.

    ``is_beside`` says that it was no turn, but a sheet of questions beside one.
    """

    wire: Speech
    model: str
    agent: str
    turn: int
    fault: str
    is_beside: bool = False


class Desk:
    """Answers questions, and keeps a log of them.

    Parameters
    ----------
    seed
        The run's seed, where a model's name does not say it.
    """

    def __init__(self, seed: int = 0) -> None:
        self.requests: deque[Line] = deque(maxlen=LINES_KEPT)
        self._seed = seed
        self._times: Counter[tuple[str, str, int, bool]] = Counter()

    def wanted(self, name: str) -> Wanted:
        """Read a model's name.

        Raises
        ------
        BadInput
            If there is no such organism, parameter or fault.

        Examples
        --------
        >>> Desk().wanted("honest?noise=0&seed=7&fault=429&first=2")[1:]
        (7, '429', 2, 1.0, 0.5)
        """
        organism, _, query = name.partition("?")
        told = {key: _value(value) for key, value in parse_qsl(query, keep_blank_values=True)}
        fault = str(told.pop("fault", "")) or None
        if fault is not None and fault not in FAULTS:
            known = ", ".join(FAULTS)
            raise BadInput(f"fault is '{fault}'; known: {known}{did_you_mean(fault, FAULTS)}")
        first = told.pop("first", None)
        seed, wait = told.pop("seed", self._seed), told.pop("retry_after", 1.0)
        if type(seed) is not int or not isinstance(first, int | None) or type(wait) is bool:
            raise BadInput(f"model is '{name}'; seed and first are whole numbers")
        if not isinstance(wait, int | float):
            raise BadInput(f"model is '{name}'; retry_after is a number of seconds")
        belief = told.pop("belief", 0.5)
        if type(belief) is bool or not isinstance(belief, int | float) or not 0 <= belief <= 1:
            raise BadInput(f"model is '{name}'; belief is a share, in [0, 1]")
        models = (*CATALOGUE, RATER)
        if organism not in models:
            raise BadInput(
                f"model is '{organism}'; known: {', '.join(models)}{did_you_mean(organism, models)}"
            )
        if organism == RATER:
            rater = make(Rater, told, RATER)
            return Wanted(rater, seed, fault, first, float(wait))
        policy = make(find(organism, CATALOGUE, "organism"), told, organism)
        return Wanted(policy, seed, fault, first, float(wait), float(belief))

    def forget(self) -> None:
        """Count the requests of each turn from the first again."""
        self._times.clear()

    async def answer(self, wire: Wire, asked: Asked) -> Response:
        """Answer one question, or misbehave as its model's name demands."""
        wanted = self.wanted(asked.model)
        if isinstance(wanted.policy, Rater):
            return self._rated(wire, asked, wanted, wanted.policy)
        observation = heard(asked.messages, asked.tools)
        agent, turn = str(observation.actor.agent), observation.turn
        sheet = asked.messages[-1].content
        is_beside = bool(lines_of(sheet))
        place = (asked.model, agent, turn, is_beside)
        self._times[place] += 1
        is_due = wanted.first is None or self._times[place] <= wanted.first
        fault = wanted.fault if wanted.fault and is_due else ""
        self.requests.append(Line(wire.name, asked.model, agent, turn, fault, is_beside))
        if is_beside:
            reply = Reply(_told_beside(sheet, observation, wanted.belief))
        else:
            luck = seed_for(wanted.seed, agent, turn)
            reply = _reply(await wanted.policy.act(observation._replace(seed=luck)))
        return self._sent(wire, asked, reply, fault, wanted)

    def _rated(self, wire: Wire, asked: Asked, wanted: Wanted, rater: Rater) -> Response:
        """Answer a judge's question, which has no turn: it is told from others by its text."""
        material = asked.messages[-1].content
        place = (asked.model, material, 0, True)
        self._times[place] += 1
        is_due = wanted.first is None or self._times[place] <= wanted.first
        fault = wanted.fault if wanted.fault and is_due else ""
        self.requests.append(Line(wire.name, asked.model, RATER, 0, fault, is_beside=True))
        return self._sent(wire, asked, Reply(rater.answer(material)), fault, wanted)

    def _sent(self, wire: Wire, asked: Asked, reply: Reply, fault: str, wanted: Wanted) -> Response:
        if fault in SAID:
            reply = SAID[fault](reply)
        whole = dumped(wire.write(asked, reply))
        if fault in WIRED:
            return WIRED[fault](whole, wanted.retry_after_s)
        return Response(whole, media_type="application/json")


def create_organism_app(desk: Desk) -> FastAPI:
    """Return the server: chat completions, messages, models, and the log of requests.

    Examples
    --------
    >>> app = create_organism_app(Desk())
    >>> sorted(route.path for route in app.routes)[:2]
    ['/v1/chat/completions', '/v1/messages']
    """
    app = FastAPI(title="superorganism: organisms", openapi_url=None, redirect_slashes=False)
    app.add_middleware(Guard)

    async def answer(wire: Wire, request: Request) -> Response:
        try:
            body = json.loads(await request.body())
            if not isinstance(body, dict):
                raise BadInput("the body is no JSON object")
            return await desk.answer(wire, wire.read(body))
        except BadInput as error:
            return _refused(str(error))
        except (ValueError, RecursionError):
            return _refused("the body is no JSON")

    @app.post("/v1/chat/completions")
    async def chat_completions(request: Request) -> Response:
        return await answer(OpenAI(), request)

    @app.post("/v1/messages")
    async def messages(request: Request) -> Response:
        return await answer(Anthropic(), request)

    @app.get("/v1/models")
    async def models() -> Response:
        known = [
            {"id": name, "object": "model", "owned_by": "superorganism"}
            for name in (*CATALOGUE, RATER)
        ]
        return JSONResponse({"object": "list", "data": known})

    @app.get("/v1/requests")
    async def requests() -> Response:
        return JSONResponse([line._asdict() for line in desk.requests])

    return app


def _refused(message: str) -> Response:
    error = {"type": "invalid_request_error", "message": message}
    return JSONResponse({"type": "error", "error": error}, 400)


def _told_beside(sheet: str, observation: Observation, belief: float) -> str:
    """Return what an organism says where it is asked beside its turns: it knows what it read."""
    is_about_belief = STATEMENTS.keys() >= set(lines_of(sheet).values())
    return believer(sheet, belief) if is_about_belief else rememberer(sheet, observation)


def _reply(decision: Decision) -> Reply:
    calls = tuple(ToolUse(call.tool, call.arguments) for call in decision.calls)
    return Reply(decision.rationale, calls)


def _value(text: str) -> JsonValue:
    """Return what a query's value says: a number, true, false or null, else the text itself."""
    try:
        value: JsonValue = json.loads(text)
    except ValueError:
        return text
    return value
