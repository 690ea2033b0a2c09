"""The command line for its tests: called in this process, or as a process of its own."""

import gc
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest

from orchestrator.cli.main import main

SMALL = ("--set", "workers.0.count=4", "--set", "world.rounds=48", "--set", "chain.life=12")
GREEDY = ("--set", "workers.weak_shard.over_reserve=40%")
"""A small fleet that takes so much that it is noticed within its few rounds."""

CODE = "from orchestrator.cli.main import main; main()"
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if name
    not in (
        "NO_COLOR",
        "FORCE_COLOR",
        "COLUMNS",
        "LINES",
        "SUPERORGANISM_STORE",
        "SUPERORGANISM_REDIS",
    )
}


class Answer(NamedTuple):
    """What a call came to."""

    code: int
    out: str
    err: str


Call = Callable[..., Answer]
Spawn = Callable[..., "subprocess.Popen[str]"]


def call(*words: str) -> Answer:
    """Call the command in this process, and leave its garbage collector as it was."""
    out, err, threshold = io.StringIO(), io.StringIO(), gc.get_threshold()
    try:
        with redirect_stdout(out), redirect_stderr(err):
            main(words)
    except SystemExit as end:
        return Answer(int(end.code or 0), out.getvalue(), err.getvalue())
    finally:
        gc.set_threshold(*threshold)
        gc.unfreeze()
    raise AssertionError("the command did not leave with an exit code")


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Return the command, on a store of the test's own."""
    monkeypatch.setenv("SUPERORGANISM_STORE", str(tmp_path / "journal.db"))
    return call


@pytest.fixture
def spawn(tmp_path: Path) -> Iterator[Spawn]:
    """Return the command as a process of its own, on the store of the test."""
    alive: list[subprocess.Popen[str]] = []

    def begin(*words: str, **more: str) -> "subprocess.Popen[str]":
        store = {"SUPERORGANISM_STORE": str(tmp_path / "journal.db")}
        process = subprocess.Popen(
            [sys.executable, "-c", CODE, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT | store | more,
        )
        alive.append(process)
        return process

    yield begin
    for process in alive:
        process.kill()
        process.communicate()


class Played(NamedTuple):
    """A store with one finished run, noticed by a monitor."""

    store: str
    run: str
    out: str

    @property
    def place(self) -> tuple[str, str]:
        """The option that names the store."""
        return ("--store", self.store)


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Return a store with one finished run; tests only read it."""
    store = str(tmp_path_factory.mktemp("played") / "journal.db")
    answer = call("run", "just_in_case", *SMALL, *GREEDY, "--run-id", "r_1", "--store", store)
    assert answer.code == 0, answer.err
    return Played(store, "r_1", answer.out)
