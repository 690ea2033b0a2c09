"""The reduced trial of disks that fill or fail; ``make prove`` tries every write and sync."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from benchmarks.disk import (
    at_points,
    on_a_tiny_file_system,
    points,
    under_limits,
    why_not_mounted,
)
from benchmarks.kill import why_not_traced
from benchmarks.killed import Undisturbed, undisturbed
from benchmarks.probes import limited
from benchmarks.warm import fork

pytestmark = pytest.mark.xdist_group("disk")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    return undisturbed(tmp_path_factory.mktemp("sound"))


def test_a_run_whose_disk_fails_at_any_write_stops_and_goes_on(sound: Undisturbed) -> None:
    if why := why_not_traced():
        pytest.fail(why) if os.environ.get("CI") == "true" else pytest.skip(why)
    every = points()
    toll = at_points(every[:: len(every) // 6], sound)
    assert toll.broken == []
    assert toll.stopped == toll.tried >= 6


def test_a_run_whose_file_may_not_grow_stops_and_goes_on(sound: Undisturbed) -> None:
    toll = under_limits(sound)
    assert toll.broken == []
    assert toll.stopped == toll.tried == 5


def test_a_run_that_fills_its_file_system_goes_on_where_there_is_room(sound: Undisturbed) -> None:
    if why := why_not_mounted():
        pytest.skip(why)
    toll = on_a_tiny_file_system(sound)
    assert toll.broken == []
    assert toll.stopped == 1


@pytest.fixture
def full(tmp_path: Path) -> Iterator[str]:
    """Serve a journal that no run can be finished in, and return the service's address."""
    place = str(tmp_path / "journal.db")
    server = fork(["1500000", "serve", "--port", "0", "--store", place], program=limited)
    lines = server.lines()
    yield next(lines).split()[1].rstrip(";")
    os.kill(server.pid, signal.SIGINT)
    assert [line for line in lines if "fault of the program" in line] == []
    assert server.wait() == 0


def test_a_service_on_a_full_disk_refuses_and_tells_what_it_broke_off(full: str) -> None:
    with httpx.Client(base_url=full, timeout=30) as client:
        run = client.post("/runs", json={"scenario": "few_bad", "references": False}).json()["run"]
        while client.get(f"/runs/{run}").json()["is_live"]:
            pass
        told = client.get(f"/runs/{run}").json()
        assert "the disk" in told["failure"]
        assert told["events"] > 0
        kept = client.get(f"/runs/{run}/events", params={"follow": "false", "limit": 1000}).json()
        assert len(kept["items"]) == min(1000, told["events"])
        refused = client.post("/runs", json={"scenario": "few_bad"})
        assert refused.status_code == 503
        assert refused.headers["content-type"] == "application/problem+json"
        assert "the disk" in json.loads(refused.content)["detail"]
        assert client.get("/runs").status_code == 200
