"""Runs of models over REST: what they may cost, how they go on, and that they hold up nobody."""

import json
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from benchmarks.wires import Organisms, served
from tests.orchestrator.api.test_run import await_end, begin

pytestmark = pytest.mark.xdist_group("litellm")

TURNS = 2 * 8


@pytest.fixture(scope="module")
def organisms() -> Iterator[Organisms]:
    with served() as serving:
        yield serving


@pytest.fixture
def text(organisms: Organisms) -> str:
    model = f"openai/honest, api_base: {organisms.address}/v1, price: {{input: 1, output: 2}}"
    worker = f"{{policy: model, model: {model}, count: 2}}"
    return f"{{scenario: small, task: Supply., world: {{rounds: 8}}, workers: [{worker}]}}"


def resume(client: httpx.Client, run: str, **wishes: Any) -> httpx.Response:
    return client.post(f"/v1/runs/{run}/resume", json=wishes)


def test_a_run_tells_what_it_costs_and_may_cost(client: httpx.Client, text: str) -> None:
    made = begin(client, yaml=text, max_tokens=10**7, references=False).json()
    shown = await_end(client, made["run"])
    assert shown["status"] == "done" and not shown["is_budget_spent"]
    assert shown["cost"]["answers"] == TURNS and shown["cost"]["money"] > 0
    assert shown["cost"] == shown["summary"]["cost"]
    assert shown["budget"] == {"max_tokens": 10**7, "max_cost": None}


def test_a_run_that_has_spent_its_budget_says_so_and_goes_on_under_a_larger_one(
    client: httpx.Client, organisms: Organisms, text: str
) -> None:
    whole = await_end(client, begin(client, yaml=text, references=False).json()["run"])
    organisms.forget()
    run = begin(client, yaml=text, max_tokens=4_000, references=False).json()["run"]
    shown = await_end(client, run)
    assert (shown["status"], shown["is_live"], shown["is_budget_spent"]) == (
        "interrupted",
        False,
        True,
    )
    assert "is used up" in shown["failure"] and "resume it under a larger" in shown["failure"]
    answered = shown["cost"]["answers"]
    assert 0 < answered < TURNS
    refused = resume(client, run, max_tokens=4_000)
    assert refused.status_code == 409
    assert refused.headers["content-type"] == "application/problem+json"
    assert "may use 4,000; allow it more" in refused.json()["detail"]
    resumed = resume(client, run, max_tokens=10**7, references=False)
    assert resumed.status_code == 202 and resumed.json()["is_live"]
    shown = await_end(client, run)
    assert (shown["status"], shown["is_budget_spent"], shown["failure"]) == ("done", False, None)
    assert shown["digest"] == whole["digest"]
    assert len(organisms.desk.requests) == TURNS, "an answer was paid for twice"


@pytest.mark.parametrize("max_cost", [0, 0.001])
def test_money_is_a_budget_too(client: httpx.Client, text: str, max_cost: float) -> None:
    run = begin(client, yaml=text, max_cost=max_cost, references=False).json()["run"]
    shown = await_end(client, run)
    assert shown["is_budget_spent"] and "may cost" in shown["failure"]
    assert shown["budget"] == {"max_tokens": None, "max_cost": max_cost}


def test_a_run_that_is_over_is_not_resumed(client: httpx.Client, text: str) -> None:
    run = begin(client, yaml=text, references=False).json()["run"]
    await_end(client, run)
    answer = resume(client, run)
    assert answer.status_code == 422 and "nothing is left to do" in answer.json()["detail"]
    assert resume(client, "r_none").status_code == 404


@pytest.mark.parametrize("wishes", [{"max_tokens": 0}, {"max_cost": -1}, {"max_tokens": "5"}])
def test_what_is_no_budget_is_refused(
    client: httpx.Client, text: str, wishes: dict[str, Any]
) -> None:
    assert begin(client, yaml=text, **wishes).status_code == 422


def test_a_tool_that_is_code_is_for_the_command_line_only(client: httpx.Client) -> None:
    text = "{scenario: s, task: T, workers: honest, world: {tools: [reserve_compute, os:system]}}"
    answer = begin(client, yaml=text)
    assert answer.status_code == 422
    assert "over REST only names of ours are taken" in answer.json()["detail"]


FRESH = """
import asyncio, json, sys, tempfile, threading, time
import httpx
from orchestrator.api.app import create_app
from orchestrator.api.server import Server, address_of, listen
from orchestrator.cli.door import settle_memory

assert "litellm" not in sys.modules
most, ready = [0.0], threading.Event()
place = tempfile.mkdtemp() + "/journal.db"
app = create_app(place)
settle_memory()

async def look():
    while True:
        before = time.thread_time()
        await asyncio.sleep(0.002)
        most[0] = max(most[0], time.thread_time() - before)

def serve(listening):
    async def both():
        asyncio.create_task(server.serve(sockets=[listening]))
        looking = None
        while not server.should_exit:
            if ready.is_set() and looking is None:
                looking = asyncio.create_task(look())
            await asyncio.sleep(0.01)
    asyncio.run(both())

text = ("{scenario: s, task: T, world: {rounds: 4}, workers: [{policy: model, model: openai/x, "
        "api_base: 'http://127.0.0.1:9/v1', attempts: 1}]}")
with listen("127.0.0.1", 0) as listening:
    server = Server(app, ready.set, lambda: app.state.service.feed.close())
    thread = threading.Thread(target=serve, args=(listening,))
    thread.start()
    assert ready.wait(30)
    with httpx.Client(base_url=address_of(listening), timeout=120) as client:
        # A run of organisms first: what LangGraph costs once is no business of a model's.
        first = client.post("/v1/runs", json={"scenario": "all_honest", "set": ["world.rounds=2"]})
        while client.get(f"/v1/runs/{first.json()['run']}").json()["is_live"]:
            time.sleep(0.05)
        most[0] = 0.0
        run = client.post("/v1/runs", json={"yaml": text, "references": False})
        assert run.status_code == 201, run.text
        name = run.json()["run"]
        while (shown := client.get(f"/v1/runs/{name}").json())["is_live"]:
            time.sleep(0.05)
    server.should_exit = True
    thread.join(20)
assert "litellm" in sys.modules
print(json.dumps({"busy_s": most[0], "failure": shown["failure"]}))
"""


def test_the_first_run_of_a_model_holds_up_no_other() -> None:
    """LiteLLM takes seconds to import: meanwhile the event loop is kept from nothing."""
    for _ in range(3):  # on a machine that is busy otherwise the first look may be off
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(FRESH)], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout.splitlines()[-1])
        assert "given up after 1 request" in found["failure"]
        if found["busy_s"] < 0.1:
            return
    raise AssertionError(f"the event loop was busy for {found['busy_s']:.3f} s at a time")
