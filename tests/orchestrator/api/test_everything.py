"""The feed over all runs: under one cursor, cut anywhere, it is exactly the logs."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import islice
from random import Random
from typing import Any

import httpx
import pytest

from memory.journal import Journal
from orchestrator import conduct
from scenarios.loader import load_text

Serving = Callable[..., AbstractContextManager[httpx.Client]]


class Reader:
    """A client that keeps what it was sent, however often it is cut off."""

    def __init__(self, client: httpx.Client, after: str = "0", **query: Any) -> None:
        self._client = client
        self._query = {"after": after, **query}
        self.last: str | None = None
        self.events: dict[str, list[Any]] = defaultdict(list)
        self.verdicts: dict[str, list[Any]] = defaultdict(list)

    def read(self, bytes_at_most: int, events: int) -> bool:
        """Read on for some bytes; return whether so many events are there."""
        headers = {"last-event-id": self.last} if self.last else {}
        said: list[tuple[str, Any]] = []
        with self._client.stream("GET", "/v1/feed", params=self._query, headers=headers) as answer:
            assert answer.status_code == 200
            for frame in islice(frames(answer.iter_raw(), bytes_at_most), 10_000):
                fields = dict(line.split(": ", 1) for line in frame.splitlines() if ": " in line)
                if fields.get("event") == "verdicts":
                    told = json.loads(fields["data"])
                    said += [(told["run"], each) for each in told["items"]]
                if "id" not in fields:
                    continue
                self.last = fields["id"]
                if fields.get("event") == "batch":
                    told = json.loads(fields["data"])
                    self.events[told["run"]] += told["items"]
                    last = told["items"][-1]["seq"]
                    due = [each for each in said if each[1]["seq"] <= last]
                    said = [each for each in said if each[1]["seq"] > last]
                else:
                    due, said = said, []
                for run, each in due:
                    self.verdicts[run].append(each)
                if sum(map(len, self.events.values())) >= events:
                    return True
        return False


def frames(pieces: Iterator[bytes], bytes_at_most: int) -> Iterator[str]:
    """Return whole frames until so many bytes were read; what is begun is lost."""
    buffer, taken = b"", 0
    for piece in pieces:
        buffer, taken = buffer + piece, taken + len(piece)
        *whole, buffer = buffer.split(b"\n\n")
        yield from (frame.decode() for frame in whole)
        if taken >= bytes_at_most:
            return


def stored(journal: Journal) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    events, verdicts = {}, {}
    for record in journal.runs():
        events[record.run] = [json.loads(line.body) for line in journal.lines(record.run)]
        said = [each.verdict.model_dump(mode="json") for each in journal.verdicts(record.run)]
        verdicts[record.run] = said
    return events, {run: said for run, said in verdicts.items() if said}


@pytest.fixture(scope="module")
def three(client: httpx.Client, text: str) -> list[str]:
    """Begin three runs, one of them slow enough to be seen going on."""
    wishes = [{"seed": 1}, {"seed": 2}, {"seed": 3, "rounds_per_second": 60}]
    body = {"yaml": text, "references": False}
    return [client.post("/v1/runs", json=body | more).json()["run"] for more in wishes]


def test_cut_at_random_it_is_exactly_the_logs(
    client: httpx.Client, journal: Journal, three: list[str]
) -> None:
    chance, reader = Random(7), Reader(client)
    for run in three:
        client.get(f"/v1/runs/{run}/events").read()
    whole = sum(journal.run(run).seq for run in three)
    cuts = 0
    while not reader.read(chance.randrange(512, 160_000), whole):
        cuts += 1
        assert cuts < 200
    assert cuts > 3
    assert (dict(reader.events), dict(reader.verdicts)) == stored(journal)


def test_a_reader_of_alarms_is_sent_alarms_only(
    client: httpx.Client, journal: Journal, three: list[str]
) -> None:
    page = client.get("/v1/feed", params={"after": "0", "follow": False, "alarms": True}).json()
    alarms = [each for part in page["items"] for each in part["verdicts"]]
    assert alarms and all(each["alarm"] for each in alarms)
    assert [part["events"] for part in page["items"]] == [[]] * len(page["items"])


def test_page_by_page_it_is_the_same(
    client: httpx.Client, journal: Journal, three: list[str]
) -> None:
    events, cursor = defaultdict(list), "0"
    while True:
        query = {"after": cursor, "follow": False, "limit": 300}
        page = client.get("/v1/feed", params=query).json()
        assert sum(len(part["events"]) for part in page["items"]) <= 300
        for part in page["items"]:
            events[part["run"]] += part["events"]
        if page["next_after"] == cursor:
            break
        cursor = page["next_after"]
    assert dict(events) == stored(journal)[0]


@pytest.mark.parametrize("given", ["garbage", "-1", "9" * 60, "1.2"])
def test_what_is_no_cursor_begins_now(client: httpx.Client, three: list[str], given: str) -> None:
    for query, headers in (({"after": given}, {}), ({}, {"last-event-id": given})):
        answer = client.get("/v1/feed", params={**query, "follow": False}, headers=headers)
        assert answer.status_code == 200 and answer.json()["items"] == []


def test_a_follower_hears_of_a_run_of_another_process(
    client: httpx.Client, journal: Journal, text: str
) -> None:
    newest = client.get("/v1/feed", params={"follow": False}).json()["next_after"]
    performance = conduct.start(journal, load_text(text, "x"), 9, "r_elsewhere")
    asyncio.run(performance.play(with_references=False))
    reader = Reader(client, after=newest)
    assert reader.read(10**9, journal.run("r_elsewhere").seq)
    assert list(reader.events) == ["r_elsewhere"]
