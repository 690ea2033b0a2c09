"""The one door to Redis: streams that carry what is committed from one process to another.

Nothing that lies in Redis is the truth: the journal is, and whatever Redis loses is written
there again from it. Of each journal, known by its identity, it holds three keys:

    superorganism:{identity}:events     a stream: run, seq and event, its canonical JSON
    superorganism:{identity}:wake       a stream: a run that moved, and up to which event
    superorganism:{identity}:cursors    a hash: the last event of each run in the stream

An event enters the stream in the same step that moves its run's cursor, and only where the
cursor stands just before it. So two relays of one run do no harm, and a server that comes back
with an older state, or with none, says by its cursors what it is lacking. A consumer that reads
entries twice, after such a loss, knows them by ``run`` and ``seq``.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from memory.errors import BadInput, BusDown
from memory.redis_commons import RedisCommons, Script

EVENTS_KEPT = 100_000
"""The stream of events holds about so many, the newest; it is for news, not for keeping."""

WAKES_KEPT = 1_000

PATIENCE_S = 1.0
"""A server that does not answer for so many seconds is down."""

BLOCK_MS = 200
"""How long one wait for news lasts at most, and so how long leaving takes."""

_USE = "give redis://host:6379/0, rediss://... or unix:///path"

_PUBLISH = """
local stands = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0')
if stands == tonumber(ARGV[2]) then
  for number = 5, #ARGV do
    stands = stands + 1
    redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], '*',
               'run', ARGV[1], 'seq', stands, 'event', ARGV[number])
  end
  redis.call('HSET', KEYS[1], ARGV[1], stands)
end
redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[4], '*', 'run', ARGV[1], 'seq', stands)
return stands
"""


class RedisBus:
    """A Redis server as the way from one process to another; safe to use from several threads.

    Making one reaches for no server yet. Whatever goes wrong with the server is a ``BusDown``.

    Parameters
    ----------
    url
        Where it is: ``redis://``, ``rediss://`` or ``unix://``.

    Raises
    ------
    BadInput
        If the URL cannot be one of a Redis server.

    Examples
    --------
    >>> RedisBus("redis://ada:secret@news.example/1").name
    'redis://news.example:6379/1'
    >>> RedisBus("http://news.example")
    Traceback (most recent call last):
    memory.errors.BadInput: that is no Redis server's URL; give redis://host:6379/0, \
rediss://... or unix:///path
    """

    def __init__(self, url: str) -> None:
        # Imported on first use: it takes longer than all of ours, and most runs have no Redis.
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        self._errors = (redis.RedisError, OSError)
        self._client: Any
        try:
            self.name = _shown(url)
            self._client = redis.Redis.from_url(
                url,
                # Trying again is ours, in redis-py it would multiply.
                retry=Retry(NoBackoff(), 0),
                socket_timeout=PATIENCE_S,
                socket_connect_timeout=PATIENCE_S,
                protocol=2,
            )
            self._client.connection_pool.make_connection()
        except (ValueError, TypeError, redis.RedisError):
            # Its error may quote the URL, and with it the password.
            raise BadInput(f"that is no Redis server's URL; {_USE}") from None
        self._publish = self._client.register_script(_PUBLISH)

    def cursors(self, store: str, runs: Sequence[str]) -> list[int]:
        """Return the last event of each run that was published; 0 where none was."""
        if not runs:
            return []
        with self._reaching():
            found = self._client.hmget(_key(store, "cursors"), runs)
        return [int(seq or 0) for seq in found]

    def publish(self, store: str, run: str, after: int, bodies: Sequence[bytes]) -> int:
        """Publish the events behind ``after``, if that is the last one, and wake who waits.

        Returns
        -------
        int
            The last event of the run that is published now.
        """
        keys = [_key(store, name) for name in ("cursors", "events", "wake")]
        with self._reaching():
            return int(self._publish(keys, [run, after, EVENTS_KEPT, WAKES_KEPT, *bodies]))

    def newest(self, store: str) -> str:
        """Return the place in the wake stream behind which nothing has been heard yet."""
        with self._reaching():
            found = self._client.xrevrange(_key(store, "wake"), count=1)
        return str(found[0][0].decode()) if found else "0-0"

    def wait(self, store: str, after: str) -> str:
        """Wait a moment for news behind a place; return the place of the last, or the same."""
        with self._reaching():
            found = self._client.xread({_key(store, "wake"): after}, block=BLOCK_MS)
        return str(found[0][1][-1][0].decode()) if found else after

    def commons(self, name: str) -> RedisCommons:
        """Return the notes that runs share under a name on this server."""
        return RedisCommons(name, self._script)

    def _script(self, text: str) -> Script:
        script = self._client.register_script(text)

        def call(keys: Sequence[str], words: Sequence[str | int | bytes]) -> Any:
            with self._reaching():
                return script(keys, words)

        return call

    def close(self) -> None:
        """Let go of all connections."""
        self._client.close()

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except self._errors as error:
            raise BusDown(f"{self.name} cannot be used: {error}") from error


def bus_at(url: str | None) -> RedisBus | None:
    """Return the bus that a URL names; without a URL there is none.

    Raises
    ------
    BadInput
        If the URL cannot be one of a Redis server.
    """
    return RedisBus(url) if url else None


def _key(store: str, name: str) -> str:
    # The braces keep one store's keys in one slot of a cluster.
    return f"superorganism:{{{store}}}:{name}"


def _shown(url: str) -> str:
    """Return a URL without user and password."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return f"unix://{parts.path}"
    return f"{parts.scheme}://{parts.hostname}:{parts.port or 6379}{parts.path}"
