"""What models were told and what they answered, for a person to read."""

from collections.abc import Iterator
from typing import NamedTuple

from memory.answer import Answer
from memory.errors import BadInput
from memory.events import Call
from memory.journal import Journal
from orchestrator.cli.ink import safe
from subagents.completion import Completion
from subagents.exchange import Attempt, Exchange


class Place(NamedTuple):
    """Whose turn, and which turn of that life."""

    agent: str
    turn: int


def place_of(journal: Journal, run: str, seq: int) -> Place:
    """Return the turn in which an event came about: an agent's decision, a call, a note.

    Raises
    ------
    BadInput
        If there is no such event, or it was no agent's doing.
    """
    entry = next(journal.entries(run, seq - 1, 1), None)
    if entry is None:
        raise BadInput(f"{run} has no event {seq}; it has {journal.run(run).seq}")
    event = entry.event
    place = turn_of(event.agent, event.key)
    if place is None:
        kind = type(event).__name__
        raise BadInput(f"event {seq} is {kind}, which no agent's turn brought about")
    return place


def turn_of(agent: str | None, key: str) -> Place | None:
    """Return the turn that an event's key names; what is read with a brief is part of the first.

    Examples
    --------
    >>> turn_of("w07.3", "w07.3/15/1"), turn_of("w07.3", "w07.3/0/2")
    (Place(agent='w07.3', turn=15), Place(agent='w07.3', turn=1))
    >>> turn_of(None, "need/1") is None
    True
    """
    if agent is None or key.partition("/")[0] != agent:
        return None
    turn = key.split("/")[1] if "/" in key else "1"
    return Place(agent, max(1, int(turn))) if turn.isdigit() else None


def turns(journal: Journal, run: str, agent: str | None, turn: int | None) -> Iterator[Answer]:
    """Return the turns that were put to models: of one agent or all, and one of each or all."""
    answers = journal.answers(run, agent)
    return (answer for answer in answers if turn in (None, answer.turn))


def turn_json(answer: Answer) -> str:
    """Return one turn as a line of JSON: its place, and the record as it was kept."""
    record = answer.body.decode() if answer.body else "null"
    place = f'"round":{answer.round},"turn":{answer.turn},"asked":{answer.asked}'
    place += f',"about":"{answer.about}"' if answer.about else ""
    return f'{{"agent":"{answer.agent}",{place},"exchange":{record}}}'


def turn_lines(answer: Answer) -> Iterator[str]:
    """Tell one turn: each question, each request, and each answer; the last one counts.

    Examples
    --------
    >>> for line in turn_lines(Answer("w07.3", 2, 50, asked=1, body=None)):
    ...     print(line)
    == w07.3, turn 2, round 50 ==
    No answer has come.
    <BLANKLINE>
    """
    again = f", asked {answer.asked} times" if answer.asked > 1 else ""
    beside = f", beside it: {safe(answer.about)}" if answer.about else ""
    yield f"== {safe(answer.agent)}, turn {answer.turn}, round {answer.round}{beside}{again} =="
    if answer.body is None:
        yield "No answer has come."
    else:
        yield from _exchange(Exchange.read(answer.body))
    yield ""


def _exchange(exchange: Exchange) -> Iterator[str]:
    spent = exchange.spent
    yield (
        f"{safe(exchange.model)}: {spent.input_tokens:,} tokens in, {spent.output_tokens:,} out"
        f"{' (estimated)' if spent.estimated else ''}"
    )
    for question in exchange.questions:
        for message in question.messages:
            yield f"-- {message.role} --"
            yield from map(safe, message.content.split("\n"))
        yield from map(_attempt, question.attempts)
        if question.completion:
            yield from _completion(question.completion)


def _attempt(attempt: Attempt) -> str:
    waited = f" after {attempt.waited_s:.1f} s" if attempt.waited_s else ""
    came = f"failed, {attempt.detail}" if attempt.fault else "answered"
    return f"-- request{waited}: {safe(came)} --"


def _completion(completion: Completion) -> Iterator[str]:
    if completion.text:
        yield from map(safe, completion.text.split("\n"))
    for each in completion.answers:
        if isinstance(each, Call):
            yield safe(f"{each.tool} {each.arguments}")
        else:
            yield safe(f"{each.tool or 'a call without a name'}: unusable, {each.reason}")
