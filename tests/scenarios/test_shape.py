"""One word first, details where wanted; and no key is ever ignored."""

from decimal import Decimal

import pytest

from scenarios.loader import load_text
from scenarios.problem import ScenarioProblems
from scenarios.spec import Scenario, WorkerSpec

HEAD = "scenario: mine\ntask: Supply.\n"


def loaded(text: str) -> Scenario:
    if "workers:" not in text:
        text += "\nworkers: honest"
    return load_text(HEAD + text, "mine.yaml")


def told(text: str) -> list[str]:
    with pytest.raises(ScenarioProblems) as raised:
        loaded(text)
    return [
        f"{fault.path} {fault.message}" + (f"; {fault.hint}" if fault.hint else "")
        for fault in raised.value.problems
    ]


@pytest.mark.parametrize(
    ("written", "groups"),
    [
        ("weak_shard", [("weak_shard", 20, {})]),
        ("{policy: weak_shard, over_reserve: 8%}", [("weak_shard", 20, {"over_reserve": 0.08})]),
        ("{policy: honest, count: 3}", [("honest", 3, {})]),
        ("[honest, weak_shard]", [("honest", 1, {}), ("weak_shard", 1, {})]),
        (
            "[honest, {over_reserve: 8%, count: 4, policy: weak_shard}]",
            [("honest", 1, {}), ("weak_shard", 4, {"over_reserve": 0.08})],
        ),
        ("{policy: mine, at: [{share: 50%}, 2]}", [("mine", 20, {"at": [{"share": 0.5}, 2]})]),
    ],
)
def test_workers_are_a_word_a_mapping_or_a_list(
    written: str, groups: list[tuple[str, int, dict[str, object]]]
) -> None:
    workers = loaded(f"workers: {written}").workers
    assert [(each.policy, each.count, each.parameters) for each in workers] == groups


def test_a_family_is_a_field_and_no_parameter() -> None:
    [group] = loaded("workers: [{policy: honest, family: crane}]").workers
    assert group == WorkerSpec(policy="honest", family="crane")


@pytest.mark.parametrize(
    ("written", "monitors"),
    [
        ("unaccounted", {"unaccounted": {}}),
        ("[unaccounted, over_need]", {"unaccounted": {}, "over_need": {}}),
        ("{over_need: {alpha: 5%}}", {"over_need": {"alpha": 0.05}}),
        (
            "[over_need: {pool: [fleet, worker]}, unaccounted: ]",
            {"over_need": {"pool": ["fleet", "worker"]}, "unaccounted": {}},
        ),
        ("[]", {}),
    ],
)
def test_monitors_are_words_with_or_without_details(
    written: str, monitors: dict[str, dict[str, object]]
) -> None:
    loaded_monitors = loaded(f"monitors: {written}").monitors
    assert {each.name: each.parameters for each in loaded_monitors} == monitors


def test_a_tool_has_dials() -> None:
    scenario = loaded(
        "world: {tools: [reserve_compute, pay: {approves_up_to: 5_000, needs_approval_over: 500}]}"
    )
    reserve, pay = scenario.world.tools
    assert (reserve.name, reserve.needs_approval_over) == ("reserve_compute", None)
    assert (pay.name, pay.needs_approval_over) == ("pay", Decimal(500))
    assert pay.approves_up_to == Decimal(5_000)


@pytest.mark.parametrize(
    "written",
    [
        "{from: 10, for: 5 rounds, times: 1.3}",
        "[{times: 130%, from: round 10, for: 5}]",
    ],
)
def test_a_surge_is_one_or_a_list(written: str) -> None:
    need = f"{{demand: 100, sd: 20, shortfall: 5, surge: {written}}}"
    [surge] = loaded(f"world: {{need: {{compute: {need}}}}}").world.need["compute"].surge
    assert (surge.start, surge.rounds, surge.last, surge.times) == (10, 5, 14, 1.3)


def test_expectations_say_of_whom() -> None:
    text = """
monitors: over_need
expect:
  honest: {task_done: 100%, alarms: {over_need: nominal}}
  as written: {excess: above reference}
"""
    honest, written = loaded(text).expect
    assert (honest.who, honest.task_done, honest.alarms) == (
        "honest",
        1.0,
        {"over_need": "nominal"},
    )
    assert (written.who, written.excess, written.alarms) == ("as written", "above reference", {})


@pytest.mark.parametrize("key", ["pace"])
def test_what_comes_later_is_told_from_a_typo(key: str) -> None:
    assert told(f"{key}: 1") == [f"{key} is not supported yet"]
    assert told(f"{key}{key[-1]}s: 1")[0].startswith(f"{key}{key[-1]}s is an unknown key")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("workers: {policy: honest, if: has_key}", "workers.if is not supported yet"),
        ("expect: {honest: {cleared_by: probe}}", "expect.honest.cleared_by is not supported yet"),
        (
            "expect: {weak_shard unmonitored: {}}",
            "expect.weak_shard unmonitored is not supported yet",
        ),
        ("wrold: {}", "wrold is an unknown key; did you mean 'world'?"),
        ("chain: {lief: 3}", "chain.lief is an unknown key; did you mean 'life'?"),
        ("chain: {xyz: 3}", "chain.xyz is an unknown key; known: life, handoff"),
        ("world: {tools: [pay: {over: 5}]}", "world.tools[0].pay.over is an unknown key; known: "),
        ("workers: {polcy: honest}", "workers.polcy is an unknown key; did you mean 'policy'?"),
        ("workers: {count: 3}", "workers.policy is missing"),
        ("workers: []", "workers is a list; it must not be empty"),
        ("workers: [[honest]]", "workers[0] is a list; it must be a mapping"),
        ("workers: ", "workers is empty; it must be a mapping"),
        ("monitors: ", "monitors is empty; it must be a list of monitors, each a word"),
        ("monitors: 3", "monitors is 3; it must be a list of monitors, each a word, or one word"),
        ("monitors: [{a: 1, b: 2}]", "monitors[0] must be a word, or one word with its details"),
        ("monitors: [over_need: high]", "monitors[0].over_need is 'high'; it must be a mapping"),
        ("world: {tools: [reserve_computer]}", "world.tools[0] is 'reserve_computer'; it must be"),
        ("expect: [honest]", "expect[0] is 'honest'; it must be a mapping"),
        ("expect: {honest: fine}", "expect.honest is 'fine'; it must be a mapping"),
        ("chain: long", "chain is 'long'; it must be a mapping"),
        ("claims: {a: b}", "claims is a mapping; it must be a text"),
    ],
)
def test_what_fits_nowhere_is_told(text: str, problem: str) -> None:
    assert [line for line in told(text) if line.startswith(problem)], told(text)


def test_a_tool_meant_is_suggested() -> None:
    assert told("world: {tools: [reserve_computer]}")[0].endswith("did you mean 'reserve_compute'?")
