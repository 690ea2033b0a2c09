"""A commons in the tables of a store: what runs of one journal share without any server."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, insert, select, text, update

from memory.commons import EPOCH, Head, Offer, Published, Standing
from memory.store import Store
from memory.tables import COMMONS, OFFER, SHARED

_MAKE = text("INSERT INTO commons (name, place) VALUES (:name, 0) ON CONFLICT DO NOTHING")


class Shelf:
    """A commons on a store, for any number of processes. See :class:`memory.commons.Commons`.

    A version is written in one transaction that holds the commons' row, so of two runs that
    expect the same version one comes second.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from memory.store import database_at
    >>> with TemporaryDirectory() as folder:
    ...     store = Store(database_at(f"{folder}/journal.db"))
    ...     shelf = Shelf(store, "findings")
    ...     shelf.put(Offer("r_1/w01.1/1/0", "margin", 0, b"keep 5%"))
    ...     shelf.put(Offer("r_2/w01.1/4/0", "margin", 0, b"keep none")).is_stale
    ...     store.close()
    Standing(version=1, place=1)
    True
    """

    def __init__(self, store: Store, name: str) -> None:
        self._store = store
        self._name = name

    def head(self) -> Head:
        """Return how far it has come."""
        query = select(COMMONS.c.place).where(COMMONS.c.name == self._name)
        with self._store.reading() as connection:
            return Head(EPOCH, connection.execute(query).scalar_one_or_none() or 0)

    def renew(self, epoch: str) -> None:
        """Do nothing: it loses nothing without its journal, and then nobody knows of it."""

    def put(self, offer: Offer) -> Standing:
        """Publish an offer, if what it expects stands."""
        known = select(OFFER.c.version, OFFER.c.place).where(
            OFFER.c.commons == self._name, OFFER.c.op == offer.op
        )
        with self._store.writing() as connection:
            place = self._locked(connection)
            answered = connection.execute(known).one_or_none()
            if answered is not None:
                return Standing(*answered)
            stands = self._newest(connection, offer.name)
            if offer.expected in (None, stands):
                standing = Standing(stands + 1, place + 1)
                self._publish(connection, standing, offer.name, offer.body)
            else:
                standing = Standing(stands, 0)
            answer = {"commons": self._name, "op": offer.op, **standing._asdict()}
            connection.execute(insert(OFFER), answer)
        return standing

    def read(self, after: int, limit: int) -> Sequence[Published]:
        """Return what stands behind a place."""
        query = (
            select(SHARED.c.place, SHARED.c.version, SHARED.c.body)
            .where(SHARED.c.commons == self._name, SHARED.c.place > after)
            .order_by(SHARED.c.place)
            .limit(limit)
        )
        with self._store.reading() as connection:
            return [Published(*row) for row in connection.execute(query)]

    def restore(self, name: str, version: int, body: bytes) -> bytes:
        """Put a version back that was lost."""
        query = select(SHARED.c.body).where(
            SHARED.c.commons == self._name, SHARED.c.name == name, SHARED.c.version == version
        )
        with self._store.writing() as connection:
            place = self._locked(connection)
            stands: bytes | None = connection.execute(query).scalar_one_or_none()
            if stands is None:
                self._publish(connection, Standing(version, place + 1), name, body)
        return body if stands is None else stands

    def _locked(self, connection: Connection) -> int:
        """Return the last place, behind which nobody else can write before this ends."""
        connection.execute(_MAKE, {"name": self._name})
        query = select(COMMONS.c.place).where(COMMONS.c.name == self._name).with_for_update()
        place: int = connection.execute(query).scalar_one()
        return place

    def _newest(self, connection: Connection, name: str) -> int:
        newest = func.max(SHARED.c.version)
        query = select(newest).where(SHARED.c.commons == self._name, SHARED.c.name == name)
        return connection.execute(query).scalar_one() or 0

    def _publish(self, connection: Connection, standing: Standing, name: str, body: bytes) -> None:
        row = {"commons": self._name, "name": name, "body": body, **standing._asdict()}
        connection.execute(insert(SHARED), row)
        moved = update(COMMONS).where(COMMONS.c.name == self._name).values(place=standing.place)
        connection.execute(moved)
