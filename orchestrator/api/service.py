"""What the routes serve from: one journal, its feed, and the runs this process plays."""

from asyncio import Lock as Mutex
from asyncio import Semaphore
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import Depends, Request

from memory.envelope import Event
from memory.journal import Journal
from memory.record import RunRecord
from orchestrator.api.harbour import Harbour
from orchestrator.api.laboratory import Laboratory
from orchestrator.api.registry import Registry
from orchestrator.feed import Feed
from orchestrator.roll import up_to
from orchestrator.steering import Desk

CHECKS_AT_ONCE = 2
"""So many runs are checked at a time; each takes a core for as long as it does."""

ANSWERS_KEPT = 64
"""Of what was found out for readers so much is kept: whoever pages on asks the same again."""


class Folding(Protocol):
    """Whatever is a fold of a log."""

    def fold(self, event: Event) -> None:
        """Take up one event of the log."""
        ...


F = TypeVar("F", bound=Folding)
T = TypeVar("T")


@dataclass(frozen=True)
class Service:
    """Made when the server starts, and closed when it stops."""

    journal: Journal
    feed: Feed
    registry: Registry
    laboratory: Laboratory
    fleets: Harbour
    desk: Desk
    checking: Semaphore = field(default_factory=lambda: Semaphore(CHECKS_AT_ONCE))
    forking: Mutex = field(default_factory=Mutex)
    _kept: "OrderedDict[Hashable, Any]" = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def folded(self, make: Callable[[], F], record: RunRecord, round: int | None) -> F:
        """Return a fold that stands at the end of a round of a run; for reading only.

        Readers share it: the same question about the same commit is folded once.
        """

        def fold() -> F:
            fresh = make()
            for event in up_to(self.journal, record.run, round):
                fresh.fold(event)
            return fresh

        return self.remembered((make, record.run, record.digest, round), fold)

    def remembered(self, question: Hashable, answer: Callable[[], T]) -> T:
        """Return what answers a question, found out once for all who ask it soon."""
        with self._lock:
            if question in self._kept:
                self._kept.move_to_end(question)
                kept: T = self._kept[question]
                return kept
        fresh = answer()
        with self._lock:
            self._kept[question] = fresh
            if len(self._kept) > ANSWERS_KEPT:
                self._kept.popitem(last=False)
        return fresh


async def service(request: Request) -> Service:
    """Return what the application that was asked serves from."""
    serving: Service = request.app.state.service
    return serving


Serving = Annotated[Service, Depends(service)]
