"""Between processes: publishes what is committed here, and hears what is committed elsewhere.

The journal is the truth and the bus (Redis) only carries news of it. A commit rings the relay,
nothing more; a thread reads the committed events back and publishes them behind a cursor that
lies on the bus itself. While the bus is down the run goes on, and once it is back everything
that it is lacking is published.
"""

from collections.abc import Callable, Iterable, Sequence
from threading import Event, Lock
from typing import Protocol

from memory.commons import Commons
from memory.errors import BusDown
from memory.link import Link
from memory.record import Line

SLICE = 256
"""How many events are published at a time."""

PAUSE_S = 0.01
"""Between two publications, so that a fast run's commits go out together."""

SWEEP_S = 1.0
"""How often to compare all runs with the bus while nothing else is to be done."""

RUNS_SWEPT = 256
"""The newest so many runs are compared: what a bus that lost everything gets back."""

PATIENCE_S = 2.0
"""How long a process that ends goes on publishing what it has committed."""


class Bus(Protocol):
    """What carries news between processes; any of it raises ``BusDown`` while it cannot."""

    name: str
    """How messages call it; it holds no password."""

    def cursors(self, store: str, runs: Sequence[str]) -> list[int]:
        """Return the last published event of each run."""
        ...

    def publish(self, store: str, run: str, after: int, bodies: Sequence[bytes]) -> int:
        """Publish events if ``after`` is the last one; wake who waits; return the last one."""
        ...

    def newest(self, store: str) -> str:
        """Return a place behind which nothing has been heard yet."""
        ...

    def wait(self, store: str, after: str) -> str:
        """Wait a moment for news behind a place, and return the place of the last."""
        ...

    def commons(self, name: str) -> Commons:
        """Return the notes that runs share under a name on this bus."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class Source(Protocol):
    """Where committed events are read: a journal."""

    def lines(self, run: str, after: int = 0, limit: int | None = None) -> Iterable[Line]:
        """Read stored events."""
        ...

    def reach(self, limit: int) -> dict[str, int]:
        """Return how far each of the newest runs has come."""
        ...


class Relay:
    """Publishes the events of a journal's runs, from a thread of its own.

    Parameters
    ----------
    bus
        Where to.
    store
        The journal's identity.
    source
        The journal.
    changed
        Called when the bus went down or came back.
    """

    def __init__(self, bus: Bus, store: str, source: Source, changed: Callable[[], None]) -> None:
        self._bus = bus
        self._store = store
        self._source = source
        self._lock = Lock()
        self._rung = Event()
        self._due: set[str] = set()
        self._published: dict[str, int] = {}
        self._is_unsure = True
        self.link = Link("relay", self._step, changed, self._publish)

    def ring(self, run: str) -> None:
        """Tell it that a run was committed; it costs the caller next to nothing."""
        with self._lock:
            self._due.add(run)
        self._rung.set()

    def close(self) -> None:
        """Publish what is committed, if the bus is there and takes it soon, and end."""
        self.link.leaving.set()
        self._rung.set()
        self.link.stop(0.0 if self.link.is_up is False else PATIENCE_S)

    def _step(self) -> None:
        if self._is_unsure or not self._rung.wait(SWEEP_S):
            self._sweep()
        self._rung.clear()
        try:
            self._publish()
        except BusDown:
            self._is_unsure = True
            raise
        self.link.leaving.wait(PAUSE_S)

    def _sweep(self) -> None:
        """Find out what the bus is lacking: after it was down, or lost what it had."""
        reach = self._source.reach(RUNS_SWEPT)
        cursors = self._bus.cursors(self._store, list(reach))
        self._published = dict(zip(reach, cursors, strict=True))
        behind = {run for run, seq in reach.items() if self._published[run] < seq}
        with self._lock:
            self._due |= behind
        self._is_unsure = False

    def _publish(self) -> None:
        while not self.link.is_abandoned:
            with self._lock:
                if not self._due:
                    return
                run = self._due.pop()
            self._catch_up(run)

    def _catch_up(self, run: str) -> None:
        """Publish a run's events from where the bus stands to the last that is committed."""
        after = self._published.get(run)
        if after is None:
            [after] = self._bus.cursors(self._store, [run])
        is_whole = False
        while not is_whole and not self.link.is_abandoned:
            bodies = [line.body for line in self._source.lines(run, after, SLICE)]
            stands = self._bus.publish(self._store, run, after, bodies)
            # It stands elsewhere if another relay was faster, or if the bus lost something.
            self._is_unsure = self._is_unsure or stands < after
            is_whole = stands == after + len(bodies) and len(bodies) < SLICE
            after = self._published[run] = stands


class Listener:
    """Hears from other processes that something was committed.

    Parameters
    ----------
    bus
        Where from.
    store
        The journal's identity.
    heard
        Called whenever there is news, and when the bus went down or came back.
    """

    def __init__(self, bus: Bus, store: str, heard: Callable[[], None]) -> None:
        self._bus = bus
        self._store = store
        self._heard = heard
        self._place: str | None = None
        self.link = Link("listener", self._step, heard)

    def close(self) -> None:
        """Listen no more."""
        self.link.stop()

    def _step(self) -> None:
        try:
            before = self._place or self._bus.newest(self._store)
            self._place = self._bus.wait(self._store, before)
        except BusDown:
            # A server that starts afresh may count from an earlier place.
            self._place = None
            raise
        if self._place != before:
            self._heard()


class Wire:
    """What ties one journal to the others on its bus: a relay and a listener, begun when needed.

    Parameters
    ----------
    bus
        The bus; it is closed with the wire.
    store
        The journal's identity.
    source
        The journal.
    heard
        Called whenever there may be news.
    """

    def __init__(self, bus: Bus, store: str, source: Source, heard: Callable[[], None]) -> None:
        self.bus = bus
        self._relay = Relay(bus, store, source, heard)
        self._listener = Listener(bus, store, heard)
        self.ring = self._relay.ring

    @property
    def is_down(self) -> bool:
        """Whether the bus was tried and is not there."""
        return self._relay.link.is_up is False or self._listener.link.is_up is False

    @property
    def hears(self) -> bool:
        """Whether news of other processes would be heard at once."""
        return self._listener.link.is_up is True

    def publish(self) -> None:
        """Begin to publish what is committed."""
        self._relay.link.start()

    def listen(self) -> None:
        """Begin to hear what others commit."""
        self._listener.link.start()

    def close(self) -> None:
        """End both, promptly."""
        self._relay.close()
        self._listener.close()
        self.bus.close()
