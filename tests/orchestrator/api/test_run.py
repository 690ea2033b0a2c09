"""Runs over REST: begun once, listed whole, told as they stand."""

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest

from memory.journal import Journal
from orchestrator.conduct import resume

Serving = Callable[..., AbstractContextManager[httpx.Client]]


def begin(client: httpx.Client, key: str | None = None, **wishes: Any) -> httpx.Response:
    headers = {} if key is None else {"idempotency-key": key}
    return client.post("/v1/runs", json=wishes, headers=headers)


def await_end(client: httpx.Client, run: str) -> dict[str, Any]:
    """Follow a run to its end and return how it then stands."""
    with client.stream("GET", f"/v1/runs/{run}/events") as answer:
        assert "event: end" in "".join(answer.iter_text())
    shown: dict[str, Any] = client.get(f"/v1/runs/{run}").json()
    return shown


def test_a_run_is_made_where_it_says_and_played_to_its_end(
    client: httpx.Client, journal: Journal, text: str
) -> None:
    answer = begin(client, yaml=text, set=["world.rounds=20"], seed=11)
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/runs/{made['run']}"
    assert (made["scenario"], made["version"], made["seed"]) == ("small", 3, 11)
    assert (made["status"], made["events"], made["is_live"]) == ("running", 0, True)
    shown = await_end(client, made["run"])
    record = journal.verify(made["run"])
    assert (shown["status"], shown["round"], shown["is_live"]) == ("done", 20, False)
    assert (shown["events"], shown["digest"]) == (record.seq, record.digest)
    assert shown["summary"]["score"]["task_done"] == 1.0
    assert set(shown["summary"]["references"]) == {"honest", "cautious"}


def test_a_run_of_the_catalogue_without_references(client: httpx.Client) -> None:
    made = begin(client, scenario="all_honest", set=["world.rounds=24"], references=False).json()
    assert await_end(client, made["run"])["summary"]["references"] == {}


def test_the_same_seed_has_the_same_digest_however_it_is_begun(
    client: httpx.Client, text: str
) -> None:
    runs = [begin(client, yaml=text, seed=5).json()["run"] for _ in range(2)]
    one, other = (await_end(client, run) for run in runs)
    assert one["digest"] == other["digest"] and one["run"] != other["run"]


@pytest.mark.parametrize(
    ("wishes", "place"),
    [
        ({"yaml": "scenario: x"}, None),
        ({"scenario": "nowhere"}, None),
        ({"scenario": "just_in_case", "set": ["world.ronds=5"]}, None),
        ({"scenario": "just_in_case", "yaml": "scenario: x"}, ""),
        ({"scenario": "/etc/passwd"}, "/scenario"),
    ],
)
def test_what_cannot_be_run_leaves_no_run(
    client: httpx.Client, journal: Journal, wishes: dict[str, Any], place: str | None
) -> None:
    before = len(journal.runs())
    answer = begin(client, **wishes)
    assert answer.status_code == 422
    if place is not None:
        assert answer.json()["errors"][0]["pointer"] == place
    assert len(journal.runs()) == before


@pytest.mark.parametrize("run", ["r_none", "%2e%2e", "a%2fb", "%00", "x" * 65, "%ff", "r_1%0a"])
@pytest.mark.parametrize("path", ["/v1/runs/{}", "/v1/runs/{}/events"])
def test_a_run_that_is_not_there_is_not_found(client: httpx.Client, path: str, run: str) -> None:
    answer = client.get(path.format(run))
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_list_is_read_page_by_page_the_newest_first(client: httpx.Client, text: str) -> None:
    begun = [begin(client, yaml=text, references=False).json()["run"] for _ in range(5)]
    listed, cursor = [], None
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = client.get("/v1/runs", params=query).json()
        assert len(page["items"]) <= 2
        listed += [item["run"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert listed[:5] == begun[::-1]
    assert len(listed) == len(set(listed)) == len(client.get("/v1/runs").json()["items"])


@pytest.mark.parametrize("cursor", ["", "garbage", "%00%ff", "9999", "..", "x" * 200])
def test_no_cursor_fails(client: httpx.Client, cursor: str) -> None:
    assert client.get(f"/v1/runs?cursor={cursor}").status_code == 200


def test_a_key_begins_one_run_however_often_it_is_sent(
    client: httpx.Client, journal: Journal, text: str
) -> None:
    before = len(journal.runs())
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: begin(client, "k-50", yaml=text, seed=3), range(50)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 49
    assert len(journal.runs()) == before + 1


@pytest.mark.parametrize("other", [{"seed": 4}, {"set": ["world.rounds=12"]}])
def test_a_key_with_another_body_is_refused(
    client: httpx.Client, text: str, other: dict[str, Any]
) -> None:
    key = f"k-{json.dumps(other)}"
    wishes: dict[str, Any] = {"yaml": text, "seed": 3, "references": False}
    run = begin(client, key, **wishes).json()["run"]
    answer = begin(client, key, **wishes | other)
    assert answer.status_code == 409
    assert run in answer.json()["detail"]


def test_a_key_holds_after_a_restart(serving: Serving, place: str, text: str) -> None:
    with serving(place) as client:
        made = begin(client, "k-1", yaml=text).json()["run"]
        await_end(client, made)
    with serving(place) as client:
        answer = begin(client, "k-1", yaml=text)
        assert (answer.status_code, answer.json()["run"]) == (201, made)
        assert answer.headers["idempotency-replayed"] == "true"
        assert answer.json()["status"] == "done"


def test_beyond_the_limit_a_run_has_to_wait(serving: Serving, place: str, text: str) -> None:
    with serving(place, runs_at_once=2) as client:
        slow: dict[str, Any] = {"yaml": text, "rounds_per_second": 1}
        assert [begin(client, **slow).status_code for _ in range(2)] == [201, 201]
        answer = begin(client, **slow)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "5")
        assert len(client.get("/v1/runs").json()["items"]) == 2


def test_a_server_that_stops_leaves_its_runs_resumable(
    serving: Serving, place: str, text: str
) -> None:
    with serving(place) as client:
        broken_off = begin(client, yaml=text, rounds_per_second=1).json()["run"]
        undisturbed = await_end(client, begin(client, yaml=text).json()["run"])
        assert client.get(f"/v1/runs/{broken_off}").json()["is_live"]
    with Journal.open(place) as journal:
        record = journal.run(broken_off)
        assert record.status == "interrupted" and 0 < record.seq < undisturbed["events"]
        summary = asyncio.run(resume(journal, broken_off).play(with_references=False))
    assert summary.digest == undisturbed["digest"]


def test_a_run_that_breaks_is_told_of_and_disturbs_no_other(
    serving: Serving, place: str, text: str
) -> None:
    """Another process takes its run away, so the next commit is refused."""
    with serving(place) as client, Journal.open(place) as journal:
        made = begin(client, yaml=text, rounds_per_second=5).json()["run"]
        journal.claim(made, seize=True)
        well = begin(client, yaml=text).json()["run"]
        assert await_end(client, well)["status"] == "done"
        while (shown := client.get(f"/v1/runs/{made}").json())["failure"] is None:
            assert shown["status"] == "running"
        assert "was taken over" in shown["failure"]
