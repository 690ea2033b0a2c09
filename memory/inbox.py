"""The inbox: what runs are told from outside, by any process, for the one that owns the run.

A command changes nothing by itself. Whoever owns the run takes it up at the end of a round, and
writes it into the log before it has any effect; from then on the log says what happened, and a
replay needs no inbox. What was taken is known from the log, too: the number of the last one.
"""

import json
from collections.abc import Callable
from typing import NamedTuple

from pydantic import JsonValue
from sqlalchemy import Connection, insert, select, update

from memory.bell import Bell
from memory.errors import BadInput
from memory.record import check_text
from memory.store import Store
from memory.tables import COMMAND, RUN, AnyRow

MOST_CHARACTERS = 16_000
"""The longest command, as JSON."""

COMMANDS = ("approve", "deny", "intervene", "stop", "rule")
"""What a run can be told; the rest of a command's body goes with it."""

MOST_WAITING = 10_000
"""How many commands a run is sent at most."""


class Command(NamedTuple):
    """One command: its number in the run's inbox, what the sender calls it, and what it says."""

    number: int
    op: str
    body: dict[str, JsonValue]


class Inbox:
    """The commands of every run of a store.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from memory.journal import Journal, RunHead
    >>> from memory.truth import Sealed
    >>> head = RunHead(run="r_1", scenario="just_in_case", version=1, seed=7, engine="0.1.0")
    >>> with TemporaryDirectory() as folder, Journal.open(f"{folder}/journal.db") as journal:
    ...     claim = journal.create(head, Sealed(scenario={}))
    ...     stop = {"what": "stop", "to": "fleet"}
    ...     sent = [journal.inbox.put("r_1", stop, op="mine").number for _ in range(2)]
    ...     read = journal.inbox.read("r_1")
    >>> sent, [(each.number, each.body) for each in read]
    ([1, 1], [(1, {'what': 'stop', 'to': 'fleet'})])
    """

    def __init__(self, store: Store, bell: Bell, number: Callable[[str], int]) -> None:
        self._store = store
        self._bell = bell
        self._number = number

    def put(self, run: str, body: dict[str, JsonValue], op: str = "") -> Command:
        """Send a run a command, durably; the same ``op`` again is the same command.

        Parameters
        ----------
        run
            The run's id. It need not be played now: whoever resumes it finds the command.
        body
            What it says.
        op
            What tells it from others: a sender that does not know whether it arrived sends it
            again under the same one. Empty for a new one each time.

        Raises
        ------
        UnknownRun
            If there is no such run.
        BadInput
            If the run is over, the ``op`` stands for another command, or it is too long.
        """
        if body.get("what") not in COMMANDS:
            raise BadInput(f"a command says what: one of {', '.join(COMMANDS)}")
        said = json.dumps(body, allow_nan=False)
        check_text("op", op)
        if len(said) > MOST_CHARACTERS or len(op) > MOST_CHARACTERS:
            raise BadInput(f"a command has at most {MOST_CHARACTERS:_} characters")
        number = self._number(run)
        with self._store.writing() as connection:
            # Its row is locked, so numbers are given in the order in which they can be seen.
            query = select(RUN.c.status, RUN.c.commands).where(RUN.c.number == number)
            row = connection.execute(query.with_for_update()).one()
            if op and (before := _known(connection, number, op)):
                if before.body != body:
                    raise BadInput(f"{op} was another command to {run}; send this as a new one")
                return before
            if row.status not in ("running", "interrupted"):
                raise BadInput(f"{run} is {row.status}; nothing can be done to it any more")
            if row.commands >= MOST_WAITING:
                raise BadInput(f"{run} was sent {MOST_WAITING:_} commands, and takes no more")
            command = Command(row.commands + 1, op or f"/{row.commands + 1}", body)
            values = {"run": number, "number": command.number, "op": command.op}
            connection.execute(insert(COMMAND).values(body=said.encode(), **values))
            known = update(RUN).where(RUN.c.number == number)
            connection.execute(known.values(commands=command.number))
        self._bell.ring()
        return command

    def read(self, run: str, after: int = 0) -> list[Command]:
        """Return the commands behind number ``after``, in order."""
        theirs = (COMMAND.c.run == self._number(run), COMMAND.c.number > after)
        query = select(COMMAND).where(*theirs).order_by(COMMAND.c.number)
        with self._store.reading() as connection:
            return [_command(row) for row in connection.execute(query)]

    async def wait(self, run: str, after: int) -> list[Command]:
        """Wait, without a thread, until there are commands behind number ``after``; return them."""
        while not (commands := self.read(run, after)):
            await self._bell.wait()
        return commands


def last(connection: Connection, run: int) -> int:
    """Return the number of the last command that a run was sent; a fork counts on from there."""
    number: int = connection.execute(select(RUN.c.commands).where(RUN.c.number == run)).scalar_one()
    return number


def _known(connection: Connection, run: int, op: str) -> Command | None:
    query = select(COMMAND).where(COMMAND.c.run == run, COMMAND.c.op == op)
    row = connection.execute(query).one_or_none()
    return None if row is None else _command(row)


def _command(row: AnyRow) -> Command:
    return Command(row.number, row.op, json.loads(row.body))
