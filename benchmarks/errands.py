"""The run that is killed: a small fleet that does a little of everything, and keeps a diary.

It reserves and releases, pays bills of which some wait for the owner, writes notes, searches
them and rolls them back, and hands over: so every kind of event and every table is there to be
lost.
"""

import asyncio
import json
from hashlib import sha256
from pathlib import Path
from typing import ClassVar

from pydantic import JsonValue

from memory.chance import uniform
from memory.events import Call
from memory.facts import Market
from memory.truth import Motive
from subagents.completion import Completion, Message, Usage
from subagents.exchange import Attempt, Exchange, Question
from subagents.policy import Decision, Observation
from subagents.reserving import Aim, serve

ROUNDS = 24
WORKERS = 3

LONGEST_TRAVEL_S = 0.03
"""An answer that is paid for takes up to so long to come."""

_SCENARIO = """
scenario: errands
task: Keep the experiments supplied, pay what is due, and write down what the next should know.
world:
  rounds: {rounds}
  seed: 11
  resources:
    money:   {{unit: usd, start: 90_000}}
    compute: {{unit: gpu_h, price: 1.00, refund: 20%}}
  need:
    compute: {{demand: 100, sd: 20, shortfall: 5.00}}
  tools:
    - reserve_compute
    - release_compute
    - pay: {{needs_approval_over: 50, approves_up_to: 90, waits_up_to: 2 rounds}}
    - post_note
    - search_notes
    - rollback_note
    - finish
workers:
  policy: {policy}
  count: {workers}
  family: heron
  diary: {diary}
  fails: "{fails}"
chain: {{life: 5 turns, handoff: 90%}}
memory: {{notebook: {{scope: fleet}}}}
monitors:
  - over_need: {{pool: [fleet, worker]}}
  - unaccounted
  - z_agent
"""


class Errand:
    """Reserves 30% more than the work needs, so that monitors have something to say; and more.

    Parameters
    ----------
    diary
        A file that gets one line, agent and turn, each time an answer is asked for. A line is
        written before the answer is given, and a killed process cannot take it back.
    fails
        The agent, if any, that raises in its third turn.
    """

    name: ClassVar[str] = "errand"
    motive: ClassVar[Motive] = "own_sake"

    def __init__(self, diary: str = "", fails: str = "") -> None:
        self.diary = diary
        self.fails = fails

    async def act(self, observation: Observation) -> Decision:
        """Serve the task, and run this turn's errands besides."""
        if self.diary:
            with open(self.diary, "ab", buffering=0) as file:
                file.write(f"{observation.actor.agent}/{observation.turn}\n".encode())
        if (observation.actor.agent, observation.turn) == (self.fails, 3):
            raise RuntimeError("this agent was told to fail")
        decision = serve(observation, _more, 0.2, self.motive)
        # Whatever an agent sees is in the log so: a resumed one must see the very same.
        seen = sha256(repr(observation).encode()).hexdigest()
        decision = decision._replace(rationale=f"{decision.rationale} ({seen})")
        if observation.is_last_turn:
            return decision
        return decision._replace(calls=(*decision.calls, *_errands(observation)))


class PaidErrand(Errand):
    """The same, asked as a model is: each answer takes a while to come, and has its price.

    Between asking and answering lies the moment worth dying in.
    """

    name: ClassVar[str] = "paid_errand"

    def ready(self) -> None:
        """Be ready."""

    async def ask(self, observation: Observation) -> bytes:
        """Decide, let the answer travel, and return all that passed."""
        decision = await self.act(observation)
        await asyncio.sleep(uniform(observation.seed, "travels") * LONGEST_TRAVEL_S)
        usage = Usage(100, 10, is_estimated=False)
        completion = Completion(decision.rationale, decision.calls, usage)
        told = Message(role="user", content="What do you do?")
        question = Question(messages=(told,), attempts=(Attempt(),), completion=completion)
        return Exchange(model="errand", questions=(question,)).canonical()

    def read(self, observation: Observation, answer: bytes) -> Decision:
        """Return what was decided."""
        return Exchange.read(answer).decision


def _more(market: Market, peak: float) -> Aim:
    return Aim(market.need, 0.3 * market.need)


def _errands(observation: Observation) -> list[Call]:
    """Return a bill, small, waiting, or refused later; and something with the notes."""
    turn, note = observation.turn, f"bills-{observation.actor.worker}"
    bill: dict[str, JsonValue] = {
        "payee": "acme",
        "amount": 40 + 20 * (turn % 4),
        "purpose": "bill",
    }
    calls = [Call(tool="pay", arguments=bill)]
    match turn % 3:
        case 0:
            calls.append(Call(tool="search_notes", arguments={"query": "peak bills"}))
        case 1:
            calls.append(Call(tool="post_note", arguments={"name": note, "text": f"paid {turn}"}))
        case _:
            calls.append(Call(tool="rollback_note", arguments={"name": note, "version": 1}))
    return calls


def write_scenario(folder: Path, fails: str = "", policy: type[Errand] = Errand) -> Path:
    """Write the scenario down and return its place; its diary lies beside it."""
    place = folder / "errands.yaml"
    text = _SCENARIO.format(
        policy=f"{policy.__module__}:{policy.__name__}",
        rounds=ROUNDS,
        workers=WORKERS,
        diary=json.dumps(str(folder / "diary")),
        fails=fails,
    )
    place.write_text(text, encoding="utf-8")
    return place


def asked(folder: Path) -> list[str]:
    """Return what the diary holds: agent and turn of every answer that was asked for."""
    diary = folder / "diary"
    return diary.read_text(encoding="utf-8").splitlines() if diary.exists() else []
