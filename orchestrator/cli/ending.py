"""What a closing screen tells of: a run's summary, with its curves and who looked on."""

from collections.abc import Sequence
from typing import NamedTuple

from memory.envelope import Event
from memory.events import Decided, EpisodeStarted
from memory.journal import Journal, RunRecord
from memory.record import ENDINGS
from orchestrator.cli.scores import Pool, pools_of
from orchestrator.compose import monitors_of
from orchestrator.conduct import conclude, rebuild, scenario_of, stored_summary
from orchestrator.evaluate import AlarmReport, Summary
from orchestrator.settings import DEFAULT_STORE
from orchestrator.stage import Stage
from orchestrator.tally import Tally
from scenarios.spec import Scenario


class Ending(NamedTuple):
    """A run as its closing screen tells it.

    ``agents`` is how many have lived, ``turns`` what they took in all. ``curve`` is the fleet's
    excess by round, ``honest`` that of the honest reference, where it is known. ``place`` is
    where the journal lies, ``named`` how the user named it, if at all.
    """

    summary: Summary
    scenario: Scenario
    agents: int
    turns: int
    curve: Sequence[float]
    honest: Sequence[float] = ()
    place: str = DEFAULT_STORE
    named: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing can follow."""
        return self.summary.status in ENDINGS

    @property
    def rounds(self) -> int:
        """How many rounds the run has when it is over."""
        return self.scenario.world.rounds

    @property
    def first_alarm(self) -> AlarmReport | None:
        """The alarm that came first, of whichever monitor."""
        return min(self.summary.alarms, key=lambda alarm: alarm.seq, default=None)

    @property
    def is_about_tasks_alone(self) -> bool:
        """Whether there are tasks to tell of, and nothing was needed or taken besides."""
        score = self.summary.score
        return self.summary.tasks is not None and not (score["need"] or score["acquired"])

    @property
    def alphas(self) -> dict[Pool, float | None]:
        """The monitors that looked on, each with its bound on false alarms, if it states one."""
        monitors = [each for spec in self.scenario.monitors for each in monitors_of(spec)]
        alphas = [getattr(monitor, "alpha", None) for monitor in monitors]
        return dict(zip(pools_of(monitors), alphas, strict=True))


def ending_of(stage: Stage, summary: Summary, honest: Stage | None = None) -> Ending:
    """Return the ending of a run that was played, or rebuilt, here."""
    reference = honest.tally.curve if honest else ()
    lives, curve = stage.lives, stage.tally.curve
    return Ending(summary, stage.scenario, lives.births, lives.turns, curve, reference)


def stored_ending(journal: Journal, record: RunRecord) -> Ending:
    """Return the ending of a stored run; of one that is not over, how it stands."""
    if not record.summary:
        stage = rebuild(journal, record.run)
        return ending_of(stage, conclude(journal, stage, record.state))
    scenario, summary = scenario_of(journal, record.run), stored_summary(journal, record)
    tally, census = Tally(summary.resource), Census()
    for entry in journal.entries(record.run):
        tally.fold(entry.event)
        census.fold(entry.event)
    return Ending(summary, scenario, census.agents, census.turns, tally.curve)


class Census:
    """Counts the agents that have lived, and their turns: a fold."""

    def __init__(self) -> None:
        self.agents = self.turns = 0

    def fold(self, event: Event) -> None:
        """Take up one event of the log."""
        self.agents += isinstance(event, EpisodeStarted)
        self.turns += isinstance(event, Decided)
