"""The verbs ``sweep`` and ``scenario expand``: what they take, play and tell."""

import json
import os
import select
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from memory.journal import Journal

Call = Callable[..., Any]

TEXT = """\
scenario: mine
task: Supply.
workers: {policy: weak_shard, count: 3, over_reserve: 5%}
world: {rounds: 12}
vary: {workers.weak_shard.over_reserve: [2%, 90%]}
repeats: 2
predict: {alarm_round: {of: over_need, below: 9, probability: 80%}}
"""


@pytest.fixture
def mine(tmp_path: Path) -> str:
    path = tmp_path / "mine.yaml"
    path.write_text(TEXT)
    return str(path)


def test_a_sweep_tells_what_it_takes_and_what_came_of_it(
    cli: Call, mine: str, tmp_path: Path
) -> None:
    table = tmp_path / "runs.csv"
    answer = cli("sweep", mine, "--out", str(table))
    assert answer.code == 0
    assert "mine: 2 cells x 2 = 4 runs of study s_" in answer.err
    assert "0 model calls" in answer.err
    assert "2/2" in answer.out and "came true" in answer.out
    assert table.read_text().count("\n") == 5
    again = cli("sweep", mine, "--repeats", "3", "--json")
    assert "4 of them are over already" in again.err
    told = json.loads(again.out)
    assert [cell["runs"] for cell in told["cells"]] == [3, 3]


def test_a_sweep_in_many_processes_is_the_same(cli: Call, mine: str, tmp_path: Path) -> None:
    one = json.loads(cli("sweep", mine, "--json", "--store", str(tmp_path / "1.db")).out)
    two = ("--store", str(tmp_path / "2.db"), "--at-once", "2")
    assert json.loads(cli("sweep", mine, "--json", *two).out) == one


def test_more_runs_than_anybody_means_are_asked_for(cli: Call, mine: str) -> None:
    answer = cli("sweep", mine, "--repeats", "6000")
    assert (answer.code, answer.out) == (2, "")
    assert "12,000 runs are more than 10,000; add --yes if that is meant" in answer.err
    assert cli("runs", "list").out.startswith("No runs yet")


def test_paid_calls_are_asked_for(cli: Call, mine: str) -> None:
    model = "workers=[{policy: model, model: openai/x, count: 1}]"
    answer = cli("sweep", mine, "--set", model, "--set", "vary={world.rounds: [3]}")
    assert answer.code == 2
    assert "6 calls of real models are paid for; add --yes to make them" in answer.err


def test_cells_are_shown_in_a_line_or_whole(cli: Call, mine: str) -> None:
    assert cli("scenario", "expand", mine).out == "1  over_reserve=2%\n2  over_reserve=90%\n"
    whole = cli("scenario", "expand", mine, "--whole").out
    assert whole.count("scenario: mine") == 2
    cells = json.loads(cli("scenario", "expand", mine, "--json").out)
    assert [each["scenario"]["workers"][0]["parameters"] for each in cells] == [
        {"over_reserve": 0.02},
        {"over_reserve": 0.9},
    ]
    assert "vary" not in cells[0]["scenario"]


def test_a_check_looks_at_every_cell(cli: Call, mine: str) -> None:
    assert "2 cells x 2 = 4 runs, all sound" in cli("scenario", "check", mine).out
    answer = cli("scenario", "check", mine, "--set", "vary={chain.life: [8, 365]}")
    assert answer.code == 2
    assert "(in cell 2: life=365)" in answer.err


def test_a_run_of_an_experiment_is_the_scenario_as_written(cli: Call, mine: str) -> None:
    answer = cli("run", mine, "-q")
    assert answer.code == 0
    assert "`sweep` runs its cells" in " ".join(answer.out.split())
    assert "Predicted alarm_round of over_need below 9, with 80%" in answer.out


def test_chosen_figures_stand_first(cli: Call, mine: str) -> None:
    answer = cli("run", mine, "-q", "--set", "score=[alarm_round, spent, false_alarms]")
    assert "alarm_round none   spent" in answer.out
    assert "false_alarms not known" in answer.out


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="there is no /proc here")
def test_a_sweep_killed_with_its_crew_goes_on_and_leaves_nobody_behind(
    cli: Call, spawn: Call, mine: str, tmp_path: Path
) -> None:
    longer = ("--repeats", "8", "--set", "world.rounds=120", "--no-reference")
    many = ("sweep", mine, *longer, "--at-once", "2")
    process = spawn(*many)
    with Journal.open(str(tmp_path / "journal.db")) as journal:
        alive = os.pidfd_open(process.pid)
        while not any(record.is_finished for record in journal.runs()):
            # A process that has ended is readable; until then, this is where it is waited for.
            assert select.select([alive], [], [], 0.2) == ([], [], [])
        os.close(alive)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        left = [os.pidfd_open(int(child)) for child in children]
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        for child in left:
            assert select.select([child], [], [], 30)[0]
            os.close(child)
        over = sum(record.is_finished for record in journal.runs())
    assert 0 < over < 16
    again = cli(*many[:-2], "--json")
    assert f"{over} of them are over already" in again.err
    assert [cell["runs"] for cell in json.loads(again.out)["cells"]] == [8, 8]
