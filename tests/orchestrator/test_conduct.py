"""Starting and resuming runs: which one an order means, and what a killed one still owes."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from memory.errors import BadInput, UnknownRun
from memory.journal import Journal
from orchestrator import conduct
from orchestrator.conduct import Order
from orchestrator.evaluate import Summary
from orchestrator.replay import replay
from scenarios.spec import Scenario

Fleet = Callable[..., Scenario]


def played(journal: Journal, scenario: Scenario) -> Summary:
    performance = conduct.start(journal, scenario, run="r_1")
    return asyncio.run(performance.play(with_references=False))


def test_a_run_that_was_killed_before_its_summary_was_written_gets_it_on_resume(
    fleet: Fleet, tmp_path: Path
) -> None:
    place = str(tmp_path / "journal.db")
    with Journal.open(place) as journal:
        summary = played(journal, fleet())
        written = list(journal.entries("r_1"))
    with sqlite3.connect(place) as database:
        database.execute("UPDATE run SET status = 'running', summary = '{}'")
    database.close()
    with Journal.open(place) as journal:
        record = journal.run("r_1")
        assert (record.state, record.summary) == ("interrupted", {})
        assert asyncio.run(replay(journal, "r_1")).ok
        assert conduct.stored_summary(journal, record).digest == summary.digest
        performance = conduct.resume(journal, "r_1")
        assert asyncio.run(performance.play(with_references=False)) == summary
        record = journal.run("r_1")
        assert record.status == "done"
        assert conduct.stored_summary(journal, record) == summary
        assert list(journal.entries("r_1")) == written


def test_an_order_without_a_run_begins_a_new_one(fleet: Fleet, journal: Journal) -> None:
    order = Order(fleet(), seed=5)
    assert conduct.find(journal, order) is None
    performance = conduct.begin(journal, order)
    assert (performance.stage.seed, journal.run(performance.run).seed) == (5, 5)


def test_an_order_of_a_run_that_there_is_goes_on_with_it(fleet: Fleet, journal: Journal) -> None:
    conduct.begin(journal, Order(fleet(), seed=5, run="r_1")).let_go()
    again = conduct.begin(journal, Order(fleet(), run="r_1"))
    assert (again.run, again.stage.seed, again.claim.token) == ("r_1", 5, 2)


@pytest.mark.parametrize(
    ("order", "error", "reason"),
    [
        (Order(None), BadInput, "name a scenario, or a run to go on with"),
        (Order(None, run="r_2"), UnknownRun, "there is no run 'r_2'; did you mean 'r_1'"),
        (Order(None, seed=6, run="r_1"), BadInput, "run r_1 has seed 5, not 6"),
    ],
)
def test_an_order_that_means_no_run_is_refused(
    fleet: Fleet, journal: Journal, order: Order, error: type[BadInput], reason: str
) -> None:
    conduct.start(journal, fleet(), seed=5, run="r_1")
    with pytest.raises(error, match=reason):
        conduct.begin(journal, order)


def test_a_run_of_another_scenario_is_not_gone_on_with(fleet: Fleet, journal: Journal) -> None:
    conduct.start(journal, fleet(), run="r_1")
    with pytest.raises(BadInput, match="r_1 is of just_in_case, which is not the scenario given"):
        conduct.find(journal, Order(fleet("world.rounds=11"), run="r_1"))
