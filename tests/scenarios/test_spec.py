"""A scenario says everything needed to repeat a run, and nothing twice."""

from decimal import Decimal
from typing import get_args

import pytest
from pydantic import ValidationError

from scenarios.catalogue import catalogue
from scenarios.loader import load_scenario, load_text
from scenarios.spec import ResourceSpec, Scenario, SurgeSpec, ToolName, WorkerSpec
from scenarios.tools import TOOLS

SMALLEST = "{scenario: mine, task: Supply., workers: honest}"


@pytest.mark.parametrize(
    ("unit", "decimals"), [("usd", 2), ("eur", 2), ("gbp", 2), ("chf", 2), ("gpu_h", 0), ("yen", 0)]
)
def test_money_has_cents_and_the_rest_does_not(unit: str, decimals: int) -> None:
    assert ResourceSpec(unit=unit).decimals == decimals
    assert ResourceSpec(unit=unit, decimals=3).decimals == 3


@pytest.mark.parametrize("name", catalogue())
def test_a_scenario_survives_json(name: str) -> None:
    scenario = load_scenario(name)
    assert Scenario.model_validate_json(scenario.model_dump_json()) == scenario
    assert Scenario.model_validate(scenario.model_dump()) == scenario


def test_equal_amounts_make_equal_scenarios() -> None:
    one, other = (ResourceSpec(unit="usd", start=Decimal(text)) for text in ("100", "1E+2"))
    assert one.model_dump_json() == other.model_dump_json()


def test_nothing_in_a_scenario_can_be_changed_or_added() -> None:
    scenario = load_text(SMALLEST)
    with pytest.raises(ValidationError, match="frozen"):
        scenario.world.rounds = 5  # type: ignore[misc]
    with pytest.raises(ValidationError, match="Extra inputs"):
        WorkerSpec.model_validate({"policy": "honest", "over_reserve": 0.05})


def test_no_number_is_infinite() -> None:
    with pytest.raises(ValidationError, match="finite"):
        SurgeSpec(start=1, rounds=1, times=float("inf"))


@pytest.mark.parametrize(
    ("override", "life"), [("chain.life=24 turns", 24), ("chain.life=null", 100), ("task=x", 100)]
)
def test_without_a_word_of_it_a_life_is_the_whole_run(override: str, life: int) -> None:
    assert load_text(SMALLEST, overrides=[override]).life == life


@pytest.mark.parametrize(
    ("count", "first", "last"), [(1, "w01", "w01"), (99, "w01", "w99"), (100, "w001", "w100")]
)
def test_workers_are_numbered_and_sort_as_they_count(count: int, first: str, last: str) -> None:
    names = load_text(SMALLEST, overrides=[f"workers.0.count={count}"]).worker_names
    assert (names[0], names[-1], len(set(names))) == (first, last, count)
    assert list(names) == sorted(names)


def test_a_scenario_can_name_every_tool_there_is() -> None:
    assert set(get_args(ToolName)) == set(TOOLS)


def test_workers_of_a_model_are_of_its_family_unless_it_is_said() -> None:
    text = "{{scenario: s, task: t, workers: [{{policy: model, model: openai/any{more}}}]}}"
    families = [
        load_text(text.format(more=more)).workers[0].family for more in ("", ", family: wren")
    ]
    assert families == ["openai/any", "wren"]
