"""The organism server: who answers, over which wire, and what it says of what is no question."""

from collections.abc import Iterator
from threading import Event, Thread
from typing import Any

import httpx
import pytest

from memory.chance import seed_for
from memory.errors import BadInput
from orchestrator.api.fault import FAULTS, HUGE
from orchestrator.api.organism import Desk, create_organism_app
from orchestrator.api.server import Server, address_of, listen
from subagents.checks import A_TURN, decide
from subagents.organisms import CATALOGUE, Honest, WeakShard
from subagents.prompt import prompt

TOOLS = ("reserve_compute", "release_compute", "post_note", "finish")
TURN = A_TURN._replace(tools=TOOLS, seed=seed_for(7, "w07.3", 9))
CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    ready = Event()
    with listen("127.0.0.1", 0) as listening:
        server = Server(create_organism_app(Desk(seed=7)), ready.set)
        thread = Thread(target=server.run, args=([listening],))
        thread.start()
        assert ready.wait(60)
        with httpx.Client(base_url=address_of(listening), timeout=60) as client:
            yield client
        server.should_exit = True
        thread.join(60)


def chat(model: str) -> dict[str, Any]:
    """Return a question as OpenAI's clients ask it."""
    messages = [message.model_dump() for message in prompt(TURN)]
    tools = [{"type": "function", "function": {"name": name}} for name in TOOLS]
    return {"model": model, "messages": messages, "tools": tools}


def message(model: str) -> dict[str, Any]:
    """Return the same as Anthropic's clients ask it."""
    system, user = prompt(TURN)
    blocks = [{"type": "text", "text": user.content}]
    tools = [{"name": name, "input_schema": {}} for name in TOOLS]
    told = [{"type": "text", "text": system.content}]
    return {
        "model": model,
        "max_tokens": 9,
        "system": told,
        "messages": [{"role": "user", "content": blocks}],
        "tools": tools,
    }


def amount(answer: httpx.Response) -> Any:
    """Return what an answer reserves."""
    assert answer.status_code == 200, answer.text
    told = answer.json()
    if "choices" in told:
        (call,) = told["choices"][0]["message"]["tool_calls"]
        return call["function"]
    (use,) = [part for part in told["content"] if part["type"] == "tool_use"]
    return use


def test_an_organism_answers_on_both_wires_what_it_decides(client: httpx.Client) -> None:
    (call,) = decide(Honest(), TURN).calls
    assert amount(client.post(CHAT, json=chat("honest"))) == {
        "name": "reserve_compute",
        "arguments": f'{{"amount": {call.arguments["amount"]}}}',
    }
    use = amount(client.post(MESSAGES, json=message("honest")))
    assert (use["name"], use["input"]) == ("reserve_compute", call.arguments)


def test_a_model_s_name_says_its_parameters_and_the_run_s_seed(client: httpx.Client) -> None:
    other = TURN._replace(seed=seed_for(8, "w07.3", 9))
    (call,) = decide(WeakShard(over_reserve=0.5), other).calls
    use = amount(client.post(MESSAGES, json=message("weak_shard?over_reserve=0.5&seed=8")))
    assert use["input"] == call.arguments


@pytest.mark.parametrize(
    ("model", "why"),
    [
        ("honset", r"model is 'honset'; known: .*did you mean 'honest'"),
        ("honest?nois=1", r"nois is no parameter of honest"),
        ("honest?noise=7", r"noise is 7"),
        ("honest?fault=hagn", r"fault is 'hagn'; known: .*did you mean 'hang'"),
        ("honest?seed=x", r"seed and first are whole numbers"),
        ("honest?retry_after=soon", r"retry_after is a number"),
        ("os:system", r"model is 'os:system'; known"),
    ],
)
def test_a_name_that_means_nothing_is_refused(model: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        Desk().wanted(model)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"[" * 100_000,
        b'{"model": "honest"}',
        b'{"model": "honest", "messages": 3}',
        b'{"model": "honest", "messages": [{"role": "user", "content": "Hello!"}]}',
        b'{"model": "honest", "messages": [], "stream": true}',
    ],
    ids=range(8),
)
@pytest.mark.parametrize("path", [CHAT, MESSAGES])
def test_what_is_no_question_is_refused_in_the_wire_s_own_form(
    client: httpx.Client, path: str, body: bytes
) -> None:
    answer = client.post(path, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_a_page_of_another_site_is_kept_out(client: httpx.Client) -> None:
    answer = client.post(CHAT, json=chat("honest"), headers={"origin": "http://evil.test"})
    assert answer.status_code == 403
    assert client.get("/v1/models", headers={"host": "evil.test"}).status_code == 400


def test_a_fault_of_the_first_requests_passes(client: httpx.Client) -> None:
    name = "honest?fault=429&first=2&retry_after=3"
    answers = [client.post(CHAT, json=chat(name)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["retry-after"] == "3"
    lines = [line for line in client.get("/v1/requests").json() if line["model"] == name]
    assert [line["fault"] for line in lines] == ["429", "429", ""]
    assert {(line["wire"], line["agent"], line["turn"]) for line in lines} == {
        ("openai", "w07.3", 9)
    }


def test_an_answer_that_is_cut_never_ends_well(client: httpx.Client) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        client.post(CHAT, json=chat("honest?fault=cut"))


@pytest.mark.parametrize("fault", ["hang", "drip"])
def test_an_answer_that_hangs_or_drips_does_not_come(client: httpx.Client, fault: str) -> None:
    with pytest.raises(httpx.ReadTimeout):
        client.post(CHAT, json=chat(f"honest?fault={fault}"), timeout=0.05)


def test_every_other_fault_is_what_its_name_says(client: httpx.Client) -> None:
    def said(fault: str) -> httpx.Response:
        return client.post(CHAT, json=chat(f"honest?fault={fault}"))

    assert said("500").status_code == 500
    assert len(said("huge_error").content) > HUGE and len(said("huge_text").content) > HUGE
    assert said("empty").content == b""
    assert said("html").text.startswith("<html>")
    assert "choices" not in said("error_200").json()
    for fault in ("bad_json", "html", "empty"):
        with pytest.raises(ValueError, match=r"Expecting|delimiter|column"):
            said(fault).json()
    message = said("silence").json()["choices"][0]["message"]
    assert message == {"role": "assistant", "content": None}
    names = [
        call["function"]["name"]
        for call in said("unknown_tool").json()["choices"][0]["message"]["tool_calls"]
    ]
    assert names == ["reserve_compute", "mint_money"]
    assert "\x1b" in said("hostile_text").json()["choices"][0]["message"]["content"]
    assert len(FAULTS) == 15


def test_the_models_are_the_organisms(client: httpx.Client) -> None:
    listed = client.get("/v1/models").json()["data"]
    assert [each["id"] for each in listed] == [*CATALOGUE, "rater"]
