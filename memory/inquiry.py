"""Inquiries: judgements of monitors that were asked for, how far they are, and their answers.

The runs of an inquiry are played in memory and leave nothing but its answer, so that is kept
here. Its name is made of the question: asked again, it is the same inquiry.
"""

from datetime import UTC, datetime
from typing import Literal

from pydantic import AwareDatetime, JsonValue
from pydantic_core import from_json, to_json
from sqlalchemy import delete, insert, select, update

from memory.border import clean
from memory.claim import Owner, this_process
from memory.envelope import Frozen
from memory.errors import BadInput, RunInUse, did_you_mean
from memory.store import Store
from memory.tables import INQUIRY, AnyRow

Standing = Literal["running", "interrupted", "done", "failed"]


class Inquiry(Frozen):
    """A question about monitors, and how far its answer is.

    Attributes
    ----------
    name
        Its id, made of the question.
    runs, done
        How many runs it takes, and how many are over.
    question
        What was asked, as it was asked.
    reason
        Why it failed, if it did.
    answer
        What came of it, once it is done.
    """

    name: str
    scenario: str
    status: Standing
    runs: int
    done: int
    question: dict[str, JsonValue]
    created_at: AwareDatetime
    reason: str = ""
    answer: dict[str, JsonValue] | None = None


class Inquiries:
    """The inquiries of a store.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from memory.store import database_at
    >>> with TemporaryDirectory() as folder:
    ...     store = Store(database_at(f"{folder}/journal.db"))
    ...     all = Inquiries(store)
    ...     begun = all.begin("e_1", "few_bad", {"repeats": 2}, runs=6)
    ...     all.advance("e_1", 6)
    ...     all.conclude("e_1", {"seeds": [7, 8]})
    ...     found = all.inquiry("e_1")
    ...     store.close()
    >>> begun.status, found.status, found.done, found.answer
    ('running', 'done', 6, {'seeds': [7, 8]})
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin(self, name: str, scenario: str, question: dict[str, JsonValue], runs: int) -> Inquiry:
        """Write an inquiry down that this process answers; one that was broken off begins anew.

        Raises
        ------
        RunInUse
            If a live process is at it.
        """
        row = {
            "name": name,
            "scenario": scenario,
            "status": "running",
            "runs": runs,
            "done": 0,
            "question": to_json(question),
            "created_at": datetime.now(UTC).isoformat(timespec="microseconds"),
            **this_process().columns,
        }
        same = INQUIRY.c.name == name
        with self._store.writing() as connection:
            known = connection.execute(select(INQUIRY).where(same)).one_or_none()
            if known is not None and _inquiry(known).status == "running":
                raise RunInUse(f"{name} is being answered already")
            connection.execute(delete(INQUIRY).where(same))
            connection.execute(insert(INQUIRY).values(row))
        return self.inquiry(name)

    def advance(self, name: str, done: int) -> None:
        """Keep how many of its runs are over."""
        self._change(name, done=done)

    def conclude(self, name: str, answer: dict[str, JsonValue]) -> None:
        """Keep its answer."""
        self._change(name, status="done", answer=to_json(answer), pid=None)

    def break_off(self, name: str, reason: str = "") -> None:
        """Keep that nobody is at it any more; with a reason, that it has failed."""
        self._change(
            name, status="failed" if reason else "interrupted", reason=clean(reason), pid=None
        )

    def inquiry(self, name: str) -> Inquiry:
        """Return one inquiry.

        Raises
        ------
        BadInput
            If there is none of that name.
        """
        with self._store.reading() as connection:
            row = connection.execute(select(INQUIRY).where(INQUIRY.c.name == name)).one_or_none()
        if row is None:
            hint = did_you_mean(name, (each.name for each in self.all()))
            raise BadInput(f"{self._store.name}: there is no inquiry {name!r}{hint}")
        return _inquiry(row)

    def all(self) -> list[Inquiry]:
        """Return every inquiry, by name."""
        with self._store.reading() as connection:
            return [_inquiry(row) for row in connection.execute(select(INQUIRY).order_by("name"))]

    def _change(self, name: str, **changes: object) -> None:
        with self._store.writing() as connection:
            connection.execute(update(INQUIRY).where(INQUIRY.c.name == name).values(**changes))


def _inquiry(row: AnyRow) -> Inquiry:
    is_played = row.pid is not None and Owner(row.pid, row.host, row.born).is_alive()
    return Inquiry(
        name=row.name,
        scenario=row.scenario,
        status="interrupted" if row.status == "running" and not is_played else row.status,
        runs=row.runs,
        done=row.done,
        question=from_json(row.question),
        created_at=datetime.fromisoformat(row.created_at),
        reason=row.reason,
        answer=None if row.answer is None else from_json(row.answer),
    )
