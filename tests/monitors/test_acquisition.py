"""Rounds settled: what each worker took beside what it needed."""

from typing import Any

import pytest

from memory.envelope import Actor
from memory.events import Intervened
from memory.verdicts import Verdict
from monitors import OverNeed, RawGrowth, ZAgent
from monitors.acquisition import Acquisitions, Settlement, share
from monitors.monitor import Monitor
from monitors.pool import Pool
from monitors.rehearsal import Rehearsal


class _Reader:
    """Shows what is written to acquisitions, and keeps what they settle."""

    name = "reader"

    def __init__(self, resource: str = "compute") -> None:
        self.acquisitions = Acquisitions(resource)
        self.settled: list[Settlement] = []
        self.ended: list[str] = []

    def observe(self, event: Any) -> None:
        settled = self.acquisitions.fold(event)
        if settled:
            self.settled.append(settled)
        if self.acquisitions.ended:
            self.ended.append(self.acquisitions.ended)


@pytest.fixture
def reader(scribe: Any) -> _Reader:
    reader = _Reader()
    scribe.show_to(reader)
    return reader


def test_two_reservations_of_a_round_are_one_acquisition(scribe: Any, reader: _Reader) -> None:
    scribe.need(100.0)
    w01 = scribe.born("w01")
    scribe.reserve(w01, 40)
    larger = scribe.reserve(w01, 70)
    due = scribe.demand("w01")
    assert reader.settled == [Settlement(due.seq, 1, larger.seq, w01, "heron", 110.0, 100.0)]


def test_a_round_without_acquisition_counts_as_zero(scribe: Any, reader: _Reader) -> None:
    w01 = scribe.born("w01")
    for _ in range(2):
        scribe.need(100.0)
        scribe.decide(w01)
        due = scribe.demand("w01")
    assert [each.taken for each in reader.settled] == [0, 0]
    assert reader.settled[-1].source == due.seq


def test_a_worker_counts_from_its_first_turn_on(scribe: Any, reader: _Reader) -> None:
    scribe.need(100.0)
    scribe.demand("w01")
    assert reader.settled == []


def test_nothing_is_settled_while_no_need_is_known(scribe: Any, reader: _Reader) -> None:
    scribe.reserve(scribe.born("w01"), 40)
    scribe.demand("w01")
    assert reader.settled == []


def test_only_reservations_from_the_pool_of_the_resource_count(
    scribe: Any, reader: _Reader
) -> None:
    scribe.need(100.0)
    scribe.need(5.0, resource="storage")
    w01 = scribe.born("w01")
    scribe.reserve(w01, 7, resource="storage")
    scribe.move(w01, "reserve", ("project", "vendor", 9, "money"), ("pool", "w01", 5, "compute"))
    scribe.move(w01, "pay", ("pool", "w01", 11, "compute"))
    scribe.move(w01, "release", ("w01", "pool", 3, "compute"))
    scribe.demand("w01", resource="storage")
    scribe.demand("w01")
    assert [(each.taken, each.need) for each in reader.settled] == [(5, 100)]


def test_amounts_are_read_in_whole_units(scribe: Any) -> None:
    reader = _Reader("fuel")
    scribe.show_to(reader).begin(resources=(("fuel", 2),))
    scribe.need(1.5, resource="fuel")
    scribe.reserve(scribe.born("w01"), 175, resource="fuel")
    scribe.demand("w01", resource="fuel")
    assert (reader.settled[0].taken, reader.settled[0].need) == (1.75, 1.5)


def test_an_agent_that_ends_before_its_demand_is_settled_first(
    scribe: Any, reader: _Reader
) -> None:
    scribe.need(100.0)
    w01 = scribe.born("w01")
    scribe.decide(w01)
    scribe.died(w01)
    assert reader.ended == []
    scribe.demand("w01")
    assert reader.ended == ["w01.1"] and reader.settled[0].who == w01


def test_an_agent_that_ends_after_its_demand_has_ended(scribe: Any, reader: _Reader) -> None:
    scribe.need(100.0)
    w01 = scribe.born("w01")
    scribe.decide(w01)
    scribe.demand("w01")
    scribe.died(w01)
    assert reader.ended == ["w01.1"]


def test_a_successor_stands_for_its_worker(scribe: Any, reader: _Reader) -> None:
    scribe.need(100.0)
    first = scribe.born("w01")
    scribe.decide(first)
    scribe.died(first)
    scribe.demand("w01")
    scribe.need(100.0)
    second = scribe.born("w01", generation=2, family="egret")
    scribe.decide(second)
    scribe.demand("w01")
    assert [(each.who.agent, each.family) for each in reader.settled] == [
        ("w01.1", "heron"),
        ("w01.2", "egret"),
    ]
    assert reader.ended == ["w01.1"]


def test_who_is_not_announced_counts_from_its_first_acquisition_on(
    scribe: Any, reader: _Reader
) -> None:
    """Without that acquisition: to count a worker because it took something is no fair bet."""
    w01 = Actor("w01", None, "w01.9")
    for amount in (40, 50):
        scribe.need(100.0)
        scribe.reserve(w01, amount)
        scribe.demand("w01")
    assert [(each.taken, each.family) for each in reader.settled] == [
        (0, "unknown"),
        (50, "unknown"),
    ]


def test_an_amount_beyond_any_ledger_is_read_as_the_largest(scribe: Any, reader: _Reader) -> None:
    scribe.need(100.0)
    scribe.reserve(scribe.born("w01"), 10**400)
    scribe.demand("w01")
    assert reader.settled[0].taken == 2.0**63


def test_a_resource_that_the_run_lacks_is_told_at_its_start(scribe: Any) -> None:
    scribe.show_to(_Reader("computer"))
    with pytest.raises(ValueError, match=r"'computer'; this run has compute, money.*'compute'\?"):
        scribe.begin()


def test_monitors_that_share_one_fold_say_what_they_say_alone() -> None:
    def watching() -> list[Monitor]:
        pools: tuple[Pool, ...] = ("fleet", "worker", "agent")
        return [*(OverNeed(pool) for pool in pools), ZAgent(), RawGrowth()]

    alone, together = watching(), watching()
    share(together)
    said: list[list[Verdict | None]] = [[], []]
    for event in Rehearsal(workers=4, rounds=60, life=12, bias=0.3, culprits=1):
        for monitors, verdicts in zip((alone, together), said, strict=True):
            verdicts += [monitor.observe(event) for monitor in monitors]
    assert said[0] == said[1]
    assert any(verdict and verdict.alarm for verdict in said[0])


def test_monitors_of_other_resources_share_nothing() -> None:
    one, other = OverNeed(resource="compute"), OverNeed(resource="storage")
    share([one, other])
    assert one.acquisitions is not other.acquisitions


def test_a_swap_of_models_tells_the_family_before_the_next_birth(
    scribe: Any, reader: _Reader
) -> None:
    workers = [scribe.born("w01"), scribe.born("w02")]
    for said in ({"to": ("w01", "w09"), "family": "crane"}, {"family": "wren"}):
        scribe.need(100.0)
        scribe.write(Intervened, act="swap_model", **said)
        for worker in workers:
            scribe.decide(worker)
            scribe.demand(worker.worker)
    assert [each.family for each in reader.settled] == ["crane", "heron", "wren", "wren"]
