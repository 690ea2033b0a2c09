"""The fleets from elsewhere that this process takes down, one request of each at a time."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from memory.errors import StaleClaim, StoreError, SuperorganismError
from memory.journal import Journal, RunRecord
from orchestrator.outside import Described, Outside, Taken

T = TypeVar("T")


class Harbour:
    """Holds each fleet from its first request on until it is over, or the server stops."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._fleets: dict[str, Outside] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def describe(self, name: str, described: Described) -> RunRecord:
        """Write a fleet down, or find it as it was described."""

        def describe() -> RunRecord:
            known = self._fleets.get(name)
            if known is None or known.described != described:
                self._fleets[name] = Outside(self._journal, name, described)
            return self._journal.run(name)

        return await self._in_turn(name, describe)

    async def tell(self, name: str, lines: Sequence[dict[str, Any]], first: int | None) -> Taken:
        """Take lines of a fleet down."""
        return await self._in_turn(name, lambda: self._fleet(name).take(lines, first))

    async def finish(self, name: str) -> RunRecord:
        """End a fleet's log."""

        def finish() -> RunRecord:
            record = self._fleet(name).finish()
            del self._fleets[name]
            return record

        return await self._in_turn(name, finish)

    def close(self) -> None:
        """Give every fleet up; whoever is told of it next goes on."""
        for fleet in self._fleets.values():
            with suppress(StaleClaim, StoreError):
                fleet.let_go()

    def _fleet(self, name: str) -> Outside:
        if name not in self._fleets:
            self._fleets[name] = Outside(self._journal, name)
        return self._fleets[name]

    async def _in_turn(self, name: str, work: Callable[[], T]) -> T:
        async with self._turns[name]:
            try:
                return await asyncio.to_thread(work)
            except StaleClaim:
                # Somebody stopped it, or took it over: the next request finds out which.
                self._fleets.pop(name, None)
                raise
            except SuperorganismError:
                raise
            except BaseException:
                self._fleets.pop(name, None)
                raise
