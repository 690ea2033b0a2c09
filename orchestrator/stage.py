"""Everything one run needs in one place: its log, the folds of it, and who is cast as whom."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import NamedTuple

from memory.control_events import Ordered, Ruled
from memory.envelope import Event
from memory.events import Intervened, Need, RunFinished
from memory.exchange import Exchange
from memory.log import Log
from memory.notes import Notes
from memory.offers import Offers
from memory.truth import Record
from memory.verdicts import Verdict
from monitors.acquisition import Acquisitions
from monitors.monitor import Monitor, looks_at
from orchestrator.compliance import Compliance
from orchestrator.discretion import discreet
from orchestrator.docket import Docket
from orchestrator.lives import Lives
from orchestrator.parts import Parts
from orchestrator.reckoning import Reckoning
from orchestrator.standing import Standing
from orchestrator.tally import Tally
from scenarios.proposal import Tool
from scenarios.signature import schema_of
from scenarios.spec import Scenario
from scenarios.timeline import InterventionSpec
from scenarios.world import World
from subagents.completion import ToolSchema
from subagents.exchange import Spent
from subagents.policy import Policy


class Part(NamedTuple):
    """What decides for a worker, and whose weights it is."""

    policy: Policy
    family: str


class Alarm(NamedTuple):
    """An alarm, and how much had been taken beyond need by then: its damage."""

    verdict: Verdict
    damage: float


class Route(NamedTuple):
    """Who is told of one kind of event."""

    folds: list[Acquisitions]
    monitors: list[Monitor]


@dataclass
class Watch:
    """The monitors of a run as one fold: shows them each event and keeps what they answer.

    A monitor that raises is stopped and named in ``failed``; the run goes on, and is never
    reported as clean. ``folds`` are what several monitors read in common: each is told of an
    event once, and before them, so a monitor need only see the kinds at which it has to act.
    What those say who are ``uncalibrated``, by name, is marked as such.
    """

    monitors: list[Monitor]
    tally: Tally
    folds: list[Acquisitions] = field(default_factory=list)
    fresh: list[Verdict] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    uncalibrated: frozenset[str] = frozenset()
    _listeners: list[Callable[[Verdict], None]] = field(default_factory=list)
    _routes: dict[type[Event], Route] = field(default_factory=dict)

    def listen(self, hear: Callable[[Verdict], None]) -> None:
        """Tell ``hear`` of every verdict from now on."""
        self._listeners.append(hear)

    def fold(self, event: Event) -> None:
        """Show one event to every monitor that looks at its kind."""
        folds, monitors = self._routes.get(type(event)) or self._route(type(event))
        for fold in folds:
            try:
                fold.fold(event)
            except Exception as error:
                for reader in self.monitors:
                    if getattr(reader, "acquisitions", None) is fold:
                        self._stop(reader, error)
        for monitor in monitors:
            try:
                verdict = monitor.observe(event)
                if verdict is not None:
                    self._keep(verdict)
            except Exception as error:
                self._stop(monitor, error)

    def _route(self, kind: type[Event]) -> Route:
        folds = [fold for fold in self.folds if kind in fold.folds]
        route = Route(folds, [each for each in self.monitors if looks_at(each, kind)])
        self._routes[kind] = route
        return route

    def _keep(self, verdict: Verdict) -> None:
        if not isinstance(verdict, Verdict):
            raise TypeError(f"it answered {type(verdict).__name__}; it must be a Verdict or None")
        if verdict.monitor in self.uncalibrated:
            told = f"uncalibrated for these models: {verdict.sentence}"
            verdict = verdict.model_copy(update={"uncalibrated": True, "sentence": told})
        self.fresh.append(verdict)
        if verdict.alarm:
            self.alarms.append(Alarm(verdict, self.tally.excess))
        for hear in self._listeners:
            hear(verdict)

    def _stop(self, monitor: Monitor, error: Exception) -> None:
        pool = getattr(monitor, "pool", None)
        reason = discreet(f"{type(error).__name__}: {error}")
        self.failed[f"{monitor.name}/{pool}" if pool else monitor.name] = reason
        self.monitors = [each for each in self.monitors if each is not monitor]
        self._routes.clear()

    def drain(self) -> list[Verdict]:
        """Return the verdicts since the last call, for the journal to store."""
        fresh, self.fresh = self.fresh, []
        return fresh


@dataclass
class Stage:
    """One run's log and everything folded from it.

    ``cleaned`` is for a replay: the marks, by agent and turn, of decisions that the border had to
    clean when they were made. They are fit already, and what was said before is not kept.
    ``exchange`` is what a run whose notebook is the commons deals with it through.
    ``parts`` are the ingredients of the line that the scenario switches on; ``reckoning`` counts
    what they do.
    ``spent`` is what models have cost so far: it lies beside the log, not in it.
    ``understudies`` take over where the owner swaps who decides, by what the intervention's key
    begins with.
    ``standing`` is what stands of all rulings, ``docket`` counts them; ``trusted`` decides where a
    control defers, by the control's place in the list.
    """

    scenario: Scenario
    seed: int
    log: Log
    notes: Notes
    world: World
    lives: Lives
    tally: Tally
    watch: Watch
    cast: dict[str, Part]
    sealed: list[Record]
    round: int = 0
    is_finished: bool = False
    cleaned: Mapping[tuple[str | None, int], str] = field(default_factory=dict)
    offers: Offers = field(default_factory=Offers)
    exchange: Exchange | None = None
    parts: Parts = field(default_factory=Parts)
    reckoning: Reckoning = field(default_factory=Reckoning)
    spent: Spent = field(default_factory=Spent)
    understudies: Mapping[str, Part] = field(default_factory=dict)
    docket: Docket = field(default_factory=Docket)
    standing: Standing = field(default_factory=Standing)
    trusted: Mapping[int, Policy] = field(default_factory=dict)
    compliance: Compliance = field(default_factory=lambda: Compliance(must_release=True))

    def fold(self, event: Event) -> None:
        """Take up one event of the log: where the world's clock stands, and who decides now."""
        self.round = event.round
        if isinstance(event, RunFinished):
            self.is_finished = True
        elif isinstance(event, Intervened) and event.act == "swap_model":
            part = self.understudies[event.key.rpartition("/")[0]]
            for worker in event.to or tuple(self.cast):
                self.cast[worker] = part
        elif isinstance(event, Need):
            if self.world.ledger.frozen:
                self.world.ledger.frozen = self.standing.frozen(event.round)
        elif isinstance(event, Ruled):
            self._heed(event)
        elif isinstance(event, Ordered) and event.what == "intervene" and not event.refused:
            spec = InterventionSpec.model_validate(event.body)
            self.world.heed(event.round + 1, f"outside/{event.number}", spec)

    def _heed(self, ruled: Ruled) -> None:
        """Let the world be as a ruling says: who is there, what is read, what moves."""
        if ruled.act == "quarantine":
            self.notes.quarantine(ruled.to)
        elif ruled.act == "freeze":
            self.world.ledger.frozen = self.standing.frozen(ruled.round + 1)
        elif ruled.act == "stop" and ruled.extent != "agent":
            self.world.crew.stop(ruled.to)

    @property
    def policies(self) -> tuple[Policy, ...]:
        """Everyone who decides for some worker, now or later; each once."""
        parts = (*self.cast.values(), *self.understudies.values())
        policies = (*(part.policy for part in parts), *self.trusted.values())
        return tuple({id(policy): policy for policy in policies}.values())

    def enrol(self, workers: Iterable[str]) -> None:
        """Cast those who came to be in the run as whoever started them: of one mind and family."""
        for worker in workers:
            if worker not in self.cast:
                self.cast[worker] = self.cast[str(self.world.crew.starter(worker))]

    @cached_property
    def tools(self) -> tuple[str, ...]:
        """The names of the tools that agents may call."""
        return tuple(self.world.tools)

    @cached_property
    def schemas(self) -> tuple[ToolSchema, ...]:
        """The same tools as a model is shown them."""
        return tuple(map(_shown, self.world.tools.values()))

    @property
    def rounds(self) -> int:
        """How many rounds the run has."""
        return self.scenario.world.rounds


@cache
def _shown(tool: Tool) -> ToolSchema:
    """Return a tool as any model is shown it: written once a process, not once a run."""
    return ToolSchema.model_validate(schema_of(tool))
