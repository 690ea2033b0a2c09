"""Models' answers: asked for once, kept before they are read, and paid for within a budget."""

import asyncio
from typing import NamedTuple

import pytest

from memory.answer import Turn
from memory.errors import BudgetSpent, CorruptJournal, ModelError, PolicyFailed
from memory.journal import Journal
from orchestrator import conduct
from orchestrator.answers import Budget
from orchestrator.conduct import Performance, load
from orchestrator.evaluate import Summary, play
from orchestrator.fork import fork
from orchestrator.replay import replay
from orchestrator.stage import Part, Stage
from scenarios.spec import Scenario
from subagents.completion import Completion, Usage
from subagents.exchange import Attempt, Exchange, Price, Question
from subagents.organisms import Honest
from subagents.policy import Asking, Decision, Observation
from subagents.prompt import prompt

WORKERS, ROUNDS = 3, 12
TURNS = WORKERS * ROUNDS
SMALL = (f"world.rounds={ROUNDS}", "chain.life=4")


class Paid:
    """An honest one behind a counter: it is asked, waits a moment, and is paid for."""

    name = "paid"

    def __init__(self, fails_at: int | None = None, price: Price | None = None) -> None:
        self.asked: list[tuple[str | None, int]] = []
        self.under_way = 0
        self._fails_at = fails_at
        self._price = price
        self._policy = Honest()

    def ready(self) -> None:
        """Be ready."""

    async def ask(self, observation: Observation) -> bytes:
        """Ask; the others that are asked meanwhile are answered later."""
        self.asked.append((observation.actor.agent, observation.turn))
        if len(self.asked) == self._fails_at:
            raise ModelError("unavailable", "down", 500)
        self.under_way += 1
        for _ in range(5):
            await asyncio.sleep(0)
        decision = await self._policy.act(observation)
        self.under_way -= 1
        usage = Usage(100, 10, is_estimated=False)
        completion = Completion(decision.rationale, decision.calls, usage)
        asked = Question(messages=prompt(observation), attempts=(Attempt(),), completion=completion)
        return Exchange(model="paid", questions=(asked,), price=self._price).canonical()

    def read(self, observation: Observation, answer: bytes) -> Decision:
        """Read what was answered."""
        return Exchange.read(answer).decision

    async def act(self, observation: Observation) -> Decision:
        """Ask and read."""
        return self.read(observation, await self.ask(observation))


class Went(NamedTuple):
    """What came of playing."""

    summary: Summary
    paid: Paid


def cast(stage: Stage, policy: Paid) -> None:
    stage.cast = {worker: Part(policy, part.family) for worker, part in stage.cast.items()}


def perform(performance: Performance, paid: Paid, budget: Budget | None = None) -> Went:
    cast(performance.stage, paid)
    summary = asyncio.run(performance.play(with_references=False, budget=budget))
    return Went(summary, paid)


@pytest.fixture
def scenario() -> Scenario:
    return load("just_in_case", ("workers=[{policy: honest, count: 3}]", *SMALL))


@pytest.fixture
def digest(scenario: Scenario) -> str:
    return asyncio.run(play(scenario, 7)).log.digest


def begin(journal: Journal, scenario: Scenario) -> Performance:
    return conduct.start(journal, scenario, 7, "r_1")


def test_a_policy_that_is_asked_is_told_from_one_that_acts() -> None:
    assert isinstance(Paid(), Asking)
    assert not isinstance(Honest(), Asking)


def test_asked_and_read_it_leaves_the_log_that_it_leaves_when_it_acts(
    journal: Journal, scenario: Scenario, digest: str
) -> None:
    went = perform(begin(journal, scenario), Paid())
    assert went.summary.digest == digest
    assert len(went.paid.asked) == len(set(went.paid.asked)) == TURNS
    cost = went.summary.cost
    assert cost is not None and (cost.answers, cost.input_tokens) == (TURNS, 100 * TURNS)
    assert (cost.repeats, cost.money, cost.unpriced) == (0, None, TURNS)
    assert conduct.stored_summary(journal, journal.run("r_1")) == went.summary


def test_a_run_without_models_costs_nothing(journal: Journal, scenario: Scenario) -> None:
    summary = asyncio.run(begin(journal, scenario).play(with_references=False))
    assert summary.cost is None


@pytest.mark.parametrize("fails_at", [1, 2, 17, TURNS])
def test_what_was_answered_is_never_asked_for_again(
    journal: Journal, scenario: Scenario, digest: str, fails_at: int
) -> None:
    first = Paid(fails_at)
    with pytest.raises(PolicyFailed, match=r"policy 'paid', w\d+\.\d, turn \d+: unavailable"):
        perform(begin(journal, scenario), first)
    assert first.under_way == 0, "others were left without the answer that they were to pay for"
    assert journal.run("r_1").status == "interrupted"
    answered = {each[:2] for each in journal.answers("r_1") if each.body is not None}
    assert answered == set(first.asked) - {first.asked[fails_at - 1]}
    second = perform(conduct.resume(journal, "r_1"), Paid())
    assert set(second.paid.asked) & answered == set()
    assert len(first.asked) + len(second.paid.asked) == TURNS + 1
    assert second.summary.digest == digest
    cost = second.summary.cost
    assert cost is not None and (cost.answers, cost.repeats) == (TURNS, 1)


def test_a_run_that_has_heard_everything_goes_on_without_its_model(
    journal: Journal, scenario: Scenario, digest: str
) -> None:
    perform(begin(journal, scenario), Paid())
    origin = conduct.start(journal, scenario, 7, "r_2")
    for each in journal.answers("r_1"):
        journal.put_answer(origin.claim, Turn(*each[:3]), each.body or b"")
    silent = Paid(fails_at=1)
    assert perform(origin, silent).summary.digest == digest
    assert silent.asked == []


def test_a_budget_ends_a_run_that_goes_on_under_a_larger_one(
    journal: Journal, scenario: Scenario, digest: str
) -> None:
    first = Paid()
    with pytest.raises(BudgetSpent, match=r"r_1 is used up: .* have used 1,320 tokens, .* 1,300"):
        perform(begin(journal, scenario), first, Budget(tokens=1_300))
    assert len(first.asked) == 12 and first.under_way == 0
    assert journal.run("r_1").status == "interrupted"
    with pytest.raises(BudgetSpent):
        perform(conduct.resume(journal, "r_1"), Paid(), Budget(tokens=1_320))
    last = perform(conduct.resume(journal, "r_1"), Paid(), Budget(tokens=9_999))
    assert last.summary.digest == digest
    assert len(first.asked) + len(last.paid.asked) == TURNS
    assert last.summary.cost is not None and last.summary.cost.repeats == 0


def test_a_budget_of_money_counts_at_the_stated_price(journal: Journal, scenario: Scenario) -> None:
    price = Price(1_000.0, 10_000.0)
    with pytest.raises(BudgetSpent, match=r"have cost 1\.2000, and may cost 1\.1000"):
        perform(begin(journal, scenario), Paid(price=price), Budget(money=1.1))
    stored = conduct.stored_summary(journal, journal.run("r_1"))
    assert stored.cost is not None and stored.cost.money == pytest.approx(1.2)


def test_replay_needs_no_model(journal: Journal, scenario: Scenario) -> None:
    perform(begin(journal, scenario), Paid())
    found = asyncio.run(replay(journal, "r_1"))
    assert found.ok, found.difference


def test_a_fork_shares_the_answers_of_its_past_and_pays_for_its_own(
    journal: Journal, scenario: Scenario
) -> None:
    perform(begin(journal, scenario), Paid())
    half = next(e for e in journal.entries("r_1") if e.event.round == ROUNDS // 2 + 1).event.seq
    went = perform(fork(journal, "r_1", half - 1, run="f_1"), Paid())
    assert went.summary.digest == journal.run("r_1").digest
    assert len(went.paid.asked) == TURNS // 2
    assert went.summary.cost is not None and went.summary.cost.answers == TURNS // 2
    assert len(list(journal.answers("f_1"))) == TURNS


def test_an_answer_that_was_forged_is_no_decision(journal: Journal, scenario: Scenario) -> None:
    performance = begin(journal, scenario)
    worker = scenario.worker_names[0]
    turn = Turn(f"{worker}.1", 1, 1)
    journal.put_answer(performance.claim, turn, b"{}")
    with pytest.raises(CorruptJournal, match="not what was written"):
        perform(performance, Paid())
