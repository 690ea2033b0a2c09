"""The journal's tables. The schema is declared here once, for every database it may lie in.

``run`` holds how far each run has come and who owns it; ``event`` and ``verdict`` are the two
logs; ``truth`` and ``sealed`` are for evaluation only; ``answer`` keeps what a paid model said;
``clock`` is the wall-clock beside the log; ``commons``, ``shared`` and ``offer`` are what runs
share; ``command`` is what runs are told from outside; ``study`` and ``trial`` say which runs are
one experiment, ``inquiry`` which monitors were judged; ``told`` keeps what a fleet from elsewhere
said, ``acknowledged`` which alarms were seen; ``api_key`` holds who may come in from elsewhere;
``stamp`` is the schema's version and the journal's identity. Moments are ISO 8601 in UTC, of one
width, so that they sort as text.
"""

import os
from typing import Any, ClassVar

from pydantic import JsonValue
from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    Dialect,
    Index,
    LargeBinary,
    Row,
    Table,
    UniqueConstraint,
    select,
)
from sqlalchemy import insert as insert_into
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from memory.errors import StoreError

SCHEMA = 8
"""Goes up whenever a table changes; a journal with another number is refused."""


class Stored(SQLModel, registry=registry()):
    """What all our tables have in common: a registry apart from any other SQLModel's."""


class _InKeyOrder(Stored):
    """A table that lies in the order of its primary key (on SQLite: without a rowid)."""

    __table_args__: ClassVar[Any] = {"sqlite_with_rowid": False}


class RunRow(Stored, table=True):
    """One run: what it is, how far it has come, which process owns it, and whose fork it is.

    ``lease_until`` is in seconds since 1970 by the database's own clock; it is empty where
    owners need no lease.
    """

    __tablename__ = "run"

    number: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    scenario: str
    version: int
    seed: int = Field(sa_type=BigInteger)
    engine: str
    status: str
    round: int = 0
    seq: int = Field(default=0, sa_type=BigInteger)
    digest: str
    verdicts: int = Field(default=0, sa_type=BigInteger)
    alarms: int = Field(default=0, sa_type=BigInteger)
    summary: dict[str, JsonValue] = Field(default_factory=dict, sa_type=JSON)
    created_at: str
    updated_at: str
    token: int = Field(default=0, sa_type=BigInteger)
    pid: int | None = None
    host: str | None = None
    born: str | None = None
    lease_until: float | None = None
    parent: str | None = None
    fork_seq: int = Field(default=0, sa_type=BigInteger)
    fork_round: int = 0
    commands: int = Field(default=0, sa_type=BigInteger)


class EventRow(_InKeyOrder, table=True):
    """One event: its canonical bytes as they were hashed, and the chain's hash after it."""

    __tablename__ = "event"

    run: int = Field(primary_key=True)
    seq: int = Field(primary_key=True, sa_type=BigInteger)
    body: bytes = Field(sa_type=LargeBinary)
    hash: bytes = Field(sa_type=LargeBinary)


class VerdictRow(_InKeyOrder, table=True):
    """One verdict, numbered from 1 in the order of the commits, about the event ``seq``."""

    __tablename__ = "verdict"

    run: int = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_type=BigInteger)
    seq: int = Field(sa_type=BigInteger)
    body: bytes = Field(sa_type=LargeBinary)


class TruthRow(_InKeyOrder, table=True):
    """The sealed facts about some events, ``seq`` the last of them: intents and labels.

    ``body`` is a list of pairs in their order: an event's number, and its fact. One row a commit
    and not one a fact, which costs a turn a twentieth less.
    """

    __tablename__ = "truth"

    run: int = Field(primary_key=True)
    seq: int = Field(primary_key=True, sa_type=BigInteger)
    body: bytes = Field(sa_type=LargeBinary)


class SealedRow(_InKeyOrder, table=True):
    """What only evaluation may read of a run as a whole."""

    __tablename__ = "sealed"

    run: int = Field(primary_key=True)
    body: bytes = Field(sa_type=LargeBinary)


class AnswerRow(_InKeyOrder, table=True):
    """What a paid model answered an agent in one turn, kept before it has any effect.

    ``asked`` counts how often it was asked: the row is there, without a body, before the first
    request leaves. ``round`` is that of the turn. ``about`` is empty for the turn itself, and
    names what was asked beside it.
    """

    __tablename__ = "answer"

    run: int = Field(primary_key=True)
    agent: str = Field(primary_key=True)
    turn: int = Field(primary_key=True)
    about: str = Field(default="", primary_key=True)
    round: int = 0
    asked: int = 1
    body: bytes | None = Field(default=None, sa_type=LargeBinary)


class ClockRow(_InKeyOrder, table=True):
    """When the events up to ``seq`` were committed, by the wall-clock, and in which order.

    ``place`` orders the commits of all runs, and ``verdicts`` is how many the run then had.
    """

    __tablename__ = "clock"
    __table_args__ = (Index("clock_place", "place", "run"), {"sqlite_with_rowid": False})

    run: int = Field(primary_key=True)
    seq: int = Field(primary_key=True, sa_type=BigInteger)
    round: int
    committed_at: str
    place: int = Field(default=0, sa_type=BigInteger)
    verdicts: int = Field(default=0, sa_type=BigInteger)


class CommonsRow(Stored, table=True):
    """One commons: how many versions of notes were published there."""

    __tablename__ = "commons"

    name: str = Field(primary_key=True)
    place: int = Field(default=0, sa_type=BigInteger)


class SharedRow(Stored, table=True):
    """One version of a note of a commons, in the order of publishing."""

    __tablename__ = "shared"
    __table_args__ = (UniqueConstraint("commons", "name", "version"), {"sqlite_with_rowid": False})

    commons: str = Field(primary_key=True)
    place: int = Field(primary_key=True, sa_type=BigInteger)
    name: str
    version: int
    body: bytes = Field(sa_type=LargeBinary)


class OfferRow(_InKeyOrder, table=True):
    """What came of a note that a run offered; ``place`` is 0 where it was refused."""

    __tablename__ = "offer"

    commons: str = Field(primary_key=True)
    op: str = Field(primary_key=True)
    version: int
    place: int = Field(sa_type=BigInteger)


class CommandRow(Stored, table=True):
    """One command to a run from outside; ``op`` tells it from others, however often it is sent."""

    __tablename__ = "command"
    __table_args__ = (UniqueConstraint("run", "op"), {"sqlite_with_rowid": False})

    run: int = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_type=BigInteger)
    op: str
    body: bytes = Field(sa_type=LargeBinary)


class StudyRow(Stored, table=True):
    """One study: an experiment as it was registered, before any of its runs began."""

    __tablename__ = "study"

    name: str = Field(primary_key=True)
    body: bytes = Field(sa_type=LargeBinary)


class TrialRow(_InKeyOrder, table=True):
    """A run that belongs to a study, begun or not: in which cell, and under which seed."""

    __tablename__ = "trial"

    study: str = Field(primary_key=True)
    run: str = Field(primary_key=True)
    cell: int
    seed: int = Field(sa_type=BigInteger)


class ToldRow(_InKeyOrder, table=True):
    """One line of a fleet from elsewhere, as it was told, numbered from 1 in their order."""

    __tablename__ = "told"
    __table_args__ = (UniqueConstraint("run", "id"), {"sqlite_with_rowid": False})

    run: str = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_type=BigInteger)
    id: str
    body: bytes = Field(sa_type=LargeBinary)


class AcknowledgedRow(_InKeyOrder, table=True):
    """An alarm that somebody has seen; its number is that of its verdict."""

    __tablename__ = "acknowledged"

    run: str = Field(primary_key=True)
    alarm: int = Field(primary_key=True, sa_type=BigInteger)
    by_whom: str
    moment: str
    note: str = ""


class InquiryRow(Stored, table=True):
    """A judgement of monitors that was asked for: the question, how far it is, its answer."""

    __tablename__ = "inquiry"

    name: str = Field(primary_key=True)
    scenario: str
    status: str
    runs: int
    done: int = 0
    question: bytes = Field(sa_type=LargeBinary)
    answer: bytes | None = Field(default=None, sa_type=LargeBinary)
    reason: str = ""
    created_at: str
    pid: int | None = None
    host: str | None = None
    born: str | None = None


class KeyRow(Stored, table=True):
    """A key to the service: what it opens, and the SHA-256 of its secret, never the secret."""

    __tablename__ = "api_key"

    id: str = Field(primary_key=True)
    name: str
    scopes: str
    digest: bytes = Field(sa_type=LargeBinary)
    created_at: str
    revoked_at: str | None = None


class StampRow(Stored, table=True):
    """The version of this schema, once, and what tells this journal from every other."""

    __tablename__ = "stamp"

    version: int = Field(primary_key=True)
    identity: str


AnyRow = Row[*tuple[Any, ...]]
"""A row of any table, as a query gives it."""

TABLES = Stored.metadata
RUN = TABLES.tables["run"]
EVENT = TABLES.tables["event"]
VERDICT = TABLES.tables["verdict"]
TRUTH = TABLES.tables["truth"]
SEALED = TABLES.tables["sealed"]
ANSWER = TABLES.tables["answer"]
CLOCK = TABLES.tables["clock"]
COMMONS = TABLES.tables["commons"]
SHARED = TABLES.tables["shared"]
OFFER = TABLES.tables["offer"]
COMMAND = TABLES.tables["command"]
STUDY = TABLES.tables["study"]
TRIAL = TABLES.tables["trial"]
TOLD = TABLES.tables["told"]
ACKNOWLEDGED = TABLES.tables["acknowledged"]
INQUIRY = TABLES.tables["inquiry"]
API_KEY = TABLES.tables["api_key"]
STAMP = TABLES.tables["stamp"]


def insert_sql(table: Table, dialect: Dialect) -> str:
    """Return the INSERT of a whole row, for tuples in the order of the table's columns."""
    return str(insert_into(table).compile(dialect=dialect))


def make_tables(connection: Connection) -> None:
    """Make every table, and stamp the schema's version and an identity that no other has."""
    TABLES.create_all(connection)
    identity = os.urandom(8).hex()
    connection.execute(insert_into(STAMP).values(version=SCHEMA, identity=identity))


def identity_of(connection: Connection) -> str:
    """Return what tells this journal from every other, wherever it is opened."""
    identity: str = connection.execute(select(STAMP.c.identity)).scalar_one()
    return identity


def check_version(name: str, connection: Connection) -> None:
    """Refuse a journal of another schema; ``name`` is how the message calls it.

    Raises
    ------
    StoreError
        If its version is not ours, or it has none.
    """
    versions = list(connection.execute(select(STAMP.c.version)).scalars())
    if versions != [SCHEMA]:
        found = " and ".join(map(str, versions)) or "no number"
        raise StoreError(f"{name}: the journal has schema {found}, and this version reads {SCHEMA}")
