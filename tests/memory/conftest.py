"""A journal of its own for each test, and a process of its own that writes one."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from memory.journal import Journal

SCRIBE = Path(__file__).with_name("scribe.py")


class Scribe:
    """Another process: say a word to it, and it answers with a line (see ``scribe.py``)."""

    def __init__(self, place: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(SCRIBE), place],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self.pid = self.process.pid

    def say(self, *words: str | int) -> None:
        """Give it a word."""
        assert self.process.stdin
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def hear(self) -> str:
        """Return the next line it says."""
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def ask(self, *words: str | int) -> str:
        """Give it a word and return its answer."""
        self.say(*words)
        return self.hear()

    def kill(self) -> None:
        """Kill it, and wait until it is gone."""
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        """Leave nothing of it."""
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def place(tmp_path: Path) -> str:
    return str(tmp_path / "journal.db")


@pytest.fixture
def journal(place: str) -> Iterator[Journal]:
    with Journal.open(place) as journal:
        yield journal


@pytest.fixture
def other_process(place: str) -> Iterator[Callable[[], Scribe]]:
    """Start processes that write the same journal; they end with the test."""
    started: list[Scribe] = []

    def start() -> Scribe:
        started.append(Scribe(place))
        return started[-1]

    yield start
    for scribe in started:
        scribe.end()
