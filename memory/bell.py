"""Wakes whoever waits for the next commit, whichever process makes it."""

import asyncio
from asyncio import AbstractEventLoop, Future
from collections.abc import Callable
from threading import Lock
from typing import Protocol

from memory.errors import StoreError

LOOK_S = 0.05
"""How often to look for other processes' commits, in seconds, while anyone waits."""

LOOK_RARELY_S = 1.0
"""How often to look where they are heard of: a net, should a word of them be lost."""


class Ears(Protocol):
    """What rings the bell when another process commits."""

    @property
    def hears(self) -> bool:
        """Whether it would hear of it now."""
        ...

    def listen(self) -> None:
        """Begin to listen; beginning twice is once."""
        ...


class Bell:
    """Rung at a commit of this process; for those of others it looks every ``LOOK_S`` seconds.

    With ``ears`` that hear it looks every ``LOOK_RARELY_S`` seconds only, and as often as before
    while they do not. Any number of waiters on an event loop share one look, so waiting costs
    nothing per waiter. Ring it from any thread.

    Parameters
    ----------
    changes
        Returns a value that differs after any commit.

    Attributes
    ----------
    ears
        What hears of commits elsewhere and rings; nothing by default.
    rings
        How often it has rung: while that stands still, no commit was heard of.

    Examples
    --------
    >>> bell = Bell(lambda: 0)
    >>> async def hear() -> str:
    ...     asyncio.get_running_loop().call_soon(bell.ring)
    ...     await bell.wait()
    ...     return "heard"
    >>> asyncio.run(hear())
    'heard'
    """

    def __init__(self, changes: Callable[[], object]) -> None:
        self.ears: Ears | None = None
        self.rings = 0
        self._changes = changes
        self._lock = Lock()
        self._waiting: dict[AbstractEventLoop, set[Future[None]]] = {}
        self._seen: dict[AbstractEventLoop, object] = {}

    async def wait(self) -> None:
        """Wait for the next commit; now and then it wakes for nothing.

        Raises
        ------
        StoreError
            If the journal can no longer be read.
        """
        loop = asyncio.get_running_loop()
        future: Future[None] = loop.create_future()
        with self._lock:
            self._waiting.setdefault(loop, set()).add(future)
            if loop not in self._seen:
                # Whatever was missed before the first look: that one wakes in any case.
                self._seen[loop] = None
                loop.call_later(LOOK_S, self._look, loop)
                if self.ears:
                    self.ears.listen()
        try:
            await future
        finally:
            with self._lock:
                self._waiting.get(loop, set()).discard(future)

    def ring(self, error: StoreError | None = None) -> None:
        """Wake everyone who waits now, with an error if there is nothing more to wait for."""
        with self._lock:
            self.rings += 1
            waiting, self._waiting = self._waiting, {}
        for loop, futures in waiting.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(_wake, futures, error)

    def _look(self, loop: AbstractEventLoop) -> None:
        """Wake everyone if there was a commit since this loop last looked."""
        with self._lock:
            if not self._waiting.get(loop):
                del self._seen[loop]
                return
        try:
            changes = self._changes()
        except StoreError as error:
            self.ring(error)
        else:
            if changes != self._seen[loop]:
                self._seen[loop] = changes
                self.ring()
        rarely = self.ears is not None and self.ears.hears
        loop.call_later(LOOK_RARELY_S if rarely else LOOK_S, self._look, loop)


def _wake(futures: set[Future[None]], error: StoreError | None) -> None:
    for future in futures:
        if future.done():
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
