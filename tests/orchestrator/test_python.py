"""The door for Python: run, load, and look at it as frames or records."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pandas
import pytest

from memory.errors import BadInput, UnknownRun
from orchestrator import load_run, run
from scenarios.spec import Scenario

Fleet = Callable[..., Scenario]
SMALL = ("workers.0.count=3", "world.rounds=12", "chain.life=4")


@pytest.fixture
def store(tmp_path: Path) -> str:
    return str(tmp_path / "journal.db")


def test_a_run_can_be_loaded_again(store: str) -> None:
    done = run("just_in_case", seed=3, overrides=SMALL, store=store)
    again = load_run(done.run, store=store)
    assert again.summary == done.summary
    assert again.events() == done.events()


def test_frames_are_indexed_by_seq(store: str) -> None:
    done = run("just_in_case", overrides=SMALL, store=store)
    events = done.events_frame()
    assert isinstance(events, pandas.DataFrame)
    assert list(events.index) == list(range(1, done.summary.events + 1))
    assert isinstance(done.verdicts_frame(), pandas.DataFrame)


def test_it_works_where_a_loop_is_running_already(store: str, fleet: Fleet) -> None:
    async def in_a_notebook() -> str:
        return run(fleet(), seed=1, store=store).summary.status

    assert asyncio.run(in_a_notebook()) == "done"


def test_the_same_seed_gives_the_same_digest_under_any_run_id(store: str, fleet: Fleet) -> None:
    first, second = (run(fleet(), seed=4, run_id=name, store=store) for name in ("a", "b"))
    assert first.run != second.run
    assert first.summary.digest == second.summary.digest


def test_a_loaded_scenario_takes_no_overrides(store: str, fleet: Fleet) -> None:
    with pytest.raises(BadInput, match="loaded already"):
        run(fleet(), overrides=["world.rounds=3"], store=store)


def test_an_unknown_run_is_told_the_nearest(store: str, fleet: Fleet) -> None:
    run(fleet(), run_id="r_monday", store=store)
    with pytest.raises(UnknownRun, match="r_monday"):
        load_run("r_mondai", store=store)


def test_a_finished_run_is_returned_and_not_run_again(store: str, fleet: Fleet) -> None:
    first = run(fleet(), seed=1, run_id="once", store=store)
    again = run(fleet(), seed=1, run_id="once", store=store)
    assert again.summary == first.summary


@pytest.mark.parametrize(("seed", "rounds"), [(2, 12), (1, 16)])
def test_a_run_id_of_another_run_is_refused(
    store: str, fleet: Fleet, seed: int, rounds: int
) -> None:
    run(fleet(), seed=1, run_id="mine", store=store)
    with pytest.raises(BadInput, match="run mine"):
        run(fleet(f"world.rounds={rounds}"), seed=seed, run_id="mine", store=store)


def test_arguments_of_the_wrong_kind_are_told_plainly(store: str, fleet: Fleet) -> None:
    with pytest.raises(BadInput, match="it is a list of changes"):
        run("just_in_case", overrides="world.rounds=3", store=store)
    with pytest.raises(BadInput, match=r"seed is 1.5; it is a whole number"):
        run(fleet(), seed=1.5, store=store)  # type: ignore[arg-type]


def test_looking_for_a_run_makes_no_store(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no journal here"):
        load_run("r_1", store=str(tmp_path / "none.db"))
    assert not (tmp_path / "none.db").exists()


def test_a_run_is_verified_and_an_altered_one_is_not(store: str, fleet: Fleet) -> None:
    done = run(fleet(), store=store)
    whole = done.verify(replay=True)
    assert whole.ok
    assert whole.replay
    assert (whole.events, whole.digest) == (done.summary.events, done.summary.digest)
    with sqlite3.connect(store) as connection:
        connection.execute("UPDATE event SET body = replace(body, '1', '2') WHERE seq = 9")
    found = done.verify()
    assert not found.ok
    assert "event 9" in found.problem


def test_an_unchanged_fork_ends_as_its_parent_and_a_changed_one_does_not(store: str) -> None:
    done = run("just_in_case", seed=3, overrides=SMALL, store=store)
    same = done.fork(at=done.summary.events // 2)
    other = done.fork(at=40, overrides=["workers.weak_shard.over_reserve=50%"], run_id="greedier")
    assert same.summary.digest == done.summary.digest
    assert same.summary.fork
    assert same.summary.fork.averted == 0
    assert other.run == "greedier"
    assert other.summary.fork
    assert other.summary.fork.averted < 0


def test_a_fork_says_what_it_cannot_change(store: str, fleet: Fleet) -> None:
    done = run(fleet(), store=store)
    with pytest.raises(BadInput, match="cannot be so"):
        done.fork(at=100, overrides=["world.rounds=99"])
    with pytest.raises(BadInput, match="it is a list of changes"):
        done.fork(at=100, overrides="world.rounds=99")
