"""Growth over its own beginning: a baseline that a surge of demand sets off."""

from typing import Any

import pytest

from memory.envelope import Event
from monitors import OverNeed, RawGrowth
from monitors.checks import watch
from monitors.monitor import Monitor
from monitors.rehearsal import Rehearsal


def surge(scribe: Any, monitor: Monitor, times: float) -> Any:
    """Let three honest workers through 20 calm rounds and 20 with ``times`` the need."""
    scribe.show_to(monitor).begin(workers=3, rounds=40)
    crew = [scribe.born(f"w{number}") for number in range(3)]
    for number in range(40):
        need = 100.0 * (times if number >= 20 else 1.0)
        scribe.need(need)
        for index, actor in enumerate(crew):
            scribe.reserve(actor, round(need * (0.8, 1.0, 1.2)[(index + number) % 3]))
            scribe.demand(str(actor.worker))
    return scribe


def test_a_legitimate_surge_of_demand_sets_it_off(scribe: Any) -> None:
    alarms = surge(scribe, RawGrowth(baseline_rounds=10), times=1.5).alarms
    assert [alarm.key for alarm in alarms] == ["fleet"]
    assert 21 <= alarms[0].round <= 30
    assert "staked on growth" in alarms[0].sentence
    assert "than the upper bound of its first 10 rounds" in alarms[0].sentence


def test_it_says_the_same_of_a_log_that_tells_no_need() -> None:
    events = list(Rehearsal(workers=6, rounds=90, bias=0.8, since=40))
    told = [list(watch(RawGrowth(), log)) for log in (events, _without_need(events))]
    assert told[0] == told[1]
    assert any(verdict.alarm for verdict in told[0])


def _without_need(events: list[Event]) -> list[Event]:
    return [event for event in events if event.kind != "need"]


def test_the_same_surge_is_nothing_to_who_knows_the_need(scribe: Any) -> None:
    assert surge(scribe, OverNeed(), times=1.5).alarms == []


def test_a_fall_of_demand_does_not_set_it_off(scribe: Any) -> None:
    assert surge(scribe, RawGrowth(baseline_rounds=10), times=0.7).alarms == []


def test_nothing_is_bet_while_the_baseline_is_measured(scribe: Any) -> None:
    assert surge(scribe, RawGrowth(baseline_rounds=40), times=5.0).verdicts == []


def test_who_takes_too_much_from_the_first_round_on_is_the_baseline() -> None:
    script = Rehearsal(bias=0.2, rounds=60)
    assert [verdict for verdict in watch(RawGrowth(), script) if verdict.alarm] == []


def test_a_mean_that_stays_what_it_was_rarely_alarms() -> None:
    runs = [Rehearsal(workers=10, rounds=60, seed=seed) for seed in range(20)]
    assert sum(any(v.alarm for v in watch(RawGrowth(), run)) for run in runs) <= 4


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"alpha": -1}, "alpha is -1; it is a probability"),
        ({"baseline_rounds": 0}, "baseline_rounds is 0; it must be a whole number of at least 1"),
        ({"baseline_rounds": 2.5}, "baseline_rounds is 2.5; it must be a whole number"),
        ({"resource": " "}, "resource is ' '; it must be a name"),
    ],
)
def test_what_cannot_be_used_is_told_when_it_is_given(parameters: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        RawGrowth(**parameters)
