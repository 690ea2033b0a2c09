"""``--set path=value`` changes one thing, and says so when it cannot."""

import pytest

from scenarios.loader import load_scenario, load_text
from scenarios.problem import ScenarioProblems
from scenarios.spec import Scenario, SurgeSpec

FILE = """\
scenario: mine
task: Supply.
workers:
  - honest
  - {policy: weak_shard, count: 2, over_reserve: 5%}
  - {policy: weak_shard, count: 1, over_reserve: 8%}
monitors: [over_need: {pool: fleet}, unaccounted]
"""


def changed(*overrides: str, text: str = FILE) -> Scenario:
    return load_text(text, "mine.yaml", overrides)


def told(*overrides: str) -> list[str]:
    with pytest.raises(ScenarioProblems) as raised:
        changed(*overrides)
    return [
        f"{fault.file}:{fault.line}:{fault.column} {fault.path} {fault.message}"
        + (f"; {fault.hint}" if fault.hint else "")
        for fault in raised.value.problems
    ]


def test_a_value_may_stand_in_the_file_or_in_the_defaults() -> None:
    scenario = changed("world.rounds=50", "chain.life=8 turns", "task='Supply: all'")
    assert (scenario.world.rounds, scenario.chain.life, scenario.task) == (50, 8, "Supply: all")
    assert changed("world.resources.money.start=5_000").world.resources["money"].start == 5_000


def test_the_last_of_two_wins() -> None:
    assert changed("world.seed=1", "world.seed=2").world.seed == 2


def test_a_parameter_is_set_for_all_groups_of_a_policy() -> None:
    _, *bad = changed("workers.weak_shard.over_reserve=3%").workers
    assert [(group.count, group.parameters) for group in bad] == [
        (2, {"over_reserve": 0.03}),
        (1, {"over_reserve": 0.03}),
    ]


def test_an_entry_of_a_list_is_named_by_its_number() -> None:
    _, second, third = changed("workers.2.over_reserve=3%", "workers.1.policy=cautious").workers
    assert (second.policy, third.parameters) == ("cautious", {"over_reserve": 0.03})


def test_one_word_becomes_what_it_stands_for() -> None:
    honest, *_ = changed("workers.honest.noise=0").workers
    assert (honest.policy, honest.count, honest.parameters) == ("honest", 1, {"noise": 0})
    single = "{scenario: mine, task: Supply., workers: ratchet}"
    [ratchets] = changed("workers.ratchet.grip=50%", text=single).workers
    assert (ratchets.count, ratchets.parameters) == (20, {"grip": 0.5})


def test_monitors_and_tools_are_named_by_their_names() -> None:
    need, unaccounted = changed(
        "monitors.over_need.alpha=1%", "monitors.unaccounted.resource=compute"
    ).monitors
    assert need.parameters == {"pool": "fleet", "alpha": 0.01}
    assert unaccounted.parameters == {"resource": "compute"}
    tools = {
        tool.name: tool for tool in changed("world.tools.pay.needs_approval_over=9").world.tools
    }
    assert tools["pay"].needs_approval_over == 9


def test_whole_parts_are_replaced() -> None:
    scenario = changed(
        "workers=honest",
        "monitors=[over_need]",
        "world.need.compute.surge={from: 3, for: 2 rounds, times: 130%}",
    )
    assert [(each.policy, each.count) for each in scenario.workers] == [("honest", 20)]
    assert [monitor.name for monitor in scenario.monitors] == ["over_need"]
    surge = SurgeSpec(start=3, rounds=2, times=1.3)
    assert scenario.world.need["compute"].surge == (surge,)
    twice = changed(
        "world.need.compute.surge={from: 3, for: 2, times: 2}", "world.need.compute.surge.times=3"
    )
    assert twice.world.need["compute"].surge[0].times == 3


@pytest.mark.parametrize(
    ("override", "problem"),
    [
        ("world.ronds=5", "--set:1:7 world.ronds is an unknown key; did you mean 'rounds'?"),
        ("wrold.rounds=5", "--set:1:1 wrold is an unknown key; did you mean 'world'?"),
        ("memory.notebok.scope=agent", "--set:1:8 memory.notebok is an unknown key; did you mean"),
        (
            "world.resources.compue.price=2",
            "--set:1:17 world.resources.compue is not there; did you mean 'compute'?",
        ),
        ("world.need.gpu.demand=2", "--set:1:12 world.need.gpu is not there; known: compute"),
        ("world.rounds=0", "--set:1:14 world.rounds is 0; it must be at least 1"),
        ("world.rounds = many", "--set:1:16 world.rounds is 'many'; it must be a whole number"),
        ("world.rounds.x=1", "--set:1:7 world.rounds is a mapping; it must be a whole number"),
        ("workers.weak_shart.x=1", "--set:1:9 workers.weak_shart is not there; did you mean"),
        ("workers.3.count=1", "--set:1:9 workers.3 is not there; known: honest, weak_shard"),
        ("workers.weak_shard=1", "--set:1:9 workers.weak_shard is an entry of a list; say which"),
        ("monitors.over_nee.alpha=1", "--set:1:10 monitors.over_nee is not there; did you mean"),
        ("world.tools.pay.limit=5", "--set:1:17 world.tools.pay.limit is an unknown key; known: "),
        ("pace.on=1", "--set:1:1 pace is not supported yet"),
        ("scenario=other", "--set:1:1 scenario cannot be overridden"),
        ("extends=all_honest", "--set:1:1 extends cannot be overridden"),
        ("world.rounds", "--set:1:1 world.rounds is no override; write path=value, such as"),
        ("=5", "--set:1:1 =5 is no override; write path=value, such as world.rounds=50"),
        ("world..rounds=5", "--set:1:1 .world..rounds=5 is no override; write path=value"),
        ("", "--set:1:1  is no override; write path=value"),
        ("chain.life=", "--set:1:7 chain.life is given no value; write null for none"),
        ("chain.life=[1", "--set:1:12 chain.life is not YAML here: this '[' is never closed"),
        ("chain.life=\x00", "--set:1:12 chain.life holds the character U+0000"),
        ("chain.life=101", "--set:1:12 chain.life is 101 turns, but the run has only 100 rounds"),
        ("world.tools.pay.needs_approval_over=0.005", "--set:1:37 world.tools.pay.needs_approval_"),
    ],
)
def test_a_wrong_override_is_told_in_its_own_words(override: str, problem: str) -> None:
    problem = problem.replace(" .world", " world")
    assert [line for line in told(override) if line.startswith(problem)], told(override)


def test_overrides_are_told_in_their_order_after_the_file() -> None:
    with pytest.raises(ScenarioProblems) as raised:
        changed("workers.nobody.x=1", "world.ronds=5", text=FILE + "wrold: 5\n")
    paths = [fault.path for fault in raised.value.problems]
    assert paths == ["wrold", "workers.nobody", "world.ronds"]
    assert "     1 | world.ronds=5\n         |       ^^^^^" in str(raised.value)


@pytest.mark.parametrize("name", ["just_in_case", "demand_surge"])
def test_what_would_come_after_an_earlier_end_never_comes(name: str) -> None:
    scenario = load_scenario(name, ["world.rounds=5"])
    assert (scenario.world.rounds, scenario.life) == (5, 5)


def test_a_file_that_contradicts_itself_is_no_matter_of_overrides() -> None:
    text = "{scenario: s, task: t, workers: honest, world: {rounds: 9}, chain: {life: 10}}"
    with pytest.raises(ScenarioProblems, match=r"chain\.life is 10 turns, but the run has only 9"):
        load_text(text)
    assert load_text(text, overrides=["world.rounds=8"]).life == 8
