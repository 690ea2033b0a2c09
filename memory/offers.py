"""What a run has offered to the commons, and how far it has read there: a fold of the log."""

from typing import ClassVar

from memory.envelope import Event
from memory.events import NoteOffered, NoteRefused, NoteWritten


class Offers:
    """The offers of a run without an answer yet, and its place in the commons.

    Other runs' notes are read in the commons' order, ours are answered as they are handed in:
    so besides the last place that was read there may be some of ours before it.

    Examples
    --------
    >>> from memory.events import Place
    >>> from memory.checks import specimen
    >>> offers = Offers()
    >>> offers.fold(specimen(NoteOffered, key="w01.1/1/0"))
    >>> list(offers.open)
    ['w01.1/1/0']
    >>> place = Place(epoch="1", number=4)
    >>> offers.fold(specimen(NoteWritten, key="w01.1/1/0", place=place, origin=None))
    >>> list(offers.open), offers.after("1"), offers.is_known("1", 4)
    ([], 0, True)
    """

    folds: ClassVar[tuple[type[Event], ...]] = (NoteOffered, NoteRefused, NoteWritten)
    """The kinds of events that change it."""

    def __init__(self) -> None:
        self.open: dict[str, NoteOffered] = {}
        self.epoch = ""
        self._read = 0
        self._ahead: set[int] = set()

    def fold(self, event: Event) -> None:
        """Take up one event of the log."""
        if type(event) is NoteOffered:
            self.open[event.key] = event
        elif type(event) is NoteRefused:
            self.open.pop(event.key, None)
        elif type(event) is NoteWritten and event.place is not None:
            epoch, number = event.place.epoch, event.place.number
            if epoch != self.epoch:
                self.epoch, self._read, self._ahead = epoch, 0, set()
            if event.origin is None:
                self.open.pop(event.key, None)
                self._ahead.add(number)
            else:
                self._read = max(self._read, number)
                self._ahead = {each for each in self._ahead if each > self._read}
            while self._read + 1 in self._ahead:
                self._read += 1
                self._ahead.remove(self._read)

    @property
    def place(self) -> int:
        """The last place of the epoch that the log knows of, read or ours."""
        return max(self._read, *self._ahead, 0)

    def after(self, epoch: str) -> int:
        """Return the last place that was read in an epoch of the commons."""
        return self._read if epoch == self.epoch else 0

    def is_known(self, epoch: str, number: int) -> bool:
        """Whether what stands at a place is in the log already."""
        return epoch == self.epoch and (number <= self._read or number in self._ahead)
