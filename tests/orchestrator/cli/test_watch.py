"""The verb ``watch``: following a run, also one of another process, to its end."""

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from memory.journal import Journal
from orchestrator import conduct

Call = Callable[..., Any]

SMALL = ("--set", "workers.0.count=4", "--set", "world.rounds=48", "--set", "chain.life=12")


def seqs(out: str) -> list[int]:
    return [json.loads(line)["seq"] for line in out.splitlines()]


def test_a_finished_run_is_told_from_its_first_event_to_its_last(cli: Call, played: Any) -> None:
    answer = cli("watch", "r_1", "--json", *played.place)
    assert answer.code == 0
    assert answer.out == cli("runs", "events", "r_1", "--json", *played.place).out


def test_in_words_it_shows_what_the_run_showed(cli: Call, played: Any) -> None:
    answer = cli("watch", "r_1", *played.place)
    running = played.out[: played.out.index(" just_in_case  seed 7")]
    assert answer.out.startswith(running)
    assert "who noticed" in answer.out


def test_an_unknown_run_is_bad_input(cli: Call, played: Any) -> None:
    assert cli("watch", "r_2", *played.place).code == 2


def test_a_run_of_another_process_is_followed_while_it_goes_on(cli: Call, spawn: Call) -> None:
    slowly = ("--rounds-per-second", "40", "--ack", "--no-reference")
    player = spawn("run", "just_in_case", *SMALL, "--run-id", "r_w", *slowly)
    player.stdout.readline()
    answer = cli("watch", "r_w", "--json")
    assert answer.code == 0
    told = seqs(answer.out)
    assert told == list(range(1, len(told) + 1))
    assert json.loads(answer.out.splitlines()[-1])["kind"] == "run_finished"


def test_it_waits_while_a_run_stands_still_and_goes_on_with_it(
    cli: Call, spawn: Call, tmp_path: Path
) -> None:
    with Journal.open(str(tmp_path / "journal.db")) as journal:
        overrides = tuple(word for word in SMALL if word != "--set")
        conduct.start(journal, conduct.load("just_in_case", overrides), run="r_i").let_go()
    watcher = spawn("watch", "r_i", "--json")
    assert "stands still after round 0" in watcher.stderr.readline()
    assert cli("run", "--run-id", "r_i", "--json", "--no-reference").code == 0
    out, _ = watcher.communicate(timeout=30)
    assert watcher.returncode == 0
    told = seqs(out)
    assert told == list(range(1, len(told) + 1))


def test_watching_can_be_left_without_harm_to_the_run(
    cli: Call, spawn: Call, tmp_path: Path
) -> None:
    with Journal.open(str(tmp_path / "journal.db")) as journal:
        conduct.start(journal, conduct.load("just_in_case"), run="r_l").let_go()
    watcher = spawn("watch", "r_l")
    assert watcher.stdout.readline().startswith("just_in_case, run r_l")
    watcher.stderr.readline()
    watcher.send_signal(signal.SIGINT)
    _, err = watcher.communicate(timeout=30)
    assert watcher.returncode == 130
    assert "Traceback" not in err
    assert json.loads(cli("runs", "show", "r_l", "--json").out)["status"] == "interrupted"
