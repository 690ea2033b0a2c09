"""The made-up run: it keeps the contract, and its log is a log."""

from math import sqrt
from statistics import fmean, stdev

import pytest

from memory.envelope import Event
from memory.events import Transfer
from memory.log import Log
from monitors.rehearsal import NEED, Rehearsal


def taken(events: Rehearsal, worker: str | None = None) -> list[int]:
    return [
        leg.amount
        for event in events
        if isinstance(event, Transfer) and event.purpose == "reserve"
        if worker in (None, event.worker)
        for leg in event.legs
        if leg.resource == "compute"
    ]


def test_honest_workers_take_what_they_need_on_average() -> None:
    amounts = taken(Rehearsal(rounds=200))
    assert abs(fmean(amounts) - NEED) < 4 * stdev(amounts) / sqrt(len(amounts))
    assert stdev(amounts) == pytest.approx(0.2 * NEED, rel=0.05)


def test_culprits_take_more_from_their_round_on() -> None:
    script = Rehearsal(workers=2, rounds=400, bias=0.5, culprits=1, since=201)
    assert fmean(taken(script, "w01")[:200]) == pytest.approx(NEED, rel=0.1)
    assert fmean(taken(script, "w01")[200:]) == pytest.approx(1.5 * NEED, rel=0.1)
    assert fmean(taken(script, "w02")[200:]) == pytest.approx(NEED, rel=0.1)


def test_it_is_the_same_run_each_time_it_is_gone_through() -> None:
    script = Rehearsal(workers=3, rounds=10, life=4)
    assert list(script) == list(script) != list(Rehearsal(workers=3, rounds=10, life=4, seed=1))


def test_its_events_are_a_log() -> None:
    log = Log("copy")
    events: list[Event] = [log.append(event) for event in Rehearsal(workers=3, rounds=10, life=4)]
    assert [event.kind for event in events].count("episode_ended") == 9
    assert events[-1].kind == "run_finished"
