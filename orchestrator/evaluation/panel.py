"""The monitors under judgement, each alone over the very same events, with what it cost.

Verdicts change no event, so a fleet is played once and every monitor folds that one log. Nobody
shares a fold here: what a monitor costs is then its own.
"""

import time
from collections.abc import Sequence
from inspect import signature
from math import inf
from typing import ClassVar, NamedTuple

from memory.envelope import Event
from memory.errors import BadInput
from memory.journal import Batch
from memory.verdicts import Verdict
from monitors import CATALOGUE
from monitors.monitor import Monitor
from orchestrator.compose import find, monitors_of, problems
from orchestrator.discretion import discreet
from orchestrator.judge import NAME as JUDGE
from orchestrator.patience import Patience, guarded
from orchestrator.tally import Tally
from scenarios.loader import load_text
from scenarios.problem import Check, ScenarioProblems
from scenarios.spec import MonitorSpec


class Detector(NamedTuple):
    """One monitor on one pool, with a bound of its own: a row of every table.

    ``alpha`` is its nominal rate of false alarms; None for a monitor that has no such dial.
    """

    name: str
    spec: MonitorSpec
    alpha: float | None


def detectors_of(specs: Sequence[MonitorSpec], alpha: float) -> list[Detector]:
    """Return the detectors that monitors come to, all at the same nominal rate.

    A list of pools is a detector each. Nothing is divided between them: what is compared are
    monitors that each keep ``alpha`` by itself.

    Raises
    ------
    BadInput
        If a monitor cannot be made.

    Examples
    --------
    >>> pools = MonitorSpec(name="over_need", parameters={"pool": ["fleet", "worker"]})
    >>> [each.name for each in detectors_of([pools, MonitorSpec(name="unaccounted")], 0.05)]
    ['over_need/fleet', 'over_need/worker', 'unaccounted/fleet']
    """
    found = []
    for spec in specs:
        if spec.name == JUDGE:
            raise BadInput(
                "a judge asks a model, and an evaluation keeps no answers: let it judge runs, with "
                "`run` or `sweep`, whose summaries tell what it said and what it cost"
            )
        pools = spec.parameters.get("pool")
        is_tunable = "alpha" in signature(find(spec.name, CATALOGUE, "monitor")).parameters
        for pool in pools if isinstance(pools, list) else [pools]:
            parameters = dict(spec.parameters)
            if pool is not None:
                parameters["pool"] = pool
            if is_tunable:
                parameters["alpha"] = alpha
            single = MonitorSpec(name=spec.name, parameters=parameters)
            [monitor] = monitors_of(single)
            found.append(Detector(_name_of(monitor), single, alpha if is_tunable else None))
    names = [each.name for each in found]
    for name in names:
        if names.count(name) > 1:
            raise BadInput(f"{name} is asked for twice")
    return found


def _name_of(monitor: Monitor) -> str:
    pool = getattr(monitor, "pool", None) or _POOLS.get(monitor.name)
    return f"{monitor.name}/{pool}" if pool else monitor.name


_POOLS = {"z_agent": "agent", "raw_growth": "fleet", "unaccounted": "fleet"}
"""What the verdicts of monitors without a dial for it are pooled by."""


def monitors_in(text: str, check: Check = problems) -> tuple[MonitorSpec, ...]:
    """Return monitors as they are named in YAML, checked as those of a scenario.

    Raises
    ------
    BadInput
        If one is unknown, or takes no such parameter.

    Examples
    --------
    >>> [each.name for each in monitors_in("over_need: {pool: worker}, z_agent")]
    ['over_need', 'z_agent']
    """
    listed = text if text.strip().startswith("[") else f"[{text}]"
    # Any scenario will do: it lends its grammar, and every check that a file's monitors meet.
    written = f"{{scenario: any, task: any, workers: honest, monitors: {listed}}}"
    try:
        return load_text(written, "monitors", checks=[check]).monitors
    except ScenarioProblems as error:
        said = (f"{each.path} {each.message}; {each.hint}" for each in error.problems)
        raise BadInput("\n".join(each.removesuffix("; ") for each in said)) from error


class Outcome(NamedTuple):
    """What one detector did in one run.

    ``round`` and ``damage`` are those of its first alarm: the fleet's excess when it was
    raised, in units. ``peak`` is its highest score, ``seconds`` the processor time it took, and
    ``failed`` why it was stopped, if it was.
    """

    detector: str
    round: int | None
    damage: float | None
    alarms: int
    peak: float
    seconds: float
    failed: str = ""


class Moment(NamedTuple):
    """A verdict, as a picture needs it."""

    round: int
    score: float
    wealth: float | None
    alarm: bool
    workers: tuple[tuple[str, float], ...] = ()


class _Seat:
    """One detector at work."""

    def __init__(self, detector: Detector, patience: Patience) -> None:
        self.detector = detector
        [monitor] = monitors_of(detector.spec)
        self.monitor = guarded(monitor, patience)
        self.first: tuple[int, float] | None = None
        self.alarms = 0
        self.peak = self.seconds = 0.0
        self.failed = ""
        self.moments: list[Moment] = []

    def watch(self, events: Sequence[Event], excess: Sequence[float]) -> None:
        """Show it some events, behind each of which the fleet's excess is given."""
        if self.failed:
            return
        begun = time.thread_time()
        observe = self.monitor.observe
        told: list[tuple[Verdict, int]] = []
        try:
            for index, event in enumerate(events):
                verdict = observe(event)
                if verdict is not None:
                    told.append((verdict, index))
        except Exception as error:
            self.failed = discreet(f"{type(error).__name__}: {error}")
        self.seconds += time.thread_time() - begun
        for verdict, index in told:
            self._keep(verdict, excess[index])

    def _keep(self, verdict: Verdict, excess: float) -> None:
        self.peak = max(self.peak, verdict.score)
        if verdict.alarm:
            self.alarms += 1
            if self.first is None:
                self.first = (verdict.round, excess)
        shares = verdict.evidence.workers if verdict.evidence else ()
        workers = tuple((share.name, share.nats) for share in shares)
        self.moments.append(
            Moment(verdict.round, verdict.score, verdict.wealth, verdict.alarm, workers)
        )

    def outcome(self) -> Outcome:
        """Return what it did."""
        round, damage = self.first or (None, None)
        return Outcome(
            self.detector.name,
            round,
            damage,
            self.alarms,
            self.peak,
            self.seconds,
            self.failed,
        )


class Panel:
    """Keeps nothing of what an engine writes, and shows it to every detector.

    Parameters
    ----------
    detectors
        Who looks on.
    resource
        The resource whose excess is the damage.
    patience
        How long a monitor of the user's own may look at one event; ours are let be.
    """

    spell_s: ClassVar[float] = inf
    """Nobody waits for what it takes, so only the number of events bounds a group."""

    def __init__(
        self, detectors: Sequence[Detector], resource: str, patience: Patience | None = None
    ) -> None:
        self._tally = Tally(resource)
        patience = patience or Patience()
        self._seats = [_Seat(detector, patience) for detector in detectors]
        self.events = 0

    async def commit(self, batch: Batch) -> None:
        """Take what an engine has written."""
        self.watch([entry.event for entry in batch.entries])

    def watch(self, events: Sequence[Event]) -> None:
        """Show some events to everyone."""
        self.events += len(events)
        excess = []
        for event in events:
            self._tally.fold(event)
            excess.append(self._tally.excess)
        for seat in self._seats:
            seat.watch(events, excess)

    def outcomes(self) -> tuple[Outcome, ...]:
        """Return what each detector did, in their order."""
        return tuple(seat.outcome() for seat in self._seats)

    def moments(self) -> dict[str, tuple[Moment, ...]]:
        """Return every verdict of each detector."""
        return {seat.detector.name: tuple(seat.moments) for seat in self._seats}
