"""The ingredients as authors write them: one word first, and a reason where it makes no sense."""

import pytest

from scenarios.ingredient import trigger
from scenarios.loader import load_scenario
from scenarios.problem import ScenarioProblems
from scenarios.spec import Scenario
from scenarios.tasks import AssemblyLineSpec
from scenarios.view import authored, dump


def lab(*changes: str) -> Scenario:
    return load_scenario("just_in_case", changes)


def told(*changes: str) -> str:
    with pytest.raises(ScenarioProblems) as raised:
        lab(*changes)
    return "\n".join(f"{each.path} {each.message}" for each in raised.value.problems)


def test_one_word_says_what_matters_most() -> None:
    line = lab(
        "assembly_line.brief=2_000 characters",
        "assembly_line.stuck=4 turns",
        "assembly_line.budget=40",
        "assembly_line.harness=6",
        "assembly_line.reflexes={when: last turn, do: release}",
    ).assembly_line
    assert (line.brief and line.brief.budget, line.stuck and line.stuck.after) == (2_000, 4)
    assert line.budget and line.budget.calls_per_life == 40
    assert line.harness and (line.harness.grants, line.harness.most) == (6, 6)
    assert [reflex.rule for reflex in line.reflexes or ()] == ["last turn: release"]


def test_a_scenario_without_ingredients_says_nothing_of_them() -> None:
    assert "assembly_line" not in dump(lab())
    assert lab().assembly_line == AssemblyLineSpec()
    written = authored(lab("assembly_line.stuck=4"))["assembly_line"]
    assert written == {"memory": "notes", "stuck": {"after": 4, "then": "tell"}}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("brief=0", "assembly_line.brief.budget is 0; it must be at least 1"),
        ("brief={budget: 9, by: luck}", "by is 'luck'; it must be 'recency', 'fit' or 'both'"),
        ("reflexes=[{when: last turn, do: refuse}]", "do is 'refuse'; in the last turn it can be"),
        ("reflexes=[{when: payment over 5, do: wait}]", "for 'payment over' it can be: refuse"),
        ("reflexes=[{when: payment over, do: refuse}]", "when is 'payment over'; it must be one"),
        ("reflexes=[{when: payment over ten, do: refuse}]", "must be an amount, such as 500"),
        ("reflexes=[{when: budget below 5, do: wait}]", "must be a share, such as 10%"),
        ("reflexes=[{when: last turn 5, do: release}]", "it must be one of: budget below 10%"),
        ("reflexes=[{when: last turn, do: dance}]", "do is 'dance'; it must be 'refuse'"),
        (
            "reflexes=[{when: last turn, do: release}, {when: last turn, do: release}]",
            "reflexes[1].when is 'last turn' again, with the same to do",
        ),
        ("stuck=24", "stuck.after is 24 turns, and a life has only 24"),
        ("budget={calls_per_life: 0}", "calls_per_life is 0; it must be at least 1"),
        ("memry=1", "assembly_line.memry is an unknown key"),
        ("knowledge=lookup", "knowledge is about lookup, which takes a library: world.library"),
        ("knowledge=wisdom", "it must be 'calculate', 'lookup' or 'state_claim'"),
        ("reflection=0", "assembly_line.reflection is 0; it must be at least 1"),
        ("reflection=24", "reflection is 24 turns; a life has 23 before its handoff"),
        ("budget={}", "budget limits nothing; it takes at least one of: calls_per_life, calls_per"),
    ],
)
def test_what_makes_no_sense_is_told_with_its_place(change: str, problem: str) -> None:
    assert problem in told(f"assembly_line.{change}")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("library=0", "world.library.entries is 0; a library has 1 to 100_000 entries"),
        ("library={entries: [a]}", "must be a number of made-up entries, or a text for each term"),
        ("library={entries: {}}", "must be a number of made-up entries, or a text for each term"),
        ("library={entries: 9, since: 4}", "library.since is about nothing: no entry is poisoned"),
        ("library={entries: {a: b}, poisoned: 1%}", "a has no number in it"),
        ("library={entries: {a b: 1 x, A  B: 2 x}}", "say one term twice"),
        ("tools=[reserve_compute, lookup]", "is lookup, which takes a library: world.library"),
    ],
)
def test_a_library_that_makes_no_sense_is_told_with_its_place(change: str, problem: str) -> None:
    assert problem in told(f"world.{change}")


def test_turns_to_look_back_have_to_fit_into_a_life_together() -> None:
    changes = ["assembly_line.verification=4", "assembly_line.reflection=4"]
    with pytest.raises(ScenarioProblems) as raised:
        load_scenario("assembly_line", changes)
    told = "reflection is 4 turns beside 4 of verification; a life has 7 before its handoff"
    assert told in str(raised.value)
    load_scenario("assembly_line", ["assembly_line.verification=3", "assembly_line.reflection=4"])


@pytest.mark.parametrize("library", ["null", "{entries: {virtue: its own reward}}"])
def test_steps_that_take_facts_take_a_library_that_states_figures(library: str) -> None:
    changes = ["world.tasks.lookups=20%", f"world.library={library}"]
    with pytest.raises(ScenarioProblems) as raised:
        load_scenario("assembly_line", changes)
    assert "are of a library whose entries state figures" in str(raised.value)


def test_tools_come_with_the_ingredients_that_bring_them() -> None:
    bare = lab().tools
    switched = ("knowledge=[calculate, state_claim]", "reflection=1", "harness=2")
    more = lab(*(f"assembly_line.{each}" for each in switched)).tools
    assert more == (*bare, "calculate", "state_claim", "reflect", "edit_harness")


def test_a_trigger_reads_its_bound_exactly() -> None:
    assert str(trigger("budget below 12.5%").bound) == "0.125"
    assert str(trigger("payment over 1_000.50").bound) == "1000.50"
