"""The gate for upgrades of LiteLLM: the pinned version, for real, against a stub on loopback."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest
from pydantic import SecretStr

from memory.errors import ModelError
from memory.events import Call
from scenarios.signature import schema_of
from scenarios.tools import TOOLS
from subagents.completion import Message, ModelRequest, ToolSchema, Usage
from subagents.llm import MOST_BYTES, close_connections, complete

pytestmark = pytest.mark.xdist_group("litellm")
"""One process imports LiteLLM once: that alone takes some seconds."""

KEY = "sk-very-secret-0123456789"


def refusal(status: int, message: str) -> tuple[int, bytes]:
    """Return an error as OpenAI writes it."""
    return status, json.dumps({"error": {"message": message, "type": "error"}}).encode()


def told(**message: Any) -> tuple[int, bytes]:
    """Return a message as OpenAI writes it."""
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", **message}}
    usage = {"prompt_tokens": 60, "completion_tokens": 9, "total_tokens": 69}
    frame = {"id": "c_1", "object": "chat.completion", "created": 0, "model": "stub"}
    return 200, json.dumps({**frame, "choices": [choice], "usage": usage}).encode()


RESERVE = {
    "id": "call_9",
    "type": "function",
    "function": {"name": "reserve_compute", "arguments": '{"amount": 119}'},
}

ANSWERS = {
    "call": told(content=None, tool_calls=[RESERVE]),
    "text": told(content="Nothing \ud800 today."),
    "nothing": told(content=None),
    "no-choices": (200, b'{"id": "c_1", "object": "chat.completion", "choices": []}'),
    "html": (200, b"<html>busy</html>"),
    "empty": (200, b""),
    "null": (200, b"null"),
    "error-200": (200, b'{"error": {"message": "no"}}'),
    "overloaded": refusal(529, "overloaded"),
    "crash": refusal(500, 'Traceback (most recent call last):\n  File "/srv/app.py", line 1'),
    "echo": refusal(401, f"Incorrect API key provided: {KEY}, not Bearer abcdef123456"),
    "flood": refusal(400, "é" * 20_000),
    "busy": refusal(429, "slow down"),
    "missing": refusal(404, "no such model"),
}
"""What the stub answers, by the name of the model that is asked."""


class Stub(ThreadingHTTPServer):
    """A provider on loopback that speaks OpenAI's protocol and remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.asked: list[dict[str, Any]] = []
        self.closing = Event()

    @property
    def base(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}/v1"


class Answering(BaseHTTPRequestHandler):
    """Answers one request of the stub's."""

    server: Stub

    def do_POST(self) -> None:
        """Answer as the model's name says; ``silent`` never does."""
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append(asked)
        if asked["model"] == "silent":
            self.server.closing.wait(30)
            return
        status, body = ANSWERS[asked["model"]]
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def stub() -> Iterator[Stub]:
    with Stub() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.closing.set()
        server.shutdown()
        thread.join()


def request(stub: Stub, model: str, **more: Any) -> ModelRequest:
    return ModelRequest(
        model=f"openai/{model}",
        messages=(Message(role="user", content="What do you reserve?"),),
        api_base=stub.base,
        api_key=SecretStr(KEY),
        **more,
    )


def ask(question: ModelRequest) -> Any:
    """Ask in a loop of its own, and leave no connection open behind it."""

    async def asking() -> Any:
        try:
            return await complete(question)
        finally:
            await close_connections()

    return asyncio.run(asking())


def test_a_tool_call_comes_back_through_the_real_litellm(stub: Stub) -> None:
    tools = tuple(ToolSchema.model_validate(schema_of(tool)) for tool in TOOLS.values())
    completion = ask(request(stub, "call", tools=tools, temperature=0.5, max_tokens=300))
    assert completion.calls == (Call(tool="reserve_compute", arguments={"amount": 119}),)
    assert completion.text == ""
    assert completion.usage == Usage(60, 9, is_estimated=False)
    asked = stub.asked[-1]
    assert [tool["function"]["name"] for tool in asked["tools"]] == list(TOOLS)
    assert asked["tools"][0]["function"]["parameters"]["required"] == ["amount"]
    assert (asked["max_tokens"], asked["temperature"]) == (300, 0.5)
    assert not asked.get("stream")


def test_it_was_imported_without_a_word_to_the_network(stub: Stub) -> None:
    ask(request(stub, "nothing"))
    assert os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] == "True"
    assert sys.modules["litellm"].telemetry is False


def test_a_text_comes_back_clean(stub: Stub) -> None:
    assert ask(request(stub, "text")).text == "Nothing \ufffd today."


def test_silence_of_the_model_is_an_answer(stub: Stub) -> None:
    completion = ask(request(stub, "nothing"))
    assert (completion.text, completion.answers) == ("", ())


@pytest.mark.parametrize(
    ("model", "fault", "status", "may_pass"),
    [
        ("crash", "unavailable", 500, True),
        ("overloaded", "unavailable", 529, True),
        ("html", "unavailable", 500, True),
        ("empty", "unavailable", 500, True),
        ("null", "unavailable", 500, True),
        ("busy", "rate_limited", 429, True),
        ("echo", "refused", 401, False),
        ("flood", "bad_request", 400, False),
        ("missing", "bad_request", 404, False),
        ("error-200", "unavailable", 502, True),
        ("no-choices", "garbage", None, True),
    ],
)
def test_every_fault_is_one_error_of_ours_after_one_request(
    stub: Stub, model: str, fault: str, status: int | None, may_pass: bool
) -> None:
    before = len(stub.asked)
    with pytest.raises(ModelError) as caught:
        ask(request(stub, model))
    error = caught.value
    assert (error.fault, error.status, error.may_pass) == (fault, status, may_pass)
    assert len(stub.asked) == before + 1
    text = str(error)
    assert "secret" not in text and "abcdef" not in text
    assert "Traceback" not in text and "app.py" not in text
    assert len(text.encode()) < MOST_BYTES + 100


def test_a_silent_provider_is_left_at_the_deadline(stub: Stub) -> None:
    with pytest.raises(ModelError, match=r"timeout: no answer within 0.2 s") as caught:
        ask(request(stub, "silent", deadline_s=0.2))
    assert caught.value.may_pass


def test_nobody_there_is_an_error_that_may_pass(stub: Stub) -> None:
    question = request(stub, "call").model_copy(update={"api_base": "http://127.0.0.1:9/v1"})
    with pytest.raises(ModelError) as caught:
        ask(question)
    assert caught.value.may_pass


def test_a_key_is_not_shown_with_its_request(stub: Stub) -> None:
    assert "secret" not in repr(request(stub, "call"))
    assert "secret" not in request(stub, "call").model_dump_json()


def test_nothing_imports_litellm_before_a_model_is_asked() -> None:
    program = (
        "import sys, subagents.llm, subagents.organisms, subagents.checks;"
        "sys.exit('litellm' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
