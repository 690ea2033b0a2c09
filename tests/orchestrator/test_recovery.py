"""Recovery: every run that nobody plays goes on, and none is held up by another."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from memory.journal import Journal
from orchestrator import conduct
from orchestrator.conduct import unfinished
from orchestrator.engine import Listeners
from orchestrator.evaluate import play
from orchestrator.recovery import Recovered, recover
from scenarios.spec import Scenario

Fleet = Callable[..., Scenario]


def interrupted(journal: Journal, scenario: Scenario, run: str, after: int) -> None:
    """Leave a run behind that stopped after a round."""

    async def stopped() -> None:
        task = asyncio.current_task()
        assert task is not None

        def stop(round: int) -> None:
            if round == after:
                task.cancel()

        listeners = Listeners(on_round=stop, rounds_per_second=1000)
        await conduct.start(journal, scenario, seed=after, run=run).play(listeners)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(stopped())


def recovered(journal: Journal, *runs: str, at_once: int = 1) -> list[Recovered]:
    told: list[Recovered] = []
    asyncio.run(recover(journal, runs, told.append, at_once=at_once, with_references=False))
    return told


@pytest.mark.parametrize("at_once", [1, 2, 9])
def test_each_run_ends_with_the_digest_of_an_undisturbed_one(
    fleet: Fleet, journal: Journal, at_once: int
) -> None:
    for after in (2, 5, 9):
        interrupted(journal, fleet(), f"r_{after}", after)
    runs = [record.run for record in unfinished(journal)]
    assert runs == ["r_2", "r_5", "r_9"]
    told = {each.run: each for each in recovered(journal, *runs, at_once=at_once)}
    for after in (2, 5, 9):
        found = told[f"r_{after}"]
        assert found.round == after
        assert found.summary is not None
        assert found.summary.digest == asyncio.run(play(fleet(), after)).log.digest
    assert unfinished(journal) == []


def test_only_what_nobody_plays_is_unfinished(fleet: Fleet, journal: Journal) -> None:
    conduct.start(journal, fleet(), run="live")
    asyncio.run(conduct.start(journal, fleet(), run="done").play(with_references=False))
    conduct.start(journal, fleet(), run="stopped").let_go()
    assert [record.run for record in unfinished(journal)] == ["stopped"]


def test_a_run_that_another_process_plays_is_left_alone(fleet: Fleet, journal: Journal) -> None:
    conduct.start(journal, fleet(), run="live")
    [found] = recovered(journal, "live")
    assert found.is_left_alone
    assert found.summary is None


def test_a_run_that_cannot_go_on_holds_up_no_other(
    fleet: Fleet, journal: Journal, tmp_path: Path
) -> None:
    for after in (3, 4):
        interrupted(journal, fleet(), f"r_{after}", after)
    with sqlite3.connect(tmp_path / "journal.db") as database:
        database.execute("DELETE FROM event WHERE run = 1 AND seq = 9")
    database.close()
    broken, whole, unknown = recovered(journal, "r_3", "r_4", "r_5")
    assert "r_3: event 9 is missing" in str(broken.error)
    assert whole.summary is not None
    assert whole.error is None
    assert "there is no run 'r_5'" in str(unknown.error)


def test_when_it_is_cancelled_every_run_can_be_resumed(fleet: Fleet, journal: Journal) -> None:
    for after in (3, 4):
        interrupted(journal, fleet("world.rounds=4000", "chain.life=4"), f"r_{after}", after)

    async def cancelled() -> None:
        work = recover(journal, ["r_3", "r_4"], lambda _: None, at_once=2)
        async with asyncio.timeout(0.2):
            await work

    with pytest.raises(TimeoutError):
        asyncio.run(cancelled())
    assert [record.status for record in unfinished(journal)] == ["interrupted"] * 2
