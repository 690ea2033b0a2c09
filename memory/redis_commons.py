"""A commons on a Redis server: what runs of different journals, and hosts, share.

Each step is one script, so compare, set, the memory of what was answered, and the stream's
entry happen together or not at all. Unlike the events of a run this is not written elsewhere
as a whole: a server that shall keep it needs an append-only file. One that lost it begins
another epoch, and the runs that know its notes put them back.

    superorganism:commons:{name}:epoch       changes when something was lost
    superorganism:commons:{name}:places      how many entries there were
    superorganism:commons:{name}:versions    a hash: each note's newest version
    superorganism:commons:{name}:at          a hash: where a version of a note stands
    superorganism:commons:{name}:answers     a hash: what came of each offer
    superorganism:commons:{name}:notes       a stream: name, version and body, by place
"""

import os
from collections.abc import Callable, Sequence
from typing import Any

from memory.commons import Head, Offer, Published, Standing

Script = Callable[[Sequence[str], Sequence[str | int | bytes]], Any]

_KEYS = ("epoch", "places", "versions", "at", "answers", "notes")

_HEAD = """
redis.call('SET', KEYS[1], ARGV[1], 'NX')
return {redis.call('GET', KEYS[1]), redis.call('GET', KEYS[2]) or '0'}
"""

_RENEW = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2]) end
return 0
"""

_SAME_EPOCH = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return redis.error_reply('EPOCH the commons is not the one that was asked')
end
local function publish(name, version, body)
  local place = redis.call('INCR', KEYS[2])
  redis.call('XADD', KEYS[6], place .. '-0', 'name', name, 'version', version, 'body', body)
  redis.call('HSET', KEYS[4], name .. '@' .. version, place)
  local newest = tonumber(redis.call('HGET', KEYS[3], name) or '0')
  if version > newest then redis.call('HSET', KEYS[3], name, version) end
  return place
end
"""

_PUT = f"""{_SAME_EPOCH}
local answered = redis.call('HGET', KEYS[5], ARGV[2])
if answered then return answered end
local version = tonumber(redis.call('HGET', KEYS[3], ARGV[3]) or '0')
local place = 0
if ARGV[4] == '' or tonumber(ARGV[4]) == version then
  version = version + 1
  place = publish(ARGV[3], version, ARGV[5])
end
local answer = version .. ' ' .. place
redis.call('HSET', KEYS[5], ARGV[2], answer)
return answer
"""

_READ = f"""{_SAME_EPOCH}
return redis.call('XRANGE', KEYS[6], ARGV[2] .. '-1', '+', 'COUNT', ARGV[3])
"""

_RESTORE = f"""{_SAME_EPOCH}
local place = redis.call('HGET', KEYS[4], ARGV[2] .. '@' .. ARGV[3])
if not place then
  publish(ARGV[2], tonumber(ARGV[3]), ARGV[4])
  return ARGV[4]
end
return redis.call('XRANGE', KEYS[6], place .. '-0', place .. '-0')[1][2][6]
"""


class RedisCommons:
    """A commons on a Redis server. See :class:`memory.commons.Commons`.

    Parameters
    ----------
    name
        The commons' name.
    script
        Makes a callable of a script's text; it raises ``BusDown`` when it cannot be done.
    """

    def __init__(self, name: str, script: Callable[[str], Script]) -> None:
        self._keys = [f"superorganism:commons:{{{name}}}:{key}" for key in _KEYS]
        self._head, self._renew = script(_HEAD), script(_RENEW)
        self._put, self._read, self._restore = script(_PUT), script(_READ), script(_RESTORE)
        self._epoch = ""

    def head(self) -> Head:
        """Return how far it has come; what follows is about this epoch of it only."""
        epoch, place = self._head(self._keys, [_new_epoch()])
        self._epoch = epoch.decode()
        return Head(self._epoch, int(place))

    def renew(self, epoch: str) -> None:
        """Begin another epoch, if nobody did before."""
        self._renew(self._keys, [epoch, _new_epoch()])

    def put(self, offer: Offer) -> Standing:
        """Publish an offer, if what it expects stands."""
        expected = "" if offer.expected is None else offer.expected
        words = [self._epoch, offer.op, offer.name, expected, offer.body]
        version, place = self._put(self._keys, words).split()
        return Standing(int(version), int(place))

    def read(self, after: int, limit: int) -> Sequence[Published]:
        """Return what stands behind a place."""
        found = self._read(self._keys, [self._epoch, after, limit])
        return [
            Published(int(place.partition(b"-")[0]), int(fields[3]), fields[5])
            for place, fields in found
        ]

    def restore(self, name: str, version: int, body: bytes) -> bytes:
        """Put a version back that was lost."""
        stands: bytes = self._restore(self._keys, [self._epoch, name, version, body])
        return stands


def _new_epoch() -> str:
    return os.urandom(8).hex()
