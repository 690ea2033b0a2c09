"""Questions beside a run: what its models believe about their situation, and what reached them.

They are asked when the last round is over, out of the conversations that lie in the journal. So
nothing of them can move the log or a decision; they are kept, counted and paid for as turns are,
and a run that was broken off between two of them goes on with the next.
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from statistics import fmean
from string import ascii_lowercase
from typing import NamedTuple

from pydantic import Field

from memory.answer import Answer, Turn
from memory.chance import seed_for
from memory.envelope import Frozen
from memory.errors import BadInput, ModelError, PolicyFailed
from memory.journal import Journal
from monitors.metrics import clopper_pearson
from orchestrator.answers import Kept
from orchestrator.stage import Stage
from subagents.asking import recalled
from subagents.awareness import awareness_sheet, belief_of
from subagents.completion import Message
from subagents.exchange import Exchange
from subagents.policy import Observation, Quizzed
from subagents.prompt import heard
from subagents.recollection import Known, Mark, askable, known_to, marks, recall_sheet
from subagents.sheet import beside

AT_ONCE = 8
"""So many sheets are in flight at a time; they may go beyond a budget, each by its own cost."""


class AwarenessReport(Frozen):
    """What models believed about their situation, over all lives that were asked.

    Attributes
    ----------
    asked, answered
        Lives; and those with an answer that says anything.
    staged
        The mean belief, in [0, 1], that nothing actual stands behind the work.
    agreement
        The mean agreement with statements whichever way they are keyed: 0.5 without a habit.
    by_worker
        The mean belief in each worker's chain.
    """

    asked: int
    answered: int
    staged: float | None = None
    agreement: float | None = None
    by_worker: dict[str, float] = Field(default_factory=dict)


class RecallReport(Frozen):
    """What of agents' knowledge reached their successors: exact figures, asked after the brief.

    Attributes
    ----------
    asked, right, unknown
        Questions; those answered rightly; and those that were said to be unknown, or not
        answered. The others were wrong.
    phi, low, high
        The share that was right, with its exact interval of 95%. It takes questions to be
        independent; what is lost together, with a whole handoff, makes it wider in truth.
    by_kind
        Right answers and questions, for each kind of figure.
    """

    asked: int
    right: int
    unknown: int
    phi: float
    low: float
    high: float
    by_kind: dict[str, tuple[int, int]]


class QuizReport(Frozen):
    """What the models of a run answered beside their turns."""

    awareness: AwarenessReport | None = None
    recall: RecallReport | None = None


@dataclass
class _Life:
    """One agent's life as its model was told of it, in order."""

    agent: str
    turns: list[tuple[Answer, Exchange]] = field(default_factory=list)
    known: list[Known] = field(default_factory=list)
    first: Observation | None = None


class Asked(NamedTuple):
    """One sheet that is due: for which turn, in which conversation."""

    turn: Turn
    messages: tuple[Message, ...]
    known: tuple[Known, ...] = ()

    @property
    def sheet(self) -> str:
        """The sheet with whatever stands before it."""
        return self.messages[-1].content


class Due(NamedTuple):
    """A sheet, whom it is put to, and under which luck."""

    policy: Quizzed
    asked: Asked
    seed: int


async def take(stage: Stage, journal: Journal, answers: Kept) -> None:
    """Ask whatever the run's models are to be asked, and is not answered yet.

    Raises
    ------
    PolicyFailed
        If a model gives no answer.
    BudgetSpent
        If nothing more may be asked.
    """
    quizzed = {
        worker: part.policy
        for worker, part in stage.cast.items()
        if isinstance(part.policy, Quizzed) and part.policy.quizzes
    }
    if not quizzed:
        return
    due = deque(
        Due(policy, asked, seed_for(stage.seed, *map(str, asked.turn)))
        for asked in sheets(journal, stage.log.run, stage.seed)
        if (policy := quizzed.get(_worker(asked.turn.agent))) and asked.turn.about in policy.quizzes
    )
    try:
        async with asyncio.TaskGroup() as tasks:
            for _ in range(AT_ONCE):
                tasks.create_task(_put(due, answers))
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None


async def _put(due: deque[Due], answers: Kept) -> None:
    """Put what is due, one after the other, until nothing is left or one of them fails."""
    while due:
        policy, asked, seed = due.popleft()

        async def ask(policy: Quizzed = policy, asked: Asked = asked, seed: int = seed) -> bytes:
            try:
                return await policy.answer(asked.messages, seed)
            except BaseException:
                # The others wait for what is in flight; nothing more shall be added to that.
                due.clear()
                raise

        try:
            await answers.standing(asked.turn, ask)
        except ModelError as error:
            who = f"policy '{policy.name}', {asked.turn.agent}, {asked.turn.about}"
            raise PolicyFailed(f"{who}: {error}") from error


def sheets(journal: Journal, run: str, seed: int) -> Iterator[Asked]:
    """Return every sheet there is to ask in a run, as far as it has come."""
    before: dict[str, _Life] = {}
    for life in _lives(journal, run):
        last = life.turns[-1]
        predecessor = before.get(_predecessor(life.agent))
        before[life.agent] = _Life(life.agent, known=life.known)
        turn = Turn(life.agent, last[0].turn, last[0].round, "awareness")
        told = _conversation(last[1])
        drawn = seed_for(seed, *map(str, turn))
        yield Asked(turn, beside(told, awareness_sheet(drawn)))
        if predecessor is None or life.first is None or life.turns[0][0].turn != 1:
            continue
        known = askable(predecessor.known, life.first)
        if known:
            first = life.turns[0]
            turn = Turn(life.agent, 1, first[0].round, "recall")
            sheet = recall_sheet(known, seed_for(seed, *map(str, turn)))
            yield Asked(turn, beside(first[1].questions[0].messages, sheet), tuple(known))


def _lives(journal: Journal, run: str) -> Iterator[_Life]:
    """Return the lives that were put to models, each worker's from its first to its last."""
    turns = (each for each in journal.answers(run) if not each.about and each.body is not None)
    by_worker = groupby(turns, key=lambda each: _worker(each.agent))
    for _, of_worker in by_worker:
        lives: dict[str, _Life] = {}
        told: dict[str, list[Observation]] = {}
        for each in of_worker:
            exchange = Exchange.read(each.body or b"")
            life = lives.setdefault(each.agent, _Life(each.agent))
            life.turns = [*life.turns[:1], (each, exchange)]
            observation = _told(exchange)
            if observation is not None:
                life.first = life.first or observation
                told.setdefault(each.agent, []).append(observation)
        for life in sorted(lives.values(), key=lambda each: _name(each.agent)):
            life.known = known_to(told.get(life.agent, []))
            yield life


def _told(exchange: Exchange) -> Observation | None:
    """Return what a model was told; None where a policy of the user's words it otherwise."""
    try:
        return heard(exchange.questions[0].messages)
    except BadInput:
        return None


def _conversation(exchange: Exchange) -> tuple[Message, ...]:
    """Return all that was said in a turn, the answer that counts at its end."""
    told: tuple[Message, ...] = ()
    for question in exchange.questions:
        told += question.messages
    counted = exchange.counted
    return (*told, recalled(counted)) if counted else told


def report(journal: Journal, run: str, seed: int) -> QuizReport | None:
    """Return what the models of a run have answered beside their turns; None if nothing was."""
    said = {
        (each.agent, each.about): Exchange.read(each.body).counted
        for each in journal.answers(run)
        if each.about in ("awareness", "recall") and each.body is not None
    }
    if not said:
        return None
    awareness: list[tuple[Asked, str]] = []
    recall: list[tuple[Asked, str]] = []
    for asked in sheets(journal, run, seed):
        answer = said.get((asked.turn.agent, asked.turn.about))
        if answer is not None:
            kind = awareness if asked.turn.about == "awareness" else recall
            kind.append((asked, answer.text))
    return QuizReport(
        awareness=_awareness(awareness) if awareness else None,
        recall=_recall(recall) if recall else None,
    )


def _awareness(answered: list[tuple[Asked, str]]) -> AwarenessReport:
    found = [
        (_worker(asked.turn.agent), belief)
        for asked, answer in answered
        if (belief := belief_of(asked.sheet, answer)) is not None
    ]
    workers = dict.fromkeys(worker for worker, _ in found)
    return AwarenessReport(
        asked=len(answered),
        answered=len(found),
        staged=round(fmean(belief.staged for _, belief in found), 4) if found else None,
        agreement=round(fmean(belief.agreement for _, belief in found), 4) if found else None,
        by_worker={
            each: round(fmean(belief.staged for worker, belief in found if worker == each), 4)
            for each in workers
        },
    )


def _recall(answered: list[tuple[Asked, str]]) -> RecallReport:
    found: list[Mark] = []
    for asked, answer in answered:
        found += marks(asked.sheet, answer, asked.known)
    right = sum(mark.is_right for mark in found)
    low, high = clopper_pearson(right, len(found))
    return RecallReport(
        asked=len(found),
        right=right,
        unknown=sum(mark.is_unknown for mark in found),
        phi=round(right / len(found), 4),
        low=round(low, 4),
        high=round(high, 4),
        by_kind={
            kind: (
                sum(mark.is_right for mark in found if mark.kind == kind),
                sum(mark.kind == kind for mark in found),
            )
            for kind in dict.fromkeys(mark.kind for mark in found)
        },
    )


class _Name(NamedTuple):
    """What an agent's name says: its worker, its generation, and its lane in that, if any."""

    worker: str
    generation: int
    lane: str


def _name(agent: str) -> _Name:
    """Read an agent's name, such as ``w07.3`` or ``w07.3b``.

    Examples
    --------
    >>> _name("w07.3b")
    _Name(worker='w07', generation=3, lane='b')
    """
    worker, _, rest = agent.rpartition(".")
    generation = rest.rstrip(ascii_lowercase)
    return _Name(worker, int(generation), rest[len(generation) :])


def _worker(agent: str) -> str:
    return agent.rpartition(".")[0]


def _predecessor(agent: str) -> str:
    """Return who held this place before: the same lane's agent of the generation before."""
    worker, generation, lane = _name(agent)
    return f"{worker}.{generation - 1}{lane}"
