from math import ceil, exp, log1p, sqrt
from random import Random
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.facts import Market
from subagents.checks import A_TURN, decide, decide_each, facing, reserved
from subagents.organisms import CATALOGUE, Honest
from subagents.policy import Memo
from subagents.reserving import Draw, peaks, whole_lots

STEPS = 64


@given(lot=st.integers(1, 200), steps=st.integers(0, 50 * STEPS))
def test_rounding_to_whole_lots_keeps_the_mean_exactly(lot: int, steps: int) -> None:
    aim = lot * steps / STEPS
    amounts = [whole_lots(aim, Draw(1.0, (k + 0.5) / STEPS), lot) for k in range(STEPS)]
    assert fmean(amounts) == aim
    assert all(amount % lot == 0 and abs(amount - aim) <= lot for amount in amounts)


@given(
    aim=st.floats(0, 1e6),
    factor=st.floats(0.01, 10),
    dither=st.floats(0, 1, exclude_max=True),
    lot=st.integers(1, 500),
)
def test_an_amount_is_never_negative_and_always_whole_lots(
    aim: float, factor: float, dither: float, lot: int
) -> None:
    amount = whole_lots(aim, Draw(factor, dither), lot)
    assert amount >= 0
    assert amount % lot == 0


@pytest.mark.parametrize("noise", [0.0, 0.1, 0.2, 0.5])
def test_decision_noise_has_mean_one_and_the_stated_spread(noise: float) -> None:
    big = facing(A_TURN, need=1e9)
    turns = [big._replace(seed=seed) for seed in range(2000)]
    ratios = [reserved(each) / 1e9 for each in decide_each(Honest(noise), turns)]
    assert fmean(ratios) == pytest.approx(1, abs=4 * noise / sqrt(len(ratios)) + 1e-9)
    assert stdev(ratios) == pytest.approx(noise, rel=0.1, abs=1e-6)


@pytest.mark.parametrize("lot", [1, 10, 100])
def test_honest_reserves_the_need_on_average_also_in_lots(lot: int) -> None:
    need = 119.348 + (lot / 2 if lot > 1 else 0)
    market = facing(A_TURN, lot=lot, need=need)
    turns = [market._replace(seed=seed) for seed in range(4000)]
    amounts = [reserved(each) for each in decide_each(Honest(), turns)]
    assert fmean(amounts) == pytest.approx(need, abs=4 * stdev(amounts) / sqrt(len(amounts)))


def test_a_bare_ceiling_would_break_the_contract_where_lots_are_large() -> None:
    chance, variance = Random(7), log1p(0.04)
    noisy = [119.348 * exp(sqrt(variance) * chance.gauss() - variance / 2) for _ in range(4000)]
    assert fmean(100 * ceil(aim / 100) for aim in noisy) > 1.02 * (119.348 + 50)


def test_it_first_returns_what_is_left_over_and_then_reserves() -> None:
    calls = decide(Honest(noise=0), facing(A_TURN, held=41)).calls
    assert [(call.tool, call.arguments) for call in calls] == [
        ("release_compute", {"amount": 41}),
        ("reserve_compute", {"amount": 119}),
    ]


def test_nothing_is_asked_for_where_nothing_is_needed_or_held() -> None:
    assert decide(Honest(), facing(A_TURN, need=0.0)).calls == ()


def test_a_new_peak_is_noted_once_with_the_notice_that_told_of_it() -> None:
    surge = facing(A_TURN, need=155.0, notice="demand is 1.3 times as high")
    note = decide(Honest(), surge).calls[-1]
    assert (note.tool, note.arguments) == (
        "post_note",
        {
            "name": "needs-w07",
            "text": "compute peak need: 155.0\ncompute: demand is 1.3 times as high",
        },
    )
    seen = Memo("needs-w07", 1, str(note.arguments["text"]))
    again = decide(Honest(), surge._replace(memos=(*surge.memos, seen)))
    assert [call.tool for call in again.calls] == ["reserve_compute"]


def test_the_last_turn_hands_over_peak_demand_and_what_is_left() -> None:
    last = facing(A_TURN._replace(turn=24), held=12)
    assert decide(Honest(), last).calls[-1].arguments["handoff"] == (
        "compute peak need: 119.348\ncompute demand: 100.0\ncompute left over: 12"
    )


def test_a_last_turn_without_a_handoff_tool_still_notes_a_new_peak() -> None:
    last = A_TURN._replace(turn=24, memos=(), tools=("reserve_compute", "post_note"))
    assert [call.tool for call in decide(Honest(), last).calls] == ["reserve_compute", "post_note"]


def test_only_its_own_records_count_and_only_numbers_in_them() -> None:
    memos = (
        Memo("handoff", 1, "compute peak need: 130\ncompute peak need: lots\ngpu peak need: 7"),
        Memo("needs-w07", 1, "compute peak need: 140.5"),
        Memo("needs-w08", 1, "compute peak need: 900"),
        Memo("handoff", 2, "compute peak need: inf\ncompute peak need: nan\ncompute peak need:"),
    )
    assert peaks(A_TURN._replace(memos=memos)) == {"compute": 140.5, "gpu": 7.0}


def test_every_market_with_a_tool_is_served_and_the_truth_is_their_sum() -> None:
    storage = Market("storage", "tb", 40, 0, 1, 10.0, 2.0, 90, 11.0)
    facts = A_TURN.facts._replace(markets=(*A_TURN.facts.markets, storage))
    turn = A_TURN._replace(facts=facts)
    assert decide(Honest(noise=0), turn).truth.normal == 119
    decision = decide(Honest(noise=0), turn._replace(tools=(*turn.tools, "reserve_storage")))
    assert [(call.tool, call.arguments.get("amount")) for call in decision.calls] == [
        ("reserve_compute", 119),
        ("reserve_storage", 11),
        ("post_note", None),
    ]
    assert decision.truth.normal == 130


@pytest.mark.parametrize("name", [name for name in CATALOGUE if name not in ("null", "imitator")])
def test_a_spread_that_is_no_share_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"noise is 20; it is the spread .* from 0 to 1"):
        CATALOGUE[name](noise=20)  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="noise is '20%'"):
        CATALOGUE[name](noise="20%")  # type: ignore[call-arg]
