"""Every commons keeps the laws, and they catch one that does not; no update is ever lost."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.server import Redis
from memory.commons import Commons, Offer, OwnCommons, Published, Standing
from memory.commons_checks import LAWS, Maker, offer
from memory.errors import BusDown
from memory.redis_bus import RedisBus
from memory.shelf import Shelf
from memory.store import Store, database_at

RIVAL = Path(__file__).with_name("rival.py")
EACH = 200


@contextmanager
def shelves(place: str) -> Iterator[Maker]:
    store = Store(database_at(place))
    try:
        yield lambda name: Shelf(store, name)
    finally:
        store.close()


@pytest.fixture
def own() -> Maker:
    commons: dict[str, OwnCommons] = {}
    return lambda name: commons.setdefault(name, OwnCommons())


@pytest.fixture
def on_sqlite(file_place: str) -> Iterator[Maker]:
    with shelves(file_place) as make:
        yield make


@pytest.fixture
def on_postgres(postgres_place: str) -> Iterator[Maker]:
    with shelves(postgres_place) as make:
        yield make


@pytest.fixture
def on_redis(redis_server: Redis) -> Iterator[Maker]:
    bus = RedisBus(redis_server.url)
    yield bus.commons
    bus.close()


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("kind", ["own", "on_sqlite", "on_postgres", "on_redis"])
def test_every_commons_keeps_the_laws(
    request: pytest.FixtureRequest, kind: str, law: Callable[[Maker], None]
) -> None:
    law(request.getfixturevalue(kind))


class Forgetful(OwnCommons):
    def put(self, offer: Offer) -> Standing:
        self._answered.clear()
        return super().put(offer)


class Obliging(OwnCommons):
    def put(self, offer: Offer) -> Standing:
        return super().put(offer._replace(expected=None))


class Overwriting(OwnCommons):
    def restore(self, name: str, version: int, body: bytes) -> bytes:
        self._publish(name, version, body)
        return body


class Renumbering(OwnCommons):
    def restore(self, name: str, version: int, body: bytes) -> bytes:
        return super().restore(name, self._newest.get(name, 0) + 1, body)


class Hasty(OwnCommons):
    def read(self, after: int, limit: int) -> Sequence[Published]:
        return super().read(after, limit + 1)


class OneCount(OwnCommons):
    def put(self, offer: Offer) -> Standing:
        return super().put(offer._replace(name="plan"))


@pytest.mark.parametrize("broken", [Forgetful, Obliging, Overwriting, Renumbering, Hasty, OneCount])
def test_a_commons_that_breaks_its_word_breaks_a_law(broken: type[OwnCommons]) -> None:
    def caught(law: Callable[[Maker], None]) -> bool:
        try:
            law(lambda _: broken())
        except AssertionError:
            return True
        return False

    assert any(map(caught, LAWS))


def rivals(*words: str) -> None:
    """Let two processes write the same note, each 200 times upon the version it knows of."""
    running = [
        subprocess.Popen([sys.executable, str(RIVAL), name, str(EACH), *words]) for name in "ab"
    ]
    assert [process.wait(60) for process in running] == [0, 0]


def check_no_update_was_lost(commons: Commons) -> None:
    commons.head()
    written = commons.read(0, 10 * EACH)
    assert [each.version for each in written] == list(range(1, 2 * EACH + 1))
    bodies = [json.loads(each.body) for each in written]
    # Each one says which version it was written upon: the one just before it.
    assert [body["upon"] for body in bodies] == list(range(2 * EACH))
    for name in "ab":
        numbers = [body["number"] for body in bodies if body["by"] == name]
        assert numbers == list(range(EACH))


@pytest.mark.parametrize("kind", ["file_place", "postgres_place"])
def test_two_processes_lose_no_update_on_a_store(request: pytest.FixtureRequest, kind: str) -> None:
    place = str(request.getfixturevalue(kind))
    with shelves(place) as make:
        rivals("store", place)
        check_no_update_was_lost(make("race"))


def test_two_processes_lose_no_update_on_redis(redis_server: Redis, on_redis: Maker) -> None:
    rivals("redis", redis_server.url)
    check_no_update_was_lost(on_redis("race"))


def test_a_new_epoch_of_redis_begins_once_whoever_asks(on_redis: Maker) -> None:
    one, two = on_redis("plans"), on_redis("plans")
    before = one.head()
    assert two.head() == before
    one.put(offer(1))
    one.renew(before.epoch)
    between = one.head()
    assert between.epoch != before.epoch
    with pytest.raises(BusDown, match="not the one that was asked"):
        two.put(offer(2))
    two.renew(before.epoch)
    assert two.head() == between


def test_redis_keeps_answers_with_the_notes_so_a_loss_is_a_loss_of_both(
    redis_server: Redis, on_redis: Maker
) -> None:
    commons = on_redis("plans")
    commons.head()
    assert commons.put(offer(1)) == Standing(1, 1)
    redis_server.kill()
    redis_server.start()
    assert commons.head().place == 0
    assert commons.put(offer(1)) == Standing(1, 1)


def test_a_server_that_is_down_is_told_as_such(redis_server: Redis, on_redis: Maker) -> None:
    commons = on_redis("plans")
    redis_server.kill()
    with pytest.raises(BusDown):
        commons.head()
