"""Small fleets for the roof's tests: real scenarios, few workers, few rounds."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from memory.journal import Journal
from orchestrator.conduct import load
from scenarios.spec import Scenario

Fleet = Callable[..., Scenario]


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
