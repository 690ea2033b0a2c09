"""Fleets from elsewhere, live: their lines become a run's events, and monitors look on.

What is told is the neutral form of ``docs/neutral_log.md``. A line is known by its id within
its fleet: told again it changes nothing, however late, and told otherwise it is refused. Lines
of one call take effect together or not at all.
"""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from memory.envelope import Frozen
from memory.errors import BadInput, RunInUse, UnknownRun
from memory.journal import Batch, Journal, RunHead, RunRecord
from memory.log import Entry
from memory.neutral import Header, Importer, NeedLine, Needs
from memory.truth import Sealed
from monitors.acquisition import share
from monitors.monitor import Monitor
from monitors.portrait import reads_need
from orchestrator.compose import monitors_of
from orchestrator.conduct import OUTSIDE
from orchestrator.patience import Patience, guarded
from orchestrator.stage import Watch
from orchestrator.tally import Tally
from scenarios.spec import MonitorSpec

ENGINE = "neutral_log/1"


class Gap(BadInput):
    """Lines were told that do not follow on those before; the message says what is expected."""


class Otherwise(RunInUse):
    """Something was told that contradicts what was told before."""


class Described(Frozen):
    """A fleet as whoever watches it describes it: what is planned, what is needed, who looks on.

    ``header`` plans, as a neutral log's first line does. ``need`` is what the work takes, as
    whoever sets the task says; without it only monitors that do without look on.
    """

    header: Header | None = None
    need: tuple[NeedLine, ...] | None = None
    monitors: tuple[MonitorSpec, ...] = ()


class Taken(NamedTuple):
    """What came of some lines: new ones, ones known already, and where the fleet then stands."""

    new: int
    known: int
    lines: int
    record: RunRecord


class Outside:
    """One fleet from elsewhere, which this process takes down.

    Parameters
    ----------
    journal
        Where its lines and events go down.
    run
        The fleet's name; its run has the same id.
    described
        What it is; None goes on with one that is there.

    Raises
    ------
    UnknownRun
        If it is to go on and is not there.
    BadInput
        If that run is no fleet from elsewhere, or is over.
    Otherwise
        If it is there, and was described otherwise.
    RunInUse
        If another live process takes it down.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> need = (NeedLine(resource="compute", amount=100),)
    >>> watched = (MonitorSpec(name="over_need"),)
    >>> lines = [{"id": str(n), "round": n, "agent": "ada", "does": "take",
    ...           "resource": "compute", "amount": 400} for n in range(1, 80)]
    >>> with TemporaryDirectory() as folder, Journal.open(f"{folder}/journal.db") as journal:
    ...     fleet = Outside(journal, "theirs", Described(need=need, monitors=watched))
    ...     took, again = fleet.take(lines), fleet.take(lines[:5])
    ...     record = fleet.finish()
    >>> took.new, again.known, record.status, record.alarms
    (79, 5, 'done', 1)
    """

    def __init__(self, journal: Journal, run: str, described: Described | None = None) -> None:
        self._journal = journal
        self.run = run
        try:
            known = _described(journal, run)
        except UnknownRun:
            if described is None:
                raise
            sealed = Sealed(scenario={OUTSIDE: described.model_dump(mode="json")})
            head = RunHead(run=run, scenario="outside", version=1, seed=0, engine=ENGINE)
            self._claim = journal.create(head, sealed)
            known = described
        else:
            if described not in (None, known):
                raise Otherwise(f"{run} was described otherwise; a fleet's description stays")
            self._claim = journal.claim(run)
        self.described = known
        self._rebuild()

    def take(self, lines: Sequence[dict[str, Any]], first: int | None = None) -> Taken:
        """Take lines down, in their order; those that are known change nothing.

        Parameters
        ----------
        lines
            As ``docs/neutral_log.md`` says; without a header.
        first
            The number of the first of them among all of the fleet's, counted from 1, where the
            sender counts: then a gap is noticed.

        Raises
        ------
        Gap
            If lines before these are missing.
        Otherwise
            If something else is told under an id that is known.
        BadInput
            If a line cannot be read, or comes after its round is over.
        """
        if first is not None and first > self.lines + 1:
            raise Gap(f"line {first} follows on {self.lines}; send those from {self.lines + 1} on")
        told = [(_id(line), _written(line)) for line in lines]
        known = self._journal.told.known(self.run, [id for id, _ in told])
        fresh: dict[str, bytes] = {}
        for id, body in told:
            if known.get(id, fresh.get(id, body)) != body:
                raise Otherwise(f"{self.run}: something else was told under the id {id!r} before")
            if id not in known:
                fresh[id] = body
        if fresh:
            self._put(fresh)
        return Taken(len(fresh), len(told) - len(fresh), self.lines, self._journal.run(self.run))

    def finish(self) -> RunRecord:
        """Say that nothing more will come."""
        self._commit(self._importer.end())
        self._journal.finish(self._claim, "done", {})
        return self._journal.run(self.run)

    def let_go(self) -> None:
        """Give the fleet up, for any process to go on with."""
        self._journal.release(self._claim)

    def _put(self, fresh: dict[str, bytes]) -> None:
        try:
            entries = [entry for body in fresh.values() for entry in self._fed(body)]
        except BadInput:
            self._rebuild()
            raise
        self._journal.told.add(self.run, self.lines, fresh.items())
        self.lines += len(fresh)
        self._commit(entries)

    def _fed(self, body: bytes) -> list[Entry]:
        return self._importer.take(body.decode())

    def _commit(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            self._watch.fold(entry.event)
        if entries:
            round = entries[-1].event.round
            self._journal.commit(self._claim, Batch(entries, self._watch.drain(), [], round))

    def _rebuild(self) -> None:
        """Stand where the lines that are written down lead; commit what is still due of it."""
        described = self.described
        self._importer = Importer(
            self.run, None if described.need is None else Needs(described.need)
        )
        self._watch, self.lines = _watch(described), 0
        record = self._journal.run(self.run)
        due: list[Entry] = []
        entries = (
            self._importer.take(described.header.model_dump_json()) if described.header else []
        )
        for body in [b"", *self._journal.told.lines(self.run)]:
            entries += self._fed(body)
            self.lines += bool(body)
            for entry in entries:
                if entry.event.seq > record.seq:
                    due.append(entry)
                else:
                    self._watch.fold(entry.event)
            entries = []
        self._watch.drain()
        self._commit(due)


def _described(journal: Journal, run: str) -> Described:
    sealed = journal.sealed(run).scenario
    if OUTSIDE not in sealed:
        raise BadInput(
            f"{run} is a run of its own, not a fleet from elsewhere; choose another name"
        )
    return Described.model_validate(sealed[OUTSIDE])


def _watch(described: Described) -> Watch:
    monitors: list[Monitor] = [
        monitor
        for spec in described.monitors
        for monitor in monitors_of(spec)
        if described.need is not None or not reads_need(monitor)
    ]
    folds, patience = share(monitors), Patience()
    watch = Watch([guarded(each, patience) for each in monitors], Tally(""), folds)
    unknown = (each for each in monitors if not getattr(each, "is_calibrated", False))
    watch.uncalibrated = frozenset(each.name for each in unknown)
    return watch


def _id(line: dict[str, Any]) -> str:
    id = line.get("id")
    if not isinstance(id, str) or not id:
        raise BadInput("a line needs an id of its own: it is known by it")
    return id


def _written(line: dict[str, Any]) -> bytes:
    """Return a line in one spelling, by which it is known again."""
    return json.dumps(line, sort_keys=True, default=_exact).encode()


def _exact(value: object) -> float | int:
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    raise TypeError(f"{value!r} is no JSON")
