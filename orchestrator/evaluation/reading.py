"""Monitors over a log that is there: a stored run, an exported one, or one from elsewhere."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from pydantic import Field, ValidationError

from memory.envelope import Event, Frozen
from memory.errors import BadInput
from memory.events import parse_event
from memory.journal import Journal
from memory.log import GENESIS, chain
from memory.neutral import Importer, read_needs
from memory.verdicts import Verdict
from monitors.acquisition import share
from monitors.monitor import Monitor
from monitors.portrait import reads_need
from orchestrator.compose import monitors_of, uncalibrated
from orchestrator.conduct import scenario_of
from orchestrator.judge import NAME as JUDGE
from orchestrator.patience import Patience, guarded
from orchestrator.stage import Watch
from orchestrator.tally import Tally
from scenarios.spec import MonitorSpec, Scenario


class Heard(Frozen):
    """What one monitor said of a log."""

    monitor: str
    pool: str
    verdicts: int
    peak: float
    alarms: tuple[Verdict, ...] = ()
    failed: str = ""


class Reading(Frozen):
    """What came of it.

    Attributes
    ----------
    on, events
        Which log, and how many events it has.
    heard
        What each monitor said.
    left_out
        Monitors that could not look, and why.
    uncalibrated
        Those whose bound is not known to hold for this fleet: nobody measured it.
    digest
        The hash of all verdicts, chained in their order: equal digests mean equal verdicts.
    as_live
        Of a run that these very monitors watched: whether they said the same then.
    """

    on: str
    events: int
    heard: tuple[Heard, ...]
    left_out: dict[str, str] = Field(default_factory=dict)
    uncalibrated: tuple[str, ...] = ()
    digest: str
    as_live: bool | None = None


class Source(NamedTuple):
    """A log to be read: its name, its events, and whether it tells the need.

    Of a stored run its ``scenario`` is known; ``is_foreign`` is a log of another fleet.
    """

    name: str
    events: Iterable[Event]
    tells_need: bool
    scenario: Scenario | None = None
    is_foreign: bool = False

    @property
    def monitors(self) -> tuple[MonitorSpec, ...]:
        """The monitors of its own."""
        return self.scenario.monitors if self.scenario else ()


def source_of(
    journal: Callable[[], Journal], on: str, need: Path | None, round_s: Decimal | None = None
) -> Source:
    """Return what is to be read: a file where there is one of that name, else a stored run.

    Raises
    ------
    BadInput
        If there is neither, or what is needed is told twice.
    """
    path = Path(on)
    if path.is_file():
        return _file(path, need, round_s)
    if path.suffix in (".jsonl", ".json") or "/" in on:
        raise BadInput(f"{on}: there is no such file")
    if need is not None:
        raise BadInput(f"{on} is a run, which tells its need itself; --need is for files")
    opened = journal()
    opened.run(on)
    events = (entry.event for entry in opened.entries(on))
    return Source(on, events, True, scenario_of(opened, on))


def _file(path: Path, need: Path | None, round_s: Decimal | None) -> Source:
    with path.open(encoding="utf-8") as file:
        first = file.readline()
    if '"kind"' in first:
        if need is not None:
            raise BadInput(f"{path} is an exported run, which tells its need itself")
        return Source(path.name, _exported(path), True)
    try:
        needs = read_needs(str(need), need.read_text(encoding="utf-8")) if need else None
    except OSError as error:
        raise BadInput(f"{need} cannot be read: {error.strerror}") from error
    events = _imported(path, Importer(path.name, needs, round_s))
    return Source(path.name, events, need is not None, is_foreign=True)


def _exported(path: Path) -> Iterator[Event]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                yield parse_event(line, path.stem)
            except ValidationError as error:
                raise BadInput(f"{path}:{number} is no event of a run of ours") from error


def _imported(path: Path, importer: Importer) -> Iterator[Event]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield from importer.feed(line)
    yield from importer.finish()


def read(
    source: Source,
    specs: Sequence[MonitorSpec],
    tell: Callable[[Verdict], None] | None = None,
) -> Reading:
    """Show a log to monitors, and return what they said: by the code that shows it to them live.

    Parameters
    ----------
    source
        The log.
    specs
        Who looks on. Without a need, only those who do without it.
    tell
        Told of every verdict as it comes.
    """
    left_out: dict[str, str] = {}
    monitors: list[Monitor] = []
    for spec in specs:
        if spec.name == JUDGE:
            left_out[JUDGE] = "it asks a model; what it said stands in the run's summary"
        for monitor in monitors_of(spec):
            if reads_need(monitor) and not source.tells_need:
                left_out[spec.name] = "it reads the need, which this log does not tell; see --need"
            else:
                monitors.append(monitor)
    folds, patience = share(monitors), Patience()
    watch = Watch([guarded(each, patience) for each in monitors], Tally(""), folds)
    watch.uncalibrated = _uncalibrated(source, monitors)
    digest, events = GENESIS, 0
    ears = {_pool_of(monitor): _Ear() for monitor in monitors}
    for event in source.events:
        events += 1
        watch.fold(event)
        for verdict in watch.drain():
            digest = chain(digest, verdict.model_dump_json().encode())
            ears[_heard_from(ears, verdict)].hear(verdict)
            if tell:
                tell(verdict)
    return Reading(
        on=source.name,
        events=events,
        heard=tuple(ear.heard(*of, watch.failed) for of, ear in ears.items()),
        left_out=left_out,
        uncalibrated=tuple(sorted(watch.uncalibrated)),
        digest=digest.hex(),
    )


def _uncalibrated(source: Source, monitors: Sequence[Monitor]) -> frozenset[str]:
    """Return whose bound is not known to hold: nobody has measured a fleet from elsewhere."""
    if source.scenario is not None:
        return uncalibrated(source.scenario, monitors)
    if not source.is_foreign:
        return frozenset()
    unknown = (each for each in monitors if not getattr(each, "is_calibrated", False))
    return frozenset(each.name for each in unknown)


def _pool_of(monitor: Monitor) -> tuple[str, str]:
    return monitor.name, str(getattr(monitor, "pool", ""))


def _heard_from(ears: Iterable[tuple[str, str]], verdict: Verdict) -> tuple[str, str]:
    named = (verdict.monitor, verdict.pool)
    return named if named in ears else (verdict.monitor, "")


def compared(journal: Journal, source: Source, found: Reading) -> Reading:
    """Return a reading of a stored run's own monitors beside what they said while it was played."""
    digest = GENESIS
    for numbered in journal.verdicts(source.name):
        digest = chain(digest, numbered.verdict.model_dump_json().encode())
    return found.model_copy(update={"as_live": digest.hex() == found.digest})


class _Ear:
    """What one monitor has said so far."""

    def __init__(self) -> None:
        self._verdicts = 0
        self._peak = 0.0
        self._alarms: list[Verdict] = []

    def hear(self, verdict: Verdict) -> None:
        """Take up one verdict."""
        self._verdicts += 1
        self._peak = max(self._peak, verdict.score)
        if verdict.alarm:
            self._alarms.append(verdict)

    def heard(self, monitor: str, pool: str, failed: Mapping[str, str]) -> Heard:
        """Return what it said."""
        return Heard(
            monitor=monitor,
            pool=pool,
            verdicts=self._verdicts,
            peak=round(self._peak, 6),
            alarms=tuple(self._alarms),
            failed=failed.get(f"{monitor}/{pool}" if pool else monitor, ""),
        )
