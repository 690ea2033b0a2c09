"""Questions beside a run: kept, counted and scored, and without any effect on it."""

import asyncio
from typing import NamedTuple

import pytest

from memory.answer import Turn
from memory.errors import BudgetSpent, ModelError, PolicyFailed
from memory.events import NoteWritten
from memory.journal import Journal
from orchestrator import conduct
from orchestrator.answers import Budget
from orchestrator.conduct import Performance, load
from orchestrator.evaluate import Summary
from orchestrator.fork import fork
from orchestrator.quiz import AT_ONCE, sheets
from orchestrator.replay import replay
from orchestrator.stage import Part
from scenarios.spec import Scenario
from subagents.awareness import STATEMENTS, believer
from subagents.completion import Completion, Message, Usage
from subagents.exchange import Attempt, Exchange, Question
from subagents.organisms import Honest
from subagents.policy import Decision, Observation, Quiz, Quizzed
from subagents.prompt import heard, prompt
from subagents.recollection import rememberer
from subagents.sheet import lines_of

WORKERS, ROUNDS, LIFE = 3, 24, 4
LIVES = WORKERS * ROUNDS // LIFE
HEIRS = LIVES - WORKERS


class Told:
    """An honest one whose answers are paid for, and who can be asked beside its turns."""

    name = "told"

    def __init__(self, *quizzes: Quiz, belief: float = 0.5, fails_at: int | None = None) -> None:
        self.quizzes = quizzes
        self.turns = 0
        self.asked: list[tuple[Message, ...]] = []
        self._belief = belief
        self._fails_at = fails_at
        self._policy = Honest()

    def ready(self) -> None:
        """Be ready."""

    async def ask(self, observation: Observation) -> bytes:
        """Answer a turn."""
        self.turns += 1
        decision = await self._policy.act(observation)
        completion = Completion(decision.rationale, decision.calls, Usage(100, 10, False))
        return _kept(prompt(observation), completion)

    async def answer(self, messages: tuple[Message, ...], seed: int) -> bytes:
        """Answer a sheet."""
        self.asked.append(messages)
        number = len(self.asked)
        await asyncio.sleep(0)
        if number == self._fails_at:
            raise ModelError("unavailable", "down", 500)
        sheet = messages[-1].content
        is_belief = STATEMENTS.keys() >= set(lines_of(sheet).values())
        said = believer(sheet, self._belief) if is_belief else rememberer(sheet, heard(messages))
        return _kept(messages, Completion(said, (), Usage(50, 5, False)))

    def read(self, observation: Observation, answer: bytes) -> Decision:
        """Read what was answered."""
        return Exchange.read(answer).decision

    async def act(self, observation: Observation) -> Decision:
        """Ask and read."""
        return self.read(observation, await self.ask(observation))


def _kept(messages: tuple[Message, ...], completion: Completion) -> bytes:
    question = Question(messages=messages, attempts=(Attempt(),), completion=completion)
    return Exchange(model="told", questions=(question,)).canonical()


class Went(NamedTuple):
    """What came of playing."""

    summary: Summary
    told: Told


def small(handoff: float = 1.0) -> Scenario:
    words = (f"world.rounds={ROUNDS}", f"chain.life={LIFE}", f"chain.handoff={handoff}")
    return load("just_in_case", ("workers=[{policy: honest, count: 3}]", *words))


def perform(performance: Performance, told: Told, budget: Budget | None = None) -> Went:
    cast = performance.stage.cast
    performance.stage.cast = {worker: Part(told, part.family) for worker, part in cast.items()}
    return Went(asyncio.run(performance.play(with_references=False, budget=budget)), told)


def begun(journal: Journal, told: Told, run: str = "r_1", handoff: float = 1.0) -> Went:
    return perform(conduct.start(journal, small(handoff), 7, run), told)


def test_a_policy_that_is_quizzed_is_told_from_one_that_is_not() -> None:
    assert isinstance(Told("recall"), Quizzed)
    assert not isinstance(Honest(), Quizzed)


def test_quizzes_change_neither_the_log_nor_a_word_of_any_prompt(journal: Journal) -> None:
    plain = begun(journal, Told(), "r_1")
    asked = begun(journal, Told("awareness", "recall"), "r_2")
    assert asked.summary.digest == plain.summary.digest
    assert plain.summary.quiz is None and plain.told.asked == []
    turns = [[each for each in journal.answers(run) if not each.about] for run in ("r_1", "r_2")]
    assert turns[0] == turns[1]
    assert len(asked.told.asked) == LIVES + HEIRS


def test_what_is_believed_is_what_is_measured_life_by_life(journal: Journal) -> None:
    found = begun(journal, Told("awareness", belief=0.3)).summary.quiz
    assert found is not None and found.recall is None and found.awareness is not None
    awareness = found.awareness
    assert (awareness.asked, awareness.answered) == (LIVES, LIVES)
    assert (awareness.staged, awareness.agreement) == (0.3, 0.5)
    assert awareness.by_worker == {"w01": 0.3, "w02": 0.3, "w03": 0.3}


@pytest.mark.parametrize("handoff", [1.0, 0.5, 0.0])
def test_the_fidelity_that_is_measured_is_that_of_what_was_written(
    journal: Journal, handoff: float
) -> None:
    found = begun(journal, Told("recall"), handoff=handoff).summary.quiz
    assert found is not None and found.recall is not None and found.awareness is None
    recall = found.recall
    arrived = [
        "compute left over: " in event.text
        for entry in journal.entries("r_1")
        if isinstance(event := entry.event, NoteWritten)
        if event.name == "handoff" and event.round < ROUNDS
    ]
    right, asked = recall.by_kind["held"]
    # Where as much is left over as the successor holds, it is not asked: it could read it off.
    assert 0 < asked <= len(arrived) == HEIRS
    assert right <= sum(arrived)
    assert sum(arrived) - right <= len(arrived) - asked
    assert recall.by_kind["budget"] == (0, HEIRS), "no handoff of an organism tells the budget"
    assert recall.right + recall.unknown == recall.asked, "what it says, it knows"
    assert recall.low <= recall.phi <= recall.high
    if handoff == 1.0:
        assert right == asked
    if handoff == 0.0:
        assert recall.phi == 0.0


def test_the_measured_fidelity_bears_out_the_dial(journal: Journal) -> None:
    held = [0, 0]
    for number in range(4):
        performance = conduct.start(journal, small(0.5), number, f"r_{number}")
        found = perform(performance, Told("recall")).summary.quiz
        assert found is not None and found.recall is not None
        held = [sum(both) for both in zip(held, found.recall.by_kind["held"], strict=True)]
    right, asked = held
    # Four standard deviations of a binomial share at the dial's 50%.
    assert abs(right / asked - 0.5) < 4 * (0.25 / asked) ** 0.5


@pytest.mark.parametrize("handoff", [1.0, 0.0])
def test_of_tasks_the_figure_of_the_thread_is_asked_for(journal: Journal, handoff: float) -> None:
    small = ("world.rounds=16", "workers.0.count=2", f"chain.handoff={handoff}")
    scenario = load("assembly_line", small)
    found = perform(conduct.start(journal, scenario, 7, "r_1"), Told("recall")).summary.quiz
    assert found is not None and found.recall is not None
    right, asked = found.recall.by_kind["thread"]
    assert right == (asked if handoff else 0) and asked > 5


def test_a_thread_on_the_board_for_all_to_see_is_not_asked_for(journal: Journal) -> None:
    shown = ("world.rounds=16", "workers.0.count=2", "assembly_line.memory=permanent")
    performance = conduct.start(journal, load("assembly_line", shown), 7, "r_1")
    found = perform(performance, Told("recall")).summary.quiz
    assert found is None or found.recall is None or "thread" not in found.recall.by_kind


def test_no_sheet_is_asked_twice_after_a_failure(journal: Journal) -> None:
    first = Told("awareness", "recall", fails_at=5)
    with pytest.raises(PolicyFailed, match=r"policy 'told', w\d+\.\d+, (awareness|recall): .*down"):
        begun(journal, first)
    assert journal.run("r_1").status == "interrupted"
    kept = [each for each in journal.answers("r_1") if each.about and each.body]
    second = perform(conduct.resume(journal, "r_1"), Told("awareness", "recall"))
    assert second.told.turns == 0, "a turn was asked for again"
    assert 0 < len(kept) < 2 * AT_ONCE, "what is due must not be asked once something failed"
    assert len(second.told.asked) == LIVES + HEIRS - len(kept)
    cost = second.summary.cost
    assert cost is not None and (cost.answers, cost.quizzes) == (WORKERS * ROUNDS, LIVES + HEIRS)


def test_sheets_are_paid_out_of_the_budget(journal: Journal) -> None:
    turns = 110 * WORKERS * ROUNDS
    with pytest.raises(BudgetSpent, match="is used up"):
        perform(conduct.start(journal, small(), 7, "r_1"), Told("recall"), Budget(tokens=turns))
    assert conduct.stored_summary(journal, journal.run("r_1")).quiz is None
    went = perform(conduct.resume(journal, "r_1"), Told("recall"), Budget(tokens=2 * turns))
    assert went.told.turns == 0 and len(went.told.asked) == HEIRS
    assert went.summary.quiz == conduct.stored_summary(journal, journal.run("r_1")).quiz


def test_replay_and_fork_know_of_sheets(journal: Journal) -> None:
    whole = begun(journal, Told("awareness"))
    assert asyncio.run(replay(journal, "r_1")).ok
    half = next(e for e in journal.entries("r_1") if e.event.round == ROUNDS // 2 + 1).event.seq
    went = perform(fork(journal, "r_1", half - 1, run="f_1"), Told("awareness"))
    assert len(went.told.asked) == LIVES // 2, "the lives of the shared past were asked already"
    assert went.summary.quiz == whole.summary.quiz


def test_a_sheet_is_of_its_own_form_and_order_for_each_life(journal: Journal) -> None:
    begun(journal, Told("recall"))
    texts = {asked.sheet.rpartition("\n\n~~~")[2] for asked in sheets(journal, "r_1", 7)}
    orders = {tuple(lines_of(asked.sheet).values()) for asked in sheets(journal, "r_1", 7)}
    assert len(texts) > LIVES / 2 and len(orders) > LIVES / 2
    assert list(sheets(journal, "r_1", 7)) == list(sheets(journal, "r_1", 7))
    turns = {asked.turn.about: asked.turn for asked in sheets(journal, "r_1", 7)}
    assert isinstance(turns["recall"], Turn) and turns["recall"].turn == 1


def test_agents_that_live_side_by_side_are_each_asked_and_each_after_their_own(
    journal: Journal,
) -> None:
    scenario = load(
        "just_in_case",
        ("workers=[{policy: honest, count: 2}]", "world.rounds=8", "chain={life: 4, parallel: 2}"),
    )
    went = perform(conduct.start(journal, scenario, 7, "r_1"), Told("awareness", "recall"))
    quiz = went.summary.quiz
    assert quiz is not None and quiz.awareness is not None and quiz.recall is not None
    assert quiz.awareness.asked == 2 * 2 * 2
    asked = {each.agent for each in journal.answers("r_1") if each.about == "recall"}
    assert asked <= {"w01.2a", "w01.2b", "w02.2a", "w02.2b"} and asked
