"""Between two rounds: a run's offers are handed in, and what other runs published is read.

What an exchange answers is *news*; the engine writes it into the log in that order. In a replay
the news are those of the log, so no commons is asked.
"""

import logging
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from pydantic import ValidationError

from memory.border import clean
from memory.commons import LONGEST_NOTE, Commons, Offer, Parent, PlainOrigin, Published, SharedNote
from memory.envelope import NOBODY, Event
from memory.errors import BusDown
from memory.events import NoteOffered, NoteOrigin, NoteRefused, NoteVersion, NoteWritten, Place
from memory.notes import Arrived, Note, Notes
from memory.offers import Offers

READ_PER_ROUND = 64
"""So many versions of other runs are taken up in a round at most."""

log = logging.getLogger(__name__)


class Stood(NamedTuple):
    """An offer that stands in the commons now."""

    key: str
    version: int
    place: Place


class Stale(NamedTuple):
    """An offer that was refused, for ``version`` stood."""

    key: str
    version: int


News = Stood | Stale | Arrived


class Exchange(Protocol):
    """What a run deals with the commons through."""

    def trade(self, round: int, offers: Offers, notes: Notes) -> Iterator[News]:
        """Hand in what is open, then read; the caller takes up each piece of news as it comes."""
        ...


def _always() -> bool:
    return True


def news_of(event: Event) -> News | None:
    """Return the news that an event tells; nothing for any other event."""
    if isinstance(event, NoteRefused):
        return Stale(event.key, event.version)
    if not isinstance(event, NoteWritten) or event.place is None:
        return None
    if event.origin is None:
        return Stood(event.key, event.version, event.place)
    return Arrived(
        name=event.name,
        version=event.version,
        claim=event.claim,
        text=event.text,
        parents=event.parents,
        restored=event.restored,
        place=event.place,
        origin=event.origin,
    )


class CommonsExchange:
    """Deals with a commons. While that is away nothing happens: offers stay open.

    Parameters
    ----------
    commons
        Where to publish and read.
    run
        Whose notes these are, as other runs read it.
    store
        The journal's identity, which with the run tells its offers from all others.
    is_there
        Whether it is worth trying: a server that does not answer would be waited for.

    Examples
    --------
    >>> from memory.commons import OwnCommons
    >>> from memory.envelope import Actor
    >>> from memory.log import Log
    >>> from memory.notes import Draft
    >>> log, offers = Log("r_1"), Offers()
    >>> log.listen(offers.fold)
    >>> notes, ours = Notes(log), CommonsExchange(OwnCommons(), "r_1")
    >>> draft = Draft("margin", "keep 5%", "commons", expected=0)
    >>> offered = notes.offer(1, Actor("w01", 1, "w01.1"), draft, key="w01.1/1/0")
    >>> for news in ours.trade(2, offers, notes):
    ...     stands = notes.stand(2, offered, news.version, news.place)
    >>> stands.note, stands.version, list(offers.open)
    ('n_001', 1, [])
    """

    def __init__(
        self,
        commons: Commons,
        run: str,
        store: str = "",
        is_there: Callable[[], bool] = _always,
    ) -> None:
        self._commons = commons
        self._run = run
        self._store = store
        self._is_there = is_there
        self._read: tuple[str, int] = ("", 0)
        self._has_forked = False

    def trade(self, round: int, offers: Offers, notes: Notes) -> Iterator[News]:
        """Hand in what is open, then read what others published."""
        if self._has_forked or not self._is_there():
            return
        try:
            epoch, place = self._commons.head()
            if offers.epoch == epoch and offers.place > place:
                self._commons.renew(epoch)
                epoch, _ = self._commons.head()
            if offers.epoch not in ("", epoch):
                self._restore(notes)
            if not self._has_forked:
                yield from self._hand_in(epoch, offers, notes)
                yield from self._look(epoch, offers, notes)
        except BusDown as error:
            log.info("%s: the commons is away: %s", self._run, error)

    def _hand_in(self, epoch: str, offers: Offers, notes: Notes) -> Iterator[News]:
        for offered in list(offers.open.values()):
            op = f"{self._store}/{self._run}/{offered.key}"
            body = self._body(offered, notes)
            standing = self._commons.put(Offer(op, offered.name, offered.expected, body))
            if standing.is_stale:
                yield Stale(offered.key, standing.version)
            else:
                place = Place(epoch=epoch, number=standing.place)
                yield Stood(offered.key, standing.version, place)

    def _look(self, epoch: str, offers: Offers, notes: Notes) -> Iterator[News]:
        read_in, read = self._read
        after = max(offers.after(epoch), read if read_in == epoch else 0)
        for published in self._commons.read(after, READ_PER_ROUND):
            # What nobody can read leaves no trace in the log, and is not looked at again.
            self._read = (epoch, published.place)
            if not offers.is_known(epoch, published.place):
                arrived = _arrived(epoch, published, notes)
                if arrived and not self._is_ours(arrived, notes):
                    yield arrived

    def _is_ours(self, arrived: Arrived, notes: Notes) -> bool:
        """Whether the log holds it already: after the commons was restored from it."""
        held = notes.latest(arrived.name, "commons", NOBODY)
        return held is not None and notes.version(held.note, arrived.version) is not None

    def _restore(self, notes: Notes) -> None:
        """Give a commons that lost what it held all that this run knows of it."""
        for note in notes.all("commons", NOBODY):
            stands = self._commons.restore(note.name, note.version, self._body(note, notes))
            if SharedNote.model_validate_json(stands).text != note.text:
                self._has_forked = True
                log.warning(
                    "%s: the commons lost what it held, and other runs have gone on without it: "
                    "note %s has another version %d there. This run shares nothing any more",
                    self._run,
                    note.name,
                    note.version,
                )
                return

    def _body(self, note: NoteOffered | Note, notes: Notes) -> bytes:
        """Return a note as other runs read it: parents by name, for our ids mean nothing there."""
        worker, generation, agent = note.author if isinstance(note, Note) else note.actor
        origin = note.origin if isinstance(note, Note) else None
        here = NoteOrigin(
            run=self._run, worker=worker, generation=generation, agent=agent, seq=note.seq
        )
        held = (notes.version(each.note, each.version) for each in note.parents)
        shared = SharedNote(
            name=note.name,
            claim=note.claim,
            text=note.text,
            parents=tuple(
                Parent(name=each.name, version=each.version)
                for each in held
                if each is not None and each.scope == "commons"
            ),
            restored=note.restored,
            origin=PlainOrigin(**(origin or here).model_dump()),
        )
        return shared.model_dump_json().encode()


def _arrived(epoch: str, published: Published, notes: Notes) -> Arrived | None:
    """Return what another run published, fit for our log; nothing where nobody can read it."""
    try:
        shared = SharedNote.model_validate_json(published.body)
    except ValidationError as error:
        log.warning("commons: place %d holds no note: %s", published.place, error.error_count())
        return None
    held = ((notes.latest(each.name, "commons", NOBODY), each) for each in shared.parents)
    return Arrived(
        name=shared.name,
        version=published.version,
        claim=shared.claim,
        text=clean(shared.text, LONGEST_NOTE),
        parents=tuple(NoteVersion(note=at.note, version=each.version) for at, each in held if at),
        restored=shared.restored,
        place=Place(epoch=epoch, number=published.place),
        origin=NoteOrigin(**shared.origin.model_dump()),
    )
