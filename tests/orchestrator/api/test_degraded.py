"""The service beside Redis: it sees runs of other processes at once, and says when it cannot."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from benchmarks.server import Redis
from memory.checks import EVENT_KINDS, Book
from memory.journal import Journal
from memory.redis_bus import RedisBus

Serving = Callable[..., Any]


def frames(answer: httpx.Response) -> Iterator[tuple[str, Any]]:
    """Read a feed's frames as they come."""
    held, until = b"", time.monotonic() + 40
    for part in answer.iter_bytes():
        assert time.monotonic() < until, "what was waited for did not come"
        *whole, held = (held + part).split(b"\n\n")
        for frame in whole:
            fields = dict(line.split(b": ", 1) for line in frame.split(b"\n"))
            if b"event" in fields:
                yield fields[b"event"].decode(), json.loads(fields[b"data"])


def status(client: httpx.Client) -> str:
    return str(client.get("/readyz").json()["status"])


@pytest.fixture
def elsewhere(place: str, redis_server: Redis) -> Iterator[Journal]:
    with Journal.open(place, bus=RedisBus(redis_server.url)) as journal:
        yield journal


def test_the_feed_says_when_redis_goes_down_and_when_it_is_back_and_misses_nothing(
    serving: Serving, place: str, redis_server: Redis, elsewhere: Journal
) -> None:
    book = Book(elsewhere, "r_1")
    book.write()
    told, seqs = [], []
    with serving(place, redis=redis_server.url) as client:
        assert status(client) == "ok"
        with client.stream("GET", "/v1/runs/r_1/events") as answer:
            for event, data in frames(answer):
                told.append(event)
                if event == "batch":
                    seqs += [each["seq"] for each in data]
                if told == ["batch"]:
                    redis_server.kill()
                    book.write()
                elif told[-1] == "degraded":
                    assert status(client) == "degraded"
                    assert data == {"run": "r_1"}
                    redis_server.start()
                elif told[-1] == "recovered":
                    book.write()
                    elsewhere.finish(book.claim, "done", {})
        assert status(client) == "ok"
    changes = [event for event in told if event != "batch"]
    assert changes == ["degraded", "recovered", "end"]
    assert seqs == list(range(1, 3 * len(EVENT_KINDS) + 1))


def test_a_commit_of_another_process_is_in_the_feed_long_before_a_look(
    serving: Serving, place: str, redis_server: Redis, elsewhere: Journal
) -> None:
    book = Book(elsewhere, "r_1")
    book.write()
    took: list[float] = []
    with (
        serving(place, redis=redis_server.url) as client,
        client.stream("GET", "/v1/runs/r_1/events") as answer,
    ):
        began = 0.0
        for event, _ in frames(answer):
            if event == "end":
                break
            took.append(time.monotonic() - began)
            # Looks are a second apart by now.
            time.sleep(0.15)
            began = time.monotonic()
            if len(took) < 9:
                book.write()
            else:
                elsewhere.finish(book.claim, "done", {})
    assert sorted(took[1:])[4] < 0.25, took
