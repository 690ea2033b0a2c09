"""The verb ``probe``, as a person uses it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Call = Callable[..., Any]

SMALL = (
    *("--set", "world.rounds=24", "--set", "chain.life=6"),
    *("--set", "workers.0.count=2", "--set", "workers.1.count=2"),
)
ASK = ("probe", "two_motives", "--probe", "insured_and_refundable,placebo", *SMALL)


def test_answers_are_a_table_of_questions_and_groups(cli: Call) -> None:
    said = cli(*ASK, "--repeats", "4")
    assert said.code == 0
    row = next(line for line in said.out.splitlines() if line.startswith("insured_and_refundable"))
    assert "none" in row and "more" in row
    assert "cautious, 2 workers" in said.out and "as good as none" in said.out
    assert "3 arms x 4 seeds = 12 runs" in said.err


def test_the_same_as_json(cli: Call) -> None:
    found = json.loads(cli(*ASK, "--repeats", "2", "--json").out)
    assert [group["group"] for group in found["groups"]] == ["cautious", "intrinsic"]
    assert found["at"] == 13 and found["margin"] == 0.05


def test_too_few_runs_are_said_to_be_too_few(cli: Call) -> None:
    said = " ".join(cli(*ASK, "--repeats", "2", "--set", "workers.0.noise=100%").out.split())
    assert "Too few runs to say: " in said and "runs say so of" in said


def test_a_forest_is_drawn_where_it_is_asked_for(cli: Call, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    said = cli(*ASK, "--repeats", "2", "--plots", str(tmp_path / "plots"))
    assert "probe_forest.svg" in said.err
    drawn = (tmp_path / "plots" / "probe_forest.svg").read_text()
    assert "insured_and_refundable" in drawn and "intrinsic (2)" in drawn
    assert (tmp_path / "plots" / "probe_forest.png").stat().st_size > 10_000


def test_an_unknown_probe_is_bad_input_with_the_nearest(cli: Call) -> None:
    said = cli("probe", "two_motives", "--probe", "relese")
    assert said.code == 2
    assert "there is no probe 'relese'; did you mean 'release'?" in said.err
