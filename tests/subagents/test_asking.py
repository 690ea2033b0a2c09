"""Patience with a provider, a second word for a model's slips, and a record of all of it."""

import asyncio
from collections.abc import Sequence

import pytest

from memory.errors import CorruptJournal, ModelError
from memory.events import Call
from subagents.asking import LONGEST_WAIT_S, Patience, Wire, questions, wait_s
from subagents.checks import A_TURN
from subagents.completion import Completion, Malformed, Message, ModelRequest, Usage
from subagents.exchange import Exchange, Price, Question, Spent
from subagents.prompt import prompt

RESERVE = Call(tool="reserve_compute", arguments={"amount": 119})
SLIP = Malformed("reserve_compute", "arguments are no JSON")
BUSY = ModelError("rate_limited", "slow down", 429, retry_after_s=3)
DOWN = ModelError("unavailable", "crash", 500)
REFUSED = ModelError("refused", "no such key", 401)
REQUEST = ModelRequest(model="openai/any", messages=prompt(A_TURN))


def said(*answers: Call | Malformed, text: str = "") -> Completion:
    return Completion(text, answers, Usage(100, 10, is_estimated=False))


class Scripted:
    """A provider that follows a script, and a clock that nobody waits for."""

    def __init__(self, script: Sequence[Completion | ModelError]) -> None:
        self.script = list(script)
        self.asked: list[ModelRequest] = []
        self.waits: list[float] = []

    async def complete(self, request: ModelRequest) -> Completion:
        self.asked.append(request)
        line = self.script.pop(0)
        if isinstance(line, ModelError):
            raise line
        return line

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


def passed(provider: Scripted, attempts: int = 4, reasks: int = 2) -> tuple[Question, ...]:
    wire = Wire(provider.complete, provider.sleep)
    return asyncio.run(questions(REQUEST, Patience(attempts, reasks), 7, wire))


def exchange(provider: Scripted, price: Price | None = None) -> Exchange:
    return Exchange(model="openai/any", questions=passed(provider), price=price)


def test_a_good_answer_is_asked_for_once() -> None:
    provider = Scripted([said(RESERVE, text="So much.")])
    record = exchange(provider)
    assert record.decision.calls == (RESERVE,)
    assert record.decision.rationale == "So much."
    assert (len(provider.asked), provider.waits) == (1, [])
    assert record.questions[0].messages == REQUEST.messages


@pytest.mark.parametrize("attempts", [1, 2, 5])
def test_there_are_as_many_attempts_as_were_allowed_and_no_more(attempts: int) -> None:
    provider = Scripted([DOWN] * 9)
    with pytest.raises(ModelError, match=rf"crash \(given up after {attempts} request") as caught:
        passed(provider, attempts)
    assert len(provider.asked) == attempts and len(provider.waits) == attempts - 1
    assert (caught.value.fault, caught.value.status) == ("unavailable", 500)


def test_what_cannot_pass_is_not_tried_again() -> None:
    provider = Scripted([REFUSED, said(RESERVE)])
    with pytest.raises(ModelError, match="given up after 1 request"):
        passed(provider)
    assert len(provider.asked) == 1


def test_a_provider_is_left_alone_for_as_long_as_it_asks() -> None:
    provider = Scripted([BUSY, BUSY, said(RESERVE)])
    record = exchange(provider)
    assert all(wait > 3 for wait in provider.waits) and len(provider.waits) == 2
    attempts = record.questions[0].attempts
    assert [each.fault for each in attempts] == ["rate_limited", "rate_limited", None]
    assert [each.waited_s for each in attempts] == [0.0, *provider.waits]
    assert record.spent.retries == 2


def test_a_provider_that_asks_for_too_much_is_not_waited_for() -> None:
    provider = Scripted([ModelError("rate_limited", "come back tomorrow", 429, 86_400.0)])
    with pytest.raises(ModelError, match="asks to be left alone for 86400 s"):
        passed(provider)
    assert provider.waits == []


def test_waits_are_drawn_from_the_turn_grow_and_are_bounded() -> None:
    waits = [[wait_s(DOWN, attempt, f"{seed}/0") for attempt in range(1, 11)] for seed in range(50)]
    assert waits[0] == [wait_s(DOWN, attempt, "0/0") for attempt in range(1, 11)]
    assert len({row[0] for row in waits}) == 50
    assert all(0 < wait < LONGEST_WAIT_S for row in waits for wait in row)
    means = [sum(column) / 50 for column in zip(*waits, strict=True)]
    assert means[0] < means[2] < means[4]


def test_a_slip_is_answered_with_what_was_wrong() -> None:
    provider = Scripted([said(RESERVE, SLIP, text="Both."), said(RESERVE)])
    record = exchange(provider)
    assert record.decision.calls == (RESERVE,)
    assert record.spent.reasks == 1
    more = provider.asked[1].messages[len(REQUEST.messages) :]
    assert [message.role for message in more] == ["assistant", "user"]
    assert "Both." in more[0].content and '{"amount": 119}' in more[0].content
    assert "call 2, reserve_compute: arguments are no JSON" in more[1].content
    assert record.questions[1].messages == more


def test_a_slip_that_stays_is_refused_and_has_no_other_effect() -> None:
    provider = Scripted([said(SLIP), said(SLIP), said(RESERVE, SLIP)])
    record = exchange(provider)
    calls = record.decision.calls
    assert calls[0] == RESERVE
    assert calls[1] == Call(tool="reserve_compute", arguments={"unusable": "arguments are no JSON"})
    assert len(provider.asked) == 3


def test_a_call_without_a_name_is_refused_under_another() -> None:
    assert exchange(Scripted([said(Malformed("", "no tool ''"))] * 3)).decision.calls == (
        Call(tool="nameless", arguments={"unusable": "no tool ''"}),
    )


def test_an_empty_answer_is_no_silent_success() -> None:
    provider = Scripted([said(), said(text=" "), said(text="I wait.")])
    record = exchange(provider)
    assert (record.decision.calls, record.decision.rationale) == ((), "I wait.")
    assert "Your answer was empty" in provider.asked[1].messages[-1].content
    assert provider.asked[1].messages[-2] == Message(role="assistant", content="(nothing)")


def test_what_was_paid_for_stands_when_the_second_question_finds_no_answer() -> None:
    provider = Scripted([said(RESERVE, SLIP), REFUSED])
    assert exchange(provider).decision.calls[0] == RESERVE


def test_everything_that_came_is_paid_for_whether_it_counts_or_not() -> None:
    provider = Scripted([DOWN, said(SLIP), said(RESERVE)])
    record = exchange(provider, Price(1.0, 2.0))
    assert record.spent == Spent(
        answers=1, input_tokens=200, output_tokens=20, money=0.00024, retries=1, reasks=1
    )
    assert Exchange.read(record.canonical()) == record
    unpriced = exchange(Scripted([said(RESERVE)]))
    assert (unpriced.spent.unpriced, unpriced.spent.money) == (1, 0)


def test_a_record_is_read_again_as_it_was_and_nothing_else_is_read() -> None:
    record = exchange(Scripted([said(RESERVE, SLIP, text="a\ufffd"), DOWN, said(SLIP), said(SLIP)]))
    body = record.canonical()
    assert Exchange.read(body) == record and Exchange.read(body).canonical() == body
    assert Exchange.read(body).decision == record.decision
    for wrong in (b"", b"{}", body[:-1], body.replace(b'"model"', b'"modell"')):
        with pytest.raises(CorruptJournal, match="not what was written"):
            Exchange.read(wrong)
