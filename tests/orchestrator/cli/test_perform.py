"""The verb ``runs fork``, from its options to the closing screen."""

import json
from collections.abc import Callable
from pathlib import Path
from shutil import copy
from typing import Any

import pytest

Call = Callable[..., Any]
HONEST = ("--set", "workers.weak_shard.over_reserve=0%")


@pytest.fixture
def place(played: Any, tmp_path: Path) -> tuple[str, str]:
    """Return the option that names a store of the test's own, with a finished run in it."""
    return ("--store", str(copy(played.store, tmp_path / "copy.db")))


def test_a_fork_says_what_it_shares_and_what_it_averted(cli: Call, place: Any) -> None:
    answer = cli("runs", "fork", "r_1", "--at", "900", "--run-id", "f_1", *HONEST, *place)
    assert answer.code == 0, answer.err
    assert answer.out.startswith("f_1 shares its rounds up to ")
    told = " ".join(answer.out.split())
    for words in ("with r_1; since then its excess is", "averted +", "the same fork with honest"):
        assert words in told
    shown = " ".join(cli("runs", "show", "f_1", *place).out.split())
    assert "averted +" in shown
    assert "fork of" in cli("runs", "list", *place).out


def test_programs_read_the_same_numbers(cli: Call, place: Any) -> None:
    words = ("runs", "fork", "r_1", "--at", "900", "--run-id", "f_1", "--json", *HONEST, *place)
    summary = json.loads(cli(*words).out)
    report = summary["fork"]
    assert report["averted"] == pytest.approx(report["parent_excess"] - report["excess"])
    assert json.loads(cli("runs", "show", "f_1", "--json", *place).out) == summary
    [fork, parent] = json.loads(cli("runs", "list", "--json", *place).out)
    assert (fork["parent"], fork["fork_seq"], fork["fork_round"]) == (
        "r_1",
        report["seq"],
        report["round"],
    )
    assert (parent["parent"], parent["fork_seq"]) == (None, 0)


def test_a_picture_of_a_stored_fork_has_the_honest_curve_of_its_own_past(
    cli: Call, place: Any, tmp_path: Path
) -> None:
    words = ("runs", "fork", "r_1", "--at", "900", "--run-id", "f_1", "--quiet", *place)
    now, later = tmp_path / "now.svg", tmp_path / "later.svg"
    assert cli(*words, "--picture", str(now)).code == 0
    assert cli("run", "--run-id", "f_1", "--picture", str(later), *place).code == 0
    assert later.read_text() == now.read_text()


def test_a_fork_that_cannot_be_is_bad_input_and_leaves_nothing(cli: Call, place: Any) -> None:
    for more in (("--at", "3"), ("--at", "900", "--set", "world.seed=3")):
        answer = cli("runs", "fork", "r_1", *more, *place)
        assert answer.code == 2
        assert answer.err
    assert len(json.loads(cli("runs", "list", "--json", *place).out)) == 1
