"""Kills and hash seeds: the same log, however often and wherever a run is interrupted."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from memory.store import shown

COMMAND = [str(Path(sys.executable).with_name("superorganism"))]


def run_json(*arguments: str, hash_seed: str = "random") -> dict[str, Any]:
    """Run the command line with ``--json`` and return what it printed."""
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(
        [*COMMAND, *arguments, "--json"], env=environment, capture_output=True, text=True
    )
    if done.returncode:
        said = " ".join(map(shown, arguments))
        raise RuntimeError(f"{said} exited {done.returncode}: {done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def digests(scenario: str, folder: Path, processes: int) -> set[str]:
    """Return the distinct digests of one scenario over processes with other hash seeds."""
    found = set()
    for number in range(processes):
        store = str(folder / f"{scenario}-{number}.db")
        summary = run_json(
            "run", scenario, "--store", store, "--no-reference", hash_seed=str(number)
        )
        found.add(summary["digest"])
    return found


class Kills(NamedTuple):
    """What came of a run that was killed again and again."""

    kills: int
    digest: str
    books_balance: bool
    slowest_first_commit_s: float


def killed_run(scenario: str, store: str, kills: int, chance: random.Random) -> Kills:
    """Kill a run with SIGKILL after a random number of commits, resume it, until it is done."""
    done, slowest, first = 0, 0.0, True
    arguments = ["run", scenario, "--run-id", "killed", "--store", store, "--no-reference"]
    while done < kills:
        waited = _kill_once(arguments, after=chance.randint(1, 6))
        if waited is None:
            break
        slowest = max(slowest, 0.0 if first else waited)
        done, first = done + 1, False
    summary = run_json(*arguments)
    verdict = run_json("runs", "verify", "killed", "--store", store)
    return Kills(done, summary["digest"], bool(verdict["ok"]), slowest)


def _kill_once(arguments: list[str], after: int) -> float | None:
    """Kill after so many ACKs; return seconds to the first one, or None if the run ended."""
    started = time.monotonic()
    process = subprocess.Popen(
        [*COMMAND, *arguments, "--ack", "--json"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    waited, seen = None, 0
    for line in process.stdout:
        if line.startswith("ACK"):
            waited = waited or time.monotonic() - started
            seen += 1
            if seen == after:
                process.send_signal(signal.SIGKILL)
                break
    process.stdout.close()
    return waited if process.wait() == -signal.SIGKILL else None
