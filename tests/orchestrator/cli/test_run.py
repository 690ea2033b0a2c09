"""The verb ``run``: what it prints, how it resumes, and what it refuses."""

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from memory.journal import Journal
from orchestrator import conduct

SMALL = ("--set", "workers.0.count=4", "--set", "world.rounds=48", "--set", "chain.life=12")
GREEDY = ("--set", "workers.weak_shard.over_reserve=40%")

Call = Callable[..., Any]
KEYS = {"run", "scenario", "seed", "status", "rounds", "events", "digest", "score", "alarms"}
ALARM_KEYS = {"monitor", "pool", "seq", "round", "keys", "damage"}


def test_json_is_one_object_and_nothing_else(cli: Call) -> None:
    answer = cli("run", "just_in_case", *SMALL, *GREEDY, "--json", "--seed", "3")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.count("\n") == 1
    told = json.loads(answer.out)
    assert set(told) >= KEYS | {"references"}
    assert (told["scenario"], told["seed"], told["status"]) == ("just_in_case", 3, "done")
    assert told["rounds"] == 48
    assert set(told["references"]) == {"honest", "cautious"}
    assert told["alarms"]
    assert all(set(alarm) >= ALARM_KEYS for alarm in told["alarms"])


def test_references_can_be_left_out(cli: Call) -> None:
    answer = cli("run", "just_in_case", *SMALL, "--json", "--no-reference")
    assert json.loads(answer.out)["references"] == {}


def test_without_a_terminal_it_prints_plain_lines(cli: Call, played: Any) -> None:
    lines = played.out.splitlines()
    assert lines[0].startswith("just_in_case, run r_1, seed 7: 48 rounds, 4 workers")
    assert any(line.startswith("round 24  taken ") for line in lines)
    assert any("▲ alarm, over_need fleet" in line for line in lines)
    assert "\x1b" not in played.out
    assert "superorganism runs show r_1" in played.out


def test_quiet_shows_the_closing_summary_only(cli: Call) -> None:
    answer = cli("run", "just_in_case", *SMALL, "--no-reference", "--quiet")
    assert answer.out.startswith(" just_in_case  seed 7")


def test_ack_names_commits_in_order_and_json_comes_last(cli: Call) -> None:
    answer = cli("run", "just_in_case", *SMALL, "--ack", "--json", "--no-reference")
    *acks, last = answer.out.splitlines()
    seqs = [int(line.removeprefix("ACK ")) for line in acks]
    assert len(seqs) > 1
    assert seqs == sorted(set(seqs))
    assert seqs[-1] == json.loads(last)["events"]


def test_an_alarm_can_be_asked_to_fail(cli: Call) -> None:
    greedy = cli("run", "just_in_case", *SMALL, *GREEDY, "--json", "--fail-on-alarm")
    assert (greedy.code, bool(json.loads(greedy.out)["alarms"])) == (3, True)
    honest = ("--set", "workers=honest", "--set", "world.rounds=24")
    assert cli("run", "just_in_case", *honest, "--json", "--fail-on-alarm").code == 0


def test_a_finished_run_is_shown_and_not_played_again(cli: Call, played: Any) -> None:
    again = [cli("run", "--run-id", "r_1", "--json", *played.place) for _ in range(2)]
    assert again[0] == again[1]
    assert json.loads(again[0].out)["status"] == "done"
    words = ("run", "just_in_case", *SMALL, *GREEDY, "--run-id", "r_1", "--json")
    assert cli(*words, *played.place).out == again[0].out
    shown = cli("run", "--run-id", "r_1", *played.place).out
    assert "✓ done" in shown
    assert "honest reference" in shown


def test_without_a_scenario_it_names_those_there_are(cli: Call, tmp_path: Path) -> None:
    answer = cli("run")
    assert answer.code == 2
    assert "just_in_case" in answer.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["all_honest", "--run-id", "r_1"], "not the scenario given here"),
        (["--run-id", "r_1", "--seed", "8"], "has seed 7, not 8"),
        (["--run-id", "r_1", "--set", "world.rounds=9"], "--set cannot change it"),
        (["--run-id", "r_2"], "did you mean 'r_1'"),
        ([], "name a scenario"),
        (["just_in_cas"], "did you mean 'just_in_case'"),
        (["just_in_case", "--set", "world.round=9"], "did you mean 'rounds'"),
        (["just_in_case", "--picture", "/nowhere/at/all.svg"], "there is no folder"),
        (["just_in_case", "--picture", "picture.png"], "SVG"),
        (["just_in_case", "--run-id", "a b"], "id"),
        (["just_in_case", "--run-id", ""], "it is empty"),
        ([""], "no scenario ''"),
    ],
)
def test_what_cannot_be_meant_is_bad_input(
    cli: Call, played: Any, words: list[str], told: str
) -> None:
    answer = cli("run", *words, *played.place)
    assert answer.code == 2
    assert told in answer.err
    assert answer.out == ""
    assert "Traceback" not in answer.err


def test_a_store_that_cannot_be_written_fails_with_a_sentence(cli: Call, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    answer = cli("run", "just_in_case", "--store", str(tmp_path / "file" / "journal.db"))
    assert answer.code in (1, 2)
    assert "journal.db" in answer.err
    assert "Traceback" not in answer.err


def test_a_run_in_use_is_refused_with_the_owners_pid(cli: Call, tmp_path: Path) -> None:
    scenario = conduct.load("just_in_case", ("world.rounds=24",))
    with Journal.open(str(tmp_path / "journal.db")) as journal:
        conduct.start(journal, scenario, run="r_1")
        answer = cli("run", "--run-id", "r_1")
    assert answer.code == 1
    assert "r_1" in answer.err


def test_an_interrupted_run_says_how_to_go_on_and_ends_as_if_undisturbed(
    cli: Call, spawn: Call
) -> None:
    slowly = ("--rounds-per-second", "25", "--ack")
    process = spawn("run", "just_in_case", *SMALL, "--run-id", "r_k", *slowly)
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "superorganism run --run-id r_k" in err
    assert "Traceback" not in err
    assert "interrupted" in cli("runs", "show", "r_k").out
    resumed = json.loads(cli("run", "--run-id", "r_k", "--json").out)
    straight = json.loads(cli("run", "just_in_case", *SMALL, "--json").out)
    assert resumed["digest"] == straight["digest"]
    assert resumed["score"] == straight["score"]


def on_a_terminal(*words: str, **environment: str) -> str:
    """Play a command on a terminal of its own; return all that was written to it."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    size = {"TERM": "xterm-256color", "PATH": os.environ["PATH"]}
    with subprocess.Popen(
        [sys.executable, "-c", "from orchestrator.cli.main import main; main()", *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=size | environment,
    ):
        os.close(theirs)
        shown = b"".join(iter(lambda: read(ours), b""))
    os.close(ours)
    return shown.decode()


def read(terminal: int) -> bytes:
    """Return what comes next; nothing once the other side is gone."""
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""


@pytest.mark.parametrize("environment", [{}, {"NO_COLOR": "1"}])
def test_on_a_terminal_it_draws_in_place(tmp_path: Path, environment: dict[str, str]) -> None:
    store = ("--store", str(tmp_path / "journal.db"))
    shown = on_a_terminal("run", "just_in_case", *SMALL, *GREEDY, *store, **environment)
    assert "Taken each round" in shown
    assert "alarm at round" in shown
    assert "who noticed" in shown
    assert "\x1b[1A" in shown, "nothing was drawn over"
    assert ("\x1b[38;" in shown) is not bool(environment)


def test_what_was_delivered_is_told_beside_what_honest_workers_deliver(cli: Call) -> None:
    said = " ".join(cli("run", "break_even").out.split())
    assert "and delivered 672,573 item of output, where honest workers deliver 300,000." in said
