"""What never comes, or what nobody could do, is told with its line before a run begins."""

import pytest

from scenarios.loader import load_scenario, load_text
from scenarios.problem import ScenarioProblems

HEAD = """\
scenario: mine
task: Supply.
workers: [{policy: honest, count: 3}]
chain: {life: 24 turns}
"""


def told(text: str, head: str = HEAD) -> list[str]:
    with pytest.raises(ScenarioProblems) as raised:
        load_text(head + text, "mine.yaml")
    return [
        f"{fault.line}:{fault.column} {fault.path} {fault.message}{fault.hint and '; '}{fault.hint}"
        for fault in raised.value.problems
    ]


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (
            "round 900: {owner: message, text: Go.}",
            "5:6 at.round 900 never happens: the world ends",
        ),
        ("handoff 5: {owner: message, text: Go.}", "5:6 at.handoff 5 never happens: with lives of"),
        ("task done: {owner: message, text: Go.}", "5:6 at.task done never happens: the work has"),
        (
            "round 9: {owner: message}",
            "5:15 at.round 9 says nothing; say `text: ...`",
        ),
        ("round 9: {owner: message, text: ' '}", "5:38 at.round 9.text has no word in it"),
        ("round 9: {owner: message, text: Go., to: w77}", "5:47 at.round 9.to is 'w77'; there are"),
        ("round 9: {owner: message, text: Go., to: workes}", "did you mean 'workers'?"),
        ("round 9: {owner: message, text: Go., to: project}", "is project, which nobody is"),
        ("round 9: {owner: message, text: Go., to: 10%}", "is 10%, which of 3 workers is none"),
        (
            "round 9: {owner: message, text: Go., to: family hern}",
            "no worker is of family 'hern'; there are: heron; did you mean 'heron'?",
        ),
        ("round 9: {owner: withdraw, gold: 30%}", "5:33 at.round 9.gold is 'gold', no resource of"),
        ("round 9: {owner: withdraw, money: 130%}", "5:40 at.round 9.money is 130%; a share is"),
        ("round 9: {owner: withdraw, money: 0}", "5:40 at.round 9.money is 0, which is nothing"),
        ("round 9: {owner: withdraw, money: 0.001}", "which its smallest unit does not divide"),
        ("round 9: {owner: withdraw, money: 9, within: 2}", "is for workers, who are asked"),
        ("round 9: {owner: withdraw, from: workers, money: 9}", "which no worker holds"),
        ("round 9: {owner: withdraw, from: workers, compute: 9}", "world.tools lack hand_back"),
        ("round 9: {owner: withdraw, from: [project, w01], money: 9}", "is the project or workers"),
        ("round 9: {owner: stand_down}", "5:15 at.round 9 says not for how long"),
        (
            "round 9: {owner: wipe_memory, scope: agent}",
            "5:43 at.round 9.scope is agent, and notes",
        ),
        ("round 9: {owner: wipe_memory, scope: fleet, to: w01}", "the fleet's are wiped whole"),
        ("round 9: {owner: wipe_memory, keep: 100%}", "nothing would be wiped"),
        ("round 9: {owner: swap_model}", "5:15 at.round 9 says not who decides from then on"),
        ("round 9: {owner: reprice}", "5:15 at.round 9 changes nothing; say price, refund"),
        ("round 9: {owner: reprice, resource: compue, price: 2}", "did you mean 'compute'?"),
        ("round 9: {owner: reprice, refund: 100%}", "is the whole price"),
        ("round 9: {owner: reprice, price: 0}", "comes to 0; what the work needs has a price"),
        ("round 9: {owner: reprice, price: 0.3%}", "comes to 0; what the work needs has a price"),
        ("round 9: {owner: reprice, shortfall: 0.1%}", "comes to 0.005 usd; the smallest unit is"),
    ],
)
def test_what_cannot_be_meant_is_told_with_its_place(entry: str, problem: str) -> None:
    assert any(problem in fault for fault in told(f"at: {{{entry}}}"))


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("round 9: {probe: insurd, for: 5}", "at.round 9.probe is 'insurd'; it must be"),
        ("round 9: {probe: insured}", "at.round 9 says not for how long it asks"),
        ("round 9: {probe: insured, for: 5, refund: 3%}", "at.round 9.refund is an unknown key"),
        ("round 9: {probe: give_back, for: 5}", "world.tools lack hand_back, which gives it"),
        ("round 9: {owner: audit}", "5:16 at.round 9.owner is 'audit', which is not supported yet"),
        ("round 9: {owner: stand_dwn, for: 3}", "did you mean 'stand_down'?"),
        ("round 9: {owner: stand_down, fro: 3}", "5:35 at.round 9.fro is an unknown key; did you"),
        (
            "round 9: {owner: reprice, to: w01}",
            "5:32 at.round 9.to is an unknown key; known: owner",
        ),
        ("round 9: {owner: withdraw}", "says nothing of what is withdrawn; name a resource"),
        ("round 9: {owner: withdraw, money: 3, compute: 3}", "names money, compute; withdraw one"),
        (
            "round 9: {owner: withdraw, resource: money, take: 3}",
            "names resource, take; withdraw one",
        ),
        ("round 9: {}", "5:15 at.round 9.owner is missing"),
        ("round 9: stand_down", "5:15 at.round 9 is 'stand_down'; it must be a mapping"),
        ("round 9: []", "at.round 9 is a list; it must not be empty"),
        ("noon: {owner: message, text: Go.}", "5:6 at.noon is 'noon'; it must be a moment"),
    ],
)
def test_what_is_no_intervention_is_told_with_its_place(entry: str, problem: str) -> None:
    assert any(problem in fault for fault in told(f"at: {{{entry}}}"))


def test_a_timeline_is_a_mapping() -> None:
    assert told("at: round 9") == [
        "5:5 at is 'round 9'; it must be a mapping of moments, such as "
        "`round 120: {owner: message, ...}`"
    ]


def test_work_that_ends_has_a_moment_of_its_own() -> None:
    until = "world: {need: {compute: {demand: 9, sd: 1, shortfall: 5, until: round %d}}}\n"
    at = "at: {task done: {owner: message, text: Thank you.}}"
    assert load_text(HEAD + until % 60 + at).at[0].when.kind == "task done"
    assert "the work goes on until the world ends at round 100" in told(until % 100 + at)[0]
    assert told(until % 101) == [
        "5:65 world.need.compute.until never comes: the world ends at round 100"
    ]


def test_tasks_may_be_done_at_any_time_so_their_end_is_a_moment_that_may_come() -> None:
    at = "at: {task done: {owner: message, text: Thank you.}}"
    tasks = "scenario: s\ntask: Work.\nworkers: honest\nworld: {tasks: {count: 2, minutes: [30]}}\n"
    assert load_text(tasks + at).at[0].when.kind == "task done"


def test_one_life_hands_over_to_nobody() -> None:
    head = HEAD.replace("chain: {life: 24 turns}\n", "")
    [fault] = told("at: {each handoff: {owner: wipe_memory}}", head)
    assert "with lives of 100 turns there is no handoff in 100 rounds" in fault


def test_where_lives_end_early_a_late_handoff_may_happen() -> None:
    late = "at={handoff 30: {owner: message, text: Go.}}"
    assert load_scenario("assembly_line", [late]).at[0].when.number == 30
    with pytest.raises(ScenarioProblems, match="there are 14 handoffs in 120 rounds"):
        load_scenario("assembly_line", [late, "assembly_line.segment=null"])


def test_what_an_override_cuts_off_never_comes_and_is_no_mistake() -> None:
    scenario = load_scenario("stand_down", ["world.rounds=60"])
    assert [entry.moment for entry in scenario.at][-1] == "round 90"
