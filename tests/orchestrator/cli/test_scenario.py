"""The verbs ``scenario list | show | check | schema``."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestrator.cli.catalogue import as_yaml
from scenarios.catalogue import catalogue
from scenarios.loader import load_scenario
from scenarios.view import dump

Call = Callable[..., Any]

BROKEN = """\
scenario: broken
task: Work.
wrokers: honest
world: {rounds: -3}
"""


def test_the_list_tells_what_each_scenario_is_about(cli: Call) -> None:
    answer = cli("scenario", "list")
    assert answer.code == 0
    assert all(name in answer.out for name in catalogue())
    listed = json.loads(cli("scenario", "list", "--json").out)
    assert [each["scenario"] for each in listed] == list(catalogue())


@pytest.mark.parametrize("name", catalogue())
def test_a_scenario_is_shown_with_its_defaults_filled_in(cli: Call, name: str) -> None:
    shown = cli("scenario", "show", name)
    assert shown.code == 0
    told = yaml.safe_load(shown.out)
    assert told["scenario"] == name
    assert told["world"]["rounds"] == load_scenario(name).world.rounds
    assert json.loads(cli("scenario", "show", name, "--json").out) == dump(load_scenario(name))


def test_a_timeline_is_shown_in_words(cli: Call) -> None:
    shown = cli("scenario", "show", "stand_down")
    assert shown.out.startswith(
        "# round 50: the owner takes 30% of the project's money\n"
        "# round 62: the owner asks all workers for 50% of their compute within 1 round\n"
        "# round 70: all workers are told to stand down for 5 rounds, even undone work\n"
    )
    at = (
        "at={round 3: {owner: reprice, price: 200%, refund: 70%, shortfall: 0, demand: 2}, "
        "handoff 2: [{owner: wipe_memory, scope: worker, to: w01}, {owner: message, text: Go.}], "
        "round 5: {owner: swap_model, policy: ratchet, to: [w01, family heron, 25%]}}"
    )
    said = cli("scenario", "show", "just_in_case", "--set", at).out.splitlines()[:4]
    assert said == [
        "# round 3: other terms for good: price 200% of the usual, refund 70%, shortfall 0, "
        "demand 200% of the usual",
        "# handoff 2: the worker's notes of w01 are gone",
        "# handoff 2: the owner tells the worker: Go.",
        "# round 5: ratchet decides for w01 and family heron and 25% of the workers from then on",
    ]


def test_changes_are_shown_too(cli: Call) -> None:
    shown = cli("scenario", "show", "just_in_case", "--set", "world.rounds=48")
    assert "  rounds: 48\n" in shown.out


def test_a_sound_scenario_checks(cli: Call) -> None:
    answer = cli("scenario", "check", "just_in_case")
    assert answer.code == 0
    assert answer.out.startswith("just_in_case v1 is sound: 20 workers, 240 rounds")
    assert json.loads(cli("scenario", "check", "just_in_case", "--json").out)["ok"] is True


def test_every_problem_is_told_with_its_place(cli: Call, tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text(BROKEN)
    path = str(tmp_path / "broken.yaml")
    answer = cli("scenario", "check", path)
    assert (answer.code, answer.out) == (2, "")
    assert "broken.yaml:3:1" in answer.err
    assert "did you mean 'workers'" in answer.err
    assert "broken.yaml:4:17" in answer.err
    told = cli("scenario", "check", path, "--json")
    assert told.code == 2
    problems = json.loads(told.out)["problems"]
    assert {(each["line"], each["column"]) for each in problems} >= {(3, 1), (4, 17)}


def test_a_policy_that_does_not_exist_is_a_problem(cli: Call) -> None:
    answer = cli("scenario", "check", "just_in_case", "--set", "workers=honestt")
    assert answer.code == 2
    assert "did you mean 'honest'" in answer.err


@pytest.mark.parametrize("source", ["just_in_cas", "./missing.yaml", "\x1b[2J"])
def test_a_missing_scenario_is_bad_input(cli: Call, source: str) -> None:
    answer = cli("scenario", "show", source)
    assert answer.code == 2
    assert "\x1b" not in answer.err


def test_the_schema_is_json_schema(cli: Call) -> None:
    schema = json.loads(cli("scenario", "schema").out)
    assert schema["type"] == "object"
    assert "workers" in schema["properties"]


@pytest.mark.parametrize(
    "value",
    [
        "yes",
        "null",
        "1",
        "1.5",
        "a: b",
        "- x",
        "#",
        "",
        "é",
        "two\nlines",
        "\x1b[0m",
        "'",
        '"',
        "on",
    ],
)
def test_yaml_reads_back_every_text_as_the_same_text(value: str) -> None:
    if value:
        assert yaml.safe_load(as_yaml({"key": value, "list": [value]})) == {
            "key": value,
            "list": [value],
        }
    assert as_yaml({"key": value}).isprintable()


def test_yaml_leaves_out_what_is_empty() -> None:
    assert as_yaml({"a": {}, "b": None, "c": [], "d": 0, "e": False}) == "d: 0\ne: false"


def test_the_line_is_drawn_as_mermaid_and_for_programs_as_json(cli: Call) -> None:
    drawn = cli("scenario", "show", "just_in_case", "--graph", "--set", "chain.parallel=3")
    assert drawn.code == 0
    assert "graph TD;" in drawn.out and "3 at once" in drawn.out
    told = cli("scenario", "show", "just_in_case", "--graph", "--json", "--set", "chain.parallel=3")
    assert json.loads(told.out)["mermaid"] == drawn.out


def test_lanes_are_told_by_a_check(cli: Call) -> None:
    done = cli("scenario", "check", "just_in_case", "--set", "chain.parallel=3")
    assert "lives of 24 turns, 3 at once," in done.out
