"""Asking a model for one turn: patience with its provider, and a second word for its slips.

Every request counts as an attempt, and there are exactly as many as were allowed: neither
LiteLLM nor a provider's client asks again by itself. Waits are drawn from the turn's own seed.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from memory.chance import uniform
from memory.errors import ModelError
from subagents.completion import Completion, Malformed, Message, ModelRequest
from subagents.exchange import Attempt, Question
from subagents.llm import complete

FIRST_WAIT_S = 1.0
"""The most that is waited before the second attempt; it doubles from one to the next."""

LONGEST_WAIT_S = 60.0
"""No wait is longer. A provider that asks for more is not asked again now."""


class Patience(NamedTuple):
    """How often is asked: requests a question, and further questions after unusable answers."""

    attempts: int
    reasks: int


class Wire(NamedTuple):
    """What carries a question to a model, and how time passes meanwhile."""

    complete: Callable[[ModelRequest], Awaitable[Completion]] = complete
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


async def questions(
    request: ModelRequest, patience: Patience, seed: int, wire: Wire
) -> tuple[Question, ...]:
    """Ask for one turn, again if need be; return everything that passed.

    A slip of the model's (a call that is no call, an answer without a word in it) is answered with
    what was wrong. When that does not help, its last answer stands, slips and all.

    Raises
    ------
    ModelError
        If the first question found no answer: then nothing was paid for.
    """
    asked: list[Question] = []
    added = request.messages
    while True:
        try:
            question = await _asked(request, added, patience.attempts, f"{seed}/{len(asked)}", wire)
        except ModelError:
            if not asked:
                raise
            return tuple(asked)
        asked.append(question)
        completion = question.completion
        if completion is None or _is_usable(completion) or len(asked) > patience.reasks:
            return tuple(asked)
        added = (recalled(completion), _objection(completion))
        request = request.model_copy(update={"messages": request.messages + added})


def _is_usable(completion: Completion) -> bool:
    return not completion.malformed and bool(completion.answers or completion.text.strip())


async def _asked(
    request: ModelRequest, added: tuple[Message, ...], most: int, luck: str, wire: Wire
) -> Question:
    """Ask one question, as often as it may be asked."""
    attempts: list[Attempt] = []
    waited = 0.0
    while True:
        try:
            completion = await wire.complete(request)
        except ModelError as error:
            detail = str(error)
            attempts.append(
                Attempt(fault=error.fault, status=error.status, detail=detail, waited_s=waited)
            )
            wait = wait_s(error, len(attempts), luck)
            if not error.may_pass or len(attempts) >= most or wait > LONGEST_WAIT_S:
                raise _given_up(error, len(attempts), wait) from None
            await wire.sleep(wait)
            waited = wait
        else:
            attempts.append(Attempt(waited_s=waited))
            return Question(messages=added, attempts=tuple(attempts), completion=completion)


def wait_s(error: ModelError, attempt: int, luck: str) -> float:
    """Return how long to wait after an attempt: full jitter, on top of what the provider asks.

    Examples
    --------
    >>> busy = ModelError("rate_limited", "slow down", 429, retry_after_s=3)
    >>> 3 < wait_s(busy, 1, "7/0") < 4 and wait_s(busy, 1, "7/0") == wait_s(busy, 1, "7/0")
    True
    """
    most = min(LONGEST_WAIT_S / 2, FIRST_WAIT_S * 2.0 ** (attempt - 1))
    return (error.retry_after_s or 0.0) + most * uniform(luck, "wait", attempt)


def _given_up(error: ModelError, attempts: int, wait: float) -> ModelError:
    detail = str(error)
    if wait > LONGEST_WAIT_S:
        detail += f"; it asks to be left alone for {error.retry_after_s:g} s"
    requests = "1 request" if attempts == 1 else f"{attempts} requests"
    given_up = ModelError(error.fault, "", error.status, error.retry_after_s)
    given_up.args = (f"{detail} (given up after {requests})",)
    return given_up


def recalled(completion: Completion) -> Message:
    """Return a model's answer as it is shown to it again."""
    made = [
        f"{each.tool} (not a call)"
        if isinstance(each, Malformed)
        else f"{each.tool} {json.dumps(each.arguments, ensure_ascii=False)}"
        for each in completion.answers
    ]
    said = "\n".join((completion.text.strip(), *made)).strip()
    return Message(role="assistant", content=said or "(nothing)")


def _objection(completion: Completion) -> Message:
    """Tell a model what was wrong with its answer."""
    if not completion.answers:
        said = "Your answer was empty. Say what you do, or why you do nothing."
        return Message(role="user", content=said)
    slips = [
        f"- call {number}, {each.tool or 'without a name'}: {each.reason}"
        for number, each in enumerate(completion.answers, 1)
        if isinstance(each, Malformed)
    ]
    told = "\n".join(slips)
    return Message(
        role="user",
        content=f"None of your calls was carried out, because of this:\n\n{told}\n\n"
        "Make all calls of this turn again.",
    )
