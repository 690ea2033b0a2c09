"""The door for Python: run a scenario, load a run, and look at it as data frames.

pandas is used where it is installed; without it the same methods give lists of records.
"""

import asyncio
import importlib.util
from collections.abc import Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from memory.errors import BadInput
from memory.journal import Journal
from memory.redis_bus import bus_at
from orchestrator import conduct
from orchestrator.evaluate import Summary
from orchestrator.fork import fork
from orchestrator.settings import read_settings
from orchestrator.verify import Verified, verify
from scenarios.spec import Scenario

if TYPE_CHECKING:
    import pandas as pd

Records = list[dict[str, Any]]
T = TypeVar("T")


class RunView:
    """One run as it lies in a store: its summary, events and verdicts.

    Attributes
    ----------
    run, store
        The run's id, and the journal it lies in.
    summary
        What came of it; of an unfinished run, what has come of it so far.
    """

    def __init__(self, run: str, store: str, summary: Summary) -> None:
        self.run = run
        self.store = store
        self.summary = summary

    def __repr__(self) -> str:
        alarms = ", ".join(f"{a.monitor}/{a.pool} at round {a.round}" for a in self.summary.alarms)
        return f"<run {self.run} of {self.summary.scenario}: {alarms or 'no alarm'}>"

    def events(self) -> Records:
        """Return the event log, one record an event."""
        with Journal.open(self.store, create=False) as journal:
            return [entry.event.model_dump(mode="json") for entry in journal.entries(self.run)]

    def verdicts(self) -> Records:
        """Return the verdict log, one record a verdict."""
        with Journal.open(self.store, create=False) as journal:
            return [verdict.model_dump(mode="json") for _, verdict in journal.verdicts(self.run)]

    def verify(self, *, replay: bool = False) -> Verified:
        """Check the run from end to end, as ``runs verify`` does.

        Parameters
        ----------
        replay
            Compute it again from its decisions, too; no model is needed for that.

        Returns
        -------
        Verified
            ``ok``, and where it is not, the ``problem``: the first event that does not fit.
        """
        with Journal.open(self.store, create=False) as journal:
            return _wait(verify(journal, self.run, with_replay=replay))

    def fork(
        self, at: int, overrides: Iterable[str] = (), *, run_id: str | None = None
    ) -> "RunView":
        """Return a new run that shares this one's history up to an event and goes its own way.

        Parameters
        ----------
        at
            The number of an event: what is shared ends with the last whole round there.
        overrides
            What differs from then on, such as ``"workers.weak_shard.over_reserve=0%"``.
        run_id
            The new run's id.

        Raises
        ------
        ScenarioError, BadInput
            If a change cannot be made, or contradicts what has happened already.

        Examples
        --------
        >>> import tempfile
        >>> from orchestrator import run
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     short = ["world.rounds=24"]
        ...     fleet = run("just_in_case", overrides=short, store=f"{folder}/j.db")
        ...     better = fleet.fork(at=1500, overrides=["workers.weak_shard.over_reserve=0%"])
        >>> better.summary.fork.round, better.summary.fork.averted > 0
        (11, True)
        """
        changes = _changes(overrides)
        with Journal.open(self.store, create=False) as journal:
            summary = _wait(fork(journal, self.run, at, changes, run_id).play())
        return RunView(summary.run, self.store, summary)

    def events_frame(self) -> "pd.DataFrame | Records":
        """Return the event log as a data frame indexed by seq, or as records without pandas."""
        return _frame(self.events(), "seq")

    def verdicts_frame(self) -> "pd.DataFrame | Records":
        """Return the verdict log as a data frame, or as records without pandas."""
        return _frame(self.verdicts(), None)


def run(
    scenario: str | Path | Scenario,
    *,
    seed: int | None = None,
    overrides: Iterable[str] = (),
    run_id: str | None = None,
    store: str | None = None,
    redis: str | None = None,
) -> RunView:
    """Run a scenario to its end and return it; works in a notebook too.

    Parameters
    ----------
    scenario
        A name from the catalogue, a path to a YAML file, or a loaded scenario.
    seed
        The run's seed; the scenario's own by default.
    overrides
        Changes such as ``"world.rounds=50"``, as with ``--set``.
    run_id
        The new run's id. One that stands already is resumed, or, when it is finished, returned:
        it must be of the same scenario and seed.
    store
        The journal's place; ``SUPERORGANISM_STORE`` or ``.superorganism/journal.db`` by default.
    redis
        A server that tells other processes at once; ``SUPERORGANISM_REDIS`` or none by default.

    Raises
    ------
    ScenarioError
        With every problem of the scenario at once.

    Examples
    --------
    >>> import tempfile
    >>> from orchestrator import run
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     fleet = run("just_in_case", overrides=["world.rounds=24"], store=f"{folder}/j.db")
    ...     records = fleet.events()
    >>> fleet.summary.score["task_done"], records[0]["kind"]
    (1.0, 'run_started')
    """
    place, url = read_settings(store, redis)
    changes = _changes(overrides)
    if not (seed is None or (isinstance(seed, int) and 0 <= seed < 2**63)):
        raise BadInput(f"seed is {seed!r}; it is a whole number from 0 to 2**63 - 1")
    chosen = _loaded(scenario, changes)
    with Journal.open(place, bus=bus_at(url)) as journal:
        order = conduct.Order(chosen, seed, run_id)
        stored = conduct.find(journal, order)
        if stored is not None and stored.is_finished:
            summary = conduct.stored_summary(journal, stored)
        else:
            summary = _wait(conduct.begin(journal, order).play())
    return RunView(summary.run, place, summary)


def load_run(run_id: str, *, store: str | None = None) -> RunView:
    """Return a run that lies in a store, finished or not.

    Raises
    ------
    UnknownRun
        If there is no such run; the message names the nearest.
    """
    place = read_settings(store).store
    with Journal.open(place, create=False) as journal:
        summary = conduct.stored_summary(journal, journal.run(run_id))
    return RunView(run_id, place, summary)


def _loaded(scenario: str | Path | Scenario, overrides: tuple[str, ...]) -> Scenario:
    if not isinstance(scenario, Scenario):
        return conduct.load(str(scenario), overrides)
    if overrides:
        raise BadInput("overrides change a scenario as it loads; this one is loaded already")
    return scenario


def _changes(overrides: Iterable[str]) -> tuple[str, ...]:
    if isinstance(overrides, str):
        raise BadInput(f"overrides is {overrides!r}; it is a list of changes: [{overrides!r}]")
    return tuple(overrides)


def _wait(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, in a thread of its own where a loop is running already."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def _frame(records: Records, index: str | None) -> "pd.DataFrame | Records":
    if importlib.util.find_spec("pandas") is None:
        return records
    frame: pd.DataFrame = importlib.import_module("pandas").DataFrame.from_records(records)
    return frame.set_index(index) if index and not frame.empty else frame
