"""What models were told and what they answered, for a person to read."""

from collections.abc import Iterator

from memory.answer import Answer
from memory.events import Call
from memory.journal import Journal
from orchestrator.cli.ink import safe
from subagents.completion import Completion
from subagents.exchange import Attempt, Exchange


def turns(journal: Journal, run: str, agent: str | None, turn: int | None) -> Iterator[Answer]:
    """Return the turns that were put to models: of one agent or all, and one of each or all."""
    answers = journal.answers(run, agent)
    return (answer for answer in answers if turn in (None, answer.turn))


def turn_json(answer: Answer) -> str:
    """Return one turn as a line of JSON: its place, and the record as it was kept."""
    record = answer.body.decode() if answer.body else "null"
    place = f'"round":{answer.round},"turn":{answer.turn},"asked":{answer.asked}'
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
    yield f"== {safe(answer.agent)}, turn {answer.turn}, round {answer.round}{again} =="
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
