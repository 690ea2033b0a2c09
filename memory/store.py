"""The database behind the journal: finding it, opening it, and its errors in plain words.

SQLite for now, by a path or a ``sqlite:///`` URL. Schema and statements are SQLAlchemy Core
and know no dialect: another database will be another URL, and this file learns of it.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Lock

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    create_engine,
    event,
    insert,
    inspect,
    make_url,
    select,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError

from memory.errors import BadInput, CorruptJournal, StoreError
from memory.tables import SCHEMA, STAMP, TABLES

BUSY_S = 30
"""How long to wait, in seconds, while another process writes."""

_PLAIN = {
    sqlite3.SQLITE_FULL: "the disk is full; nothing of this commit was written",
    sqlite3.SQLITE_IOERR: "the disk failed; nothing of an unfinished commit counts",
    sqlite3.SQLITE_READONLY: "the file cannot be written; look at its permissions",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened; look at its folder and permissions",
    sqlite3.SQLITE_BUSY: f"another process has kept it locked for {BUSY_S} s",
    sqlite3.SQLITE_NOTADB: "the file is not a SQLite database",
    sqlite3.SQLITE_CORRUPT: "the database file is damaged",
}
_USE = "give a path or sqlite:///path"


def path_of(url: str) -> Path:
    """Return the file that a path or a ``sqlite:///`` URL names.

    Raises
    ------
    BadInput
        For any other database, and for one that would not outlive the process.

    Examples
    --------
    >>> str(path_of("sqlite:///runs/journal.db")), str(path_of("journal.db"))
    ('runs/journal.db', 'journal.db')
    """
    place = _database_of(url) if "://" in url else url
    if place in ("", ":memory:"):
        raise BadInput(f"a journal is a file, and {url!r} names none; {_USE}")
    return Path(place)


def _database_of(url: str) -> str:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise BadInput(f"the journal's URL cannot be read; {_USE}") from error
    if parsed.drivername != "sqlite":
        raise BadInput(f"a journal on {parsed.drivername} is not yet possible; {_USE}")
    return parsed.database or ""


class Store:
    """One open database: a connection that writes, others that read, and the schema's version.

    Writing is for one thread at a time, and a lock sees to it. Reading is for any thread and
    never waits for a writer. After a commit has failed nothing more is written, for what the
    disk then holds is known only to whoever opens it afresh.

    Parameters
    ----------
    path
        The database file. One that is made here may be read by its owner only.
    create
        Whether to make it, and its folder, where there is none.

    Raises
    ------
    BadInput
        If there is no such file and none is to be made.
    StoreError
        If it cannot be opened, is not a journal, or has another schema.
    """

    def __init__(self, path: Path, *, create: bool = True) -> None:
        self.path = path
        self._lock = Lock()
        self._stopped = ""
        with ExitStack() as opened, self._plainly():
            self._engine = _engine(path)
            opened.callback(self._engine.dispose)
            with _alone_with(path, create):
                _check_schema(path, self._engine)
            self._watcher = opened.enter_context(self._engine.connect())
            writing_engine = _engine(path)
            opened.callback(writing_engine.dispose)
            event.listen(writing_engine, "begin", _lock_for_writing)
            self._writer = opened.enter_context(writing_engine.connect())
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
                self._stopped = f"{self._sentence(error)}. Nothing more is written; open it again"
                raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Lend a connection on which each statement sees the newest commit."""
        if self._stopped == self._closed:
            raise StoreError(self._closed)
        with self._plainly(), self._engine.connect() as connection:
            yield connection

    def changes(self) -> int:
        """Return a number that differs after any commit, be it this process's or another's."""
        if self._stopped == self._closed:
            raise StoreError(self._closed)
        with self._plainly():
            return int(self._watcher.exec_driver_sql("PRAGMA data_version").scalar_one())

    def close(self) -> None:
        """Let go of the file. Closing twice does nothing."""
        self._stopped = self._closed
        self._opened.close()

    @property
    def _closed(self) -> str:
        return f"{self.path}: this journal has been closed"

    def _sentence(self, error: DBAPIError) -> str:
        plain = _PLAIN.get(_code(error), "the database refused")
        return f"{self.path}: {plain} ({error.orig})"

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        """Turn the database's errors into ours."""
        try:
            yield
        except DBAPIError as error:
            is_damaged = _code(error) == sqlite3.SQLITE_CORRUPT
            raise (CorruptJournal if is_damaged else StoreError)(self._sentence(error)) from error


def _code(error: DBAPIError) -> int:
    """Return SQLite's primary result code."""
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF


@contextmanager
def _alone_with(path: Path, create: bool) -> Iterator[None]:
    """Make sure that there is a file, and keep out others who would make it at the same time.

    SQLite lets two that make one file trip each other. A file made here is its owner's only.
    """
    with _places(path):
        if path.is_dir():
            raise StoreError(f"{path}: a journal is a file, and this is a folder")
        if not path.exists():
            if not create:
                raise BadInput(f"{path}: there is no journal here; the first run makes one")
            path.parent.mkdir(parents=True, exist_ok=True)
        folder = os.open(path.parent, os.O_RDONLY)
    try:
        with _places(path):
            fcntl.flock(folder, fcntl.LOCK_EX)
            if not path.exists():
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        yield
    finally:
        os.close(folder)


@contextmanager
def _places(path: Path) -> Iterator[None]:
    """Turn what the system says of a place into our error."""
    try:
        yield
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise StoreError(f"{path}: there can be no journal here ({reason})") from error


def _engine(path: Path) -> Engine:
    """Return an engine whose driver opens no transaction by itself."""
    engine = create_engine(
        URL.create("sqlite", database=str(path.absolute())),
        connect_args={"timeout": BUSY_S, "isolation_level": None},
        max_overflow=-1,
    )
    event.listen(engine, "connect", _sync_fully)
    return engine


def _sync_fully(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("PRAGMA synchronous=FULL")


def _lock_for_writing(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _check_schema(path: Path, engine: Engine) -> None:
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        if tables and STAMP.name not in tables:
            raise StoreError(f"{path}: this is a database, but not a journal of runs")
        if connection.exec_driver_sql("PRAGMA journal_mode=WAL").scalar_one() != "wal":
            raise StoreError(f"{path}: this file system cannot hold a write-ahead log")
        if not tables:
            _make_schema(connection)
        version = connection.execute(select(STAMP.c.version)).scalar_one()
        if version != SCHEMA:
            raise StoreError(
                f"{path}: the journal has schema {version}, and this version reads {SCHEMA}"
            )


def _make_schema(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    TABLES.create_all(connection)
    connection.execute(insert(STAMP).values(version=SCHEMA))
    connection.exec_driver_sql("COMMIT")
