import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.border import clean
from memory.errors import ModelError
from memory.events import Call
from scenarios.signature import schema_of
from scenarios.tools import TOOLS
from subagents.completion import (
    MOST_CHARACTERS,
    Malformed,
    Message,
    ModelRequest,
    ToolSchema,
    Usage,
    read_completion,
)

REQUEST = ModelRequest(
    model="openai/any",
    messages=(Message(role="user", content="What do you reserve?" * 10),),
    tools=tuple(ToolSchema.model_validate(schema_of(tool)) for tool in TOOLS.values()),
)


def body(*calls: tuple[object, object], content: object = None, usage: object = None) -> Any:
    """Return an answer as a provider writes it."""
    asked = [{"id": "x", "function": {"name": name, "arguments": text}} for name, text in calls]
    return {"choices": [{"message": {"content": content, "tool_calls": asked}}], "usage": usage}


def answer(arguments: object, name: object = "reserve_compute") -> Call | Malformed:
    """Return what becomes of one call."""
    return read_completion(body((name, arguments)), REQUEST).answers[0]


def test_calls_keep_their_places_and_lose_their_providers_ids() -> None:
    completion = read_completion(
        body(("reserve_compute", '{"amount": 119}'), ("pay", "{"), ("read_notes", "")), REQUEST
    )
    assert completion.answers[0] == Call(tool="reserve_compute", arguments={"amount": 119})
    assert isinstance(completion.answers[1], Malformed)
    assert completion.answers[2] == Call(tool="read_notes")
    assert completion.calls == (completion.answers[0], completion.answers[2])
    assert completion.malformed == (completion.answers[1],)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ('{"amount": 12', "are no JSON: Expecting ',' delimiter"),
        ("[119]", "are no JSON object"),
        ("null", "are no JSON object"),
        ('{"amount": 1, "amount": 1000000}', "name a key twice"),
        ('{"amount": NaN}', "the number NaN, which is not finite"),
        ('{"amount": 1e999}', "the number 1e999, which is not finite"),
        ('{"amount": ' + "9" * 5000 + "}", "Exceeds the limit"),
        ('{"amount": ' + "[" * 30_000 + "]" * 30_000 + "}", "nested deeper than 32"),
        ('{"amount": ' + "[" * 40 + "]" * 40 + "}", "nested deeper than 32"),
        (" " * (MOST_CHARACTERS + 1), "have 65537 characters; at most 65536"),
        (None, "are missing"),
        ({"amount": 119}, "are missing"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_arguments_that_are_not_one_plain_object_are_malformed(
    arguments: object, reason: str
) -> None:
    malformed = answer(arguments)
    assert isinstance(malformed, Malformed)
    assert malformed.tool == "reserve_compute"
    assert reason in malformed.reason


def test_a_tool_that_was_not_offered_is_malformed_and_the_nearest_is_named() -> None:
    malformed = answer("{}", name="reserve_compte")
    assert isinstance(malformed, Malformed)
    assert "no tool 'reserve_compte'; known: reserve_compute, " in malformed.reason
    assert "did you mean 'reserve_compute'?" in malformed.reason
    assert isinstance(answer("{}", name=None), Malformed)


def test_what_is_stored_is_free_of_nul_and_lone_surrogates() -> None:
    text = '{"handoff": "a\\u0000b\\ud800", "k\\udfff": ["\\ud83d\\ude00", 1.5, true, null]}'
    call = answer(text, name="finish")
    assert isinstance(call, Call)
    assert call.arguments == {"handoff": "a\ufffdb\ufffd", "k\ufffd": ["😀", 1.5, True, None]}


@given(st.text(st.characters(exclude_categories=())))
def test_a_cleaned_text_can_be_stored_and_needs_no_second_cleaning(text: str) -> None:
    cleaned = clean(text)
    assert cleaned.encode().decode() == cleaned == clean(cleaned)
    assert "\0" not in cleaned


@given(st.dictionaries(st.text(), st.integers() | st.text() | st.booleans() | st.none()))
def test_arguments_come_through_as_they_were_written(arguments: dict[str, Any]) -> None:
    arguments = {clean(key): clean(v) if isinstance(v, str) else v for key, v in arguments.items()}
    assert answer(json.dumps(arguments)) == Call(tool="reserve_compute", arguments=arguments)


def test_a_believable_count_of_tokens_is_taken() -> None:
    told = {"prompt_tokens": 50, "completion_tokens": 7}
    assert read_completion(body(content="119", usage=told), REQUEST).usage == Usage(50, 7, False)


@pytest.mark.parametrize(
    "told",
    [
        None,
        "lots",
        {},
        {"prompt_tokens": 0, "completion_tokens": 0},
        {"prompt_tokens": 50, "completion_tokens": -1_000_000_000},
        {"prompt_tokens": 10**12, "completion_tokens": 7},
        {"prompt_tokens": "50", "completion_tokens": True},
    ],
)
def test_a_count_that_cannot_be_true_is_estimated_and_marked(told: object) -> None:
    usage = read_completion(body(content="one hundred and nineteen", usage=told), REQUEST).usage
    assert usage == Usage(prompt_tokens=51, completion_tokens=7, is_estimated=True)


@pytest.mark.parametrize(
    "answer_body",
    [{}, {"choices": []}, {"choices": None}, {"choices": [{"message": None}]}, {"choices": ["x"]}],
)
def test_a_body_without_a_message_is_garbage(answer_body: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match="garbage: the answer has no message in it") as caught:
        read_completion(answer_body, REQUEST)
    assert caught.value.may_pass
