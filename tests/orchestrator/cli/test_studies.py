"""The verbs ``studies``: experiments, and their runs apart from others."""

import json
from collections.abc import Callable
from typing import Any

Call = Callable[..., Any]

SWEEP = ("sweep", "just_in_case", "--set", "world.rounds=12", "--set", "vary={chain.life: [2, 6]}")


def test_a_sweep_is_listed_as_a_study_and_its_runs_apart(cli: Call) -> None:
    told = cli(*SWEEP, "--repeats", "2", "--no-reference", "--json")
    study = json.loads(told.out)["study"]
    (line,) = json.loads(cli("studies", "list", "--json").out)
    assert line == {
        "study": study,
        "kind": "sweep",
        "scenario": "just_in_case",
        "runs": 4,
        "done": 4,
        "state": "done",
    }
    assert study in cli("studies", "list").out
    assert "4 of 4 runs, done" in cli("studies", "show", study).out
    shown = json.loads(cli("studies", "show", study, "--json").out)
    assert shown["report"] == json.loads(told.out)
    assert json.loads(cli("runs", "list", "--json").out) == []
    assert len(json.loads(cli("runs", "list", "--study", study, "--json").out)) == 4
    assert len(json.loads(cli("runs", "list", "--all", "--json").out)) == 4


def test_no_study_and_an_unknown_one_are_told(cli: Call) -> None:
    cli("keys", "new", "x")
    assert "No studies yet" in cli("studies", "list").out
    answer = cli("studies", "show", "s_none")
    assert answer.code == 2 and "no study" in answer.err
    assert cli("runs", "list", "--study", "s_none").code == 2
