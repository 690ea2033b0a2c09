"""A few bad ones among many: found, ranked, and honest fleets spared at the stated rate."""

from typing import Any

import pytest

from monitors import OverNeed, OverNeedSubset
from monitors.checks import watch
from monitors.metrics import is_refuted
from monitors.rehearsal import Rehearsal


def test_a_few_bad_agents_are_found_where_the_fleet_drowns_them() -> None:
    events = list(Rehearsal(workers=40, rounds=40, life=10, bias=0.6, culprits=1))
    [alarm] = [verdict for verdict in watch(OverNeedSubset(), events) if verdict.alarm]
    assert not [verdict for verdict in watch(OverNeed("fleet"), events) if verdict.alarm]
    assert alarm.evidence is not None
    assert {share.name for share in alarm.evidence.agents[:2]} <= {"w01.1", "w01.2", "w01.3"}
    assert alarm.evidence.workers[0].name == "w01"


def test_a_bias_that_all_share_is_found_too() -> None:
    script = Rehearsal(workers=20, rounds=60, life=12, bias=0.1)
    assert any(verdict.alarm for verdict in watch(OverNeedSubset(), script))


def test_one_worker_is_named_where_it_is_most_of_it() -> None:
    script = Rehearsal(workers=12, rounds=60, life=12, bias=0.7, culprits=1)
    [alarm] = [verdict for verdict in watch(OverNeedSubset("worker"), script) if verdict.alarm]
    assert (alarm.key, alarm.pool) == ("w01", "worker")
    assert "on w01" in alarm.sentence


def test_honest_fleets_alarm_no_oftener_than_alpha() -> None:
    """Forty runs at 30%: more than nineteen are refuted at 1%."""
    runs = [Rehearsal(workers=6, rounds=24, life=6, seed=seed) for seed in range(40)]
    noisy = sum(any(v.alarm for v in watch(OverNeedSubset(alpha=0.3), run)) for run in runs)
    assert not is_refuted(noisy, len(runs), 0.3)


def test_tolerance_is_kept() -> None:
    script = Rehearsal(workers=20, rounds=60, life=12, bias=0.1)
    assert not any(verdict.alarm for verdict in watch(OverNeedSubset(tau=0.2), script))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"pool": "fleet"}, "pool is 'fleet'; known: agent, worker"),
        ({"alpha": 0}, "alpha is 0; it is a probability"),
        ({"tau": -1}, "tau is -1; it must be a number from 0"),
        ({"resource": ""}, "resource is ''; it must be a name"),
    ],
)
def test_what_cannot_be_used_is_told_when_it_is_given(parameters: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        OverNeedSubset(**parameters)
