"""Leases: how an owner that nobody can see shows that it still lives.

The lease is the process's, not the run's: a model may take minutes to answer, a reference fleet
to play, a long log to be read again, and nothing of it may cost the run its owner. So a thread
renews it, whatever the event loop is doing, and it runs out once the process is gone.
"""

import logging
from collections.abc import Callable
from threading import Event, Lock, Thread

from memory.errors import StoreError

LEASE_S = 30.0
"""For how many seconds an owner that gives no sign of life keeps its run."""

BEATS_PER_LEASE = 3
"""How often it is renewed meanwhile, so that one renewal may fail, and one be late."""

log = logging.getLogger(__name__)


class Heartbeat:
    """Calls ``beat`` every ``every_s`` seconds, from a thread of its own, until stopped.

    A beat that fails is logged, and the next one may succeed: whether anything was lost by it,
    the next commit finds out. The thread begins with :meth:`start`, and starting twice is once.

    Parameters
    ----------
    beat
        Renews what is to be renewed; a ``StoreError`` of it is survived.
    every_s
        The seconds between two beats.

    Examples
    --------
    >>> heard = Event()
    >>> heart = Heartbeat(heard.set, every_s=0.001)
    >>> heart.start()
    >>> heard.wait(5)
    True
    >>> heart.stop()
    """

    def __init__(self, beat: Callable[[], object], every_s: float) -> None:
        self._beat = beat
        self._every_s = every_s
        self._stopped = Event()
        self._lock = Lock()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin to beat."""
        with self._lock:
            if self._thread is None and not self._stopped.is_set():
                self._thread = Thread(target=self._go_on, name="lease", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Beat no more, and wait for a beat that is under way."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def _go_on(self) -> None:
        while not self._stopped.wait(self._every_s):
            try:
                self._beat()
            except StoreError as error:
                log.warning("a lease could not be renewed: %s", error)
