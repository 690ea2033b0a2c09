"""The policy ``model``: what it refuses to be made with, and how few turns it has in flight."""

import asyncio
from typing import Any

import pytest

from subagents.asking import Wire
from subagents.checks import A_TURN
from subagents.completion import Completion, ModelRequest, ToolSchema, Usage
from subagents.exchange import Exchange
from subagents.model import Model
from subagents.policy import Asking
from subagents.prompt import prompt

HERE = "http://127.0.0.1:9/v1"


@pytest.mark.parametrize(
    ("parameters", "why"),
    [
        ({"model": ""}, r"model is ''; it is LiteLLM's name"),
        ({"model": 4}, r"model is 4; "),
        ({"api_key": "sk-secret"}, r"api_key is given; .* a key belongs in the environment"),
        ({"api_base": "localhost"}, r"api_base is 'localhost'; it is an address"),
        ({"api_base": "file:///etc"}, r"it is an address"),
        ({"api_base": "http://me:secret@host/v1"}, r"api_base holds a user, a password"),
        ({"api_base": "http://host/v1?key=secret"}, r"or a query"),
        ({"temperature": 3}, r"temperature is 3; .* from 0 to 2"),
        ({"max_tokens": 0}, r"max_tokens is 0; .* whole, from 1"),
        ({"deadline_s": 0}, r"deadline_s is 0; "),
        ({"attempts": 11}, r"attempts is 11; .* from 1 to 10"),
        ({"attempts": True}, r"attempts is True; "),
        ({"reasks": -1}, r"reasks is -1; "),
        ({"at_once": 0}, r"at_once is 0; "),
        ({"price": 3}, r"price is 3; it is \{input"),
        ({"price": {"input": 1}}, r"price is "),
        ({"price": {"input": 1, "output": "free"}}, r"price is 'free'; "),
    ],
)
def test_what_cannot_be_is_refused_without_quoting_a_secret(
    parameters: dict[str, Any], why: str
) -> None:
    with pytest.raises(ValueError, match=why) as caught:
        Model(**({"model": "openai/any"} | parameters))
    assert "secret" not in str(caught.value)


def test_it_is_asked_and_read_in_two_steps() -> None:
    assert isinstance(Model("openai/any"), Asking)


def test_a_turn_is_one_question_with_all_that_is_known() -> None:
    asked: list[ModelRequest] = []

    async def complete(request: ModelRequest) -> Completion:
        asked.append(request)
        return Completion("I wait.", (), Usage(9, 3, is_estimated=False))

    model = Model("openai/any", api_base=HERE, temperature=0.5, max_tokens=99, deadline_s=7)
    model.wire = Wire(complete)
    schema = ToolSchema(name="finish", description="Leave.", parameters={})
    turn = A_TURN._replace(schemas=(schema,))
    answer = asyncio.run(model.ask(turn))
    assert asked == [
        ModelRequest(
            model="openai/any",
            messages=prompt(turn),
            tools=(schema,),
            api_base=HERE,
            max_tokens=99,
            temperature=0.5,
            deadline_s=7,
        )
    ]
    assert model.read(turn, answer) == model.read(A_TURN, answer)
    assert model.read(turn, answer).rationale == "I wait."
    assert Exchange.read(answer).model == "openai/any"
    assert asyncio.run(model.act(turn)).rationale == "I wait."


def test_no_more_turns_are_in_flight_than_may_be() -> None:
    now, most = 0, 0

    async def complete(request: ModelRequest) -> Completion:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        now -= 1
        return Completion("I wait.", (), Usage(9, 3, is_estimated=False))

    async def ten_turns() -> None:
        model = Model("openai/any", at_once=3)
        model.wire = Wire(complete)
        await asyncio.gather(*(model.ask(A_TURN._replace(turn=turn)) for turn in range(1, 11)))

    asyncio.run(ten_turns())
    assert most == 3
