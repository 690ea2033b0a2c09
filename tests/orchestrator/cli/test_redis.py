"""Redis between processes: killed again and again, it changes no run, and is told everything."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import redis

from benchmarks.server import Redis
from memory.journal import Journal
from memory.redis_bus import RedisBus

Call = Callable[..., Any]
Spawn = Callable[..., Any]

KILLS = 15
SMALL = ("--set", "workers.0.count=4", "--set", "world.rounds=160", "--set", "chain.life=12")
RUN = ("run", "just_in_case", *SMALL, "--run-id", "r_1", "--no-reference")


def published(server: Redis) -> dict[tuple[str, int], bytes]:
    """Return what a consumer knows that dedupes by run and number."""
    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        names = list(client.scan_iter("superorganism:*:events"))
        found = [fields for name in names for _, fields in client.xrange(name)]
    return {(each[b"run"].decode(), int(each[b"seq"])): each[b"event"] for each in found}


def stored(place: Path) -> dict[tuple[str, int], bytes]:
    with Journal.open(str(place)) as journal:
        return {("r_1", line.number): line.body for line in journal.lines("r_1")}


def wait_for(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def test_redis_killed_15_times_under_a_run_changes_nothing_and_is_told_everything(
    cli: Call, spawn: Spawn, redis_server: Redis, place: Path, tmp_path: Path
) -> None:
    undisturbed = cli(*RUN, "--json", "--store", str(tmp_path / "other.db"))
    url = ("--redis", redis_server.url)
    process = spawn(*RUN, *url, "--json", "--rounds-per-second", "22")
    wait_for(lambda: bool(published(redis_server)))
    for _ in range(KILLS):
        redis_server.kill()
        time.sleep(0.15)
        redis_server.start()
        time.sleep(0.15)
    assert process.poll() is None, "the run was over before the last kill"
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert json.loads(out)["digest"] == json.loads(undisturbed.out)["digest"]
    with Journal.open(str(place), bus=RedisBus(redis_server.url)) as next_process:
        next_process.publish()
        wait_for(lambda: published(redis_server) == stored(place))
    verified = json.loads(cli("runs", "verify", "r_1", "--json", "--store", str(place)).out)
    assert verified["ok"]


@pytest.fixture
def played_elsewhere(spawn: Spawn, redis_server: Redis, place: Path) -> Iterator[Any]:
    """Let another process play a run, with Redis, and wait until it has begun."""
    process = spawn(*RUN, "--redis", redis_server.url, "--json", "--rounds-per-second", "25")
    wait_for(lambda: bool(published(redis_server)))
    yield process
    process.kill()


def test_watch_follows_a_run_of_another_process_through_a_server_that_dies(
    spawn: Spawn, redis_server: Redis, place: Path, played_elsewhere: Any
) -> None:
    watching = spawn("watch", "r_1", "--json", "--redis", redis_server.url)
    lines: list[str] = []
    # Read all the time: a pipe that is full would hold the watcher up.
    reading = Thread(target=lambda: lines.extend(watching.stdout))
    reading.start()
    wait_for(lambda: len(lines) > 20)
    redis_server.kill()
    assert watching.stderr.readline().startswith("Redis is down")
    redis_server.start()
    assert watching.stderr.readline() == "Redis is back.\n"
    played_elsewhere.communicate(timeout=60)
    assert (watching.wait(20), watching.stderr.read()) == (0, "")
    reading.join()
    assert [line.rstrip("\n").encode() for line in lines] == list(stored(place).values())


def test_a_run_whose_server_is_down_is_played_to_its_end_and_says_so(
    cli: Call, redis_server: Redis
) -> None:
    redis_server.kill()
    answer = cli(*RUN, "--redis", redis_server.url, "--quiet", "--rounds-per-second", "1000")
    assert answer.code == 0
    assert answer.err.startswith("Redis is down")


@pytest.mark.parametrize(
    "words", [("run", "all_honest"), ("watch", "r_1"), ("serve",), ("runs", "resume", "--all")]
)
def test_a_wrong_url_is_bad_input_and_its_password_is_not_told(
    cli: Call, words: tuple[str, ...]
) -> None:
    answer = cli(*words, "--redis", "http://ada:canary-7f3a@news.example")
    assert answer.code == 2
    assert "give redis://host:6379/0" in answer.err
    assert "canary" not in answer.out + answer.err


def test_how_to_go_on_names_the_server_without_its_password(spawn: Spawn) -> None:
    url = "redis://:canary-7f3a@127.0.0.1:1/0"
    process = spawn(*RUN, "--redis", url, "--ack", "--rounds-per-second", "25")
    assert process.stdout.readline().startswith("ACK ")
    process.send_signal(2)
    out, err = process.communicate(timeout=20)
    assert "--run-id r_1 --redis 'redis://:***@127.0.0.1:1/0'" in err
    assert "canary" not in out + err


def test_the_environment_names_the_server_too(
    cli: Call, redis_server: Redis, monkeypatch: pytest.MonkeyPatch, place: Path
) -> None:
    monkeypatch.setenv("SUPERORGANISM_REDIS", redis_server.url)
    assert cli(*RUN, "--quiet").code == 0
    assert published(redis_server) == stored(place)


def test_what_runs_share_is_told_in_words_and_with_its_origin(cli: Call) -> None:
    short = ("--set", "world.rounds=8", "--set", "chain.life=4", "--no-reference", "--quiet")
    for run in ("r_1", "r_2"):
        assert cli("run", "shared_findings", "--run-id", run, *short).code == 0
    told = cli("runs", "events", "r_1").out
    assert "offers needs-w01 to the commons: compute peak need" in told
    assert "for its commons" in told
    heard = cli("runs", "events", "r_2").out
    assert "from the commons: n_001 v1, needs-w01, by w01.1 of r_1: compute peak need" in heard
    assert "  r_1/w0" in cli("runs", "notes", "r_2").out
    assert json.loads(cli("runs", "verify", "r_2", "--replay", "--json").out)["ok"]
