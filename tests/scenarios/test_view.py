"""What may be known of a scenario depends on nothing that is sealed."""

import json

import pytest

from scenarios.loader import load_scenario
from scenarios.spec import Scenario
from scenarios.view import dump, visible, visible_hash


@pytest.mark.parametrize(
    "override",
    [
        "workers=honest",
        "workers.weak_shard.over_reserve=50%",
        "workers.weak_shard.family=crane",
        "monitors=[]",
        "claims=[S1-1]",
        "about=Something else.",
        "version=9",
        "world.seed=8",
        "world.resources.money.start=900000.00",
    ],
)
def test_the_visible_part_says_nothing_of_who_works_and_who_watches(override: str) -> None:
    changed = load_scenario("just_in_case", [override])
    assert visible_hash(changed) == visible_hash(load_scenario("just_in_case"))


@pytest.mark.parametrize(
    "override",
    [
        "task=Another task.",
        "world.rounds=239",
        "world.need.compute.shortfall=5.01",
        "world.tools.pay.needs_approval_over=501",
        "chain.life=23",
        "memory.notebook.scope=worker",
    ],
)
def test_another_setting_has_another_hash(override: str) -> None:
    changed = load_scenario("just_in_case", [override])
    assert visible_hash(changed) != visible_hash(load_scenario("just_in_case"))


def test_the_visible_part_holds_no_sealed_word() -> None:
    scenario = load_scenario("just_in_case")
    text = json.dumps(visible(scenario))
    assert [word for word in ("weak_shard", "over_need", "S2-", "honest") if word in text] == []


def test_the_whole_is_json_and_can_be_read_back() -> None:
    scenario = load_scenario("ratchet")
    text = json.dumps(dump(scenario), allow_nan=False)
    assert Scenario.model_validate(json.loads(text)) == scenario
    assert "weak_shard" not in text
    assert '"policy": "ratchet"' in text
