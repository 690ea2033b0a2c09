"""A real server on a free port, and what one needs to talk to it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Event, Thread

import httpx
import pytest

from memory.journal import Journal
from orchestrator.api.access import Door
from orchestrator.api.app import create_app
from orchestrator.api.server import Server, address_of, listen

SCENARIO = """
scenario: small
version: 3
task: Supply.
world: {rounds: 30, seed: 7}
workers: [{policy: weak_shard, over_reserve: 30%, count: 4}]
chain: {life: 6}
"""

Serving = Callable[..., AbstractContextManager[httpx.Client]]


@contextmanager
def serve(
    store: str,
    *,
    runs_at_once: int = 64,
    keep_alive_s: float = 15,
    redis: str | None = None,
    door: Door | None = None,
) -> Iterator[httpx.Client]:
    """Serve a store from a thread, and lend a client to it."""
    ready = Event()
    app = create_app(
        store, runs_at_once=runs_at_once, keep_alive_s=keep_alive_s, redis=redis, door=door
    )
    with listen("127.0.0.1", 0) as listening:
        address = address_of(listening)
        server = Server(app, ready.set, lambda: app.state.service.feed.close())
        thread = Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            assert ready.wait(20), "the server did not start"
            with httpx.Client(base_url=address, timeout=20) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive(), "the server did not stop"


@pytest.fixture
def serving() -> Serving:
    """Return what serves a store of the test's own and lends a client to it."""
    return serve


@pytest.fixture(scope="session")
def beyond() -> Serving:
    """Return the same, for servers that outlive a test."""
    return serve


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("store") / "journal.db")


@pytest.fixture(scope="module")
def client(store: str) -> Iterator[httpx.Client]:
    with serve(store) as client:
        yield client


@pytest.fixture
def journal(client: httpx.Client, store: str) -> Iterator[Journal]:
    """Open the served journal, as another process would."""
    with Journal.open(store) as journal:
        yield journal


@pytest.fixture
def place(tmp_path: Path) -> str:
    """Return a store of the test's own."""
    return str(tmp_path / "journal.db")


@pytest.fixture(scope="session")
def text() -> str:
    """Return a scenario small enough to be run often."""
    return SCENARIO
