"""The server: on this machine only, quick while runs go flat out, and gone without a trace."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest

from memory.errors import BadInput, SuperorganismError
from memory.journal import Journal
from orchestrator.api.server import Place, address_of, listen, serve, serve_organisms

Serving = Callable[..., AbstractContextManager[httpx.Client]]

SERVES = """
import sys
from orchestrator.api.server import Place, serve
serve(Place(), sys.argv[1], lambda address: print(address, flush=True))
print("stopped", flush=True)
"""


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", ""])
def test_beyond_this_machine_it_serves_only_where_there_is_a_key(host: str, place: str) -> None:
    with pytest.raises(BadInput, match="there is no key to ask them for"):
        serve(Place(host), place, lambda _: None)
    with Journal.open(place) as journal:
        journal.keys.revoke(journal.keys.make("gone", ["read"]).record.id)
    with pytest.raises(BadInput, match="there is no key to ask them for"):
        serve(Place(host), place, lambda _: None)
    assert Place(host).is_open and not Place("::1").is_open


@pytest.mark.parametrize("host", ["0.0.0.0", "example.org"])
def test_organisms_serve_this_machine_only(host: str) -> None:
    with pytest.raises(BadInput, match="they serve this machine alone"):
        serve_organisms(host, 0, 7, lambda _: None)


@pytest.mark.parametrize(("host", "shown"), [("localhost", "127.0.0.1"), ("127.0.0.1", "127.")])
def test_it_tells_the_address_it_listens_on(host: str, shown: str) -> None:
    with listen(host, 0) as listening:
        assert address_of(listening).startswith(f"http://{shown}")
        assert not address_of(listening).endswith(":0")


def test_its_answers_are_not_held_back_for_acknowledgements() -> None:
    """The event loop turns Nagle's algorithm off for sockets that say they are TCP."""
    with listen("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP


def test_a_port_that_is_taken_is_told_of() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SuperorganismError, match=f"127.0.0.1:{port} cannot be listened on"):
            listen("127.0.0.1", port)


def test_a_store_that_is_none_is_told_of_before_it_listens(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_text("no database, but long enough to be looked at" * 100)
    with pytest.raises(SuperorganismError, match="not a SQLite database"):
        serve(Place(), str(tmp_path / "journal.db"), lambda _: None)


def test_it_answers_quickly_while_runs_go_flat_out(serving: Serving, place: str, text: str) -> None:
    with serving(place) as client:
        wishes = {"yaml": text, "set": ["world.rounds=2000"], "references": False}
        runs = [client.post("/v1/runs", json=wishes).json()["run"] for _ in range(3)]
        waits = []
        for _ in range(30):
            begun = time.perf_counter()
            assert client.get("/healthz").status_code == 200
            waits.append(time.perf_counter() - begun)
        live = [client.get(f"/v1/runs/{run}").json()["is_live"] for run in runs]
    assert any(live), "the runs were over before they could be in the way"
    assert sorted(waits)[15] < 0.25


def test_it_stops_at_once_though_someone_follows_a_silent_run(
    serving: Serving, place: str, text: str
) -> None:
    with serving(place) as client:
        made = client.post("/v1/runs", json={"yaml": text, "rounds_per_second": 0.01}).json()
        follower = client.stream("GET", f"/v1/runs/{made['run']}/events")
        with follower as answer:
            assert next(answer.iter_raw()).startswith(b"retry: ")
            other = client.get("/healthz")
            assert other.status_code == 200
    with Journal.open(place) as journal:
        assert journal.run(made["run"]).status == "interrupted"


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_and_its_runs_stay_resumable(
    place: str, text: str, stop: signal.Signals
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVES, place],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        wishes = {"yaml": text, "rounds_per_second": 1}
        made = httpx.post(f"{address}/v1/runs", json=wishes).json()["run"]
        with httpx.stream("GET", f"{address}/v1/runs/{made}/events", timeout=20) as answer:
            parts = answer.iter_raw()
            next(parts)
            process.send_signal(stop)
            begun = time.monotonic()
            assert b"event: end" not in b"".join(parts)
        out, err = process.communicate(timeout=20)
    assert time.monotonic() - begun < 10
    assert err == ""
    assert (process.returncode, out) == {
        signal.SIGINT: (0, "stopped\n"),
        signal.SIGTERM: (-signal.SIGTERM, ""),
    }[stop]
    with Journal.open(place) as journal:
        assert journal.run(made).status == "interrupted"
