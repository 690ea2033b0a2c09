"""Small fleets for the roof's tests: real scenarios, few workers, few rounds."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from memory.events import AnyEvent, parse_event
from memory.journal import Journal
from memory.log import GENESIS, chain
from orchestrator.conduct import load
from scenarios.spec import Scenario

Fleet = Callable[..., Scenario]
Forge = Callable[[list[AnyEvent]], Sequence[AnyEvent]]


@pytest.fixture
def fleet() -> Fleet:
    """Return a maker of small fleets: just_in_case with 3 workers, 12 rounds, lives of 4."""

    def make(*overrides: str, source: str = "just_in_case") -> Scenario:
        small = ("workers.0.count=3", "world.rounds=12", "chain.life=4")
        return load(source, (*small, *overrides))

    return make


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Return an empty journal."""
    with Journal.open(str(tmp_path / "journal.db")) as opened:
        yield opened


@pytest.fixture(scope="session")
def forge() -> Callable[[Path, Forge], None]:
    """Return what rewrites a journal's first run so that its hash chain is sound again."""

    def rewrite(path: Path, change: Forge) -> None:
        with sqlite3.connect(path) as database:
            rows = database.execute("SELECT body FROM event WHERE run = 1 ORDER BY seq")
            events = change([parse_event(body) for (body,) in rows.fetchall()])
            digest, forged = GENESIS, []
            for seq, event in enumerate(events, 1):
                body = event.model_copy(update={"seq": seq}).canonical()
                digest = chain(digest, body)
                forged.append((1, seq, body, digest))
            database.execute("DELETE FROM event WHERE run = 1")
            database.executemany("INSERT INTO event VALUES (?, ?, ?, ?)", forged)
            standing = (len(forged), digest.hex())
            database.execute("UPDATE run SET seq = ?, digest = ? WHERE number = 1", standing)
        database.close()

    return rewrite
