"""The bench of state: it shows every monitor, and would show one that grows."""

from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks import bounded
from memory.envelope import Event
from monitors import CATALOGUE


class Hoarder:
    """Keeps every event's number."""

    name = "hoarder"

    def __init__(self) -> None:
        self.kept: list[float] = []

    def observe(self, event: Event) -> None:
        """Keep it."""
        self.kept.append(float(event.seq))


def test_every_monitor_is_measured_and_one_that_hoards_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    both: dict[str, Any] = {"over_need": CATALOGUE["over_need"], "hoarder": Hoarder}
    monkeypatch.setattr(bounded, "CATALOGUE", both)
    found = {name: (early, late) for name, early, late in bounded.held(4_000)}
    assert set(found) == set(both)
    early, late = found["hoarder"]
    assert late > 5 * early


def test_it_watches_as_many_events_as_are_asked_for() -> None:
    stream: Iterator[Event] = bounded._stream(500)
    assert [event.seq for event in stream] == list(range(1, 501))
