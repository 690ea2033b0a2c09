"""The oracle among the judged: who gets one, whom it is told of, and what it is good for."""

import pytest

from orchestrator.compose import roster_of
from orchestrator.conduct import load
from orchestrator.evaluation.fleet import diluted, fleets_of
from orchestrator.evaluation.judgement import suspicion
from orchestrator.evaluation.question import Question, answer, plan, play
from orchestrator.evaluation.yardstick import NAME, oracle_of, told

SMALL = ("world.rounds=60", "workers.1.over_reserve=40%")


def test_the_oracle_is_quicker_than_whoever_must_learn_what_it_knows() -> None:
    planned = plan(Question("few_bad", "over_need", SMALL, repeats=4))
    trials = play(planned)
    rows = {row.detector: row for row in answer(planned, trials).detectors}
    assert list(rows)[-1] == NAME
    others = [row.beside_oracle.value for name, row in rows.items() if name != NAME]
    assert rows[NAME].beside_oracle.value == 1
    assert all(times is not None and times > 1 for times in others)
    delays = {name: row.fleets["as written"].delay.value for name, row in rows.items()}
    assert others[0] == pytest.approx(delays["over_need/fleet"] / delays[NAME], rel=1e-6)


@pytest.mark.parametrize("times", [1, 10])
def test_it_is_told_whom_to_look_at_on_every_fleet_of_a_seed(times: int) -> None:
    scenario = load("few_bad")
    oracle = oracle_of(scenario, 0.05)
    assert not isinstance(oracle, str)
    cast = roster_of(diluted(scenario, times), 9)
    biased = [worker for worker, group in cast if group.policy == "weak_shard"]
    assert len(biased) == 2
    for fleet in fleets_of(scenario, dilutions=[times]):
        if fleet.dilution == times:
            [detector] = told([oracle], fleet, scenario, 9)
            assert detector.spec.parameters["culprits"] == biased


@pytest.mark.parametrize(
    ("name", "overrides", "reason"),
    [
        ("two_motives", (), "knows weak_shard only, and cautious, intrinsic work here"),
        ("few_bad", ("workers.1.noise=0",), "no bias or no noise"),
        ("few_bad", ("workers.0.policy=weak_shard",), "and this fleet has several"),
    ],
)
def test_where_there_is_no_likelihood_ratio_it_is_said_why(
    name: str, overrides: tuple[str, ...], reason: str
) -> None:
    found = oracle_of(load(name, overrides), 0.05)
    assert isinstance(found, str)
    assert reason in found


def test_of_two_runs_with_an_alarm_the_earlier_one_ranks_above_the_later() -> None:
    planned = plan(Question("few_bad", "over_need", SMALL, repeats=4))
    trials = [trial for trial in play(planned) if trial.fleet == "as written"]
    ranked = sorted(trials, key=lambda each: -suspicion(each, NAME))
    rounds = [each.of(NAME).round or 10**6 for each in ranked]
    assert rounds == sorted(rounds)
    assert all((suspicion(each, NAME) >= 1) == bool(each.of(NAME).alarms) for each in trials)
