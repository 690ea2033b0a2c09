"""Answers of models: each is asked for once, put down at once, and paid for within a budget.

Before a model is asked, the journal is: what it answered an agent in one turn stands there for
good. So a run that was broken off asks again only for what was in flight, and a resumed one
needs no model for what it has heard.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol

from memory.answer import Turn
from memory.errors import BudgetSpent
from memory.journal import Claim, Journal
from orchestrator.stage import Stage
from subagents.exchange import Exchange, Spent
from subagents.policy import Asking, Observation


class Budget(NamedTuple):
    """What the models of one run may cost, from its first turn on; None is no bound.

    ``money`` is in whatever the policies' prices are stated in.
    """

    tokens: int | None = None
    money: float | None = None

    def refusal(self, spent: Spent) -> str:
        """Say why nothing more may be asked, or nothing.

        Examples
        --------
        >>> Budget(tokens=100).refusal(Spent(input_tokens=99))
        ''
        >>> Budget(tokens=100).refusal(Spent(input_tokens=60, output_tokens=40))
        'its models have used 100 tokens, and may use 100'
        """
        if self.tokens is not None and spent.tokens >= self.tokens:
            return f"its models have used {spent.tokens:,} tokens, and may use {self.tokens:,}"
        if self.money is not None and spent.money >= self.money:
            return f"its models have cost {spent.money:.4f}, and may cost {self.money:.4f}"
        return ""


class Answers(Protocol):
    """Brings what a model answers in one turn."""

    async def of(self, policy: Asking, observation: Observation, about: str = "") -> bytes:
        """Return the answer that stands for this turn, or for what is asked ``about`` it."""
        ...


class Unkept:
    """Asks, and keeps nothing: for runs that are played in memory."""

    async def of(self, policy: Asking, observation: Observation, about: str = "") -> bytes:
        """Ask."""
        return await policy.ask(observation)


class Kept:
    """Asks for what the journal does not hold, and puts it there before anyone reads it.

    Whoever may not ask, or finds no answer, holds its error back until every answer that is
    under way has come and lies in the journal: nothing that was paid for is thrown away.

    Parameters
    ----------
    journal, claim
        Where answers go down, and the claim under which they may.
    stage
        The run; ``stage.spent`` is kept up to date.
    budget
        What may be spent. Turns in flight may go beyond it, each by its own cost.
    """

    def __init__(
        self, journal: Journal, claim: Claim, stage: Stage, budget: Budget | None = None
    ) -> None:
        self._journal = journal
        self._claim = claim
        self._stage = stage
        self._budget = budget or Budget()
        self._in_flight = 0
        self._landed = asyncio.Event()

    async def of(self, policy: Asking, observation: Observation, about: str = "") -> bytes:
        """Return the answer that stands for this turn; ask only if there is none.

        Raises
        ------
        BudgetSpent
            If nothing more may be asked.
        """
        agent, round = str(observation.actor.agent), observation.facts.round
        turn = Turn(agent, observation.turn, round, about)
        return await self.standing(turn, lambda: policy.ask(observation))

    async def standing(self, turn: Turn, ask: Callable[[], Awaitable[bytes]]) -> bytes:
        """Return the answer that stands for a turn, or for what is asked beside it.

        Raises
        ------
        BudgetSpent
            If nothing more may be asked.
        """
        known = self._journal.answer(self._claim.run, turn.agent, turn.turn, turn.about)
        if known is not None:
            return known
        try:
            return await self._ask(turn, ask)
        except Exception:
            await self._all_landed()
            raise

    async def _ask(self, turn: Turn, ask: Callable[[], Awaitable[bytes]]) -> bytes:
        if refusal := self._budget.refusal(self._stage.spent):
            raise BudgetSpent(f"the budget of {self._claim.run} is used up: {refusal}")
        standing = self._journal.ask(self._claim, turn)
        if standing.asked > 1:
            self._spend(Spent(repeats=1))
        self._in_flight += 1
        try:
            answer = await ask()
            self._spend(cost_of_answer(turn.about, answer))
            return self._journal.put_answer(self._claim, turn, answer)
        finally:
            self._in_flight -= 1
            self._landed.set()

    def _spend(self, spent: Spent) -> None:
        self._stage.spent = self._stage.spent.plus(spent)

    async def _all_landed(self) -> None:
        while self._in_flight:
            self._landed.clear()
            await self._landed.wait()


def cost_of_answer(about: str, answer: bytes) -> Spent:
    """Return what one answer has cost, be it a turn's or one beside a turn."""
    exchange = Exchange.read(answer)
    return exchange.spent_beside if about else exchange.spent


def spent_on(journal: Journal, run: str) -> Spent:
    """Return what a stored run's models have cost; of a fork, since it left its parent."""
    spent, before = Spent(), None
    for answer in journal.answers(run):
        if before is None:
            # Most runs ask no model, and a thousand of them would each look up their own row.
            before = journal.run(run).fork_round
        if answer.round <= before:
            continue
        spent = spent.plus(Spent(repeats=answer.asked - 1))
        if answer.body is not None:
            spent = spent.plus(cost_of_answer(answer.about, answer.body))
    return spent
