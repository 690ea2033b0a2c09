"""Names to objects: what is known is found, what is wrong is told with its place."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from memory.envelope import Event
from memory.errors import BadInput, ScenarioError
from memory.log import Fold, Log
from memory.verdicts import Verdict
from monitors import CATALOGUE as MONITORS
from orchestrator import compose
from orchestrator.compose import (
    assemble,
    everyone,
    find,
    make,
    monitors_of,
    policy_of,
    roster_of,
    seal,
)
from orchestrator.conduct import load
from orchestrator.evaluate import play
from scenarios.catalogue import catalogue
from scenarios.loader import load_text
from scenarios.problem import ScenarioProblems
from scenarios.spec import MonitorSpec, Scenario, WorkerSpec

Fleet = Callable[..., Scenario]


class Mute:
    """A monitor of a stranger's, found by its dotted path."""

    name = "mute"

    def observe(self, event: Event) -> Verdict | None:
        return None


def test_a_known_name_is_found_and_a_typo_gets_the_nearest() -> None:
    assert find("over_need", MONITORS, "monitor") is MONITORS["over_need"]
    with pytest.raises(
        BadInput,
        match=r"is 'over_nede'; there is no such monitor; did you mean 'over_need'",
    ):
        find("over_nede", MONITORS, "monitor")


def test_code_from_elsewhere_is_found_by_dotted_path() -> None:
    assert policy_of(WorkerSpec(policy="subagents.organisms.honest:Honest")).name == "honest"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("no.such.module:Name", "cannot be imported"),
        ("subagents.organisms.honest:Nobody", "cannot be imported"),
        ("subagents.organisms.honest:__doc__", "is not a class or function"),
    ],
)
def test_a_dotted_path_to_nothing_is_bad_input(path: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        find(path, {}, "policy")


def test_what_is_found_must_be_what_is_asked_for() -> None:
    with pytest.raises(BadInput, match="is no policy"):
        policy_of(WorkerSpec(policy="builtins:object"))
    with pytest.raises(BadInput, match="is no monitor"):
        monitors_of(MonitorSpec(name="builtins:object"))


def test_parameters_are_checked_by_name_and_by_value() -> None:
    with pytest.raises(
        BadInput, match=r"over_reserv is no parameter of weak_shard.*'over_reserve'"
    ):
        policy_of(WorkerSpec(policy="weak_shard", parameters={"over_reserv": 0.1}))
    with pytest.raises(BadInput, match="over_need: alpha"):
        monitors_of(MonitorSpec(name="over_need", parameters={"alpha": 2}))
    with pytest.raises(BadInput, match="which takes no parameters"):
        make(Mute, {"pool": 1}, "mute")


def test_a_list_of_pools_shares_one_alpha() -> None:
    spec = MonitorSpec(name="over_need", parameters={"pool": ["fleet", "worker"], "alpha": 0.1})
    both = monitors_of(spec)
    assert [(each.pool, each.alpha) for each in both] == [("fleet", 0.05), ("worker", 0.05)]  # type: ignore[attr-defined]


def test_what_pools_share_must_be_a_probability_itself() -> None:
    spec = MonitorSpec(name="over_need", parameters={"pool": ["fleet", "worker"], "alpha": 1.5})
    with pytest.raises(BadInput, match=r"alpha is 1.5; it is a probability"):
        monitors_of(spec)


@pytest.mark.parametrize("pools", [[], ["fleet", "fleet"]])
def test_a_list_of_pools_names_each_once(pools: list[str]) -> None:
    with pytest.raises(BadInput, match="lists no pool, or one of them twice"):
        monitors_of(MonitorSpec(name="over_need", parameters={"pool": pools}))


def test_a_scenario_with_wrong_names_tells_all_of_them_with_their_lines(tmp_path) -> None:  # type: ignore[no-untyped-def]
    broken = tmp_path / "broken.yaml"
    broken.write_text(
        "scenario: broken\ntask: Work.\nworkers:\n  - honestt\n  - {policy: ratchet, grp: 1}\n"
        "monitors: [over_nede]\n"
    )
    with pytest.raises(ScenarioError) as told:
        load(str(broken))
    message = str(told.value)
    assert "broken.yaml:4:5" in message and "did you mean 'honest'" in message
    assert "broken.yaml:5" in message and "did you mean 'grip'" in message
    assert "broken.yaml:6" in message and "did you mean 'over_need'" in message


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("workers=off", "--set:1:9 workers is 'off'; there is no such policy; known: honest"),
        ("workers=[off]", "--set:1:10 workers[0] is 'off'; there is no such policy; known: honest"),
        ("workers=no_such:Name", "workers is 'no_such:Name', which cannot be imported: Module"),
        ("workers=builtins:object", "workers is 'builtins:object', which is no policy"),
        ("monitors=[{no_such:Name: {}}]", "monitors[0] is 'no_such:Name', which cannot be"),
        ("workers.weak_shard.grp=1", "workers.weak_shard.grp is no parameter of weak_shard, which"),
        (
            "workers.weak_shard.over_reserve=200%",
            "--set:1:33 workers.weak_shard.over_reserve is 2.0; it is",
        ),
    ],
)
def test_a_message_is_a_sentence_that_begins_with_the_path(override: str, sentence: str) -> None:
    with pytest.raises(ScenarioError) as told:
        load("just_in_case", (override,))
    assert sentence in str(told.value)
    assert "1 problem\n" in str(told.value)


def test_code_that_does_not_even_load_is_told_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "half_written_policy.py").write_text("class Mine(:")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(BadInput, match="which cannot be imported: SyntaxError"):
        policy_of(WorkerSpec(policy="half_written_policy:Mine"))


def test_the_roster_is_shuffled_by_the_seed_and_nothing_else(fleet: Fleet) -> None:
    mixed = load("few_bad")
    casts = {seed: [group.policy for _, group in roster_of(mixed, seed)] for seed in (1, 2)}
    assert casts[1] == [group.policy for _, group in roster_of(mixed, 1)]
    assert casts[1] != casts[2]
    assert sorted(casts[1]) == sorted(casts[2])


def test_what_is_sealed_names_everyone(fleet: Fleet) -> None:
    sealed = seal(load("few_bad"), 1)
    assert sum(entry.policy == "weak_shard" for entry in sealed.roster) == 2
    assert Scenario.model_validate(sealed.scenario) == load("few_bad")


def test_a_reference_keeps_families_and_noise_and_changes_the_policy(fleet: Fleet) -> None:
    written = fleet("workers=[{policy: weak_shard, count: 2, over_reserve: 9%, noise: 10%}]")
    honest = everyone(written, "honest")
    assert honest.workers[0].policy == "honest"
    assert honest.workers[0].parameters == {"noise": 0.1}
    assert honest.monitors == ()
    assert roster_of(honest, 4)[0][1].family == roster_of(written, 4)[0][1].family


def test_assemble_casts_every_worker(fleet: Fleet) -> None:
    stage = assemble(fleet(), 1, "r")
    assert list(stage.cast) == ["w01", "w02", "w03"]
    assert stage.log.seq == 0


class Chatty(Log):
    """Tells every fold of every event, whatever kinds it asked for."""

    def listen(self, fold: Fold, *kinds: type[Event]) -> None:
        """Listen to everything."""
        super().listen(fold)


@pytest.mark.parametrize("name", catalogue())
def test_no_fold_misses_a_kind_of_event_that_it_should_ask_for(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = load(name, ("world.rounds=12", "chain.life=5"))
    told = asyncio.run(play(scenario, 3))
    monkeypatch.setattr(compose, "Log", Chatty)
    chatty = asyncio.run(play(scenario, 3))
    assert chatty.log.digest == told.log.digest
    assert chatty.tally.excess == told.tally.excess


def test_a_parameter_that_there_is_not_is_pointed_at_and_not_its_value() -> None:
    text = "scenario: s\ntask: t\nworkers: {policy: weak_shard, over_resrve: 5%}\n"
    with pytest.raises(ScenarioProblems) as caught:
        load_text(text, "s.yaml", (), [compose.problems])
    [fault] = caught.value.problems
    assert (fault.line, fault.column) == (3, 1 + text.splitlines()[2].index("over_resrve"))
    assert fault.excerpt.endswith("^" * len("over_resrve"))
