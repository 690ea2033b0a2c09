"""A link: a thread that comes back to a bus by itself, and ends when it is told to."""

from threading import Event, Lock

import pytest

from memory.errors import BusDown, StoreError
from memory.link import Link

SOON_S = 10


class Road:
    """A bus that is down for its first steps, or for ever; it notes what is told of it."""

    def __init__(self, downs: float, error: type[Exception] = BusDown) -> None:
        self.downs, self.error = downs, error
        self.steps = 0
        self.states: list[bool | None] = []
        self.has_passed, self.has_failed = Event(), Event()
        self.link = Link("road", self.step, self.changed)

    def step(self) -> None:
        self.steps += 1
        if self.steps <= self.downs:
            self.has_failed.set()
            raise self.error("the road is closed")
        self.has_passed.set()
        self.link.leaving.wait(0.01)

    def changed(self) -> None:
        self.states.append(self.link.is_up)


def test_it_tells_once_that_the_bus_went_down_and_once_that_it_is_back() -> None:
    road = Road(downs=3)
    road.link.start()
    road.link.start()
    assert road.has_passed.wait(SOON_S)
    road.link.stop()
    assert road.states == [False, True]


def test_a_bus_that_was_always_there_is_not_told_of() -> None:
    road = Road(downs=0)
    road.link.start()
    assert road.has_passed.wait(SOON_S)
    road.link.stop()
    assert (road.states, road.link.is_up) == ([], True)


def test_a_journal_that_cannot_be_read_is_not_taken_for_a_bus_that_is_down() -> None:
    road = Road(downs=2, error=StoreError)
    road.link.start()
    assert road.has_passed.wait(SOON_S)
    road.link.stop()
    assert road.states == []


def test_it_stops_at_once_while_it_waits_for_the_bus() -> None:
    road = Road(downs=float("inf"))
    road.link.start()
    assert road.has_failed.wait(SOON_S)
    road.link.stop(patience_s=60)
    steps = road.steps
    assert not road.link._thread.is_alive()
    road.link.start()
    assert (road.link.is_up, road.steps) == (False, steps)


def test_one_that_never_began_can_be_stopped() -> None:
    road = Road(downs=0)
    road.link.stop()
    assert road.steps == 0


@pytest.mark.parametrize("is_up", [True, False])
def test_what_is_left_is_done_at_the_end_unless_the_bus_is_down(is_up: bool) -> None:
    first, done = Event(), Lock()

    def step() -> None:
        first.set()
        if not is_up:
            raise BusDown("closed")

    link = Link("last", step, lambda: None, lambda: done.acquire() and None)
    link.start()
    assert first.wait(SOON_S)
    never = Event()
    for _ in range(1000):
        if link.is_up is is_up:
            break
        never.wait(0.01)
    link.stop(SOON_S)
    assert done.locked() is is_up
