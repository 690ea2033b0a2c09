"""Events over REST, from real servers: each once, in order, whatever happens on the way."""

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest

from memory.journal import Journal
from orchestrator.api.event import LARGEST_PAGE

Serving = Callable[..., AbstractContextManager[httpx.Client]]

CUTS = 50
PLAYS = """
import asyncio, sys
from memory.journal import Journal
from orchestrator.conduct import load, start
from orchestrator.engine import Listeners
scenario = load("all_honest", ("world.rounds=48",))
with Journal.open(sys.argv[1]) as journal:
    for run, pace in (("r_ends", 12), ("r_lasts", 2)):
        performance = start(journal, scenario, run=run)
        print("begun", flush=True)
        asyncio.run(performance.play(Listeners(rounds_per_second=pace), with_references=False))
"""


class Tail:
    """A reader of the stream, as the feed's docstring tells one how to read it."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.verdicts: list[Any] = []
        self.seen = 0
        self.end: dict[str, Any] | None = None
        self.comments = 0
        self.connect()

    def connect(self) -> None:
        """Forget what was not yet whole: it will be sent again."""
        self._rest = b""
        self._waiting: list[Any] = []

    def take(self, sent: bytes) -> None:
        """Take up some bytes, as many as came."""
        *whole, self._rest = (self._rest + sent).split(b"\n\n")
        for frame in whole:
            self._frame(frame.decode())

    def _frame(self, frame: str) -> None:
        if frame.startswith(":"):
            self.comments += 1
            return
        fields = dict(line.split(": ", 1) for line in frame.splitlines())
        match fields.get("event"):
            case "verdicts":
                self._waiting += json.loads(fields["data"])
            case "batch":
                self.events += json.loads(fields["data"])
                self.verdicts += self._waiting
                self._waiting = []
                self.seen = int(fields["id"])
            case "end":
                self.end = json.loads(fields["data"])


def begin(client: httpx.Client, **wishes: Any) -> str:
    answer = client.post("/v1/runs", json={"references": False} | wishes)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["run"])


def read_to_the_end(client: httpx.Client, run: str, **headers: str) -> Tail:
    tail = Tail()
    with client.stream("GET", f"/v1/runs/{run}/events", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for sent in answer.iter_raw():
            tail.take(sent)
    return tail


def stored(journal: Journal, run: str) -> tuple[list[Any], list[Any]]:
    events = [json.loads(line.body) for line in journal.lines(run)]
    return events, [each.verdict.model_dump(mode="json") for each in journal.verdicts(run)]


@pytest.fixture(scope="module")
def done(client: httpx.Client, text: str) -> str:
    """Return a run that is over, and has verdicts."""
    run = begin(client, yaml=text, set=["world.rounds=80"])
    read_to_the_end(client, run)
    return run


def test_a_run_is_followed_from_its_first_event_to_its_end(
    client: httpx.Client, journal: Journal, text: str
) -> None:
    run = begin(client, yaml=text, rounds_per_second=100)
    tail = read_to_the_end(client, run)
    record = journal.run(run)
    assert (tail.events, tail.verdicts) == stored(journal, run)
    assert tail.verdicts
    assert tail.end == {
        "run": run,
        "status": "done",
        "seq": record.seq,
        "digest": record.digest,
    }


def test_a_reader_cut_off_fifty_times_gets_both_logs_once(
    client: httpx.Client, journal: Journal, text: str
) -> None:
    """Anywhere: between frames, inside one, before the first; and while the run goes on."""
    chance = random.Random(2)
    run = begin(client, yaml=text, set=["world.rounds=150"], rounds_per_second=100)
    tail, cuts = Tail(), 0
    while tail.end is None:
        tail.connect()
        left = chance.randrange(1, 12_000) if cuts < CUTS else 10**9
        place = {"last-event-id": str(tail.seen)} if chance.random() < 0.8 else {}
        path = f"/v1/runs/{run}/events?after={tail.seen}"
        with client.stream("GET", path, headers=place) as answer:
            for sent in answer.iter_raw():
                tail.take(sent[:left])
                left -= len(sent)
                if left <= 0:
                    cuts += 1
                    break
    assert cuts >= CUTS
    assert (tail.events, tail.verdicts) == stored(journal, run)


@pytest.mark.parametrize("given", ["", "x", "-1", "1.5", "9" * 400, "NaN", "\x7f"])
def test_a_bad_last_event_id_is_no_reason_to_refuse(
    client: httpx.Client, journal: Journal, done: str, given: str
) -> None:
    tail = read_to_the_end(client, done, **{"last-event-id": given})
    assert tail.events == stored(journal, done)[0]


def test_last_event_id_is_newer_than_the_address(client: httpx.Client, done: str) -> None:
    path = f"/v1/runs/{done}/events?after=5"
    tail = Tail()
    tail.take(client.get(path, headers={"last-event-id": "9"}).content)
    assert tail.events[0]["seq"] == 10


def test_pages_are_the_same_events_with_the_same_verdicts(
    client: httpx.Client, journal: Journal, done: str
) -> None:
    events, verdicts, page = [], [], {"next_after": 0, "is_over": False}
    while not page["is_over"]:
        query = {"follow": "false", "limit": "100", "after": str(page["next_after"])}
        page = client.get(f"/v1/runs/{done}/events", params=query).json()
        events += page["items"]
        verdicts += page["verdicts"]
    assert (events, verdicts) == stored(journal, done)


def test_whoever_accepts_only_json_gets_a_page(client: httpx.Client, done: str) -> None:
    answer = client.get(f"/v1/runs/{done}/events", headers={"accept": "application/json"})
    assert answer.headers["content-type"] == "application/json"
    assert len(answer.json()["items"]) == LARGEST_PAGE


@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", "limit=0&follow=false", "limit=1001&follow=false", "limit=5"]
)
def test_a_bad_place_is_refused_before_anything_is_sent(
    client: httpx.Client, done: str, query: str
) -> None:
    answer = client.get(f"/v1/runs/{done}/events?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_hostile_text_stays_inside_its_json(client: httpx.Client, journal: Journal) -> None:
    """What an agent or an author writes cannot end a frame or begin another."""
    hostile = "\\r\\n\\nevent: end\\ndata: {}\\n\\n\\u2028\\u2029<script>\\u202e"
    yaml = f'{{scenario: hostile, task: "{hostile}", workers: honest, world: {{rounds: 3}}}}'
    run = begin(client, yaml=yaml)
    tail = read_to_the_end(client, run)
    assert (tail.events, tail.verdicts) == stored(journal, run)
    assert tail.end is not None and tail.end["status"] == "done"


@pytest.fixture
def other_process(place: str) -> Iterator[subprocess.Popen[str]]:
    """Start a process that plays two runs into a store of its own, and outlives no test."""
    command = [sys.executable, "-c", PLAYS, place]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        yield process
        process.kill()


def test_runs_of_another_process_are_followed_until_they_end_or_it_dies(
    serving: Serving, place: str, other_process: subprocess.Popen[str]
) -> None:
    with serving(place, keep_alive_s=0.2) as client, Journal.open(place) as journal:
        assert client.get("/v1/runs/r_ends").json()["is_live"]
        tail = read_to_the_end(client, "r_ends")
        assert (tail.events, tail.verdicts) == stored(journal, "r_ends")
        assert tail.end is not None and tail.end["status"] == "done"

        assert other_process.stdout is not None
        assert other_process.stdout.readline() == "begun\n"
        tail = Tail()
        with client.stream("GET", "/v1/runs/r_lasts/events") as answer:
            for sent in answer.iter_raw():
                tail.take(sent)
                if tail.events and other_process.poll() is None:
                    other_process.kill()
                    other_process.wait()
        shown = client.get("/v1/runs/r_lasts").json()
        assert tail.end is not None and tail.end["status"] == "interrupted"
        assert (shown["status"], shown["is_live"]) == ("running", False)
        assert tail.seen == shown["events"] > 0
        assert (tail.events, tail.verdicts) == stored(journal, "r_lasts")


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl: apt-get install curl")
def test_curl_follows_a_run(client: httpx.Client, journal: Journal, text: str) -> None:
    address = str(client.base_url.join("/v1/runs"))
    body = json.dumps({"yaml": text, "rounds_per_second": 100})
    curl = ["curl", "-sS", "--no-buffer", "--max-time", "20"]
    declared = ["-H", "Content-Type: application/json", "-d", body]
    made = subprocess.run([*curl, *declared, address], capture_output=True, check=True, text=True)
    run = json.loads(made.stdout)["run"]
    followed = subprocess.run([*curl, f"{address}/{run}/events"], capture_output=True, check=True)
    tail = Tail()
    tail.take(followed.stdout)
    assert (tail.events, tail.verdicts) == stored(journal, run)
    assert tail.end is not None
