"""The verb ``runs resume``: what was broken off goes on, and each is told of as it ends."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from memory.journal import Journal
from orchestrator import conduct

Call = Callable[..., Any]
SMALL = ("workers.0.count=3", "world.rounds=12", "chain.life=4")


@pytest.fixture
def broken_off(tmp_path: Path) -> None:
    """Leave two runs behind that nobody plays."""
    with Journal.open(str(tmp_path / "journal.db")) as journal:
        for seed in (1, 2):
            conduct.start(journal, conduct.load("just_in_case", SMALL), seed, f"r_{seed}").let_go()


@pytest.mark.usefixtures("broken_off")
def test_all_runs_go_on_and_each_is_told_of(cli: Call) -> None:
    answer = cli("runs", "resume", "--all", "--at-once", "2", "--no-reference")
    assert answer.code == 0
    lines = sorted(answer.out.splitlines())
    assert [line.split()[1] for line in lines] == ["r_1", "r_2"]
    assert all("went on after round 0 to its end, round 12" in line for line in lines)
    again = cli("runs", "resume", "--all")
    assert (again.code, again.out.startswith("No run is left to go on")) == (0, True)
    assert cli("runs", "resume", "--all", "--json").out == ""


@pytest.mark.usefixtures("broken_off")
def test_programs_are_told_one_object_a_line(cli: Call) -> None:
    answer = cli("runs", "resume", "--all", "--json", "--no-reference")
    told = [json.loads(line) for line in answer.out.splitlines()]
    assert [(each["run"], each["ok"], each["problem"]) for each in told] == [
        ("r_1", True, ""),
        ("r_2", True, ""),
    ]
    shown = json.loads(cli("runs", "show", "r_1", "--json").out)
    assert told[0]["summary"] == shown


@pytest.mark.usefixtures("broken_off")
def test_one_run_goes_on_by_its_name(cli: Call) -> None:
    answer = cli("runs", "resume", "r_2", "--no-reference")
    assert answer.code == 0
    assert "r_2 went on after round 0" in answer.out
    assert cli("runs", "resume", "r_2").code == 2
    assert "did you mean 'r_1'" in cli("runs", "resume", "r_11").err


@pytest.mark.usefixtures("broken_off")
def test_a_run_that_cannot_go_on_is_told_and_the_exit_code_says_so(
    cli: Call, tmp_path: Path
) -> None:
    with Journal.open(str(tmp_path / "journal.db")) as journal:
        held = journal.claim("r_2")
        answer = cli("runs", "resume", "r_2")
        assert answer.code == 1
        assert "r_2 is in use by process" in answer.err
        journal.release(held)
    cli("runs", "resume", "r_2", "--no-reference")
    with Journal.open(str(tmp_path / "journal.db")) as journal:
        conduct.start(journal, conduct.load("just_in_case", SMALL), 3, "r_3").let_go()
        with journal._store.writing() as connection:
            connection.exec_driver_sql("UPDATE sealed SET body = x'00' WHERE run = 1")
    answer = cli("runs", "resume", "--all", "--no-reference")
    assert answer.code == 1
    broken, whole = answer.out.splitlines()
    assert "r_1 could not go on after round 0: r_1: what is sealed is nothing" in broken
    assert "r_3 went on" in whole


def test_naming_neither_or_both_is_bad_input(cli: Call) -> None:
    for words in ((), ("r_1", "--all")):
        answer = cli("runs", "resume", *words)
        assert answer.code == 2
        assert "name one run, or say --all" in answer.err
