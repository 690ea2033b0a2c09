"""Studies: which runs of a journal are one experiment, registered before any of them begins.

The record is the plan: every run with its cell and seed, and the hash of what was predicted.
Whoever is killed in the middle finds in it what is still to be done, and nobody can later leave
out runs that came out otherwise.
"""

from collections.abc import Sequence
from typing import NamedTuple

from pydantic import JsonValue
from sqlalchemy import insert, select, text

from memory.envelope import Frozen
from memory.errors import BadInput, did_you_mean
from memory.store import Store
from memory.tables import STUDY, TRIAL

_JOIN = text(
    "INSERT INTO trial (study, run, cell, seed) VALUES (:study, :run, :cell, :seed) "
    "ON CONFLICT DO NOTHING"
)


class Study(Frozen):
    """An experiment as it was registered.

    Attributes
    ----------
    name
        Its id, made of what it is: the same experiment is the same study.
    scenario, version
        What its runs are of.
    cells
        What is varied in each cell, by path, as its author wrote it.
    predicted
        The SHA-256 of its predictions; empty where there are none.
    """

    name: str
    scenario: str
    version: int
    cells: tuple[dict[str, JsonValue], ...]
    predicted: str = ""


class Trial(NamedTuple):
    """A run that belongs to a study: its id, its cell (from 1), and its seed."""

    run: str
    cell: int
    seed: int


class Studies:
    """The studies of a store.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from memory.store import database_at
    >>> study = Study(name="s_1", scenario="just_in_case", version=1, cells=({"chain.life": 8},))
    >>> with TemporaryDirectory() as folder:
    ...     store = Store(database_at(f"{folder}/journal.db"))
    ...     Studies(store).register(study, [Trial("s_1.1.7", 1, 7)])
    ...     Studies(store).register(study, [Trial("s_1.1.7", 1, 7), Trial("s_1.1.8", 1, 8)])
    ...     [trial.seed for trial in Studies(store).trials("s_1")]
    ...     store.close()
    [7, 8]
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def register(self, study: Study, trials: Sequence[Trial]) -> None:
        """Write a study down, with runs that belong to it; what is there already stays.

        Raises
        ------
        BadInput
            If another experiment has that name.
        """
        body = study.model_dump_json().encode()
        known = select(STUDY.c.body).where(STUDY.c.name == study.name)
        rows = [{"study": study.name, **trial._asdict()} for trial in trials]
        with self._store.writing() as connection:
            stored = connection.execute(known).scalar_one_or_none()
            if stored is None:
                connection.execute(insert(STUDY).values(name=study.name, body=body))
            elif stored != body:
                raise BadInput(f"there is a study {study.name} already, of another experiment")
            if rows:
                connection.execute(_JOIN, rows)

    def study(self, name: str) -> Study:
        """Return one study.

        Raises
        ------
        BadInput
            If there is none of that name.
        """
        with self._store.reading() as connection:
            query = select(STUDY.c.body).where(STUDY.c.name == name)
            body = connection.execute(query).scalar_one_or_none()
            if body is None:
                hint = did_you_mean(name, connection.execute(select(STUDY.c.name)).scalars())
                raise BadInput(f"{self._store.name}: there is no study {name!r}{hint}")
        return Study.model_validate_json(body)

    def all(self) -> list[Study]:
        """Return every study, by name."""
        with self._store.reading() as connection:
            bodies = connection.execute(select(STUDY.c.body).order_by(STUDY.c.name)).scalars()
            return [Study.model_validate_json(body) for body in bodies]

    def of_runs(self) -> dict[str, str]:
        """Return the study that each run belongs to which belongs to one, begun or not."""
        with self._store.reading() as connection:
            rows = connection.execute(select(TRIAL.c.run, TRIAL.c.study))
            return {row.run: row.study for row in rows}

    def trials(self, name: str) -> list[Trial]:
        """Return the runs that belong to a study, by cell and seed, begun or not."""
        columns = (TRIAL.c[field] for field in Trial._fields)
        query = select(*columns).where(TRIAL.c.study == name).order_by(TRIAL.c.cell, TRIAL.c.seed)
        with self._store.reading() as connection:
            return [Trial(*row) for row in connection.execute(query)]
