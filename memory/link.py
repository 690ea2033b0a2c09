"""Staying in touch with a bus that may be down: a thread that comes back to it by itself."""

import logging
import os
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Lock, Thread

from memory.chance import generator
from memory.errors import BusDown, StoreError

FIRST_WAIT_S, LONGEST_WAIT_S = 0.1, 2.0
"""How long to leave a bus alone that is down: at most, first and at last."""

log = logging.getLogger(__name__)


def _nothing() -> None:
    return


class Link:
    """A thread that takes one step over the bus after another, and knows whether it is there.

    While the bus is down it tries again after a random wait, of at most 0.1 s at first and 2 s
    at last, so that many processes do not all come back at the same moment.

    Parameters
    ----------
    name
        The thread's.
    step
        Called again and again; ``BusDown`` says that the bus is down.
    changed
        Called when it went down or came back.
    last
        Called once at the end, unless the bus is down.
    """

    def __init__(
        self,
        name: str,
        step: Callable[[], None],
        changed: Callable[[], None],
        last: Callable[[], None] = _nothing,
    ) -> None:
        self.is_up: bool | None = None
        self.leaving = Event()
        self.is_abandoned = False
        self._step = step
        self._changed = changed
        self._last = last
        self._lock = Lock()
        self._luck = generator(os.getpid(), name)
        self._thread = Thread(target=self._go_on, name=name, daemon=True)

    def start(self) -> None:
        """Begin; beginning twice is once."""
        with self._lock:
            if self._thread.ident is None and not self.leaving.is_set():
                self._thread.start()

    def stop(self, patience_s: float = 0.0) -> None:
        """Take no further step; one under way has so many seconds before it is cut short."""
        with self._lock:
            self.leaving.set()
        if self._thread.ident is not None:
            self._thread.join(patience_s)
            self.is_abandoned = True
            self._thread.join()

    def _go_on(self) -> None:
        longest = FIRST_WAIT_S
        while not self.leaving.is_set():
            try:
                self._step()
            except (BusDown, StoreError) as error:
                self._stands(isinstance(error, StoreError), str(error))
                self.leaving.wait(self._luck.uniform(0, longest))
                longest = min(2 * longest, LONGEST_WAIT_S)
            else:
                longest = FIRST_WAIT_S
                self._stands(True, "it is back")
        if self.is_up is not False:
            with suppress(BusDown, StoreError):
                self._last()

    def _stands(self, is_up: bool, why: str) -> None:
        was_up, self.is_up = self.is_up, is_up
        if was_up is not is_up and not (was_up is None and is_up):
            log.info("%s: %s", self._thread.name, why)
            self._changed()
