"""The two wires that models are asked over: OpenAI's chat completions and Anthropic's messages.

As much of them as an agent's turn takes: texts and tool calls in, texts and tool calls out.
"""

import json
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, Protocol

from pydantic import JsonValue

from memory.errors import BadInput
from subagents.completion import Message

Speech = Literal["openai", "anthropic"]


class Asked(NamedTuple):
    """One question as it came over a wire."""

    model: str
    messages: tuple[Message, ...]
    tools: tuple[str, ...]


class ToolUse(NamedTuple):
    """A call as it is written on a wire; ``arguments`` is a text where it is no JSON object."""

    tool: str
    arguments: dict[str, JsonValue] | str


class Reply(NamedTuple):
    """What is said back."""

    text: str
    calls: tuple[ToolUse, ...] = ()


class Wire(Protocol):
    """Reads a question of one provider's form, and writes an answer in it."""

    name: Speech

    def read(self, body: Mapping[str, Any]) -> Asked:
        """Return the question.

        Raises
        ------
        BadInput
            If it has not this form.
        """
        ...

    def write(self, asked: Asked, reply: Reply) -> dict[str, JsonValue]:
        """Return the answer."""
        ...


class OpenAI:
    """``POST /v1/chat/completions``.

    Examples
    --------
    >>> asked = OpenAI().read({"model": "honest", "messages": [{"role": "user", "content": "Hi"}]})
    >>> OpenAI().write(asked, Reply("Hello."))["choices"][0]["message"]["content"]
    'Hello.'
    """

    name: Speech = "openai"

    def read(self, body: Mapping[str, Any]) -> Asked:
        """Return the question."""
        try:
            messages = tuple(_message(each) for each in body["messages"])
            tools = tuple(str(each["function"]["name"]) for each in body.get("tools") or ())
            return _asked(body, messages, tools)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _malformed(error) from error

    def write(self, asked: Asked, reply: Reply) -> dict[str, JsonValue]:
        """Return the answer."""
        calls: list[JsonValue] = [
            {
                "id": f"call_{number}",
                "type": "function",
                "function": {"name": call.tool, "arguments": _spelled(call.arguments)},
            }
            for number, call in enumerate(reply.calls)
        ]
        message: dict[str, JsonValue] = {"role": "assistant", "content": reply.text or None}
        if calls:
            message["tool_calls"] = calls
        going_in, coming_out = _tokens(asked, reply)
        return {
            "id": "chatcmpl-0",
            "object": "chat.completion",
            "created": 0,
            "model": asked.model,
            "choices": [
                {
                    "index": 0,
                    "message": message,
                    "finish_reason": "tool_calls" if calls else "stop",
                }
            ],
            "usage": {
                "prompt_tokens": going_in,
                "completion_tokens": coming_out,
                "total_tokens": going_in + coming_out,
            },
        }


class Anthropic:
    """``POST /v1/messages``, the least of it.

    Examples
    --------
    >>> asked = Anthropic().read({"model": "honest", "system": "Be brief.",
    ...                           "messages": [{"role": "user", "content": "Hi"}]})
    >>> [message.role for message in asked.messages]
    ['system', 'user']
    >>> Anthropic().write(asked, Reply("Hello."))["content"]
    [{'type': 'text', 'text': 'Hello.'}]
    """

    name: Speech = "anthropic"

    def read(self, body: Mapping[str, Any]) -> Asked:
        """Return the question."""
        try:
            told = [{"role": "system", "content": body["system"]}] if body.get("system") else []
            messages = tuple(_message(each) for each in (*told, *body["messages"]))
            tools = tuple(str(each["name"]) for each in body.get("tools") or ())
            return _asked(body, messages, tools)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _malformed(error) from error

    def write(self, asked: Asked, reply: Reply) -> dict[str, JsonValue]:
        """Return the answer."""
        content: list[JsonValue] = [{"type": "text", "text": reply.text}] if reply.text else []
        content += [
            {
                "type": "tool_use",
                "id": f"toolu_{number}",
                "name": call.tool,
                "input": call.arguments,
            }
            for number, call in enumerate(reply.calls)
        ]
        going_in, coming_out = _tokens(asked, reply)
        return {
            "id": "msg_0",
            "type": "message",
            "role": "assistant",
            "model": asked.model,
            "content": content,
            "stop_reason": "tool_use" if reply.calls else "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": going_in, "output_tokens": coming_out},
        }


def _asked(body: Mapping[str, Any], messages: tuple[Message, ...], tools: tuple[str, ...]) -> Asked:
    if body.get("stream"):
        raise ValueError("streaming is not offered")
    return Asked(str(body["model"]), messages, tools)


def _message(given: Mapping[str, Any]) -> Message:
    content = given["content"]
    if not isinstance(content, str):
        content = "".join(part["text"] for part in content or ())
    return Message(role=given["role"], content=content)


def _malformed(error: Exception) -> BadInput:
    return BadInput(f"the request cannot be read: {type(error).__name__}: {error}"[:500])


def _spelled(arguments: dict[str, JsonValue] | str) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)


def _tokens(asked: Asked, reply: Reply) -> tuple[int, int]:
    """Return about how many tokens went in and came out: four characters are one."""
    said = len(reply.text) + sum(len(_spelled(call.arguments)) for call in reply.calls)
    return sum(len(message.content) for message in asked.messages) // 4 + 1, said // 4 + 1
