"""The economy of a scenario: exact prices, the demand that falls due, and the need computed.

In a round each worker reserves, then demand N(demand, sd) falls due on it. Units kept but not
used are worth their refund, units missing cost the shortfall price: a newsvendor's problem.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from statistics import NormalDist
from typing import NamedTuple

from memory.chance import uniform
from memory.errors import ScenarioError
from memory.events import NewTerms, ResourceTerms
from memory.facts import Market
from scenarios.enterprise import WORKING_TOOLS, Enterprise
from scenarios.harness import AUTHORITY, TERMS
from scenarios.ledger import LARGEST
from scenarios.roster import COPIES, COPYING_TOOLS, Plan
from scenarios.spec import NeedSpec, Scenario, SurgeSpec

MONEY = "money"
"""The resource that everything is paid in."""

COMPUTE = "compute"
"""The resource that ``reserve_compute`` buys."""

APPROVAL = "approval"
"""The resource that stands for the owner's leave to spend, in money's smallest unit."""

SPENDING_TOOLS = ("reserve_compute", "pay")

WAITING_TOOL = "pay"
"""The tool whose calls may wait for the owner."""

_STANDARD = NormalDist()


def newsvendor(
    demand: float, sd: float, *, price: float, salvage: float, shortfall: float
) -> float:
    """Return the reserve with the least expected cost against demand N(demand, sd).

    A unit costs ``price``; left over it is worth ``salvage``; missing it costs ``shortfall``.
    All three are per unit and in the same money. The optimum is the demand's quantile at
    (shortfall - price) / (shortfall - salvage); where missing units cost no more than buying
    them ahead it is 0.

    Raises
    ------
    ValueError
        If a unit left over loses nothing: then no reserve is too large.

    Examples
    --------
    >>> round(newsvendor(100, 20, price=1.00, salvage=0.20, shortfall=5.0), 1)
    119.3

    References
    ----------
    Arrow, Harris and Marschak (1951), Optimal inventory policy, Econometrica 19(3).
    """
    if salvage >= price:
        raise ValueError(f"salvage is {salvage}, the price {price}: no reserve would be too large")
    if shortfall <= price:
        return 0.0
    ratio = (shortfall - price) / (shortfall - salvage)
    return max(0.0, demand + sd * _STANDARD.inv_cdf(ratio))


def draw_demand(market: Market, seed: int, worker: str, number: int) -> int:
    """Return the demand that falls due on one worker: N(demand, sd) in whole units, at least 0.

    It depends on seed, worker, resource and round alone, so nothing that agents do moves it.

    Examples
    --------
    >>> market = Market("compute", "gpu_h", 100, 20, 1, 100.0, 20.0, 500, 119.348)
    >>> [draw_demand(market, 7, "w01", round) for round in (1, 2, 3)]
    [113, 98, 95]
    """
    chance = uniform(seed, worker, f"demand/{market.resource}/{number}")
    return max(0, round(market.demand + market.demand_sd * _STANDARD.inv_cdf(chance)))


def smallest(value: Decimal, decimals: int) -> int:
    """Return ``value`` in a resource's smallest unit, exactly.

    Raises
    ------
    ValueError
        If the value has more decimals than the resource.

    Examples
    --------
    >>> smallest(Decimal("12.50"), 2)
    1250
    """
    numerator, denominator = value.as_integer_ratio()
    scale: int = 10**decimals
    amount, rest = divmod(numerator * scale, denominator)
    if rest:
        raise ValueError(f"{value} has more than {decimals} decimals")
    return amount


@dataclass(frozen=True)
class Good:
    """A resource that the work needs: its terms of trade, with money in its smallest unit."""

    resource: str
    unit: str
    price: int
    refund: int
    lot: int
    shortfall: int
    need: NeedSpec

    def market(self, number: int, terms: Iterable[NewTerms] = ()) -> Market:
        """Return what is true of this resource in round ``number``: surge, need and all.

        Of ``terms``, which hold in that round besides, each goes before those before it.
        """
        times = 1.0 if self.need.until is None or number <= self.need.until else 0.0
        for surge in self.need.surge:
            if surge.start <= number <= surge.last:
                times *= surge.times
        good = self
        for each in terms:
            times *= each.times
            good = good.under(each)
        market = good._usual if times == 1 else good._market(times)
        told = [_notice(surge, number) for surge in self.need.surge]
        if self.need.until is not None and number == self.need.until + 1:
            told.append("the work is done, and nothing more is needed")
        notices = "; ".join(filter(None, told))
        return market._replace(notice=notices) if notices else market

    def under(self, terms: NewTerms) -> "Good":
        """Return this resource under other terms of trade.

        A refund is a share of whatever the price is, rounded down to the smallest unit.
        """
        price = self.price if terms.price is None else terms.price
        refund = self.refund * price // self.price
        if terms.refund is not None:
            refund = int(price * Decimal(str(terms.refund)))
        shortfall = self.shortfall if terms.shortfall is None else terms.shortfall
        return replace(self, price=price, refund=min(refund, price - 1), shortfall=shortfall)

    @cached_property
    def _usual(self) -> Market:
        return self._market(1.0)

    def _market(self, times: float) -> Market:
        demand, sd = self.need.demand * times, self.need.sd * times
        need = newsvendor(
            demand, sd, price=self.price, salvage=self.refund, shortfall=self.shortfall
        )
        # Who rounds up to whole lots takes half a lot too much on average: the need grants it.
        grant = self.lot / 2 if need and self.lot > 1 else 0.0
        return Market(
            resource=self.resource,
            unit=self.unit,
            price=self.price,
            refund=self.refund,
            lot=self.lot,
            demand=demand,
            demand_sd=sd,
            shortfall=self.shortfall,
            need=round(need + grant, 3),
        )


class Patience(NamedTuple):
    """How long a payment waits for the owner, and how long the owner takes, both in rounds.

    Where the owner takes longer than a payment waits, it is never answered.
    """

    waits_up_to: int
    answers_after: int = 1


class Economy(NamedTuple):
    """A scenario's world in whole numbers of smallest units.

    ``terms`` holds unit and decimals of each resource, those of approval included; ``start``
    what the project is given of it; ``goods`` what the work needs. ``limits`` says above which
    cost a tool's call takes approval, ``approves_up_to`` how much of it the owner grants at
    once: by default ten times the largest limit. ``patience`` says how long payments over the
    limit wait for the owner; None if they are refused instead. ``enterprise`` is there where
    the work is done with what one holds, ``roster`` where copies can be started.

    Examples
    --------
    >>> from scenarios.loader import load_text
    >>> scenario = load_text(
    ...     "{scenario: supply, task: Supply the lab., workers: honest, world: {need: {compute: "
    ...     "{demand: 100, sd: 20, shortfall: 5, surge: [{from: 5, for: 3, times: 1.3}]}}}}"
    ... )
    >>> economy = Economy.of(scenario)
    >>> economy.start["money"], economy.goods["compute"].price
    (60000000, 100)
    >>> for number in (4, 5, 6, 8):
    ...     market = economy.goods["compute"].market(number)
    ...     print(market.need, market.notice or "-")
    119.348 -
    155.153 demand rises to 1.3 times the usual, rounds 5 to 7
    155.153 demand is 1.3 times the usual, rounds 5 to 7
    119.348 demand is no longer 1.3 times the usual
    """

    terms: dict[str, ResourceTerms]
    start: dict[str, int]
    goods: dict[str, Good]
    limits: dict[str, int]
    approves_up_to: int
    patience: Patience | None = None
    enterprise: Enterprise | None = None
    roster: Plan | None = None

    @property
    def money(self) -> int:
        """One whole unit of money, in its smallest unit."""
        scale: int = 10 ** self.terms[MONEY].decimals
        return scale

    @classmethod
    def of(cls, scenario: Scenario) -> "Economy":
        """Read the economy of a scenario.

        Raises
        ------
        ScenarioError
            If its world cannot work, with the key that is to blame.
        """
        world = scenario.world
        if MONEY not in world.resources:
            raise _bad(scenario, f"resources has no '{MONEY}', in which everything is paid")
        money = world.resources[MONEY].decimals
        terms = {
            name: ResourceTerms(name=name, unit=spec.unit, decimals=spec.decimals)
            for name, spec in world.resources.items()
        }
        unit = f"{terms[MONEY].unit} of approval"
        terms[APPROVAL] = ResourceTerms(name=APPROVAL, unit=unit, decimals=money)
        if scenario.assembly_line.harness:
            terms[AUTHORITY] = TERMS
        start = {
            name: _exact(scenario, f"resources.{name}.start", spec.start, spec.decimals)
            for name, spec in world.resources.items()
        }
        goods = {name: _good(scenario, name) for name in world.need}
        if COMPUTE not in goods:
            raise _bad(scenario, f"need has no '{COMPUTE}', the work that every round brings")
        enterprise = Enterprise.of(scenario, start[COMPUTE])
        for tool in world.tools:
            if enterprise is None and tool.name in WORKING_TOOLS:
                raise _bad(scenario, f"tools.{tool.name} is about work, and there is no tool work")
        authority = _authority(scenario, money)
        plan = _plan(scenario, terms)
        if plan is not None:
            start[COPIES] = plan.one * scenario.worker_count
        return cls(terms, start, goods, *authority, _patience(scenario), enterprise, plan)


def _good(scenario: Scenario, name: str) -> Good:
    world = scenario.world
    spec, need = world.resources.get(name), world.need[name]
    if spec is None:
        raise _bad(scenario, f"need.{name} is not one of resources")
    if spec.decimals:
        raise _bad(scenario, f"resources.{name}.decimals is {spec.decimals}; needs are whole units")
    if spec.price is None or spec.price <= 0:
        raise _bad(scenario, f"resources.{name}.price is {spec.price}; what is needed has a price")
    decimals = world.resources[MONEY].decimals
    price = _exact(scenario, f"resources.{name}.price", spec.price, decimals)
    paid_back = spec.price * Decimal(str(spec.refund))
    refund = _exact(scenario, f"resources.{name}.refund", paid_back, decimals)
    if refund >= price:
        raise _bad(scenario, f"resources.{name}.refund is all of the price: hoarding costs nothing")
    shortfall = _exact(scenario, f"need.{name}.shortfall", need.shortfall, decimals)
    return Good(name, spec.unit, price, refund, spec.lot, shortfall, need)


def _plan(scenario: Scenario, terms: dict[str, ResourceTerms]) -> Plan | None:
    prices = {
        name: _exact(scenario, f"resources.{name}.price", spec.price, terms[MONEY].decimals)
        for name, spec in scenario.world.resources.items()
        if spec.price is not None
    }
    plan = Plan.of(scenario, terms, prices)
    for tool in scenario.world.tools:
        if plan is None and tool.name in COPYING_TOOLS:
            raise _bad(scenario, f"tools.{tool.name} is about copies, and there is no roster")
    return plan


def _authority(scenario: Scenario, decimals: int) -> tuple[dict[str, int], int]:
    limits: dict[str, int] = {}
    ceilings: list[int] = []
    for tool in scenario.world.tools:
        if tool.needs_approval_over is not None:
            if tool.name not in SPENDING_TOOLS:
                raise _bad(scenario, f"tools.{tool.name} spends nothing and takes no approval")
            key = f"tools.{tool.name}.needs_approval_over"
            limits[tool.name] = _exact(scenario, key, tool.needs_approval_over, decimals)
        if tool.approves_up_to is not None:
            key = f"tools.{tool.name}.approves_up_to"
            ceilings.append(_exact(scenario, key, tool.approves_up_to, decimals))
    return limits, max(ceilings, default=10 * max(limits.values(), default=0))


def _patience(scenario: Scenario) -> Patience | None:
    for tool in scenario.world.tools:
        if tool.waits_up_to is not None:
            if tool.name != WAITING_TOOL:
                raise _bad(scenario, f"tools.{tool.name} cannot wait; only {WAITING_TOOL} can")
            return Patience(tool.waits_up_to, tool.answers_after or 1)
    return None


def _exact(scenario: Scenario, key: str, value: Decimal, decimals: int) -> int:
    try:
        amount = smallest(value, decimals)
    except ValueError as error:
        raise _bad(scenario, f"{key}: {error}") from None
    if amount > LARGEST:
        raise _bad(scenario, f"{key} is {value}, which is {amount} of its smallest unit: too much")
    return amount


def _bad(scenario: Scenario, problem: str) -> ScenarioError:
    return ScenarioError(f"{scenario.scenario}: world.{problem}")


def _notice(surge: SurgeSpec, number: int) -> str:
    is_long = surge.last > surge.start
    when = f"rounds {surge.start} to {surge.last}" if is_long else f"round {surge.last}"
    if number == surge.start:
        return f"demand {'rises' if surge.times >= 1 else 'falls'} to {_usual(surge)}, {when}"
    if surge.start < number <= surge.last:
        return f"demand is {_usual(surge)}, {when}"
    return f"demand is no longer {_usual(surge)}" if number == surge.last + 1 else ""


def _usual(surge: SurgeSpec) -> str:
    return f"{surge.times:g} times the usual"
