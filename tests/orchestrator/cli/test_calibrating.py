"""The verb ``monitor calibrate``: what was measured, what to write, how little it may be."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Call = Callable[..., Any]


@pytest.fixture
def honest(cli: Call) -> str:
    small = ["--set", "world.rounds=12", "--set", "workers.0.count=3", "--set", "chain.life=4"]
    assert cli("run", "all_honest", "--run-id", "h1", "--no-reference", "--quiet", *small).code == 0
    return "h1"


def test_it_says_what_was_measured_and_what_to_write(cli: Call, honest: str) -> None:
    answer = cli("monitor", "calibrate", honest)
    assert answer.code == 0
    assert "36 worker-rounds in 9 episodes" in answer.out
    assert "over_need: {tau: " in answer.out
    assert "--set monitors.over_need.tau=" in answer.out
    assert "below 1,000 worker-rounds" in answer.out


def test_its_json_is_one_line_and_its_file_the_same(cli: Call, honest: str, tmp_path: Path) -> None:
    file = tmp_path / "tau.json"
    answer = cli("monitor", "calibrate", honest, "--json", "--out", str(file))
    found = json.loads(answer.out)
    assert found["worker_rounds"] == 36
    assert set(found["ratio"]) == {"mean", "error"}
    assert json.loads(file.read_text()) == found


def test_what_cannot_be_done_is_a_sentence_and_exit_2(cli: Call, honest: str) -> None:
    for arguments, message in (
        ((honest, "--out", "/nowhere/to/be.json"), "cannot be written: No such file"),
        (("h2",), "there is no run 'h2'"),
    ):
        answer = cli("monitor", "calibrate", *arguments)
        assert answer.code == 2
        assert message in answer.err
