"""A log to write by hand, event by event, for monitors to look at."""

from typing import Any

import pytest

from memory.envelope import NOBODY, Actor, Event
from memory.events import (
    Decided,
    Demand,
    EpisodeEnded,
    EpisodeStarted,
    Leg,
    Need,
    Purpose,
    ResourceTerms,
    RunStarted,
    Transfer,
)
from memory.log import Log
from memory.verdicts import Verdict
from monitors.monitor import Monitor


class _Scribe:
    """Writes events one by one and shows each to a monitor; keeps what it answered."""

    def __init__(self) -> None:
        self.log = Log("by hand")
        self.round = 0
        self.monitor: Monitor | None = None
        self.verdicts: list[Verdict] = []

    def show_to(self, monitor: Monitor) -> "_Scribe":
        self.monitor = monitor
        return self

    @property
    def alarms(self) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if verdict.alarm]

    def write(self, kind: type[Event], actor: Actor = NOBODY, key: str = "", **said: Any) -> Event:
        event = self.log.append(kind(**self.log.envelope(self.round, actor, key=key), **said))
        if self.monitor and (verdict := self.monitor.observe(event)):
            self.verdicts.append(verdict)
        return event

    def begin(
        self,
        workers: int = 2,
        rounds: int = 100,
        life: int = 10,
        resources: tuple[tuple[str, int], ...] = (("compute", 0), ("money", 2)),
    ) -> None:
        terms = tuple(ResourceTerms(name=name, unit=name, decimals=d) for name, d in resources)
        sizes: dict[str, Any] = {
            "workers": workers,
            "rounds": rounds,
            "life": life,
            "resources": terms,
        }
        self.write(RunStarted, key="run", visible_hash="", engine="", **sizes)

    def need(self, amount: float, resource: str = "compute") -> None:
        self.round += 1
        self.write(Need, key=f"need/{self.round}/{resource}", resource=resource, amount=amount)

    def born(self, worker: str, generation: int = 1, family: str = "heron") -> Actor:
        actor = Actor(worker, generation, f"{worker}.{generation}")
        self.write(EpisodeStarted, actor, key=str(actor.agent), family=family, life=10)
        return actor

    def died(self, actor: Actor) -> None:
        self.write(EpisodeEnded, actor, key=str(actor.agent), turns=1, reason="life_over")

    def decide(self, actor: Actor, turn: int = 1) -> None:
        self.write(Decided, actor, key=f"{actor.agent}/{turn}", turn=turn, calls=())

    def move(
        self, actor: Actor, purpose: Purpose, *legs: tuple[str, str, int, str], key: str = ""
    ) -> Event:
        moved = tuple(
            Leg(debit=debit, credit=credit, amount=amount, resource=resource)
            for debit, credit, amount, resource in legs
        )
        key = key or f"operation/{self.log.seq}"
        return self.write(Transfer, actor, key=key, purpose=purpose, legs=moved)

    def reserve(self, actor: Actor, amount: int, key: str = "", resource: str = "compute") -> Event:
        return self.move(actor, "reserve", ("pool", str(actor.worker), amount, resource), key=key)

    def demand(self, worker: str, used: int = 0, held: int = 0, resource: str = "compute") -> Event:
        rest = {"covered": 0, "unserved": 0, "resource": resource}
        key = f"use/{self.round}/{worker}/{resource}"
        return self.write(Demand, Actor(worker), key=key, due=used, used=used, held=held, **rest)


@pytest.fixture
def scribe() -> _Scribe:
    return _Scribe()
