"""The monitor interface: a fold over the event log that answers with verdicts."""

from typing import ClassVar, Protocol, runtime_checkable

from memory.envelope import Event
from memory.verdicts import Verdict


@runtime_checkable
class Monitor(Protocol):
    """Who watches. See :mod:`monitors.checks` for what an implementation promises.

    A monitor learns everything it knows from the events it is shown, in order: the number of
    workers and rounds from ``RunStarted``, the need from ``Need``. It sees no truth, does no
    I/O, and its state stays bounded however long the run is.

    A class that looks at few kinds of events may name them in ``kinds``, a tuple of classes: then
    it is shown no others. What it reads through a shared fold (:mod:`monitors.acquisition`) it
    need not name.

    A class may say two things more of itself, for those who choose among monitors
    (:mod:`monitors.portrait`): ``guarantee``, what bounds its false alarms and while what holds,
    and ``reads_need``, whether it says nothing without the need. ``is_calibrated`` says of an
    object whether what it allows holds for whoever works: measured on honest episodes of theirs,
    or exact. Of one that does not tell, it is not known.
    """

    name: ClassVar[str]

    def observe(self, event: Event) -> Verdict | None:
        """Look at one event; answer on an alarm or when the score has moved by a tenth."""
        ...


class AsyncMonitor(Protocol):
    """Who watches and must wait, such as for a model: the same two members, awaited.

    A parallel type and not a mode of the other: what answers at once cannot be interleaved with
    anything, and awaiting it would cost more than it does.
    """

    name: ClassVar[str]

    async def observe(self, event: Event) -> Verdict | None:
        """Look at one event; answer on an alarm or when the score has moved by a tenth."""
        ...


def looks_at(monitor: Monitor, kind: type[Event]) -> bool:
    """Whether a monitor is to be shown events of that kind."""
    kinds: tuple[type[Event], ...] = getattr(monitor, "kinds", ())
    return not kinds or kind in kinds
