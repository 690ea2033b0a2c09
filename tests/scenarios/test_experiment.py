"""Experiments: cells, seeds, predictions, and every mistake with its place and its cell."""

from pathlib import Path

import pytest

from orchestrator.compose import problems
from scenarios.experiment import Experiment, load_experiment, seeds_of
from scenarios.loader import amend, load_scenario, load_text
from scenarios.problem import ScenarioProblems
from scenarios.spec import Scenario
from scenarios.view import dump

HEAD = """\
scenario: mine
task: Supply.
workers: {policy: weak_shard, count: 4, over_reserve: 5%}
world: {rounds: 48}
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return tmp_path / "mine.yaml"


def loaded(path: Path, text: str, *overrides: str) -> Experiment:
    path.write_text(HEAD + text)
    return load_experiment(path, overrides, [problems])


def told(path: Path, text: str) -> list[str]:
    with pytest.raises(ScenarioProblems) as raised:
        loaded(path, text)
    return [
        f"{fault.line}:{fault.column} {fault.path} {fault.message}"
        + (f"; {fault.hint}" if fault.hint else "")
        for fault in raised.value.problems
    ]


def test_a_scenario_that_varies_nothing_has_itself_for_its_cell(mine: Path) -> None:
    found = loaded(mine, "")
    [cell] = found.cells
    assert (cell.number, str(cell), cell.scenario, found.repeats) == (
        1,
        "as written",
        found.base,
        1,
    )


def test_cells_are_every_combination_the_last_path_turning_fastest(mine: Path) -> None:
    text = "vary:\n  chain.life: [8 turns, 24]\n  workers.weak_shard.over_reserve: [2%, 3%]\n"
    found = loaded(mine, text + "repeats: 50\n")
    assert [str(cell) for cell in found.cells] == [
        "life=8 turns, over_reserve=2%",
        "life=8 turns, over_reserve=3%",
        "life=24, over_reserve=2%",
        "life=24, over_reserve=3%",
    ]
    told_shares = [cell.scenario.workers[0].parameters["over_reserve"] for cell in found.cells]
    assert told_shares == [0.02, 0.03] * 2
    assert [cell.scenario.life for cell in found.cells] == [8, 8, 24, 24]
    assert found.repeats == 50


def test_a_cell_is_what_an_override_would_make_of_the_scenario(mine: Path) -> None:
    found = loaded(mine, "vary: {chain.life: [8 turns]}\nrepeats: 3\n")
    plain = mine.with_name("plain.yaml")
    plain.write_text(HEAD)
    assert found.cells[0].scenario == load_scenario(plain, ["chain.life=8"])


def test_combinations_can_be_left_out_and_others_added(mine: Path) -> None:
    text = """
vary:
  chain.life: [8, 24]
  workers.weak_shard.over_reserve: [2%, 3%]
  exclude: {chain.life: 8, workers.weak_shard.over_reserve: 3%}
  include: [{workers: honest}]
"""
    found = loaded(mine, text)
    assert [str(cell) for cell in found.cells] == [
        "life=8, over_reserve=2%",
        "life=24, over_reserve=2%",
        "life=24, over_reserve=3%",
        "workers=honest",
    ]
    assert found.cells[-1].scenario.workers[0].policy == "honest"


def test_paths_that_end_alike_are_told_whole(mine: Path) -> None:
    vary = "vary: {world.rounds: [24], workers.0.count: [2], workers.weak_shard.count: [3]}"
    assert str(loaded(mine, vary).cells[0]) == (
        "rounds=24, workers.0.count=2, workers.weak_shard.count=3"
    )


def test_an_override_holds_in_every_cell_and_may_vary_something_itself(mine: Path) -> None:
    found = loaded(mine, "vary: {chain.life: [8, 24]}", "world.rounds=30", "repeats=5")
    assert {cell.scenario.world.rounds for cell in found.cells} == {30}
    assert found.repeats == 5
    other = loaded(mine, "", "vary={chain.life: [8, 12, 24]}")
    assert len(other.cells) == 3


def test_seeds_follow_from_the_scenarios_own_and_are_the_same_in_all_cells() -> None:
    scenario = load_scenario("just_in_case", ["world.seed=9223372036854775807"])
    assert seeds_of(scenario, 3) == [2**63 - 1, 0, 1]


def test_a_scenario_without_an_experiment_is_dumped_as_before() -> None:
    data = dump(load_scenario("just_in_case"))
    assert not {"vary", "repeats", "predict", "score"} & data.keys()


def test_an_experiment_survives_being_dumped_and_amended(mine: Path) -> None:
    text = """
vary: {chain.life: [8, 24], exclude: [{chain.life: 8}]}
repeats: 2
predict:
  alarm_round: {of: over_need/fleet, below: 60, probability: 80%}
  excess: [{above: 0, probability: 0.9}, {below: -5, probability: 0}]
score: [task_done, alarm_round]
"""
    base = loaded(mine, text).base
    assert Scenario.model_validate(dump(base)) == base
    assert amend(base, ()) == base
    assert [each.figure for each in base.predict] == ["alarm_round", "excess", "excess"]
    assert base.predict[0].probability == 0.8


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "vary: {chain.lief: [8]}",
            "5:8 chain.lief is an unknown key (in cell 1: lief=8); did you",
        ),
        (
            "vary: {workers.weak_shrad.over_reserve: [2%]}",
            "5:8 workers.weak_shrad is not there (in cell 1: over_reserve=2%); did you mean 'weak_",
        ),
        (
            "vary: {chain.life: [8, 24, 365]}",
            "5:28 chain.life is 365 turns, but the run has only 48 rounds (in cell 3: life=365)",
        ),
        (
            "vary: {workers.weak_shard.over_reserve: [2%, tea]}",
            "5:46 workers.weak_shard.over_reserve is 'tea'; it is what it adds",
        ),
        (
            "vary: {workers: [honest, honestt]}",
            "5:26 workers is 'honestt'; there is no such",
        ),
        (
            "vary: {world.seed: [1, 2]}",
            "5:8 vary.world.seed cannot be varied; `repeats` runs every",
        ),
        ("vary: {scenario: [a, b]}", "5:8 vary.scenario cannot be varied: it is the same for the"),
        ("vary: {repeats: [1, 2]}", "5:8 vary.repeats cannot be varied: it is the same for the"),
        ("vary: {chain..life: [1]}", "5:8 vary.chain..life is no path; write keys parted by dots"),
        ("vary: {chain.life: 8}", "5:20 vary.chain.life is 8; it must be a list"),
        ("vary: {chain.life: []}", "5:8 vary.chain.life is an empty list; it takes one value or"),
        ("vary: {chain.life: [8, 8]}", "5:24 vary.chain.life[1] is 8 again"),
        ("vary: {}", "5:1 vary varies nothing; name a path, such as chain.life: [8, 24]"),
        ("vary: 3", "5:7 vary is 3; it must be a mapping"),
        (
            "vary: {chain.life: [8], exclude: [{chain.lief: 8}]}",
            "5:36 vary.exclude[0].chain.lief is not varied; did you mean 'chain.life'?",
        ),
        (
            "vary: {chain.life: [8], exclude: [{chain.life: 9}]}",
            "5:35 vary.exclude[0] leaves out nothing: no cell has these values",
        ),
        ("vary: {chain.life: [8], exclude: [{chain.life: 8}]}", "5:1 vary leaves no cell to run"),
        ("vary: {chain.life: [8], include: [24]}", "5:35 vary.include[0] is 24; it must be a mapp"),
        (
            "vary: {chain.life: [8], include: [{world.seed: 3}]}",
            "5:36 vary.include[0].world.seed cannot be varied",
        ),
        ("repeats: 0", "5:10 repeats is 0; it must be at least 1"),
        ("repeats: many", "5:10 repeats is 'many'; it must be a whole number"),
        ("score: [excesss]", "5:9 score[0] is 'excesss'; it must be 'task_done'"),
        ("score: output", "5:8 score is about output, which nobody delivers here"),
        (
            "predict: {excess: {above: 1, below: 2, probability: 0.5}}",
            "5:19 predict.excess must say either below or above",
        ),
        ("predict: {excess: {probability: 0.5}}", "5:19 predict.excess must say either below or"),
        ("predict: {excess: {above: 1}}", "5:19 predict.excess.probability is missing"),
        (
            "predict: {excess: {above: 1, probability: 1.5}}",
            "5:43 predict.excess.probability is 1.5; it must be at most 1",
        ),
        (
            "predict: {excess: {of: over_need, above: 1, probability: 0.5}}",
            "5:24 predict.excess.of is for alarm_round, alarms, damage, false_alarms",
        ),
        (
            "predict: {damage: {of: over_ned, above: 1, probability: 0.5}}",
            "5:24 predict.damage.of is 'over_ned', a monitor that does not look on; did you mean",
        ),
        (
            "predict: {exces: {above: 1, probability: 0.5}}",
            "5:11 predict.exces is 'exces'; it must",
        ),
        ("predict: {excess: high}", "5:19 predict.excess is 'high'; it must be a mapping"),
        (
            "predict: {excess: {abov: 1, probability: 0}}",
            "5:20 predict.excess.abov is an unknown key",
        ),
    ],
)
def test_every_mistake_is_told_where_it_is_written(mine: Path, text: str, problem: str) -> None:
    assert [line for line in told(mine, text) if line.startswith(problem)], told(mine, text)


def test_what_is_wrong_with_the_scenario_itself_is_not_told_for_every_cell(mine: Path) -> None:
    found = told(mine, "chain: {life: tea}\nvary: {world.rounds: [24, 48]}")
    assert len(found) == 1
    assert "in cell" not in found[0]


def test_too_many_cells_are_refused_before_any_is_made(mine: Path) -> None:
    levels = ", ".join(map(str, range(1, 48)))
    text = (
        f"vary: {{chain.life: [{levels}], workers.0.count: [{levels}], world.rounds: [{levels}]}}"
    )
    [problem] = told(mine, text)
    assert "makes 103,823 cells; at most 10,000" in problem


def test_a_text_may_hold_an_experiment_too() -> None:
    assert load_text(f"{HEAD}repeats: 4", "mine.yaml").repeats == 4
