"""A journal on a PostgreSQL server: the same tables, for the processes of many hosts.

The driver is psycopg, which the extra ``[postgres]`` brings. No message ever holds what the URL
holds besides user, host, port and database.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    URL,
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    Float,
    Text,
    create_engine,
    event,
    extract,
    func,
    inspect,
    select,
)
from sqlalchemy.exc import DBAPIError

from memory.errors import BadInput, StoreError
from memory.tables import STAMP, check_version, make_tables

WAIT_S = 30
"""How long to wait, in seconds, for a row that another process has locked."""

CONNECT_S = 10
"""How long to wait, in seconds, for the server to answer."""

OLDEST = 13
"""The first release that tells its snapshot, by which followers see a commit."""

_MAKING = 0x5345_4544
"""The lock under which a journal's tables are made; any number that stays as it is will do."""

# What of a connection is ours to settle. A server that waits for its standbys goes on doing so.
_SETTLE = f"""
    SELECT set_config('lock_timeout', '{WAIT_S}s', false),
           set_config('synchronous_commit',
                      replace(current_setting('synchronous_commit'), 'off', 'on'), false)
"""

_PLAIN = {
    "53100": "the server's disk is full; nothing of this commit was written",
    "58030": "the server's disk failed; nothing of an unfinished commit counts",
    "53300": "the server has no connection left",
    "55P03": f"another process has kept the run locked for {WAIT_S} s",
    "25006": "this server, or user, may only read",
    "42501": "this user may not do that here",
    "XX001": "the server's files are damaged",
    "XX002": "the server's files are damaged",
}
_DAMAGE = ("XX001", "XX002")


def _number(transaction: ColumnElement[Any]) -> ColumnElement[int]:
    """Return a transaction's id as a number; only its text can be turned into one."""
    return transaction.cast(Text).cast(BigInteger)


class PostgresServer:
    """A database of a PostgreSQL server. Whoever owns a run there holds a lease on it.

    Parameters
    ----------
    url
        ``postgresql://user:password@host:port/database``, with libpq's own options behind a
        ``?``. What it leaves out is taken from libpq's environment and password file.

    Examples
    --------
    >>> from sqlalchemy import make_url
    >>> PostgresServer(make_url("postgresql://ada:secret@db.example/runs?sslmode=require")).name
    'postgresql://ada@db.example/runs'
    """

    numbering: ColumnElement[int] = _number(func.pg_current_xact_id())
    settled: ColumnElement[int] | None = _number(func.pg_snapshot_xmin(func.pg_current_snapshot()))
    clock: ColumnElement[float] | None = extract("epoch", func.clock_timestamp()).cast(Float)
    goes_on_after_failure = True
    """Each transaction checks under a lock where the last one ended, on whatever connection."""

    def __init__(self, url: URL) -> None:
        self._url = url.set(drivername="postgresql+psycopg")
        place = URL.create("postgresql", url.username, None, url.host, url.port, url.database)
        self.name = place.render_as_string()

    def engines(self) -> tuple[Engine, Engine]:
        """Return one engine to read with and one to write with, neither yet connected.

        Raises
        ------
        StoreError
            If the driver is not installed.
        """
        return self._engine(isolation_level="AUTOCOMMIT", pool_pre_ping=True), self._engine()

    def make_ready(self, engine: Engine, *, create: bool) -> None:
        """Make sure that there is a journal of our schema, whoever else makes it just now."""
        with engine.connect() as connection:
            release = int((connection.dialect.server_version_info or (0,))[0])
            if release < OLDEST:
                raise StoreError(f"{self.name}: PostgreSQL {release} is older than {OLDEST}")
            connection.execution_options(isolation_level="READ COMMITTED")
            with connection.begin():
                connection.execute(select(func.pg_advisory_xact_lock(_MAKING)))
                self._check_schema(connection, create)

    @contextmanager
    def watching(self, engine: Engine) -> Iterator[Callable[[], object]]:
        """Lend what returns another value after any commit.

        A commit is seen exactly when the server's snapshot has moved past it. So nothing is
        written to tell of it, and no commit waits for another's notice.
        """

        def look() -> object:
            with engine.connect() as connection:
                return connection.exec_driver_sql("SELECT pg_current_snapshot()::text").scalar_one()

        yield look

    def explain(self, error: DBAPIError) -> str:
        """Say what went wrong in plain words."""
        state = getattr(error.orig, "sqlstate", None)
        if state is None and error.connection_invalidated:
            return "the server was lost; an unfinished commit is there as a whole, or not at all"
        return _PLAIN.get(str(state), "the server refused" if state else "no connection")

    def is_damage(self, error: DBAPIError) -> bool:
        """Whether the server's files are not what was written."""
        return getattr(error.orig, "sqlstate", None) in _DAMAGE

    def _engine(self, **options: Any) -> Engine:
        try:
            engine = create_engine(
                self._url,
                connect_args={"connect_timeout": CONNECT_S, "application_name": "superorganism"},
                hide_parameters=True,
                paramstyle="format",
                **options,
            )
        except ImportError as error:
            raise StoreError(
                f"{self.name}: PostgreSQL needs the driver psycopg, which is not installed here; "
                "pip install 'superorganism[postgres]'"
            ) from error
        event.listen(engine, "connect", _settle)
        return engine

    def _check_schema(self, connection: Connection, create: bool) -> None:
        tables = inspect(connection).get_table_names()
        if tables and STAMP.name not in tables:
            raise StoreError(f"{self.name}: this is a database, but not a journal of runs")
        if not tables:
            if not create:
                raise BadInput(f"{self.name}: there is no journal here; the first run makes one")
            make_tables(connection)
        check_version(self.name, connection)


def _settle(connection: Any, _: object) -> None:
    # The driver's own connection: SQLAlchemy hands it over before it is anybody's.
    connection.execute(_SETTLE)
    connection.commit()
