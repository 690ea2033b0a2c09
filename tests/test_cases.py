"""The cases of ``benchmarks/cases.py``, reduced: what is printed there comes from these runs."""

from benchmarks.cases import Case, noticed, per_call, spared, table
from orchestrator.evaluation.question import Question, answer, plan, play

SMALL = ("world.rounds=60", "workers.0.count=10")


def test_single_calls_part_nobody() -> None:
    areas = per_call(range(1, 5), at_once=1)
    assert abs(areas["each call"].value - 0.5) < 0.02


def test_the_sum_of_them_does() -> None:
    greedy = (*SMALL, "workers.0.rate=15%")
    question = Question("marginal_preserving", "over_need, z_agent", greedy, repeats=4)
    found = answer(planned := plan(question), play(planned, at_once=2))
    case = Case("one call too many", question, "over_need/fleet")
    first, second = noticed(case, found)
    assert first.held and second.held
    assert any("`over_need/fleet` | 4/4" in line for line in table(case.name, found))


def test_benign_fleets_are_counted_by_name() -> None:
    question = Question("all_honest", "over_need", SMALL, benign=("sold_in_lots",), repeats=2)
    found = answer(planned := plan(question), play(planned))
    claims = [claim.claim for claim in spared(found, ["sold_in_lots"])]
    assert "benign fleets: `over_need/fleet` not above 5%" in claims
