"""Answers of paid models, in the journal: asked for once, kept at once, beside the log.

A turn's row is there before its model is asked, and is given its answer when that comes. So after
a crash it can be told which turns were asked and never answered, and what is asked again.
"""

from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, insert, select, update

from memory.tables import ANSWER


class Answer(NamedTuple):
    """One turn put to a model: how often it was asked, and what it answered, if it did.

    ``about`` names what was asked beside the turn; it is empty for the turn itself.
    """

    agent: str
    turn: int
    round: int
    asked: int
    body: bytes | None
    about: str = ""


class Turn(NamedTuple):
    """Whose turn is put to a model, and in which round; or what is asked beside that turn."""

    agent: str
    turn: int
    round: int
    about: str = ""


def begin(connection: Connection, run: int, turn: Turn) -> Answer:
    """Return what stands for a turn; where it is not answered, one asking more is counted."""
    standing = read(connection, run, turn.agent, turn.turn, turn.about)
    if standing is None:
        connection.execute(insert(ANSWER).values(run=run, asked=1, body=None, **turn._asdict()))
        return Answer(**turn._asdict(), asked=1, body=None)
    if standing.body is None:
        standing = standing._replace(asked=standing.asked + 1)
        again = update(ANSWER).where(*_key(run, turn.agent, turn.turn, turn.about))
        connection.execute(again.values(asked=standing.asked))
    return standing


def keep(connection: Connection, run: int, turn: Turn, body: bytes) -> bytes:
    """Keep an answer, unless one stands already; return the one that stands."""
    standing = read(connection, run, turn.agent, turn.turn, turn.about)
    if standing is None:
        connection.execute(insert(ANSWER).values(run=run, asked=1, body=body, **turn._asdict()))
    elif standing.body is None:
        here = update(ANSWER).where(*_key(run, turn.agent, turn.turn, turn.about))
        connection.execute(here.values(body=body))
    else:
        return standing.body
    return body


def read(connection: Connection, run: int, agent: str, turn: int, about: str = "") -> Answer | None:
    """Return what is known of a turn that was put to a model, or of what was asked beside it."""
    columns = (ANSWER.c[name] for name in Answer._fields)
    row = connection.execute(select(*columns).where(*_key(run, agent, turn, about))).one_or_none()
    return None if row is None else Answer(*row)


def hand_on(connection: Connection, source: int, target: int, rounds: int) -> None:
    """Copy a run's answers up to a round, for a fork that shares them."""
    names = [column.name for column in ANSWER.c if column.name != "run"]
    shared = select(*(ANSWER.c[name] for name in names)).where(
        ANSWER.c.run == source, ANSWER.c.round <= rounds, ANSWER.c.body.is_not(None)
    )
    rows = [dict(row._mapping) | {"run": target} for row in connection.execute(shared)]
    if rows:
        connection.execute(insert(ANSWER), rows)


def _key(run: int, agent: str, turn: int, about: str) -> tuple[ColumnElement[bool], ...]:
    key = {"run": run, "agent": agent, "turn": turn, "about": about}
    return tuple(ANSWER.c[name] == value for name, value in key.items())
