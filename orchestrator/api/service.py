"""What the routes serve from: one journal, its feed, and the runs this process plays."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import Depends, Request

from memory.envelope import Event
from memory.journal import Journal
from memory.record import RunRecord
from orchestrator.api.registry import Registry
from orchestrator.feed import Feed
from orchestrator.roll import up_to

FOLDS_KEPT = 16
"""Of what was folded for readers, so many are kept: whoever pages on asks for the same again."""


class Folding(Protocol):
    """Whatever is a fold of a log."""

    def fold(self, event: Event) -> None:
        """Take up one event of the log."""
        ...


F = TypeVar("F", bound=Folding)


@dataclass(frozen=True)
class Service:
    """Made when the server starts, and closed when it stops."""

    journal: Journal
    feed: Feed
    registry: Registry
    _kept: "OrderedDict[tuple[Any, ...], Any]" = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def folded(self, make: Callable[[], F], record: RunRecord, round: int | None) -> F:
        """Return a fresh fold that stands at the end of a round of a run; for reading only.

        Readers share it: the same question about the same commit is folded once.
        """
        asked = (make, record.run, record.digest, round)
        with self._lock:
            if asked in self._kept:
                self._kept.move_to_end(asked)
                kept: F = self._kept[asked]
                return kept
        fresh = make()
        for event in up_to(self.journal, record.run, round):
            fresh.fold(event)
        with self._lock:
            self._kept[asked] = fresh
            if len(self._kept) > FOLDS_KEPT:
                self._kept.popitem(last=False)
        return fresh


async def service(request: Request) -> Service:
    """Return what the application that was asked serves from."""
    serving: Service = request.app.state.service
    return serving


Serving = Annotated[Service, Depends(service)]
