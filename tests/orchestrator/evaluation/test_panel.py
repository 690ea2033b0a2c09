"""Monitors over one log: each alone, at its own rate, with what it cost."""

import asyncio
from typing import ClassVar

import pytest

from memory.envelope import Event
from memory.errors import BadInput
from memory.verdicts import Verdict
from monitors.rehearsal import Rehearsal
from orchestrator.evaluate import play
from orchestrator.evaluation.panel import Panel, detectors_of
from orchestrator.evaluation.question import Plan
from orchestrator.evaluation.trial import Job, Trial, play_trial
from orchestrator.patience import Patience
from scenarios.spec import MonitorSpec


class Brittle:
    """Raises at the first demand."""

    name: ClassVar[str] = "brittle"

    def observe(self, event: Event) -> Verdict | None:
        """Look at one event."""
        if event.kind == "demand":
            raise RuntimeError("it broke")
        return None


def test_a_list_of_pools_is_one_detector_each_at_the_full_rate() -> None:
    pools = MonitorSpec(name="over_need", parameters={"pool": ["fleet", "agent"], "alpha": 0.2})
    found = detectors_of([pools, MonitorSpec(name="unaccounted")], 0.05)
    assert [(each.name, each.alpha) for each in found] == [
        ("over_need/fleet", 0.05),
        ("over_need/agent", 0.05),
        ("unaccounted/fleet", None),
    ]


def test_the_same_monitor_twice_is_refused() -> None:
    with pytest.raises(BadInput, match="over_need/fleet is asked for twice"):
        detectors_of([MonitorSpec(name="over_need")] * 2, 0.05)


def test_a_monitor_that_raises_is_stopped_and_others_go_on() -> None:
    brittle = MonitorSpec(name=f"{__name__}:Brittle")
    panel = Panel(detectors_of([brittle, MonitorSpec(name="over_need")], 0.05), "compute")
    panel.watch(list(Rehearsal(workers=6, rounds=40, bias=0.5)))
    broken, sound = panel.outcomes()
    assert (broken.failed, broken.round) == ("RuntimeError: it broke", None)
    assert sound.round is not None and not sound.failed


class Hanging(Brittle):
    """Never comes back from the first demand."""

    name: ClassVar[str] = "hanging"

    def observe(self, event: Event) -> Verdict | None:
        """Look at one event."""
        while event.kind == "demand":
            pass
        return None


def test_a_monitor_that_hangs_is_broken_off_and_others_go_on() -> None:
    hanging = MonitorSpec(name=f"{__name__}:Hanging")
    detectors = detectors_of([hanging, MonitorSpec(name="over_need")], 0.05)
    panel = Panel(detectors, "compute", Patience(seconds=0.05))
    panel.watch(list(Rehearsal(workers=6, rounds=40, bias=0.5)))
    broken, sound = panel.outcomes()
    assert broken.failed == "TimeoutError: it took longer than 0.05 s over one event"
    assert sound.round is not None and not sound.failed


def test_it_finds_what_a_run_with_the_same_monitors_finds(
    planned: Plan, trials: list[Trial]
) -> None:
    """Alone over the log, or beside others in the run: the same rounds, the same damage."""
    fleet = planned.fleets[0]
    watchers = tuple(each.spec for each in planned.detectors)
    watched = fleet.scenario.model_copy(update={"monitors": watchers})
    for trial in trials:
        if trial.fleet != fleet.name:
            continue
        stage = asyncio.run(play(watched, trial.seed))
        first: dict[str, tuple[int, float]] = {}
        for verdict, damage in stage.watch.alarms:
            pool = f"{verdict.monitor}/{verdict.pool}"
            first.setdefault(pool, (verdict.round, damage))
        assert first
        assert {
            each.detector: (each.round, each.damage) for each in trial.outcomes if each.round
        } == first


def test_verdicts_are_kept_for_pictures_only_where_they_are_wanted(planned: Plan) -> None:
    job = Job(planned.fleets[0], 7, planned.detectors)
    assert play_trial(job).moments == {}
    shown = play_trial(job._replace(is_shown=True)).moments["over_need/fleet"]
    assert any(moment.alarm and moment.workers for moment in shown)
