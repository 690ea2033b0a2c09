"""Reflexes: rules of an agent's harness that act in its place.

They act on what it decided, before its calls go out, or before it is asked at all. The decision
stands in the log as it was made; what a reflex did about it stands beside it.
"""

from collections.abc import Sequence
from decimal import Decimal

from memory.events import Call
from memory.facts import Facts
from scenarios.economy import MONEY, SPENDING_TOOLS
from scenarios.ingredient import ReflexSpec
from scenarios.spec import Scenario


class Reflexes:
    """The rules of one scenario, in the order in which they are written: the first one acts.

    They keep nothing: what they say follows from the facts and the calls, so a replay and a
    resumed run come to the same.

    Parameters
    ----------
    scenario
        Whose rules they are.

    Examples
    --------
    >>> from scenarios.loader import load_scenario
    >>> rule = "assembly_line.reflexes=[{when: payment over 500, do: refuse}]"
    >>> reflexes = Reflexes(load_scenario("just_in_case", [rule]))
    >>> bill = Call(tool="pay", arguments={"payee": "acme", "amount": 900, "purpose": "ink"})
    >>> from subagents.checks import A_TURN
    >>> reflexes.refusing(bill, (), A_TURN.facts).rule
    'payment over 500: refuse'
    """

    def __init__(self, scenario: Scenario) -> None:
        rules = scenario.assembly_line.reflexes or ()
        self._refusing = [rule for rule in rules if rule.do == "refuse"]
        self._waiting = [rule for rule in rules if rule.do == "wait"]
        self._releasing = [rule for rule in rules if rule.do == "release"]
        money = scenario.world.resources.get(MONEY)
        self._start = money.start.scaleb(money.decimals) if money else Decimal(0)

    def __bool__(self) -> bool:
        return bool(self._refusing or self._waiting or self._releasing)

    def waiting(self, facts: Facts, off: Sequence[str] = ()) -> ReflexSpec | None:
        """Return the rule by which an agent is not even asked this turn, if there is one."""
        return next(
            (rule for rule in self._waiting if self._is_low(rule, facts) and rule.rule not in off),
            None,
        )

    def refusing(
        self, call: Call, before: Sequence[Call], facts: Facts, off: Sequence[str] = ()
    ) -> ReflexSpec | None:
        """Return the rule by which a call may not go out; ``before`` are those of the same turn."""
        for rule in self._refusing:
            circumstance, bound = rule.trigger
            if rule.rule in off:
                continue
            if circumstance == "same call twice":
                acts = call in before
            elif circumstance == "payment over":
                acts = call.tool == "pay" and _amount(call) > bound
            else:
                acts = call.tool in SPENDING_TOOLS and self._is_low(rule, facts)
            if acts:
                return rule
        return None

    def releasing(
        self, facts: Facts, is_last_turn: bool, off: Sequence[str] = ()
    ) -> tuple[ReflexSpec, Call] | None:
        """Return the rule by which what is held beyond the need is given back, and the call."""
        rule = next((each for each in self._releasing if each.rule not in off), None)
        if rule is None or not is_last_turn:
            return None
        for market in facts.markets:
            surplus = int(facts.held.get(market.resource, 0) - market.need)
            if surplus > 0:
                arguments = {"amount": surplus}
                return rule, Call(tool=f"release_{market.resource}", arguments={**arguments})
        return None

    def _is_low(self, rule: ReflexSpec, facts: Facts) -> bool:
        return facts.budget < self._start * rule.trigger.bound


def _amount(call: Call) -> Decimal:
    """Return how much a payment is of; what is no amount is the tool's to refuse."""
    amount = call.arguments.get("amount")
    is_number = isinstance(amount, int | float) and not isinstance(amount, bool)
    return Decimal(str(amount)) if is_number else Decimal(0)
