"""A name, a file or a text becomes a scenario, or every problem at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from memory.errors import BadInput, ScenarioError, did_you_mean
from scenarios.catalogue import FOLDER, catalogue
from scenarios.loader import amend, load_scenario, load_text
from scenarios.problem import Problem, ScenarioProblems
from scenarios.spec import Scenario

SMALLEST = """\
scenario: over_reserve
task: Run 40 experiments before the budget period ends.
workers: weak_shard
"""

BROKEN = """\
scenario: broken
task: Supply.
workers:
  - {polcy: honest}
  - {policy: honestt, count: 2}
  - {policy: weak_shard, over_resrve: 3%}
world:
  resources:
    money: {unit: usd, start: 100}
    compute: {unit: gpu_h, price: -2}
  need:
    compue: {demand: 100, sd: 20, shortfall: 5}
monitors:
  - over_need: {pool: flet}
at:
  round 900: {owner: withdraw}
chain: {life: 24 rounds, handof: 1}
"""

POLICIES = ("honest", "weak_shard")


def policies(scenario: Scenario) -> Iterator[Problem]:
    for number, group in enumerate(scenario.workers):
        if group.policy not in POLICIES:
            message = f"is '{group.policy}', which is no policy"
            hint = did_you_mean(group.policy, POLICIES)
            yield Problem(("workers", number, "policy"), message, hint)
        for name in group.parameters.keys() - {"over_reserve"}:
            path = ("workers", number, "parameters", name)
            yield Problem(path, "is no parameter", did_you_mean(name, ["over_reserve"]))


def pools(scenario: Scenario) -> Iterator[Problem]:
    for number, monitor in enumerate(scenario.monitors):
        if monitor.parameters.get("pool") not in ("fleet", ["fleet", "worker"]):
            yield Problem(("monitors", number, "parameters", "pool"), "cannot be pooled by")


def test_the_smallest_file_gets_the_defaults() -> None:
    scenario = load_text(SMALLEST)
    world = scenario.world
    assert (world.rounds, world.seed, scenario.life, scenario.worker_count) == (100, 0, 100, 20)
    assert list(world.resources) == ["money", "compute"]
    assert world.need == load_scenario("just_in_case").world.need
    assert len(world.tools) == 7
    assert {group.family for group in scenario.workers} == {"heron"}
    assert [(each.name, each.parameters) for each in scenario.monitors] == [
        ("over_need", {"pool": ["fleet", "worker"]}),
        ("unaccounted", {}),
    ]


def test_an_explicit_file_gets_exactly_what_it_says() -> None:
    text = """
scenario: mine
task: Supply.
workers: honest
world:
  resources:
    money: {unit: chf, start: 9}
    compute: {unit: h, price: 1}
  need: {compute: {demand: 5, sd: 0, shortfall: 2}}
  tools: [reserve_compute]
monitors: []
"""
    world = load_text(text).world
    assert [tool.name for tool in world.tools] == ["reserve_compute"]
    assert world.resources["compute"].refund == 0
    assert load_text(text).monitors == ()


def test_who_says_resources_says_their_need_too() -> None:
    world = "world: {resources: {money: {unit: usd, start: 9}, compute: {unit: h, price: 1}}}"
    with pytest.raises(ScenarioProblems, match=r"mine\.yaml:4:1 world\.need is missing"):
        load_text(SMALLEST + world, "mine.yaml")


def test_every_problem_is_told_at_once_with_its_place() -> None:
    with pytest.raises(ScenarioProblems) as raised:
        load_text(BROKEN, "bad.yaml", ["world.ronds=5"], [policies, pools])
    heads = [
        line[2:] for line in str(raised.value).splitlines() if line.startswith(("  bad", "  -"))
    ]
    assert heads == [
        "bad.yaml:4:5 workers[0].policy is missing",
        "bad.yaml:4:6 workers[0].polcy is an unknown key; did you mean 'policy'?",
        "bad.yaml:5:14 workers[1].policy is 'honestt', which is no policy; did you mean 'honest'?",
        "bad.yaml:6:39 workers[2].over_resrve is no parameter; did you mean 'over_reserve'?",
        "bad.yaml:10:35 world.resources.compute.price is -2; it must be at least 0",
        "bad.yaml:12:5 world.need.compue is not one of world.resources (money, compute); "
        "did you mean 'compute'?",
        "bad.yaml:14:23 monitors[0].over_need.pool cannot be pooled by",
        "bad.yaml:16:15 at.round 900.owner says nothing of what is withdrawn; name a resource, "
        "such as `money: 30%`",
        "bad.yaml:17:15 chain.life is '24 rounds'; it must be a whole number, such as 24 or "
        "'24 turns'",
        "bad.yaml:17:26 chain.handof is an unknown key; did you mean 'handoff'?",
        "--set:1:7 world.ronds is an unknown key; did you mean 'rounds'?",
    ]
    assert str(raised.value).startswith("bad.yaml: 11 problems\n")
    assert isinstance(raised.value, ScenarioError)


def test_checks_see_what_is_sound_of_a_faulty_scenario() -> None:
    seen: list[Scenario] = []

    def look(scenario: Scenario) -> Iterator[Problem]:
        seen.append(scenario)
        yield from ()

    with pytest.raises(ScenarioProblems):
        load_text(BROKEN, checks=[look])
    [scenario] = seen
    assert [group.policy for group in scenario.workers] == ["honestt", "weak_shard"]
    assert scenario.world == load_text(SMALLEST).world


def test_where_nothing_sound_is_left_the_rest_is_still_told() -> None:
    with pytest.raises(ScenarioProblems) as raised:
        load_text("workers: [{count: 0}]", checks=[policies])
    missing = {fault.path for fault in raised.value.problems if fault.message == "is missing"}
    assert missing == {"scenario", "task", "workers[0].policy"}


def test_a_missing_task_hides_no_unknown_policy() -> None:
    with pytest.raises(ScenarioProblems) as raised:
        load_text("workers: honestt", checks=[policies])
    assert [fault.path for fault in raised.value.problems] == ["scenario", "task", "workers"]


def test_a_check_may_point_at_what_is_not_written() -> None:
    def missing(scenario: Scenario) -> Iterator[Problem]:
        yield Problem(("workers", 0, "parameters", "over_reserve"), "is needed")
        yield Problem(("world", "nowhere", 3), "is odd")

    with pytest.raises(ScenarioProblems) as raised:
        load_text(SMALLEST, "mine.yaml", checks=[missing])
    parameter, world = raised.value.problems
    assert (parameter.line, parameter.column) == (3, 10)
    assert (parameter.path, world.path) == ("workers.over_reserve", "world.nowhere[3]")


def test_a_file_is_loaded_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALLEST.replace("\n", "\r\n").encode())
    assert load_scenario(path) == load_scenario(str(path)) == load_text(SMALLEST)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "just_in_cas",
            "no scenario 'just_in_cas' in the catalogue; known: all_honest, .*; did you",
        ),
        ("", "no scenario '' in the catalogue; known: all_honest"),
        ("none.yaml", "none.yaml: there is no such file"),
        ("./none", "./none: there is no such file"),
        ("a\x1b[31m/b", r"a\\x1b\[31m/b: there is no such file"),
        ("a\x00.yaml", r"a\\x00.yaml: there is no such file"),
        (FOLDER, "catalogue is a folder; name a scenario file in it"),
    ],
)
def test_what_is_not_there_is_bad_input(source: str | Path, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        load_scenario(source)


def test_a_file_that_may_not_be_read_is_bad_input(tmp_path: Path) -> None:
    path = tmp_path / ("a" * 300 + ".yaml")
    with pytest.raises(BadInput, match="cannot be read: File name too long"):
        load_scenario(path)


def test_seeds_and_overrides_leave_the_rest_alone() -> None:
    plain, changed = load_scenario("just_in_case"), load_scenario("just_in_case", ["world.seed=8"])
    assert plain.world.model_copy(update={"seed": 8}) == changed.world
    assert plain.workers == changed.workers


def test_a_list_whose_entries_are_all_refused_is_not_called_empty() -> None:
    with pytest.raises(ScenarioProblems) as raised:
        load_scenario("just_in_case", ["workers.weak_shard.count=0"])
    assert [fault.path for fault in raised.value.problems] == ["workers.weak_shard.count"]


@pytest.mark.parametrize("name", catalogue())
def test_a_loaded_scenario_can_be_written_down_and_loaded_again(name: str) -> None:
    scenario = load_scenario(name)
    assert amend(scenario, ()) == scenario
    longer = amend(scenario, ["world.rounds=500"])
    assert longer == load_scenario(name, ["world.rounds=500"])


def test_a_change_to_a_loaded_scenario_is_checked_as_a_file_is() -> None:
    with pytest.raises(ScenarioProblems, match=r"--set:1:7 world.roundss .*did you mean 'rounds'"):
        amend(load_scenario("just_in_case"), ["world.roundss=50"])
