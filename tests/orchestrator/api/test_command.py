"""What is done with a run that is there, over REST."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest

from memory.errors import StaleClaim
from memory.journal import Journal
from orchestrator import conduct, halt
from orchestrator.engine import Listeners
from scenarios.loader import load_text

Serving = Callable[..., AbstractContextManager[httpx.Client]]
SLOW = {"references": False, "rounds_per_second": 20}


def begin(client: httpx.Client, text: str, **wishes: Any) -> str:
    answer = client.post("/v1/runs", json={"yaml": text, "references": False, **wishes})
    assert answer.status_code == 201
    return str(answer.json()["run"])


def follow(client: httpx.Client, run: str) -> dict[str, Any]:
    client.get(f"/v1/runs/{run}/events").read()
    shown: dict[str, Any] = client.get(f"/v1/runs/{run}").json()
    return shown


def command(client: httpx.Client, run: str, verb: str, **said: Any) -> httpx.Response:
    return client.post(f"/v1/runs/{run}/{verb}", json=said)


def test_a_paused_run_goes_on_to_the_same_bytes(client: httpx.Client, text: str) -> None:
    whole = follow(client, begin(client, text))
    run = begin(client, text, rounds_per_second=20)
    paused = command(client, run, "pause")
    assert paused.status_code == 200
    told = paused.json()
    assert (told["status"], told["is_live"], told["failure"]) == ("interrupted", False, None)
    assert command(client, run, "pause").json() == told
    assert command(client, run, "resume", references=False).status_code == 202
    shown = follow(client, run)
    assert (shown["status"], shown["digest"]) == ("done", whole["digest"])
    assert command(client, run, "pause").status_code == 422


def test_a_cancelled_run_is_over(client: httpx.Client, text: str) -> None:
    run = begin(client, text, rounds_per_second=20)
    told = command(client, run, "cancel").json()
    assert (told["status"], told["is_live"]) == ("cancelled", False)
    assert follow(client, run)["summary"]["status"] == "cancelled"
    for verb in ("cancel", "pause", "resume"):
        answer = command(client, run, verb)
        assert answer.status_code == 422 and "is cancelled" in answer.json()["detail"]


def test_a_run_of_another_process_is_reached(
    client: httpx.Client, journal: Journal, text: str
) -> None:
    """Of another journal's, here; its owner is asked for nothing, so any owner will do."""
    performance = conduct.start(journal, load_text(text, "x"), 7, "r_far")
    stopped: list[int] = []

    def stop(round: int) -> None:
        if round == 5:
            stopped.append(command(client, "r_far", "cancel").status_code)

    with pytest.raises(StaleClaim, match="r_far was cancelled from elsewhere"):
        asyncio.run(performance.play(Listeners(on_round=stop, rounds_per_second=10_000)))
    assert stopped == [200]
    assert client.get("/v1/runs/r_far").json()["round"] == 4


def test_a_run_that_is_stopped_from_elsewhere_is_no_fault(
    client: httpx.Client, journal: Journal, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    run = begin(client, text, rounds_per_second=20)
    halt.pause(journal, run)
    deadline = time.monotonic() + 20
    while (failure := client.get(f"/v1/runs/{run}").json()["failure"]) is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert failure == f"{run} was paused from elsewhere; what it did is safe"
    assert "Traceback" not in caplog.text


def test_a_fork_shares_its_parent_s_history(client: httpx.Client, text: str) -> None:
    parent = follow(client, begin(client, text))
    answer = command(client, parent["run"], "fork", at=400, references=False)
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/runs/{made['run']}"
    assert made["parent"] == parent["run"] and 0 < made["fork_seq"] <= 400
    assert follow(client, made["run"])["digest"] == parent["digest"]
    changes = {"at": 400, "set": ["workers.weak_shard.over_reserve=0%"], "references": False}
    other = command(client, parent["run"], "fork", **changes).json()["run"]
    assert follow(client, other)["digest"] != parent["digest"]


def test_a_key_begins_one_fork_however_often_it_is_sent(client: httpx.Client, text: str) -> None:
    parent = follow(client, begin(client, text))["run"]

    def fork(_: int, at: int = 400, **more: Any) -> httpx.Response:
        body = {"at": at, "references": False, **more}
        key = {"idempotency-key": f"fork of {parent}"}
        return client.post(f"/v1/runs/{parent}/fork", json=body, headers=key)

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(fork, range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 9
    assert fork(0, at=200).status_code == 409
    assert fork(0, set=["workers.weak_shard.over_reserve=0%"]).status_code == 409


@pytest.mark.parametrize(
    ("said", "status", "detail"),
    [
        ({"at": 0}, 422, "no round of"),
        ({"at": 400, "set": ["world.rounds=50"]}, 422, "world.rounds: 30, not 50"),
        ({"at": 400, "set": ["workers=[{policy: 'os:system'}]"]}, 422, "names code by its path"),
        ({"at": -1}, 422, "at:"),
        ({}, 422, "at: Field required"),
    ],
)
def test_what_cannot_be_forked_is_told(
    client: httpx.Client, text: str, said: dict[str, Any], status: int, detail: str
) -> None:
    parent = follow(client, begin(client, text))["run"]
    answer = command(client, parent, "fork", **said)
    assert answer.status_code == status
    assert detail in answer.json()["detail"]


def test_a_run_is_checked_from_end_to_end(client: httpx.Client, text: str) -> None:
    shown = follow(client, begin(client, text))
    found = command(client, shown["run"], "verify", replay=True).json()
    assert found["ok"] and found["digest"] == shown["digest"]
    assert found["replay"]["events"] == shown["events"]


def test_two_runs_are_checked_at_a_time(client: httpx.Client, text: str) -> None:
    run = follow(client, begin(client, text))["run"]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: command(client, run, "verify", replay=True), range(8)))
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) <= {200, 429} and statuses.count(200) >= 2
    assert all(a.json()["ok"] for a in answers if a.status_code == 200)
