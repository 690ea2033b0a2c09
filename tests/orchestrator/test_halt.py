"""Stopping a run: for now or for good, whoever plays it, without losing what was committed."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from memory.errors import BadInput, StaleClaim, UnknownRun
from memory.journal import Journal
from orchestrator import conduct, halt
from orchestrator.engine import Listeners
from orchestrator.fork import fork
from orchestrator.verify import verify
from scenarios.loader import load_scenario
from scenarios.spec import Scenario


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(str(tmp_path / "journal.db")) as journal:
        yield journal


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario("just_in_case", ("world.rounds=40",))


async def play(journal: Journal, performance: conduct.Performance, stop_at: int = 0) -> None:
    """Play a run; at the end of a round have somebody else stop it."""
    elsewhere = conduct.Journal.open(journal._store.name)

    def watch(round: int) -> None:
        if round == stop_at:
            halt.pause(elsewhere, performance.run)

    # At a pace every round is committed.
    listeners = Listeners(on_round=watch, rounds_per_second=10_000)
    try:
        await performance.play(listeners, with_references=False)
    finally:
        elsewhere.close()


def test_a_run_of_another_process_is_paused_and_goes_on_to_the_same_bytes(
    journal: Journal, scenario: Scenario
) -> None:
    whole = conduct.start(journal, scenario, 7, "whole")
    asyncio.run(play(journal, whole))
    paused = conduct.start(journal, scenario, 7, "paused")
    with pytest.raises(StaleClaim, match="paused was paused from elsewhere"):
        asyncio.run(play(journal, paused, stop_at=9))
    record = journal.run("paused")
    assert (record.status, record.round, record.owner) == ("interrupted", 8, None)
    asyncio.run(play(journal, conduct.resume(journal, "paused")))
    assert journal.run("paused").digest == journal.run("whole").digest


def test_pausing_what_stands_still_changes_nothing(journal: Journal, scenario: Scenario) -> None:
    conduct.start(journal, scenario, 7, "r_1").let_go()
    before = journal.run("r_1")
    assert halt.pause(journal, "r_1") == before


def test_a_cancelled_run_keeps_what_it_had_and_nothing_follows(
    journal: Journal, scenario: Scenario
) -> None:
    with pytest.raises(StaleClaim):
        asyncio.run(play(journal, conduct.start(journal, scenario, 7, "r_1"), stop_at=20))
    before = journal.run("r_1")
    record = halt.cancel(journal, "r_1")
    assert (record.status, record.is_finished, record.is_whole) == ("cancelled", True, False)
    assert (record.seq, record.digest) == (before.seq, before.digest)
    assert record.summary["status"] == "cancelled" and record.summary["events"] == before.seq
    found = asyncio.run(verify(journal, "r_1", with_replay=True))
    assert found.ok and found.events == before.seq
    with pytest.raises(BadInput, match="r_1 is cancelled"):
        conduct.resume(journal, "r_1")
    with pytest.raises(BadInput, match="r_1 is cancelled"):
        halt.cancel(journal, "r_1")
    with pytest.raises(BadInput, match="r_1 is cancelled; nothing is left to pause"):
        halt.pause(journal, "r_1")
    assert conduct.unfinished(journal) == []


def test_a_cancelled_run_can_be_forked(journal: Journal, scenario: Scenario) -> None:
    whole = conduct.start(journal, scenario, 7, "whole")
    asyncio.run(play(journal, whole))
    with pytest.raises(StaleClaim):
        asyncio.run(play(journal, conduct.start(journal, scenario, 7, "r_1"), stop_at=20))
    record = halt.cancel(journal, "r_1")
    asyncio.run(play(journal, fork(journal, "r_1", record.seq, (), "r_2")))
    assert journal.run("r_2").digest == journal.run("whole").digest


def test_a_run_without_an_event_is_cancelled(journal: Journal, scenario: Scenario) -> None:
    conduct.start(journal, scenario, 7, "r_1")
    assert halt.cancel(journal, "r_1").summary["events"] == 0


def test_a_run_that_is_not_there_is_told_of(journal: Journal, scenario: Scenario) -> None:
    conduct.start(journal, scenario, 7, "r_1")
    with pytest.raises(UnknownRun, match="did you mean 'r_1'"):
        halt.pause(journal, "r_")
