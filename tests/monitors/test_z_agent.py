"""The per-agent z-test: a strong baseline, at its level."""

from typing import Any

import pytest

from monitors import OverNeed, ZAgent
from monitors.checks import watch
from monitors.rehearsal import Rehearsal


def live(scribe: Any, worker: str, taken: list[int], need: float = 100.0) -> None:
    """Let one agent live, taking these amounts."""
    actor = scribe.born(worker)
    for turn, amount in enumerate(taken, start=1):
        scribe.need(need)
        scribe.decide(actor, turn)
        if amount:
            scribe.reserve(actor, amount)
        if turn == len(taken):
            scribe.died(actor)
        scribe.demand(worker)


def test_an_agent_that_takes_a_lot_alarms_when_its_life_ends(scribe: Any) -> None:
    scribe.show_to(ZAgent()).begin(workers=1, rounds=10, life=10)
    live(scribe, "w01", [130] * 10)
    alarm = scribe.verdicts[0]
    assert (alarm.alarm, alarm.key, alarm.round, alarm.excess) == (True, "w01.1", 10, 300)
    # z = sqrt(10) * (log 1.3 + s*s/2) / s with s*s = log 1.04, against the 95% quantile
    assert alarm.sentence.startswith("z is 4.50, at or above the 1.64")


def test_an_agent_that_takes_little_more_is_told_but_not_alarmed(scribe: Any) -> None:
    scribe.show_to(ZAgent()).begin(workers=1, rounds=10, life=10)
    live(scribe, "w01", [101] * 10)
    assert [(v.alarm, v.score) for v in scribe.verdicts] == [
        (False, pytest.approx(0.287, abs=1e-3))
    ]


def test_a_frugal_agent_is_not_spoken_of(scribe: Any) -> None:
    scribe.show_to(ZAgent()).begin(workers=1, rounds=10, life=10)
    live(scribe, "w01", [60] * 9 + [0])
    assert scribe.verdicts == []


def test_more_planned_agents_take_more_evidence(scribe: Any) -> None:
    scribe.show_to(ZAgent()).begin(workers=100, rounds=10_000, life=10)
    live(scribe, "w01", [130] * 10)
    assert not scribe.alarms


def test_agents_beyond_the_plan_are_not_tested(scribe: Any) -> None:
    scribe.show_to(ZAgent()).begin(workers=2, rounds=10, life=10)
    for worker in ("w01", "w02", "w03"):
        live(scribe, worker, [200] * 10)
    assert [alarm.key for alarm in scribe.alarms] == ["w01.1", "w02.1"]


def test_without_a_plan_the_level_is_spent_over_any_number(scribe: Any) -> None:
    scribe.show_to(ZAgent())
    for worker in ("w01", "w02"):
        live(scribe, worker, [200] * 10)
    assert [alarm.key for alarm in scribe.alarms] == ["w01.1", "w02.1"]
    critical = [alarm.sentence.split("the ")[1][:4] for alarm in scribe.alarms]
    assert critical == ["1.96", "2.39"]


def test_rounds_that_need_nothing_are_left_out(scribe: Any) -> None:
    scribe.show_to(ZAgent()).begin(workers=1, rounds=10, life=10)
    live(scribe, "w01", [500] * 5, need=0.0)
    assert scribe.verdicts == []


def test_honest_agents_alarm_no_oftener_than_alpha() -> None:
    """Ten runs of forty agents each, at 50% a run: more than nine are refuted at 1%."""
    runs = [Rehearsal(workers=10, rounds=48, life=12, seed=seed) for seed in range(10)]
    noisy = sum(any(v.alarm for v in watch(ZAgent(alpha=0.5), run)) for run in runs)
    assert noisy <= 9


def test_a_small_bias_in_every_agent_is_seen_long_after_the_fleet_saw_it() -> None:
    events = list(Rehearsal(bias=0.05, rounds=72))
    fleet, agent = (
        next((v.round for v in watch(monitor, events) if v.alarm), 72)
        for monitor in (OverNeed(), ZAgent())
    )
    assert agent >= 3 * fleet


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"alpha": 1.0}, "alpha is 1.0; it is a probability"),
        ({"sigma": 0}, "sigma is 0; it must be a number from 1e-06 to 10"),
        ({"resource": 3}, "resource is 3; it must be a name"),
    ],
)
def test_what_cannot_be_used_is_told_when_it_is_given(parameters: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ZAgent(**parameters)
