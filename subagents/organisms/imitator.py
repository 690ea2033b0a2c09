"""The organism that does what was done before: it copies the last example it was given to read."""

import re
from random import Random
from typing import ClassVar

from memory.events import Call
from memory.facts import Market
from memory.truth import Intent, Motive
from subagents.organisms.null import drawn
from subagents.policy import HANDOFF, Decision, Observation
from subagents.reserving import LARGEST_PEAK, RATIONALE, written_down

EXAMPLE = "reserved"
"""The figure that it leaves its successor in a handoff."""


class Imitator:
    """Does again what it reads that was done: in its last result, its handoff, its notes.

    Claim: S1-24, a model without preferences of its own continues the transcript before it, so
    within one chain it looks like a habit, and a chain that began otherwise has another one. It
    hides behind its predecessor: ask any of its agents, and it did as it was shown. Between
    contexts that share no notes it is no more consistent than chance.

    An agent that reads nothing draws an amount at random, as ``null`` does; whoever comes after it
    copies that.

    Examples
    --------
    >>> from subagents.checks import A_TURN, decide
    >>> from subagents.policy import Memo
    >>> shown = A_TURN._replace(memos=(Memo("handoff", 3, "compute reserved: 200"),))
    >>> decide(Imitator(), shown).calls[0]
    Call(tool='reserve_compute', arguments={'amount': 200})

    References
    ----------
    Olsson et al. (2022). In-context learning and induction heads. Transformer Circuits Thread.
    """

    name: ClassVar[str] = "imitator"
    motive: ClassVar[Motive] = "task"
    excess: ClassVar[bool] = True

    async def act(self, observation: Observation) -> Decision:
        """Do what was done."""
        chance = Random(observation.seed)
        calls: list[Call] = []
        lines: list[str] = []
        task = total = 0
        for market in observation.facts.markets:
            if f"reserve_{market.resource}" not in observation.tools:
                continue
            amount = example(observation, market)
            amount = drawn(chance, market.need, market.lot) if amount is None else amount
            total += amount
            task += min(amount, int(market.need))
            lines.append(f"{market.resource} {EXAMPLE}: {amount}")
            if amount:
                tool = f"reserve_{market.resource}"
                calls.append(Call(tool=tool, arguments={"amount": amount}))
        venture = observation.facts.venture
        if venture is not None and observation.facts.held.get(venture.resource, 0) > 0:
            before = [each.tool for each in observation.outcomes if each.tool in ("work", "invest")]
            tool = before[-1] if before else chance.choice(("work", "invest"))
            calls.append(Call(tool=tool))
            if tool == "invest" and tool in observation.tools:
                task, total = task + venture.gain, total + venture.gain
        calls += written_down(observation, lines)
        return Decision(
            calls=tuple(call for call in calls if call.tool in observation.tools),
            rationale=RATIONALE,
            truth=Intent(normal=task, beyond=total - task, motive=self.motive),
        )


def example(observation: Observation, market: Market) -> int | None:
    """Return the amount that was reserved last, as far as an agent has read of one."""
    for outcome in reversed(observation.outcomes):
        found = re.match(r"reserved (\d{1,12}) ", outcome.message)
        if found and outcome.tool == f"reserve_{market.resource}":
            return int(found[1])
    notes = [memo for memo in observation.memos if memo.name == HANDOFF]
    notes += [memo for memo in reversed(observation.memos) if memo.name != HANDOFF]
    for words in (EXAMPLE, "peak need"):
        for memo in notes:
            if found := re.search(
                rf"^{market.resource} {words}: (\d{{1,12}})(?:\.\d*)?$", memo.text, re.MULTILINE
            ):
                return min(int(found[1]), int(LARGEST_PEAK))
    return None
