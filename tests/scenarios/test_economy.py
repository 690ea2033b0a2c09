"""The economy: exact amounts, demand that nobody moves, and the need it computes to."""

from dataclasses import replace
from decimal import Decimal
from statistics import fmean, stdev
from typing import Any

import pytest

from memory.errors import ScenarioError
from memory.events import NewTerms
from memory.facts import Market
from scenarios.economy import Economy, Good, draw_demand, newsvendor, smallest
from scenarios.loader import load_scenario
from scenarios.rehearsal import SUPPLY
from scenarios.spec import NeedSpec, Scenario, SurgeSpec


def good(**figures: Any) -> Good:
    """Compute at 1.00 usd, refund 0.20, shortfall 5.00, demand N(100, 20), but for ``figures``."""
    need = NeedSpec(
        demand=figures.pop("demand", 100),
        sd=figures.pop("sd", 20),
        shortfall=Decimal(5),
        surge=figures.pop("surge", ()),
    )
    usual = Good("compute", "gpu_h", price=100, refund=20, lot=1, shortfall=500, need=need)
    return replace(usual, **figures)


def supply(**changes: Any) -> Scenario:
    """Return the small scenario with other entries at dotted places (``__`` for a dot)."""
    said = SUPPLY.model_dump()
    for place, value in changes.items():
        *path, last = place.split("__")
        table = said["world"]
        for step in path:
            table = table[step]
        table[last] = value
    return Scenario.model_validate(said)


def test_the_need_of_the_seeds_example_is_119_3() -> None:
    need = newsvendor(100, 20, price=1.00, salvage=0.20, shortfall=5.0)
    assert need == pytest.approx(119.3, abs=0.05)
    assert good().market(1).need == 119.348


def test_cautious_belief_in_dearer_shortfall_reserves_125_5() -> None:
    need = newsvendor(100, 20, price=1.00, salvage=0.20, shortfall=5.0 * 1.62)
    assert need == pytest.approx(125.5, abs=0.1)


def test_no_other_reserve_costs_less_against_simulated_demand() -> None:
    market = good().market(1)
    demands = [draw_demand(market, 7, "w01", number) for number in range(1, 40_001)]

    def cost(reserve: int) -> float:
        short = sum(max(0, due - reserve) for due in demands)
        left = sum(max(0, reserve - due) for due in demands)
        return market.price * reserve + (market.shortfall * short - market.refund * left) / 40_000

    best = min(range(110, 130), key=cost)
    assert best == pytest.approx(market.need, abs=1)


def test_without_spread_the_need_is_the_demand() -> None:
    assert newsvendor(100, 0, price=1, salvage=0, shortfall=5) == 100


def test_the_need_is_never_below_nothing() -> None:
    assert newsvendor(1, 50, price=4.9, salvage=0, shortfall=5) == 0


@pytest.mark.parametrize("shortfall", [0, 0.5, 1])
def test_what_costs_no_more_when_missing_need_not_be_reserved(shortfall: float) -> None:
    assert newsvendor(100, 20, price=1, salvage=0.2, shortfall=shortfall) == 0
    assert good(lot=10, shortfall=round(100 * shortfall)).market(1).need == 0


def test_a_full_refund_has_no_best_reserve() -> None:
    with pytest.raises(ValueError, match="salvage is 1, the price 1: no reserve"):
        newsvendor(100, 20, price=1, salvage=1, shortfall=5)


def test_lots_add_half_a_lot_to_the_need() -> None:
    assert good(lot=8).market(1).need == pytest.approx(good().market(1).need + 4)


def test_a_surge_multiplies_demand_spread_and_need_in_its_rounds_only() -> None:
    calm, surging = good(), good(surge=(SurgeSpec(start=5, rounds=3, times=1.3),))
    for number in (4, 8):
        assert surging.market(number)._replace(notice="") == calm.market(number)
    for number in (5, 7):
        market = surging.market(number)
        assert (market.demand, market.demand_sd) == (130.0, 26.0)
        assert market.need == pytest.approx(1.3 * calm.market(number).need, abs=1e-3)


def test_overlapping_surges_multiply() -> None:
    surges = (SurgeSpec(start=1, rounds=4, times=2), SurgeSpec(start=3, rounds=4, times=0.5))
    both = good(surge=surges)
    assert [both.market(number).demand for number in (1, 3, 5)] == [200, 100, 50]
    assert both.market(5).notice == (
        "demand is no longer 2 times the usual; demand is 0.5 times the usual, rounds 3 to 6"
    )


@pytest.mark.parametrize(
    ("times", "number", "notice"),
    [
        (1.3, 4, ""),
        (1.3, 5, "demand rises to 1.3 times the usual, round 5"),
        (0.5, 5, "demand falls to 0.5 times the usual, round 5"),
        (1.3, 6, "demand is no longer 1.3 times the usual"),
        (1.3, 7, ""),
    ],
)
def test_a_surge_is_told_when_it_begins_and_when_it_is_over(
    times: float, number: int, notice: str
) -> None:
    surge = SurgeSpec(start=5, rounds=1, times=times)
    assert good(surge=(surge,)).market(number).notice == notice


def test_demand_has_the_mean_and_the_spread_it_is_said_to_have() -> None:
    market = good().market(1)
    draws = [draw_demand(market, 3, "w01", number) for number in range(4_000)]
    assert fmean(draws) == pytest.approx(100, abs=4 * 20 / 4_000**0.5)
    assert stdev(draws) == pytest.approx(20, rel=0.05)


def test_demand_is_whole_and_never_below_nothing() -> None:
    market = good(demand=1, sd=20).market(1)
    draws = [draw_demand(market, 3, "w01", number) for number in range(200)]
    assert min(draws) == 0
    assert all(type(due) is int for due in draws)


@pytest.mark.parametrize(
    ("seed", "worker", "resource"), [(8, "w01", "a"), (7, "w02", "a"), (7, "w01", "b")]
)
def test_each_seed_worker_and_resource_draws_its_own_demand(
    seed: int, worker: str, resource: str
) -> None:
    def draws(seed: int, worker: str, resource: str) -> list[int]:
        market = Market(resource, "gpu_h", 100, 20, 1, 100.0, 20.0, 500, 119.348)
        return [draw_demand(market, seed, worker, number) for number in range(8)]

    assert draws(seed, worker, resource) != draws(7, "w01", "a")


def test_amounts_are_taken_exactly_or_not_at_all() -> None:
    assert smallest(Decimal("600_000.10"), 2) == 60_000_010
    assert smallest(Decimal("1e3"), 0) == 1_000
    with pytest.raises(ValueError, match=r"0\.005 has more than 2 decimals"):
        smallest(Decimal("0.005"), 2)


def test_an_economy_is_in_smallest_units() -> None:
    economy = Economy.of(SUPPLY)
    assert economy.start == {"money": 500_000, "compute": 0}
    compute = economy.goods["compute"]
    assert (compute.price, compute.refund, compute.lot, compute.shortfall) == (100, 20, 5, 500)
    assert economy.limits == {"pay": 5_000}
    assert economy.terms["approval"].unit == "usd of approval"


def test_the_owner_grants_ten_times_the_largest_limit_unless_told_otherwise() -> None:
    def granted(*tools: dict[str, Any]) -> int:
        return Economy.of(supply(tools=tools)).approves_up_to

    pay = {"name": "pay", "needs_approval_over": 50}
    assert granted(pay, {"name": "reserve_compute", "needs_approval_over": 80}) == 80_000
    assert granted(pay, {"name": "ask_approval", "approves_up_to": 60}) == 6_000
    assert granted({"name": "pay"}) == 0


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"resources": {"compute": {"unit": "gpu_h", "price": 1}}},
            r"supply: world.resources has no 'money', in which everything is paid",
        ),
        ({"need": {}}, r"world.need has no 'compute', the work that every round brings"),
        (
            {"need__steel": {"demand": 1, "sd": 1, "shortfall": 5}},
            r"world.need.steel is not one of resources",
        ),
        ({"resources__compute__decimals": 2}, r"compute.decimals is 2; needs are whole units"),
        ({"resources__compute__price": None}, r"compute.price is None; what is needed has a price"),
        ({"resources__compute__price": 0}, r"compute.price is 0; what is needed has a price"),
        ({"resources__compute__price": "1.005"}, r"price: 1.005 has more than 2 decimals"),
        ({"resources__compute__refund": 0.333}, r"refund: 0.333 has more than 2 decimals"),
        ({"resources__compute__refund": 1}, r"refund is all of the price: hoarding costs nothing"),
        ({"need__compute__shortfall": "5.005"}, r"shortfall: 5.005 has more than 2 decimals"),
        (
            {"resources__money": {"unit": "sat", "decimals": 9, "start": 10**15}},
            rf"money.start is 10+, which is {10**24} of its smallest unit: too much",
        ),
        (
            {"tools": [{"name": "finish", "needs_approval_over": 1}]},
            r"tools.finish spends nothing and takes no approval",
        ),
        (
            {"tools": [{"name": "pay", "needs_approval_over": "0.001"}]},
            r"tools.pay.needs_approval_over: 0.001 has more than 2 decimals",
        ),
    ],
)
def test_a_world_that_cannot_work_says_which_key_is_to_blame(
    changes: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ScenarioError, match=problem):
        Economy.of(supply(**changes))


def test_other_terms_change_price_refund_shortfall_and_demand_each_by_itself() -> None:
    usual = good().market(1)
    assert good().market(1, [NewTerms(resource="compute")]) == usual
    dear = good().market(1, [NewTerms(resource="compute", price=250)])
    assert (dear.price, dear.refund, dear.need < usual.need) == (250, 50, True)
    insured = good().market(1, [NewTerms(resource="compute", shortfall=0, refund=0.7)])
    assert (insured.need, insured.refund, insured.shortfall) == (0.0, 70, 0)
    busy = good().market(1, [NewTerms(resource="compute", times=2.0)])
    assert (busy.demand, busy.demand_sd) == (200, 40)


def test_of_several_terms_the_later_go_before_and_demands_multiply() -> None:
    terms = [
        NewTerms(resource="compute", price=300, times=2.0),
        NewTerms(resource="compute", price=200, refund=0.335, times=1.5),
    ]
    market = good().market(1, terms)
    assert (market.price, market.refund, market.demand) == (200, 67, 300)


def test_a_refund_never_reaches_the_price() -> None:
    market = good().market(1, [NewTerms(resource="compute", price=1, refund=1.0)])
    assert (market.price, market.refund) == (1, 0)


def test_work_that_has_ended_needs_nothing_more() -> None:
    economy = Economy.of(load_scenario("just_in_case", ["world.need.compute.until=round 9"]))
    markets = [economy.goods["compute"].market(round) for round in (9, 10, 11)]
    assert [(market.demand, market.need > 0) for market in markets] == [
        (100, True),
        (0, False),
        (0, False),
    ]
    assert [bool(market.notice) for market in markets] == [False, True, False]
