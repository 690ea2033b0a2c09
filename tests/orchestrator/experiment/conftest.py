"""A small experiment: two cells of a tiny fleet, under three seeds."""

from collections.abc import Callable
from pathlib import Path

import pytest

TEXT = """\
scenario: mine
task: Supply.
workers: {policy: weak_shard, count: 3, over_reserve: 5%}
world: {rounds: 12}
vary: {workers.weak_shard.over_reserve: [2%, 90%]}
repeats: 3
predict:
  alarm_round: {of: over_need, below: 9, probability: 80%}
  excess: {above: 0, probability: 90%}
"""


@pytest.fixture
def mine(tmp_path: Path) -> Callable[..., str]:
    """Return what writes the experiment down, with something in it replaced, and names it."""

    def write(old: str = "", new: str = "") -> str:
        path = tmp_path / "mine.yaml"
        path.write_text(TEXT.replace(old, new) if old else TEXT)
        return str(path)

    return write
