"""A journal of its own for each test, and a process of its own that writes one."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Delete, Insert, Update

from memory.claim import Owner
from memory.journal import Journal
from memory.store import Store, database_at
from memory.tables import RUN

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
def file_place(tmp_path: Path) -> str:
    return str(tmp_path / "journal.db")


@pytest.fixture(params=["file_place", "postgres_place"], ids=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest) -> str:
    """Return where a journal may lie, on each database there is."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture
def journal(place: str) -> Iterator[Journal]:
    with Journal.open(place) as journal:
        yield journal


@pytest.fixture
def file_journal(file_place: str) -> Iterator[Journal]:
    with Journal.open(file_place) as journal:
        yield journal


Tamper = Callable[[Update | Delete | Insert], None]


@pytest.fixture
def tamper(place: str) -> Tamper:
    """Change a journal behind its back."""

    def change(statement: Update | Delete | Insert) -> None:
        store = Store(database_at(place))
        with store.writing() as connection:
            changed = connection.execute(statement).rowcount
        assert isinstance(statement, Insert) or changed > 0
        store.close()

    return change


@pytest.fixture
def give_to(tamper: Tamper) -> Callable[[Owner], None]:
    """Write another owner into the journal, behind its back, and its lease where it has one."""

    def give(owner: Owner) -> None:
        left = (
            {} if owner.lease_s is None else {"lease_until": RUN.c.lease_until - 30 + owner.lease_s}
        )
        tamper(RUN.update().values(**owner.columns, **left))

    return give


@pytest.fixture
def start_process() -> Iterator[Callable[[str], Scribe]]:
    """Start processes that write a journal; they end with the test."""
    started: list[Scribe] = []

    def start(place: str) -> Scribe:
        started.append(Scribe(place))
        return started[-1]

    yield start
    for scribe in started:
        scribe.end()


@pytest.fixture
def other_process(place: str, start_process: Callable[[str], Scribe]) -> Callable[[], Scribe]:
    """Start processes that write the same journal as the test."""
    return lambda: start_process(place)
