"""The store behind the journal: which database a URL names, opening it, its errors as ours.

What differs from one database to another is a :class:`Database`; :data:`SCHEMES` lists them.
Schema and statements are SQLAlchemy Core and know none of them.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from threading import Lock
from typing import Protocol

from sqlalchemy import URL, ColumnElement, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError

from memory.errors import BadInput, CorruptJournal, StoreError
from memory.postgres import PostgresServer
from memory.sqlite import SqliteFile
from memory.tables import identity_of

_USE = "give a path, sqlite:///path or postgresql://user@host/database"
_MEANT_AS_URL = re.compile(r"(postgres|sqlite)\w*(\+\w+)?:", re.IGNORECASE)


class Database(Protocol):
    """What differs from one database to another; the rest is :class:`Store`."""

    name: str
    """How messages call it; it holds no password."""

    clock: ColumnElement[float] | None
    """Its own clock, where owners must hold leases because they cannot see one another."""

    numbering: ColumnElement[int]
    """The place of a commit among all commits, for the transaction that asks."""

    settled: ColumnElement[int] | None
    """Below which place no commit can come any more; None where they come in their order."""

    goes_on_after_failure: bool
    """Whether more may be written, on a new connection, once a commit has failed."""

    def engines(self) -> tuple[Engine, Engine]:
        """Return one engine to read with, each statement by itself, and one to write with."""
        ...

    def make_ready(self, engine: Engine, *, create: bool) -> None:
        """Make sure that there is a journal of our schema."""
        ...

    def watching(self, engine: Engine) -> AbstractContextManager[Callable[[], object]]:
        """Lend what returns another value after any commit."""
        ...

    def explain(self, error: DBAPIError) -> str:
        """Say what went wrong in plain words."""
        ...

    def is_damage(self, error: DBAPIError) -> bool:
        """Whether what is stored is not what was written."""
        ...


def _sqlite_of(url: URL) -> Database:
    return _file(url.database or "", url.render_as_string())


SCHEMES: dict[str, Callable[[URL], Database]] = {
    "sqlite": _sqlite_of,
    "postgresql": PostgresServer,
    "postgres": PostgresServer,
}
"""Which database the scheme of a URL names."""


def database_at(url: str) -> Database:
    """Return the database that a path or URL names, not yet opened.

    Raises
    ------
    BadInput
        For any other database, and for one that would not outlive the process.
    StoreError
        If a file would lie on a network file system.

    Examples
    --------
    >>> database_at("sqlite:///runs/journal.db").name, database_at("journal.db").name
    ('runs/journal.db', 'journal.db')
    """
    if "://" not in url:
        if _MEANT_AS_URL.match(url):
            raise BadInput(f"the journal's URL lacks '//' behind its scheme; {_USE}")
        return _file(url, url)
    parsed = _parsed(url)
    if parsed is None:
        raise BadInput(f"the journal's URL cannot be read; {_USE}")
    if parsed.drivername not in SCHEMES:
        raise BadInput(f"a journal on {parsed.drivername} is not possible; {_USE}")
    return SCHEMES[parsed.drivername](parsed)


def shown(place: str) -> str:
    """Return a path or URL as it may be told to anyone: without its password.

    Examples
    --------
    >>> shown("postgresql://ada:secret@db.example/runs"), shown("journal.db")
    ('postgresql://ada:***@db.example/runs', 'journal.db')
    """
    if "://" not in place:
        return "..." if _MEANT_AS_URL.match(place) else place
    parsed = _parsed(place)
    if parsed is None:
        return "..."
    kept = {key: value for key, value in parsed.query.items() if "password" not in key}
    return parsed.set(query=kept).render_as_string(hide_password=True)


def _file(place: str, given: str) -> SqliteFile:
    if place in ("", ":memory:"):
        raise BadInput(f"a journal is a file, and {given!r} names none; {_USE}")
    return SqliteFile(Path(place))


def _parsed(url: str) -> URL | None:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        # Either error may quote a piece of the URL, and a piece may be the password.
        return None


class Store:
    """One open database: a connection that writes, others that read, and the schema's version.

    Writing is for one thread at a time, and a lock sees to it. Reading is for any thread and
    never waits for a writer. After a commit to a file has failed nothing more is written, for
    what the disk then holds is known only to whoever opens it afresh.

    Parameters
    ----------
    database
        Which one, as :func:`database_at` returns it.
    create
        Whether to make the journal where there is none.

    Raises
    ------
    BadInput
        If there is none and none is to be made.
    StoreError
        If it cannot be opened, is not a journal, or has another schema.
    """

    def __init__(self, database: Database, *, create: bool = True) -> None:
        self._database = database
        self.name = database.name
        self.clock = database.clock
        self.numbering, self.settled = database.numbering, database.settled
        self._lock = Lock()
        self._stopped = ""
        with ExitStack() as opened, self._plainly():
            self._engine, writing = database.engines()
            opened.callback(self._engine.dispose)
            opened.callback(writing.dispose)
            database.make_ready(self._engine, create=create)
            self._look = opened.enter_context(database.watching(self._engine))
            with self._engine.connect() as connection:
                self.identity = identity_of(connection)
            self._writer = opened.enter_context(writing.connect())
            self._opened = opened.pop_all()
        self.dialect = self._engine.dialect

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open one transaction: at the end of the block it is durable, or nothing of it is."""
        with self._lock, self._plainly():
            if self._stopped:
                raise StoreError(self._stopped)
            transaction = self._writer.begin()
            try:
                with transaction:
                    yield self._writer
            except IntegrityError:
                raise
            except DBAPIError as error:
                if not self._database.goes_on_after_failure:
                    sentence = self._sentence(error)
                    self._stopped = f"{sentence}. Nothing more is written; open it again"
                raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Lend a connection on which each statement sees the newest commit."""
        self._check_open()
        with self._plainly(), self._engine.connect() as connection:
            yield connection

    def changes(self) -> object:
        """Return a value that differs after any commit, be it this process's or another's."""
        self._check_open()
        with self._plainly():
            return self._look()

    def close(self) -> None:
        """Let go of the database. Closing twice does nothing."""
        self._stopped = self._closed
        self._opened.close()

    @property
    def _closed(self) -> str:
        return f"{self.name}: this journal has been closed"

    def _check_open(self) -> None:
        if self._stopped == self._closed:
            raise StoreError(self._closed)

    def _sentence(self, error: DBAPIError) -> str:
        return f"{self.name}: {self._database.explain(error)} ({error.orig})"

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        """Turn the database's errors into ours."""
        try:
            yield
        except DBAPIError as error:
            is_damaged = self._database.is_damage(error)
            raise (CorruptJournal if is_damaged else StoreError)(self._sentence(error)) from error
