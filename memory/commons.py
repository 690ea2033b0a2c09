"""The commons: notes that runs share, in whatever processes they are played.

A commons is outside of every run's log, so nothing of it acts on a run before the log says it:
an agent's note is first *offered* in the log, then handed in between two rounds, and what came
of it is an event; what other runs published is read between two rounds, and each is an event.
So a replay needs no commons, and a run can be resumed without it.

What a commons promises is in :mod:`memory.commons_checks`. It lies in the tables of a store
(:mod:`memory.shelf`) or on a Redis server (:mod:`memory.redis_commons`); :class:`OwnCommons` is
one that nobody shares, for runs in memory.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from pydantic import Field

from memory.envelope import Frozen
from memory.events import Claim, NoteOrigin

LONGEST_NOTE = 16 * 1024
"""The longest text of a note in a commons, in characters."""

NAME = r"^[a-z0-9][a-z0-9_-]{0,63}$"
"""What a commons, and a note in it, may be called."""

_PLAIN = r"^[\w .-]{1,64}$"

EPOCH = "1"
"""The epoch of a commons that cannot lose what it holds while the runs that know it remain."""


class Parent(Frozen):
    """A version of a note of the commons that another one is built on."""

    name: str = Field(pattern=NAME)
    version: int = Field(ge=1)


class PlainOrigin(NoteOrigin):
    """Where a note was written, in names that can be shown anywhere."""

    run: str = Field(pattern=_PLAIN)
    worker: str | None = Field(default=None, pattern=_PLAIN)
    agent: str | None = Field(default=None, pattern=_PLAIN)


class SharedNote(Frozen):
    """What one version of a note says, as it lies in a commons: who reads it may be anyone."""

    name: str = Field(pattern=NAME)
    claim: Claim
    text: str
    parents: tuple[Parent, ...] = Field(default=(), max_length=16)
    restored: int | None = Field(default=None, ge=1)
    origin: PlainOrigin


class Offer(NamedTuple):
    """A note that shall be published, once, however often it is handed in.

    ``op`` tells it from every other; ``expected`` is the version that must be the newest, 0
    where there must be none, and None for whatever stands there.
    """

    op: str
    name: str
    expected: int | None
    body: bytes


class Standing(NamedTuple):
    """What came of an offer: it is ``version`` now, at a ``place`` from 1 on; or it was stale.

    Of a stale one ``place`` is 0, and ``version`` is the one that stood instead.
    """

    version: int
    place: int

    @property
    def is_stale(self) -> bool:
        """Whether nothing was published."""
        return self.place == 0


class Published(NamedTuple):
    """One version as it stands in a commons: where, of which number, and what it says."""

    place: int
    version: int
    body: bytes


class Head(NamedTuple):
    """How far a commons has come: its last place, 0 at first, in an epoch.

    One that lost something has a lower place than a run knows of, or another epoch.
    """

    epoch: str
    place: int


class Commons(Protocol):
    """Notes that runs share; any of it may raise ``BusDown``, and then the run goes on without."""

    def head(self) -> Head:
        """Return how far it has come. Ask this first: the rest is about what it answered last."""
        ...

    def renew(self, epoch: str) -> None:
        """Begin another epoch, for something was lost in this one; only once, whoever asks."""
        ...

    def put(self, offer: Offer) -> Standing:
        """Publish an offer as the next version, if what it expects stands; answer once for all."""
        ...

    def read(self, after: int, limit: int) -> Sequence[Published]:
        """Return what stands behind a place, in order, at most ``limit``."""
        ...

    def restore(self, name: str, version: int, body: bytes) -> bytes:
        """Put a version back that was lost, if none stands there; return the one that does."""
        ...


class OwnCommons:
    """A commons that nobody shares: for a run in memory, which must publish nothing.

    Examples
    --------
    >>> commons = OwnCommons()
    >>> commons.put(Offer("r_1/w01.1/1/0", "margin", 0, b"keep 5%"))
    Standing(version=1, place=1)
    >>> commons.put(Offer("r_2/w01.1/4/0", "margin", 0, b"keep none"))
    Standing(version=1, place=0)
    >>> commons.read(after=0, limit=10)
    [Published(place=1, version=1, body=b'keep 5%')]
    """

    def __init__(self) -> None:
        self._epoch = EPOCH
        self._published: list[Published] = []
        self._newest: dict[str, int] = {}
        self._bodies: dict[tuple[str, int], bytes] = {}
        self._answered: dict[str, Standing] = {}

    def head(self) -> Head:
        """Return how far it has come."""
        return Head(self._epoch, len(self._published))

    def renew(self, epoch: str) -> None:
        """Begin another epoch."""
        if epoch == self._epoch:
            self._epoch = f"{epoch}+"

    def put(self, offer: Offer) -> Standing:
        """Publish an offer, if what it expects stands."""
        if offer.op not in self._answered:
            stands = self._newest.get(offer.name, 0)
            is_stale = offer.expected not in (None, stands)
            self._answered[offer.op] = (
                Standing(stands, 0)
                if is_stale
                else self._publish(offer.name, stands + 1, offer.body)
            )
        return self._answered[offer.op]

    def read(self, after: int, limit: int) -> Sequence[Published]:
        """Return what stands behind a place."""
        return self._published[after : after + limit]

    def restore(self, name: str, version: int, body: bytes) -> bytes:
        """Put a version back that was lost."""
        if (name, version) not in self._bodies:
            self._publish(name, version, body)
        return self._bodies[name, version]

    def _publish(self, name: str, version: int, body: bytes) -> Standing:
        self._newest[name] = max(version, self._newest.get(name, 0))
        self._bodies[name, version] = body
        place = len(self._published) + 1
        self._published.append(Published(place, version, body))
        return Standing(version, place)
