"""What becomes of a command, and of the run it plays, when its output goes nowhere."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from memory.journal import Journal

Call = Callable[..., Any]

CODE = "from orchestrator.cli.main import main; main()"
SMALL = ("--set", "workers.0.count=2", "--set", "world.rounds=96", "--no-reference")
FULL = "the output could not be written: No space left on device\n"

NEEDS_A_FULL_DEVICE = pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="there is no /dev/full here; Linux has one"
)


def status_of(store: Path, run: str) -> tuple[str, int]:
    with Journal.open(str(store)) as journal:
        record = journal.run(run)
    return record.status, record.round


@pytest.mark.parametrize("more", [(), ("--ack",), ("--json",), ("--quiet",)])
def test_a_run_whose_reader_left_is_finished_quietly(
    spawn: Call, tmp_path: Path, more: tuple[str, ...]
) -> None:
    process = spawn("run", "just_in_case", *SMALL, "--run-id", "r_1", *more)
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait() == 141
    assert status_of(tmp_path / "journal.db", "r_1") == ("done", 96)


@pytest.mark.parametrize(
    "words",
    [
        ("runs", "events", "r_1"),
        ("runs", "show", "r_1"),
        ("watch", "r_1"),
        ("watch", "r_1", "--json"),
        ("scenario", "show", "just_in_case"),
        ("--help",),
    ],
)
def test_a_verb_whose_reader_left_stops_quietly(
    spawn: Call, played: Any, words: tuple[str, ...]
) -> None:
    process = spawn(*words, SUPERORGANISM_STORE=played.store)
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait() == 141


@NEEDS_A_FULL_DEVICE
@pytest.mark.parametrize("words", [("scenario", "show", "just_in_case"), ("--help",)])
def test_a_full_device_is_told_in_a_sentence(words: tuple[str, ...]) -> None:
    with open("/dev/full", "w") as full:
        process = subprocess.run(
            [sys.executable, "-c", CODE, *words], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert (process.returncode, process.stderr) == (1, FULL)


@NEEDS_A_FULL_DEVICE
def test_a_run_whose_output_finds_no_room_is_finished(tmp_path: Path) -> None:
    store = tmp_path / "journal.db"
    words = ("run", "just_in_case", *SMALL, "--run-id", "r_1", "--store", str(store))
    with open("/dev/full", "w") as full:
        process = subprocess.run(
            [sys.executable, "-c", CODE, *words], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert (process.returncode, process.stderr) == (1, FULL)
    assert status_of(store, "r_1") == ("done", 96)
