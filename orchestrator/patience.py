"""Looking on by code that is not ours: bounded in time, and checked in what it answers.

A monitor is called in the thread in which the run goes on, so one that never returns would stop the
run for good. A second thread looks at the clock, which no monitor and no event knows of, and
breaks off what takes too long. The event log does not depend on it: a monitor that was broken
off is stopped, and the run is reported as degraded.
"""

import ctypes
import threading
import time
import weakref
from contextlib import suppress
from typing import Any

from memory.envelope import Event
from memory.verdicts import Verdict
from monitors.monitor import Monitor

LONGEST_S = 30.0
"""So long may a monitor look at one event: ours take microseconds."""

OURS = "monitors."


class Hung(BaseException):
    """Raised inside of what takes too long; no ``except Exception`` in it holds it back."""


class Patience:
    """Breaks off a call that takes too long, unless it hangs in code that is not Python's.

    Parameters
    ----------
    seconds
        How long one call may take.

    Examples
    --------
    >>> patience = Patience(seconds=0.05)
    >>> def spin(event):
    ...     while True:
    ...         pass
    >>> patience.call(spin, 7)
    Traceback (most recent call last):
    ...
    TimeoutError: it took longer than 0.05 s over one event
    >>> patience.call(len, "seven")
    5
    """

    def __init__(self, seconds: float = LONGEST_S) -> None:
        self.seconds = seconds
        self._since: float | None = None
        self._thread_id = 0
        self._was_struck = False
        self._is_watched = False

    def call(self, look: Any, event: Any) -> Any:
        """Return ``look(event)``.

        Raises
        ------
        TimeoutError
            If it was broken off.
        """
        if not self._is_watched:
            self._is_watched = True
            watch = threading.Thread(target=_watch, args=(weakref.ref(self),), daemon=True)
            watch.start()
        self._thread_id = threading.get_ident()
        self._was_struck = False
        try:
            self._since = time.monotonic()
            try:
                answer = look(event)
            finally:
                self._since = None
            self._take_blow()
        except Hung:
            self._since = None
            raise TimeoutError(f"it took longer than {self.seconds:g} s over one event") from None
        return answer

    def _take_blow(self) -> None:
        """Let a blow that comes just behind the answer fall here, and nowhere else."""
        if self._was_struck:
            with suppress(Hung):
                while True:
                    time.sleep(0)

    def look_at_the_clock(self) -> None:
        """Break off what has taken too long; it is struck again if it goes on."""
        since = self._since
        if since is not None and time.monotonic() - since > self.seconds:
            self._since = time.monotonic()
            self._was_struck = True
            thread = ctypes.c_ulong(self._thread_id)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(Hung))


def _watch(patience: "weakref.ref[Patience]") -> None:
    while (held := patience()) is not None:
        held.look_at_the_clock()
        pause = min(1.0, held.seconds / 4)
        del held
        time.sleep(pause)


class Guarded:
    """A monitor of the user's own, as the run looks at it: whatever it does, the run goes on.

    Raises
    ------
    TypeError, ValueError, TimeoutError, RuntimeError
        By ``observe``, where it answers with something that is no verdict, or one about another
        event or in another monitor's name; where it takes too long; where it ends the process.
    """

    def __init__(self, monitor: Monitor, patience: Patience) -> None:
        self._monitor = monitor
        self._patience = patience

    def __getattr__(self, name: str) -> Any:  # it says of itself what the monitor says
        return getattr(self._monitor, name)

    def observe(self, event: Event) -> Verdict | None:
        """Show it one event; return its answer, if that is one."""
        try:
            answer = self._patience.call(self._monitor.observe, event)
        except SystemExit as error:
            raise RuntimeError("it tried to end the process") from error
        if answer is None:
            return None
        if not isinstance(answer, Verdict):
            raise TypeError(f"it answered {type(answer).__name__}; it must be a Verdict or None")
        if answer.seq != event.seq or answer.round != event.round:
            raise ValueError(f"it answered about event {answer.seq}, and was shown {event.seq}")
        if answer.monitor != self._monitor.name:
            raise ValueError(f"it answered as {answer.monitor!r}, and is {self._monitor.name!r}")
        return Verdict.model_validate(answer.model_dump(warnings=False))


def guarded(monitor: Monitor, patience: Patience) -> Monitor:
    """Return a monitor as a run may look at it; ours are put to their laws and are let be."""
    is_ours = type(monitor).__module__.startswith(OURS)
    return monitor if is_ours else Guarded(monitor, patience)  # type: ignore[return-value]
