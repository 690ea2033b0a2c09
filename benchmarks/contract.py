"""The service against its own description: requests of every kind, none answered by a fault.

``python -m benchmarks.contract`` makes 1,000 examples of each operation with schemathesis, from
``docs/openapi.json``: what fits the description and what does not, with a key and without. It
fails at any 5xx, at an answer that the description does not promise, at what should have been
refused and was not, and at any route that opens without a key. ``--examples 8`` is the reduced
form that tests run.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

import httpx

from memory.apikey import SCOPES
from memory.journal import Journal
from orchestrator.api.access import Door
from orchestrator.api.app import create_app
from orchestrator.api.rate import Rate
from orchestrator.api.server import Server, address_of, listen

SMALL = {
    "scenario": "just_in_case",
    "set": ["world.rounds=40", "workers.weak_shard.over_reserve=60%"],
    "references": False,
}

CONFIG = """
[checks]
# What a description cannot say is refused, too: a scenario that there is not, say.
positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "409", "422", "429"]
"""

HOOKS = '''
import os
import random
import schemathesis

KNOWN = {"run": os.environ["KNOWN_RUN"], "fleet": "known", "scenario": "just_in_case"}


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Let half of the requests be about something that is there."""
    if path_parameters:
        for name, known in KNOWN.items():
            if name in path_parameters and random.Random(str(path_parameters)).random() < 0.5:
                path_parameters[name] = known
    return path_parameters
'''


class Served(NamedTuple):
    """A server of the test's own: where it is, a key to all of it, and a run that it has."""

    address: str
    key: str
    run: str


@contextmanager
def served(place: str, door: Door) -> Iterator[str]:
    """Serve a store from a thread, and lend its address."""
    ready, app = Event(), create_app(place, door=door)
    with listen("127.0.0.1", 0) as listening:
        server = Server(app, ready.set, lambda: app.state.service.feed.close())
        thread = Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            ready.wait(30)
            yield address_of(listening)
        finally:
            server.should_exit = True
            thread.join(30)


@contextmanager
def prepared(folder: Path) -> Iterator[Served]:
    """Serve a store in which there is a run with alarms; nobody is made to wait."""
    place = str(folder / "journal.db")
    with Journal.open(place) as journal:
        key = journal.keys.make("contract", SCOPES).secret
    door = Door(is_open=True, tries=Rate(1e6, 1_000_000))
    headers = {"authorization": f"Bearer {key}"}
    with served(place, door) as address, httpx.Client(base_url=address, headers=headers) as client:
        run = client.post("/v1/runs", json=SMALL, timeout=60).json()["run"]
        client.get(f"/v1/runs/{run}/events", timeout=60).read()
        client.put("/v1/fleets/known", json={})
        yield Served(address, key, run)


def check(examples: int, seed: int) -> int:
    """Make so many examples of each operation; return 0 if nothing was found."""
    described = Path(__file__).parents[1] / "docs" / "openapi.json"
    with tempfile.TemporaryDirectory() as name, prepared(Path(name)) as serving:
        folder = Path(name)
        (folder / "schemathesis.toml").write_text(CONFIG)
        (folder / "hooks.py").write_text(HOOKS)
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "run", str(described)),
            *("--url", serving.address, "--phases", "coverage,fuzzing", "--no-color"),
            *("-H", f"Authorization: Bearer {serving.key}", "-H", "Accept: application/json"),
            *("--max-examples", str(examples), "--seed", str(seed), "--request-timeout", "60"),
        ]
        more = {"SCHEMATHESIS_HOOKS": "hooks", "KNOWN_RUN": serving.run, "PYTHONPATH": name}
        return subprocess.run(command, cwd=folder, env={**os.environ, **more}).returncode


def main() -> None:
    """Say what is wrong with the service, if anything is."""
    about = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.contract", description=about)
    parser.add_argument("--examples", type=int, default=1000, help="of each operation")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    sys.exit(check(given.examples, given.seed))


if __name__ == "__main__":
    main()
