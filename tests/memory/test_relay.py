"""The relay: the bus is told of every commit, once, and gets back whatever it lost."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, enumerate
from time import monotonic

import pytest
import redis

from benchmarks.server import Redis
from memory.bell import LOOK_RARELY_S
from memory.checks import Book
from memory.journal import Journal
from memory.record import Slice
from memory.redis_bus import RedisBus
from memory.relay import Relay

SOON_S = 20.0
A_MOMENT_S = 0.02


def eventually(holds: Callable[[], bool]) -> bool:
    """Return whether something comes to hold, soon."""
    never, until = Event(), monotonic() + SOON_S
    while not (held := holds()) and monotonic() < until:
        never.wait(A_MOMENT_S)
    return held


@contextmanager
def tied(place: str, server: Redis) -> Iterator[Journal]:
    """Open a journal with a bus."""
    with Journal.open(place, bus=RedisBus(server.url)) as journal:
        yield journal


class Stream:
    """What a consumer reads of it, with and without what it knows already."""

    def __init__(self, server: Redis) -> None:
        self.client = redis.Redis(unix_socket_path=str(server.socket))

    def entries(self) -> list[tuple[str, int, bytes]]:
        [name] = list(self.client.scan_iter("superorganism:*:events")) or [b"none"]
        found = [fields for _, fields in self.client.xrange(name)]
        return [(each[b"run"].decode(), int(each[b"seq"]), each[b"event"]) for each in found]

    def bodies(self, run: str = "r_1") -> list[bytes]:
        return [body for name, _, body in self.entries() if name == run]

    def holds(self, book: Book) -> bool:
        return self.bodies(book.run) == [entry.body for entry in book.written]


@pytest.fixture
def stream(redis_server: Redis) -> Stream:
    return Stream(redis_server)


def test_what_is_committed_is_published_once_and_in_order(
    place: str, redis_server: Redis, stream: Stream
) -> None:
    with tied(place, redis_server) as journal:
        one, two = Book(journal, "r_1"), Book(journal, "r_2")
        for rounds in (1, 30, 2):
            one.write(rounds)
            two.write(1)
        assert eventually(lambda: stream.holds(one) and stream.holds(two))
        assert not journal.is_degraded


def test_a_process_that_ends_publishes_what_it_has_committed(
    file_place: str, redis_server: Redis, stream: Stream
) -> None:
    with tied(file_place, redis_server) as journal:
        book = Book(journal, "r_1")
        book.write(rounds=200)
    assert stream.holds(book)


def test_two_relays_of_one_journal_publish_nothing_twice(
    file_place: str, redis_server: Redis, stream: Stream
) -> None:
    with Journal.open(file_place) as journal:
        book = Book(journal, "r_1")
        relays = [
            Relay(RedisBus(redis_server.url), "5eed", journal, lambda: None) for _ in range(2)
        ]
        for relay in relays:
            relay.link.start()
        for _ in range(40):
            book.write()
            for relay in relays:
                relay.ring("r_1")
        for relay in relays:
            relay.close()
    assert stream.holds(book)


def test_a_bus_that_is_down_delays_no_commit_and_is_told_everything_later(
    place: str, redis_server: Redis, stream: Stream
) -> None:
    redis_server.kill()
    with tied(place, redis_server) as journal:
        book = Book(journal, "r_1")
        book.write(rounds=3)
        assert eventually(lambda: journal.is_degraded)
        book.write(rounds=3)
        redis_server.start()
        assert eventually(lambda: stream.holds(book))
        assert eventually(lambda: not journal.is_degraded)


def test_a_server_that_lost_everything_gets_it_back_though_nothing_more_is_committed(
    file_place: str, redis_server: Redis, stream: Stream
) -> None:
    with tied(file_place, redis_server) as journal:
        book = Book(journal, "r_1")
        book.write(rounds=40)
        assert eventually(lambda: stream.holds(book))
        redis_server.kill()
        assert eventually(lambda: journal.is_degraded)
        redis_server.start()
        assert eventually(lambda: stream.holds(book))


def test_a_server_that_was_flushed_gets_everything_back_with_the_next_commit(
    file_place: str, redis_server: Redis, stream: Stream
) -> None:
    with tied(file_place, redis_server) as journal:
        idle, book = Book(journal, "r_1"), Book(journal, "r_2")
        idle.write()
        book.write()
        assert eventually(lambda: stream.holds(idle) and stream.holds(book))
        stream.client.flushall()
        book.write()
        assert eventually(lambda: stream.holds(idle) and stream.holds(book))


def test_the_next_process_publishes_what_one_without_a_server_left_behind(
    file_place: str, redis_server: Redis, stream: Stream
) -> None:
    with Journal.open(file_place) as alone:
        book = Book(alone, "r_1")
        book.write(rounds=3)
    with tied(file_place, redis_server) as journal:
        journal.publish()
        assert eventually(lambda: stream.holds(book))


@pytest.mark.parametrize("is_up", [True, False])
def test_closing_is_prompt_and_leaves_no_thread(
    file_place: str, redis_server: Redis, is_up: bool
) -> None:
    before = set(enumerate())
    if not is_up:
        redis_server.kill()
    with tied(file_place, redis_server) as journal:
        book = Book(journal, "r_1")
        book.write()
        asyncio.run(next_of(journal))
        assert {thread.name for thread in set(enumerate()) - before} >= {"relay", "listener"}
        assert eventually(lambda: journal.is_degraded is not is_up)
        began = monotonic()
    assert monotonic() - began < 1.5
    assert set(enumerate()) <= before


async def next_of(journal: Journal, after: int = 15) -> list[Slice]:
    """Wait a little for what follows, so that it listens."""
    found = []
    try:
        async with asyncio.timeout(0.3):
            async for part in journal.follow("r_1", after):
                found.append(part)
    except TimeoutError:
        return found
    return found


def test_a_follower_elsewhere_is_woken_long_before_it_would_look(
    place: str, redis_server: Redis
) -> None:
    async def latencies(journal: Journal, reader: Journal, book: Book) -> list[float]:
        following = reader.follow("r_1", 0)
        await anext(following)
        waiting = asyncio.ensure_future(anext(following))
        while not (reader._wire and reader._wire.hears):
            await asyncio.sleep(A_MOMENT_S)
        # The look that was under way is the last at the quick pace.
        await asyncio.sleep(0.2)
        took = []
        for _ in range(8):
            began = monotonic()
            await asyncio.to_thread(book.write)
            assert (await waiting).events
            took.append(monotonic() - began)
            waiting = asyncio.ensure_future(anext(following))
            await asyncio.sleep(0.1)
        waiting.cancel()
        return took

    with tied(place, redis_server) as journal, tied(place, redis_server) as reader:
        book = Book(journal, "r_1")
        book.write()
        took = sorted(asyncio.run(asyncio.wait_for(latencies(journal, reader, book), SOON_S)))
    assert took[len(took) // 2] < LOOK_RARELY_S / 4, took


def test_followers_are_told_that_the_bus_is_down_and_that_it_is_back(
    file_place: str, redis_server: Redis
) -> None:
    async def heard(reader: Journal) -> list[bool]:
        states = [reader.is_degraded]
        async with asyncio.timeout(SOON_S):
            async for part in reader.follow("r_1", 0):
                if part.events:
                    redis_server.kill()
                elif reader.is_degraded is not states[-1]:
                    states.append(reader.is_degraded)
                    if not reader.is_degraded:
                        return states
                    redis_server.start()
        return states

    with Journal.open(file_place) as journal, tied(file_place, redis_server) as reader:
        Book(journal, "r_1").write()
        assert asyncio.run(heard(reader)) == [False, True, False]
