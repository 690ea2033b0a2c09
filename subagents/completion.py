"""What is asked of a real model, and what it answered: checked, cleaned, and free of its provider.

An answer is a stranger's text. What comes out of here can be stored, hashed and shown: no lone
surrogates, no NUL, finite numbers, and token counts that nobody can push below zero.
"""

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any, Literal, NamedTuple, TypeGuard

from pydantic import Field, JsonValue, SecretStr

from memory.border import clean
from memory.envelope import Frozen
from memory.errors import ModelError, did_you_mean
from memory.events import Call

MOST_CHARACTERS = 64 * 1024
"""Longer texts are cut, and longer arguments refused."""

MOST_NESTED = 32
"""Arguments nested deeper than this are refused."""

MOST_TOKENS = 10_000_000
"""A provider that says it used more than this for one answer is not believed."""


class Message(Frozen):
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class ToolSchema(Frozen):
    """A tool as a model is shown it; ``parameters`` is a JSON Schema."""

    name: str = Field(max_length=64)
    description: str
    parameters: dict[str, JsonValue]


class ModelRequest(Frozen):
    """One question to one model.

    ``model`` is LiteLLM's name for it, such as ``openai/gpt-4o-mini``. ``api_base`` and
    ``api_key`` default to what the provider's own environment variables say. ``deadline_s``
    bounds the whole exchange, in seconds.
    """

    model: str = Field(min_length=1)
    messages: tuple[Message, ...] = Field(min_length=1)
    tools: tuple[ToolSchema, ...] = ()
    api_base: str | None = None
    api_key: SecretStr | None = None
    max_tokens: int = Field(default=1024, ge=1)
    temperature: float | None = Field(default=None, ge=0, le=2)
    deadline_s: float = Field(default=60.0, gt=0, le=3600)


class Malformed(NamedTuple):
    """A call that cannot be made as the model wrote it, and why, addressed to the model."""

    tool: str
    reason: str


class Usage(NamedTuple):
    """Tokens used; ``is_estimated`` where the provider gave no count that can be true."""

    prompt_tokens: int
    completion_tokens: int
    is_estimated: bool


class Completion(NamedTuple):
    """A model's answer. The calls are numbered by their place; a provider's ids are dropped."""

    text: str
    answers: tuple[Call | Malformed, ...]
    usage: Usage

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls that can be made."""
        return tuple(each for each in self.answers if isinstance(each, Call))

    @property
    def malformed(self) -> tuple[Malformed, ...]:
        """The calls that cannot."""
        return tuple(each for each in self.answers if isinstance(each, Malformed))


def read_completion(body: Mapping[str, Any], request: ModelRequest) -> Completion:
    """Read an answer in the shape of OpenAI's chat completions.

    Raises
    ------
    ModelError
        If it has no such shape (fault ``garbage``). What the model itself got wrong does not
        raise: it is ``malformed``.

    Examples
    --------
    >>> request = ModelRequest(
    ...     model="openai/any",
    ...     messages=(Message(role="user", content="What do you reserve?"),),
    ...     tools=(ToolSchema(name="reserve_compute", description="Buy.", parameters={}),),
    ... )
    >>> asked = {"function": {"name": "reserve_compute", "arguments": '{"amount": 119}'}}
    >>> slip = {"function": {"name": "reserve_compute", "arguments": '{"amount": 119'}}
    >>> completion = read_completion(
    ...     {"choices": [{"message": {"content": None, "tool_calls": [asked, slip]}}]}, request
    ... )
    >>> completion.calls
    (Call(tool='reserve_compute', arguments={'amount': 119}),)
    >>> completion.malformed[0].reason
    "arguments are no JSON: Expecting ',' delimiter: line 1 column 15 (char 14)"
    """
    try:
        message = body["choices"][0]["message"]
        functions = [asked["function"] for asked in message.get("tool_calls") or ()]
        written = [(function.get("name"), function.get("arguments")) for function in functions]
        content = message.get("content")
    except (KeyError, IndexError, TypeError, AttributeError):
        raise ModelError("garbage", "the answer has no message in it") from None
    text = clean(content[:MOST_CHARACTERS]) if isinstance(content, str) else ""
    tools = [tool.name for tool in request.tools]
    answers = tuple(_answer(name, arguments, tools) for name, arguments in written)
    characters = len(text) + sum(len(str(arguments)) for _, arguments in written)
    return Completion(text, answers, _usage(body.get("usage"), request, characters))


def _answer(name: object, arguments: object, tools: list[str]) -> Call | Malformed:
    tool = clean(name)[:64] if isinstance(name, str) else ""
    if tool not in tools:
        known = ", ".join(tools) or "none"
        return Malformed(tool, f"no tool {tool!r}; known: {known}{did_you_mean(tool, tools)}")
    try:
        return Call(tool=tool, arguments=_arguments(arguments))
    except ValueError as error:
        return Malformed(tool, clean(f"arguments {error}")[:500])


def _arguments(text: object) -> dict[str, JsonValue]:
    if not isinstance(text, str):
        raise ValueError("are missing")
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"have {len(text)} characters; at most {MOST_CHARACTERS}")
    try:
        found = json.loads(
            text or "{}", object_pairs_hook=_no_twins, parse_constant=_finite, parse_float=_finite
        )
    except json.JSONDecodeError as error:
        raise ValueError(f"are no JSON: {error}") from None
    except RecursionError:
        raise ValueError(f"are nested deeper than {MOST_NESTED}") from None
    if not isinstance(found, dict):
        raise ValueError("are no JSON object")
    return {clean(key): _cleaned(value, MOST_NESTED) for key, value in found.items()}


def _no_twins(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("name a key twice")
    return found


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError(f"have the number {text[:20]}, which is not finite")
    return number


def _cleaned(value: Any, depth: int) -> JsonValue:
    """Return parsed JSON with clean texts. ``Any``: what a model wrote has no type yet."""
    if depth == 0:
        raise ValueError(f"are nested deeper than {MOST_NESTED}")
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(each, depth - 1) for each in value]
    if isinstance(value, dict):
        return {clean(key): _cleaned(each, depth - 1) for key, each in value.items()}
    return value  # type: ignore[no-any-return]


def _usage(told: object, request: ModelRequest, characters: int) -> Usage:
    counts = told if isinstance(told, Mapping) else {}
    prompt, completion = counts.get("prompt_tokens"), counts.get("completion_tokens")
    if _is_count(prompt) and _is_count(completion) and prompt and (completion or not characters):
        return Usage(prompt, completion, is_estimated=False)
    # A token is about four characters of English; a guess is better than a count too low.
    asked = sum(len(message.content) for message in request.messages)
    return Usage(asked // 4 + 1, characters // 4 + 1, is_estimated=True)


def _is_count(tokens: object) -> TypeGuard[int]:
    return type(tokens) is int and 0 <= tokens <= MOST_TOKENS
