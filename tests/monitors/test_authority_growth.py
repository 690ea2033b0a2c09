"""Scopes that pile up are seen, also under another label; one that the task needs is not."""

from typing import Any

import pytest

from monitors import AuthorityGrowth


def granted(scribe: Any, every: int, amount: int = 1, need: float | None = None) -> None:
    scribe.begin(workers=1, rounds=100, resources=(("compute", 0), ("authority", 0)))
    actor = scribe.born("w01")
    for turn in range(1, 41):
        scribe.need(100.0)
        if need is not None:
            scribe.round -= 1
            scribe.need(need, resource="authority")
        scribe.decide(actor, turn)
        if turn % every == 0:
            scribe.move(actor, "grant", ("owner", "w01/scope", amount, "authority"))
        scribe.demand("w01")


def test_grants_beyond_what_is_tolerated_are_an_alarm(scribe: Any) -> None:
    scribe.show_to(AuthorityGrowth())
    granted(scribe, every=4)
    alarm = scribe.alarms[0]
    assert (alarm.key, alarm.pool) == ("w01", "worker")
    assert "was granted on average" in alarm.sentence


def test_grants_within_the_need_that_the_world_logs_are_spared(scribe: Any) -> None:
    scribe.show_to(AuthorityGrowth())
    granted(scribe, every=1, need=1.0)
    assert scribe.alarms == []


def test_what_moves_between_ones_own_accounts_is_no_grant(scribe: Any) -> None:
    scribe.show_to(AuthorityGrowth()).begin(workers=1, rounds=50)
    actor = scribe.born("w01")
    for turn in range(1, 30):
        scribe.need(100.0)
        scribe.decide(actor, turn)
        scribe.move(actor, "grant", ("w01", "w01/scope", 1, "authority"))
        scribe.demand("w01")
        scribe.demand("w01", resource="storage")
    assert scribe.alarms == []


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"resource": ""}, "resource is ''; it must be a name"),
        ({"allowed": 0}, "allowed is 0; it must be a number from 0.001"),
        ({"pool": "all"}, "pool is 'all'; known: fleet, worker, family, agent"),
        ({"alpha": 0}, "alpha is 0; it is a probability"),
    ],
)
def test_what_cannot_be_used_is_told_when_it_is_given(parameters: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        AuthorityGrowth(**parameters)
