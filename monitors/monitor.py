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
