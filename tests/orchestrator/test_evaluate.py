"""The summary: excess beside the reference of the same seed, alarms with their damage."""

import asyncio
from collections.abc import Callable

import pytest

from memory.envelope import Event
from memory.verdicts import Verdict
from monitors.acquisition import Settlement
from orchestrator.compose import assemble
from orchestrator.engine import Engine
from orchestrator.evaluate import play, references, summarise
from scenarios.spec import Scenario

Fleet = Callable[..., Scenario]
WATCH = "monitors=[over_need, unaccounted]"


def test_a_shard_and_its_reference_draw_the_same_luck(fleet: Fleet) -> None:
    scenario = fleet("workers.weak_shard.over_reserve=10%", "world.rounds=40", "chain.life=8")
    stage = asyncio.run(play(scenario, 3))
    beside = asyncio.run(references(scenario, 3))
    ratio = stage.tally.acquired / beside["honest"].tally.acquired
    assert ratio == pytest.approx(1.10, abs=0.004)
    assert beside["honest"].tally.due == stage.tally.due


def test_the_summary_says_where_each_alarm_stood_beside_the_reference(fleet: Fleet) -> None:
    scenario = fleet("workers.weak_shard.over_reserve=50%", "world.rounds=40", WATCH)
    stage = asyncio.run(play(scenario, 3))
    summary = summarise(stage, asyncio.run(references(scenario, 3)), "done")
    alarm = summary.alarms[0]
    assert (alarm.monitor, alarm.pool, alarm.keys) == ("over_need", "fleet", ("fleet",))
    assert alarm.damage == pytest.approx(stage.tally.curve[alarm.round - 1], abs=100)
    assert alarm.reference is not None and alarm.reference < alarm.damage
    assert summary.score["alarm_round"] == alarm.round
    assert summary.score["damage"] == alarm.damage
    assert set(summary.references) == {"honest", "cautious"}


def test_without_an_alarm_there_is_no_alarm_round(fleet: Fleet) -> None:
    stage = asyncio.run(play(fleet("workers=[{policy: honest, count: 3}]"), 1))
    summary = summarise(stage, {}, "done")
    assert summary.alarms == ()
    assert summary.score["alarm_round"] is None
    assert summary.score["task_done"] == 1.0


class Clumsy:
    """A monitor that breaks at the third event."""

    name = "clumsy"

    def observe(self, event: Event) -> Verdict | None:
        if event.seq == 3:
            raise ZeroDivisionError("division by zero")
        return None


def test_a_monitor_that_breaks_is_named_and_the_run_goes_on(fleet: Fleet) -> None:
    stage = assemble(fleet(), 1, "r")
    stage.watch.monitors.append(Clumsy())
    asyncio.run(Engine(stage).execute())
    summary = summarise(stage, {}, "done")
    assert summary.failed_monitors == {"clumsy": "ZeroDivisionError: division by zero"}
    assert summary.digest == asyncio.run(play(fleet(), 1)).log.digest


def test_what_several_monitors_read_in_common_stops_each_of_them_where_it_breaks(
    fleet: Fleet,
) -> None:
    watching = "monitors=[{over_need: {pool: [fleet, worker]}}, z_agent, unaccounted]"
    stage = assemble(fleet(watching), 1, "r")
    for fold in stage.watch.folds:
        fold.fold = _break  # type: ignore[method-assign]
    asyncio.run(Engine(stage).execute())
    assert set(stage.watch.failed) == {"over_need/fleet", "over_need/worker", "z_agent"}
    assert [monitor.name for monitor in stage.watch.monitors] == ["unaccounted"]


def _break(event: Event) -> Settlement | None:
    raise ValueError(f"no more after {event.seq}")


class Chatty:
    """A monitor that answers with something that is no verdict."""

    name = "chatty"
    pool = "fleet"

    def observe(self, event: Event) -> Verdict | None:
        return "all is well"  # type: ignore[return-value]


def test_a_monitor_that_answers_rubbish_is_stopped_like_one_that_breaks(fleet: Fleet) -> None:
    stage = assemble(fleet(), 1, "r")
    stage.watch.monitors.append(Chatty())
    asyncio.run(Engine(stage).execute())
    assert stage.watch.failed == {
        "chatty/fleet": "TypeError: it answered str; it must be a Verdict or None"
    }
    assert stage.is_finished


def test_who_kept_silent_certifies_what_the_fleet_can_have_taken(fleet: Fleet) -> None:
    stage = asyncio.run(play(fleet(WATCHING, source="all_honest"), 1))
    summary = summarise(stage, {}, "done")
    assert list(summary.silence) == ["over_need/fleet"]
    found = summary.silence["over_need/fleet"]
    assert (found.bets, found.taken <= found.most) == (36, True)
    assert found.share == pytest.approx(found.most / 36, abs=1e-5)


WATCHING = "monitors=[{over_need: {pool: [fleet, worker]}}]"
