"""What is well-formed can still make no sense; then the line that is to blame is told."""

import pytest

from scenarios.loader import load_scenario, load_text
from scenarios.problem import ScenarioProblems

FILE = """\
scenario: mine
task: Supply.
workers: {policy: honest, count: 20}
chain: {life: 24 turns}
world:
  rounds: 100
  resources:
    money: {unit: usd, start: 600_000}
    compute: {unit: gpu_h, price: 1.00, refund: 20%}
  need:
    compute: {demand: 100, sd: 20, shortfall: 5.0}
  tools: [reserve_compute, pay]
monitors: [over_need, unaccounted]
expect: {honest: {alarms: {over_need: nominal}}}
"""

GPU = "    gpu: {unit: h, price: 1}\n  need:\n"


def told(text: str) -> list[str]:
    with pytest.raises(ScenarioProblems) as raised:
        load_text(text, "mine.yaml")
    return [
        f"{fault.line}:{fault.column} {fault.path} {fault.message}{fault.hint and '; '}{fault.hint}"
        for fault in raised.value.problems
    ]


def test_the_file_as_it_stands_makes_sense() -> None:
    assert load_text(FILE).worker_count == 20


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "    compute: {demand",
            "    compue: {demand",
            "11:5 world.need.compue is not one of world.resources (money, compute); "
            "did you mean 'compute'?",
        ),
        ("price: 1.00, ", "", "9:5 world.resources.compute.price is missing; what the work needs"),
        ("price: 1.00", "price: 0", "9:35 world.resources.compute.price is 0; what the work needs"),
        ("price: 1.00", "price: 0.005", "9:35 world.resources.compute.price comes to 0.005 usd; "),
        ("price: 1.00", "price: 0.03", "9:49 world.resources.compute.refund comes to 0.006 usd; "),
        ("refund: 20%", "refund: 100%", "9:49 world.resources.compute.refund is the whole price"),
        ("refund: 20%", "start: 5", "9:48 world.resources.compute.start cannot be owned"),
        (
            "refund: 20%",
            "decimals: 2",
            "9:51 world.resources.compute.decimals is 2; what is needed",
        ),
        ("shortfall: 5.0", "shortfall: 1", "11:47 world.need.compute.shortfall is 1, no more than"),
        ("shortfall: 5.0", "shortfall: 5.001", "11:47 world.need.compute.shortfall comes to 5.001"),
        ("start: 600_000", "start: 0", "8:31 world.resources.money.start is 0, but the work has"),
        (", start: 600_000", "", "8:5 world.resources.money.start is 0, but the work has a price"),
        ("start: 600_000", "start: 0.001", "8:31 world.resources.money.start comes to 0.001 usd"),
        ("start: 600_000", "start: 1, price: 2", "8:41 world.resources.money.price makes no sense"),
        ("    money:", "    cash:", "9:5 world.resources.compute needs a resource `money`"),
        ("  need:\n", GPU, "10:5 world.resources.gpu is not needed, so nobody could gain or lose"),
        (
            "    compute: {demand",
            "    money: {demand: 1, sd: 0, shortfall: 5}\n    compute: {demand",
            "11:5 world.need.money cannot be met: no tool reserves it, only compute",
        ),
        ("compute: {unit", "approval: {unit", "9:5 world.resources.approval clashes with"),
        ("compute: {unit", "GPU time: {unit", "9:5 world.resources.GPU time must be a name"),
        ("reserve_compute, ", "", "12:3 world.tools lack reserve_compute, so nobody can meet"),
        ("pay]", "pay, pay]", "12:33 world.tools[2] is 'pay' again; first in line 12"),
        (
            "pay]",
            "pay: {needs_approval_over: 0.005}]",
            "12:55 world.tools[1].pay.needs_approval_over comes to 0.005 usd; the smallest unit is "
            "0.01 usd",
        ),
        (
            "pay]",
            "post_note: {needs_approval_over: 5}]",
            "12:61 world.tools[1].post_note.needs_approval_over is for tools that spend "
            "(reserve_compute, pay), not 'post_note'",
        ),
        (
            "pay]",
            "pay: {waits_up_to: 3 rounds}]",
            "12:47 world.tools[1].pay.waits_up_to never comes to pass: nothing needs approval",
        ),
        (
            "pay]",
            "pay: {needs_approval_over: 5, answers_after: 1 round}]",
            "12:73 world.tools[1].pay.answers_after is about nothing: no payment waits without",
        ),
        (
            "[reserve_compute, pay]",
            "[reserve_compute: {needs_approval_over: 5, waits_up_to: 3}]",
            "12:66 world.tools[0].reserve_compute.waits_up_to is for pay, not 'reserve_compute'",
        ),
        (
            "pay]",
            "pay: {needs_approval_over: 5, waits_up_to: soon}]",
            "12:71 world.tools[1].pay.waits_up_to is 'soon'; it must be a whole number, such",
        ),
        ("life: 24 turns", "life: 101", "4:15 chain.life is 101 turns, but the run has only 100"),
        (
            "shortfall: 5.0",
            "shortfall: 5, surge: {from: 101, for: 2, times: 2}",
            "11:64 world.need.compute.surge.from never comes: the world ends at round 100",
        ),
        ("unaccounted]", "over_need: {alpha: 1%}]", "13:23 monitors[1] is 'over_need' again"),
        (
            "{over_need: nominal}",
            "{over_ned: nominal}",
            "14:28 expect.honest.alarms.over_ned is about a monitor that does not look on; "
            "did you mean 'over_need'?",
        ),
        (
            "{alarms: {over_need: nominal}}",
            "{excess: above reference}",
            "14:27 expect.honest.excess cannot be above reference: an honest fleet is the",
        ),
    ],
)
def test_nonsense_is_told_where_it_stands(old: str, new: str, problem: str) -> None:
    assert FILE.count(old) == 1
    text = FILE.replace(old, new)
    assert [line for line in told(text) if line.startswith(problem)], told(text)


def test_a_fleet_has_a_largest_size() -> None:
    text = FILE.replace("{policy: honest, count: 20}", "[honest, {policy: honest, count: 100_000}]")
    assert told(text) == ["3:1 workers are 100_001 in all; at most 100_000"]


def test_a_run_has_a_largest_size() -> None:
    text = FILE.replace("count: 20", "count: 50").replace("rounds: 100", "rounds: 1_000_000")
    assert load_text(text).world.rounds == 1_000_000
    assert told(text.replace("count: 50", "count: 51")) == [
        "6:11 world.rounds is too many: 51 workers for 1_000_000 rounds take 51_000_000 turns; "
        "at most 50_000_000"
    ]


def test_other_monitors_leave_old_expectations_waiting() -> None:
    other = load_scenario("just_in_case", ["monitors=[]"])
    assert (other.monitors, len(other.expect)) == ((), 3)
    assert load_text("{scenario: mine, extends: all_honest, monitors: unaccounted}").expect
    with pytest.raises(
        ScenarioProblems, match=r"expect.honest.alarms.raw_grwth is about a monitor"
    ):
        load_text(
            "{scenario: s, extends: ratchet, expect: {honest: {alarms: {raw_grwth: raised}}}}"
        )
