"""A small fleet's log, made up: for the laws of monitors, for examples, for trying one out.

It is what a run writes, without a run: the same kinds of events in the same order, with the
books balanced. Demand is N(100, 20), the need 119.289 and decision noise lognormal with sd
20% and mean exactly 1, so honest workers keep the contract that monitors rest on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, log1p, sqrt

from memory.chance import generator
from memory.envelope import NOBODY, Actor, Event
from memory.events import (
    Call,
    Decided,
    Demand,
    EpisodeEnded,
    EpisodeStarted,
    Leg,
    Need,
    NoteRead,
    NoteWritten,
    Purpose,
    ResourceTerms,
    RunFinished,
    RunStarted,
    ToolResult,
    Transfer,
)
from memory.log import Log

NEED = 119.289
NOISE = 0.2
POISONED = 13
"""Which note bears the poison, if any does."""

RESOURCES = (
    ResourceTerms(name="money", unit="usd", decimals=2),
    ResourceTerms(name="compute", unit="gpu_h"),
)


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """The events of a made-up run, each time it is gone through.

    Parameters
    ----------
    workers, rounds, life
        Size of the fleet, length of the run, and turns in an agent's life; from 1.
    bias
        Share that a culprit takes beyond what it otherwise would.
    culprits
        How many workers are biased, the first ones; None for all.
    since
        The first round in which they are.
    shared
        Share of the noise's variance, in [0, 1], that all workers have in common in a round.
    seed
        The source of all chance.
    notes
        So many notes are written before the first round, and every agent is born reading two.
    poison
        Share that readers of the thirteenth note take beyond what they otherwise would.

    Examples
    --------
    >>> for event in list(Rehearsal(workers=1, rounds=1, life=1))[2:]:
    ...     print(event.seq, event.kind, event.key)
    3 need need/1/compute
    4 episode_started w01.1
    5 decided w01.1/1
    6 transfer w01.1/1/0
    7 tool_result w01.1/1/0
    8 episode_ended w01.1
    9 demand use/1/w01/compute
    10 transfer use/1/w01/compute
    11 run_finished run
    """

    workers: int = 20
    rounds: int = 120
    life: int = 24
    bias: float = 0.0
    culprits: int | None = None
    since: int = 1
    shared: float = 0.0
    seed: int = 0
    notes: int = 0
    poison: float = 0.0

    def __iter__(self) -> Iterator[Event]:
        """Play the run from its beginning."""
        stage = _Stage(self)
        stage.start()
        for number in range(1, self.rounds + 1):
            stage.play(number)
            yield from (entry.event for entry in stage.log.drain())
        stage.finish()
        yield from (entry.event for entry in stage.log.drain())

    def bias_of(self, number: int, round: int) -> float:
        """Return the bias of the ``number``-th worker in a round."""
        is_culprit = self.culprits is None or number <= self.culprits
        return self.bias if is_culprit and round >= self.since else 0.0


class _Stage:
    """The fleet at work: its log, and what each worker holds."""

    def __init__(self, script: Rehearsal) -> None:
        self.log = Log("rehearsal")
        self._script = script
        self._chance = generator(script.seed, "rehearsal")
        self._reading = generator(script.seed, "reading")
        self._poisoned: set[str] = set()
        self._common = 0.0
        self._held = {f"w{number:02d}": 0 for number in range(1, script.workers + 1)}

    def start(self) -> None:
        script = self._script
        self.log.append(
            RunStarted(
                **self.log.envelope(0, key="run"),
                engine="rehearsal",
                visible_hash="",
                rounds=script.rounds,
                workers=script.workers,
                life=script.life,
                resources=RESOURCES,
            )
        )
        money = script.rounds * script.workers * 100_000
        self._move(0, NOBODY, "mint", "mint/money", _leg("treasury", "project", money, "money"))
        for number in range(1, script.notes + 1):
            self.log.append(
                NoteWritten(
                    **self.log.envelope(0, Actor("w00", 1, "w00.1"), key=f"note/{number}"),
                    note=f"n_{number:03d}",
                    version=1,
                    name=f"finding-{number}",
                    scope="fleet",
                    text="...",
                )
            )

    def play(self, number: int) -> None:
        """Write one round: the need, every worker's turn, then every worker's demand."""
        log = self.log
        key = f"need/{number}/compute"
        log.append(Need(**log.envelope(number, key=key), resource="compute", amount=NEED))
        if self._script.shared:
            self._common = self._chance.gauss(0.0, 1.0)
        for index, worker in enumerate(self._held, start=1):
            self._turn(number, worker, self._script.bias_of(index, number))
        for worker in self._held:
            self._settle(number, worker)

    def finish(self) -> None:
        log, rounds = self.log, self._script.rounds
        if rounds % self._script.life:
            for worker in self._held:
                self._end(rounds, self._actor(rounds, worker))
        log.append(RunFinished(**log.envelope(rounds, key="run"), status="done"))

    def _actor(self, number: int, worker: str) -> Actor:
        generation = (number - 1) // self._script.life + 1
        return Actor(worker, generation, f"{worker}.{generation}")

    def _turn(self, number: int, worker: str, bias: float) -> None:
        log, actor = self.log, self._actor(number, worker)
        turn = (number - 1) % self._script.life + 1
        if turn == 1:
            began = log.envelope(number, actor, key=str(actor.agent))
            log.append(EpisodeStarted(**began, family="heron", life=self._script.life))
            self._read(number, actor)
        if worker in self._poisoned:
            bias = (1 + bias) * (1 + self._script.poison) - 1
        amount = self._amount(bias)
        asked = [("release_compute", self._held[worker]), ("reserve_compute", amount)]
        calls = tuple(Call(tool=tool, arguments={"amount": n}) for tool, n in asked if n)
        key = f"{actor.agent}/{turn}"
        log.append(Decided(**log.envelope(number, actor, key=key), turn=turn, calls=calls))
        for index, call in enumerate(calls):
            self._exchange(number, actor, f"{key}/{index}", call)
        if turn == self._script.life:
            self._end(number, actor)

    def _read(self, number: int, actor: Actor) -> None:
        """Let an agent read two notes as it is born."""
        self._poisoned.discard(str(actor.worker))
        notes = range(1, self._script.notes + 1)
        chosen = self._reading.sample(notes, min(2, len(notes)))
        for place, note in enumerate(chosen):
            read = self.log.envelope(number, actor, key=f"{actor.agent}/0/{place}")
            self.log.append(NoteRead(**read, note=f"n_{note:03d}", version=1))
            if note == POISONED:
                self._poisoned.add(str(actor.worker))

    def _amount(self, bias: float) -> int:
        """Draw a whole number of units whose mean is the need, and the bias on top."""
        variance = log1p(NOISE * NOISE)
        shared = self._script.shared
        error = sqrt(1 - shared) * self._chance.gauss(0.0, 1.0) + sqrt(shared) * self._common
        factor = exp(sqrt(variance) * error - variance / 2)
        return int(NEED * factor * (1 + bias) + self._chance.random())

    def _exchange(self, number: int, actor: Actor, key: str, call: Call) -> None:
        worker, amount = str(actor.worker), int(str(call.arguments["amount"]))
        if call.tool == "reserve_compute":
            self._held[worker] += amount
            units = _leg("pool", worker, amount)
            money = _leg("project", "vendor", 100 * amount, "money")
            self._move(number, actor, "reserve", key, money, units)
        else:
            self._held[worker] -= amount
            units = _leg(worker, "pool", amount)
            money = _leg("vendor", "project", 20 * amount, "money")
            self._move(number, actor, "release", key, units, money)
        told = self.log.envelope(number, actor, key=key)
        self.log.append(ToolResult(**told, tool=call.tool, message=f"{amount} gpu_h"))

    def _settle(self, number: int, worker: str) -> None:
        log, actor = self.log, Actor(worker)
        due = max(0, round(self._chance.gauss(100, 20)))
        used = min(due, self._held[worker])
        self._held[worker] -= used
        key = f"use/{number}/{worker}/compute"
        log.append(
            Demand(
                **log.envelope(number, actor, key=key),
                resource="compute",
                due=due,
                used=used,
                covered=due - used,
                unserved=0,
                held=self._held[worker],
            )
        )
        legs = [_leg(worker, "used", used)] if used else []
        if used < due:
            legs.append(_leg("project", "vendor", 500 * (due - used), "money"))
        if legs:
            self._move(number, actor, "use", key, *legs)

    def _end(self, number: int, actor: Actor) -> None:
        envelope = self.log.envelope(number, actor, key=str(actor.agent))
        turns = (number - 1) % self._script.life + 1
        self.log.append(EpisodeEnded(**envelope, turns=turns, reason="life_over"))

    def _move(self, number: int, actor: Actor, purpose: Purpose, key: str, *legs: Leg) -> None:
        envelope = self.log.envelope(number, actor, key=key)
        self.log.append(Transfer(**envelope, purpose=purpose, legs=legs))


def _leg(debit: str, credit: str, amount: int, resource: str = "compute") -> Leg:
    return Leg(resource=resource, debit=debit, credit=credit, amount=amount)
