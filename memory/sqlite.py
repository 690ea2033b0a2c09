"""A journal in a SQLite file: written ahead, fully synchronised, for the processes of one host."""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    create_engine,
    event,
    func,
    inspect,
    select,
)
from sqlalchemy.exc import DBAPIError

from memory.errors import BadInput, StoreError
from memory.mounts import Mounts, mounted
from memory.tables import CLOCK, STAMP, check_version, make_tables

BUSY_S = 30
"""How long to wait, in seconds, while another process writes."""

_PLAIN = {
    sqlite3.SQLITE_FULL: "the disk is full; nothing of this commit was written; make room, go on",
    sqlite3.SQLITE_IOERR: "the disk failed, or has no room; nothing of an unfinished commit counts",
    sqlite3.SQLITE_READONLY: "the file cannot be written; look at its permissions",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened; look at its folder and permissions",
    sqlite3.SQLITE_BUSY: f"another process has kept it locked for {BUSY_S} s",
    sqlite3.SQLITE_NOTADB: "the file is not a SQLite database",
    sqlite3.SQLITE_CORRUPT: "the database file is damaged",
}


class SqliteFile:
    """A database file. Its owners are seen by their pids, so none of them needs a lease.

    Parameters
    ----------
    path
        The file. One that is made here may be read by its owner only.
    mounts
        What is mounted; what is mounted here now, by default.

    Raises
    ------
    StoreError
        If the file lies on a network file system.
    """

    clock: ColumnElement[float] | None = None
    numbering: ColumnElement[int] = select(
        func.coalesce(func.max(CLOCK.c.place), 0) + 1
    ).scalar_subquery()
    settled: ColumnElement[int] | None = None
    goes_on_after_failure = False

    def __init__(self, path: Path, mounts: Mounts | None = None) -> None:
        self.path = path
        self.name = str(path)
        with _places(path):
            mount = (mounts or mounted()).under(path)
        if mount is not None and mount.is_network:
            raise StoreError(
                f"{path}: {mount.point} is a network file system ({mount.kind}), where SQLite "
                "cannot keep writers apart; choose a path on a local disk, or a PostgreSQL "
                "server with postgresql://user@host/database"
            )

    def engines(self) -> tuple[Engine, Engine]:
        """Return one engine to read with and one to write with, neither yet connected."""
        reading, writing = _engine(self.path), _engine(self.path)
        event.listen(writing, "begin", _lock_for_writing)
        return reading, writing

    def make_ready(self, engine: Engine, *, create: bool) -> None:
        """Make sure that there is a journal of our schema."""
        with _alone_with(self.path, create), engine.connect() as connection:
            check_schema(self.name, connection)

    @contextmanager
    def watching(self, engine: Engine) -> Iterator[Callable[[], object]]:
        """Lend what returns another value after any commit: it needs one connection for good."""
        with engine.connect() as connection:
            yield lambda: connection.exec_driver_sql("PRAGMA data_version").scalar_one()

    def explain(self, error: DBAPIError) -> str:
        """Say what went wrong in plain words."""
        return _PLAIN.get(_code(error), "the database refused")

    def is_damage(self, error: DBAPIError) -> bool:
        """Whether the file is not what was written."""
        return _code(error) == sqlite3.SQLITE_CORRUPT


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


def check_schema(name: str, connection: Connection) -> None:
    """Make sure that a file is a journal of our schema, or empty, and then make it one."""
    tables = inspect(connection).get_table_names()
    if tables and STAMP.name not in tables:
        raise StoreError(f"{name}: this is a database, but not a journal of runs")
    if connection.exec_driver_sql("PRAGMA journal_mode=WAL").scalar_one() != "wal":
        raise StoreError(f"{name}: this file system cannot hold a write-ahead log")
    if not tables:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        make_tables(connection)
        connection.exec_driver_sql("COMMIT")
    check_version(name, connection)
