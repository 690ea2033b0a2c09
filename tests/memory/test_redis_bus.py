"""Redis as a bus: each event enters the stream once, behind its cursor, whoever publishes."""

import pytest
import redis

from benchmarks.server import Redis
from memory.errors import BadInput, BusDown
from memory.redis_bus import RedisBus, bus_at

STORE = "5eed"


@pytest.fixture
def bus(redis_server: Redis) -> RedisBus:
    return RedisBus(redis_server.url)


@pytest.fixture
def client(redis_server: Redis) -> "redis.Redis":
    return redis.Redis(unix_socket_path=str(redis_server.socket))


def entries(client: "redis.Redis", name: str = "events") -> list[dict[bytes, bytes]]:
    return [fields for _, fields in client.xrange(f"superorganism:{{{STORE}}}:{name}")]


def test_an_entry_says_its_run_its_number_and_its_event(
    bus: RedisBus, client: "redis.Redis"
) -> None:
    assert bus.publish(STORE, "r_1", 0, [b'{"seq":1}', b'{"seq":2}']) == 2
    assert entries(client) == [
        {b"run": b"r_1", b"seq": b"1", b"event": b'{"seq":1}'},
        {b"run": b"r_1", b"seq": b"2", b"event": b'{"seq":2}'},
    ]
    assert entries(client, "wake") == [{b"run": b"r_1", b"seq": b"2"}]
    assert bus.cursors(STORE, ["r_1", "r_2"]) == [2, 0]
    assert bus.cursors(STORE, []) == []


@pytest.mark.parametrize("after", [0, 1, 3, 9])
def test_events_that_do_not_go_on_from_the_cursor_are_not_published(
    bus: RedisBus, client: "redis.Redis", after: int
) -> None:
    bus.publish(STORE, "r_1", 0, [b"1", b"2"])
    assert bus.publish(STORE, "r_1", after, [b"again"]) == 2
    assert [each[b"event"] for each in entries(client)] == [b"1", b"2"]


def test_a_commit_without_events_wakes_all_the_same(bus: RedisBus) -> None:
    before = bus.newest(STORE)
    assert bus.wait(STORE, before) == before == "0-0"
    bus.publish(STORE, "r_1", 0, [])
    heard = bus.wait(STORE, before)
    assert heard != before
    assert bus.newest(STORE) == heard


def test_stores_on_one_server_do_not_meet(bus: RedisBus) -> None:
    bus.publish(STORE, "r_1", 0, [b"1"])
    assert bus.cursors("another", ["r_1"]) == [0]
    assert bus.newest("another") == "0-0"


def test_a_server_that_lost_everything_says_so_by_its_cursors(
    bus: RedisBus, redis_server: Redis
) -> None:
    bus.publish(STORE, "r_1", 0, [b"1", b"2"])
    redis_server.kill()
    redis_server.start()
    assert bus.cursors(STORE, ["r_1"]) == [0]
    assert bus.publish(STORE, "r_1", 2, [b"3"]) == 0


@pytest.mark.parametrize("host", ["127.0.0.1:1", "no-such-host.invalid:6379"])
def test_a_server_that_is_not_there_is_named_without_its_password(host: str) -> None:
    bus = RedisBus(f"redis://ada:canary-7f3a@{host}/2")
    with pytest.raises(BusDown, match=f"^redis://{host}/2 cannot be used: ") as caught:
        bus.newest(STORE)
    assert "canary" not in str(caught.value)
    bus.close()


@pytest.mark.parametrize(
    "url",
    [
        "localhost:6379",
        "http://ada:canary@news.example",
        "redis://ada:canary@news.example:port/0",
        "redis://ada:canary@news.example/0?colour=canary",
        "redis://ada:canary@[::1/0",
        "canary",
    ],
)
def test_a_url_that_cannot_be_one_is_refused_at_once_and_not_repeated(url: str) -> None:
    with pytest.raises(BadInput, match=r"give redis://host:6379/0") as caught:
        bus_at(url)
    assert "canary" not in str(caught.value)


def test_without_a_url_there_is_no_bus() -> None:
    assert bus_at(None) is None
    assert bus_at("") is None
