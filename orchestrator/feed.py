r"""The live feed: a run's log, tailed, as server-sent events in batches.

    retry: 1000
                                     what monitors said of events in the batch that follows
    event: verdicts
    data: [{"monitor":"over_need",...,"seq":812,...}]
                                     the next events; the id is the last one's number
    event: batch
    id: 812
    data: [{"seq":557,...},...,{"seq":812,...}]
                                     Redis is down, so news may come late; or it is back
    event: degraded | recovered
    data: {"run":"r_1"}
                                     nothing more will come
    event: end
    data: {"run":"r_1","status":"done","seq":812,"digest":"..."}

A reader is a cursor into the log and nothing else: it may be slow, leave, and come back with
the last id it saw. Verdicts carry no id. They come before the batch they point into and take
effect with it; a reader that was cut off between the two drops them, and is sent them again.
So both logs arrive whole and once, however often the connection breaks.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from operator import attrgetter

from memory.commits import Cursor, Part
from memory.reader import SLICES_KEPT, Reader
from memory.recent import Recent
from memory.record import Line, RunRecord, Slice

BATCH_EVENTS = 256
BATCH_BYTES = 64 * 1024
"""A frame holds at most so many events and bytes; one event longer than that comes alone."""

KEEP_ALIVE_S = 15.0
RETRY = b"retry: 1000\n\n"
KEEP_ALIVE = b": still here\n\n"


class Feed:
    """Tails any run of a journal, also one that another process plays.

    Parameters
    ----------
    reader
        The journal to read from.
    keep_alive_s
        After so many silent seconds a comment is sent, so that nobody takes the connection for
        dead; then it is also noticed when the process that played the run has died.
    is_live
        Whether a process is at work on a run; by default its owner lives. A process that plays
        runs itself knows better which of its own it has broken off.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from memory.journal import Journal
    >>> from orchestrator import run
    >>> async def kinds(place: str) -> list[str]:
    ...     with Journal.open(place) as journal:
    ...         parts = [part async for part in Feed(journal).stream("r_1")]
    ...     return [part.decode().splitlines()[0] for part in parts]
    >>> with TemporaryDirectory() as folder:
    ...     place = f"{folder}/journal.db"
    ...     short = ["world.rounds=1", "chain.life=1"]
    ...     view = run("all_honest", overrides=short, run_id="r_1", store=place)
    ...     asyncio.run(kinds(place))
    ['retry: 1000', 'event: verdicts', 'event: batch', 'event: end']
    """

    def __init__(
        self,
        reader: Reader,
        keep_alive_s: float = KEEP_ALIVE_S,
        is_live: Callable[[RunRecord], bool] = attrgetter("is_live"),
    ) -> None:
        self._reader = reader
        self._is_live = is_live
        self._keep_alive_s = keep_alive_s
        self._waiting: set[asyncio.Timeout] = set()
        self.is_closed = False
        self._made_of_all: Recent[tuple[int, bool], tuple[Part, list[bytes]]] = Recent(SLICES_KEPT)
        self._made: Recent[int, tuple[Slice, list[bytes]]] = Recent(SLICES_KEPT)

    def stream(self, run: str, after: int = 0) -> AsyncIterator[bytes]:
        """Return the frames of a run behind event ``after``, as they come, to its end.

        Raises
        ------
        UnknownRun
            If there is no such run; at once, not in mid-stream.
        """
        return self._stream(run, min(after, self._reader.run(run).seq))

    async def page(self, run: str, after: int, limit: int) -> bytes:
        """Return what is committed now, at most ``limit`` events, as one JSON object.

        Raises
        ------
        UnknownRun
            If there is no such run.
        """
        record = self._reader.run(run)
        after = min(after, record.seq)
        part = Slice([], [])
        if after < record.seq:
            limit = min(limit, record.seq - after)
            part = await anext(self._reader.follow(run, after, limit))
            after = part.events[-1].number
        is_over = record.status != "running" and after >= record.seq
        return b'{"items":%b,"verdicts":%b,"next_after":%d,"is_over":%b}' % (
            _array(line.body for line in part.events),
            _array(line.body for line in part.verdicts),
            after,
            json.dumps(is_over).encode(),
        )

    async def everything(self, after: Cursor, *, only_alarms: bool = False) -> AsyncIterator[bytes]:
        """Return the frames of all runs behind a cursor, as they come, for ever.

        As those of one run, but that each names its run; an id is the cursor behind its batch.
        With ``only_alarms`` only verdicts that raised an alarm are sent, and bare ids.
        """
        yield RETRY
        parts = self._reader.commits.follow(after, BATCH_EVENTS)
        while not self.is_closed:
            try:
                part = await self._in_time(parts)
            except TimeoutError:
                yield KEEP_ALIVE
                parts = self._reader.commits.follow(after, BATCH_EVENTS)
                continue
            for frame in self._of_all(part, only_alarms):
                yield frame
            after = part.cursor
            await asyncio.sleep(0)

    def _of_all(self, part: Part, only_alarms: bool) -> list[bytes]:
        """Return a part as frames, made once for all who are given it."""
        key = (id(part), only_alarms)
        known = self._made_of_all.get(key)
        if known is None or known[0] is not part:
            known = (part, list(frames_of_all(part, only_alarms)))
            self._made_of_all.put(key, known)
        return known[1]

    def close(self) -> None:
        """End every stream, without an ``end``: its reader will come back."""
        self.is_closed = True
        for timer in self._waiting:
            if not timer.expired():
                timer.reschedule(0)

    async def _stream(self, run: str, after: int) -> AsyncIterator[bytes]:
        yield RETRY
        slices, is_degraded = self._reader.follow(run, after, BATCH_EVENTS), False
        while not self.is_closed:
            try:
                part = await self._next(slices)
            except TimeoutError:
                if not self.is_closed and self._is_played(run):
                    yield KEEP_ALIVE
                    slices = self._reader.follow(run, after, BATCH_EVENTS)
                    continue
                break
            if part is None:
                break
            if self._reader.is_degraded is not is_degraded:
                is_degraded = not is_degraded
                yield state(run, is_degraded)
            for frame in self._frames(part):
                yield frame
            after = part.events[-1].number if part.events else after
        if not self.is_closed:
            yield end(self._reader.run(run))

    @property
    def followers(self) -> int:
        """How many clients wait for something to come."""
        return len(self._waiting)

    def _frames(self, part: Slice) -> list[bytes]:
        """Return a slice as frames, made once for all who are given it."""
        known = self._made.get(id(part))
        if known is None or known[0] is not part:
            known = (part, list(frames(part)))
            self._made.put(id(part), known)
        return known[1]

    def _is_played(self, run: str) -> bool:
        record = self._reader.run(run)
        return record.status != "running" or self._is_live(record)

    async def _in_time(self, parts: AsyncIterator[Part]) -> Part:
        """Return what comes next in any run; wait for it, but not for ever."""
        async with asyncio.timeout(self._keep_alive_s) as timer:
            self._waiting.add(timer)
            try:
                return await anext(parts)
            finally:
                self._waiting.discard(timer)

    async def _next(self, slices: AsyncIterator[Slice]) -> Slice | None:
        """Return the next slice, or None at the end of the run; wait for it, but not for ever."""
        async with asyncio.timeout(self._keep_alive_s) as timer:
            self._waiting.add(timer)
            try:
                return await anext(slices, None)
            finally:
                self._waiting.discard(timer)


def frames(part: Slice) -> Iterator[bytes]:
    """Return a slice of the two logs as frames: each batch behind the verdicts about it."""
    verdicts = deque(part.verdicts)
    for batch in _batches(part.events):
        last = batch[-1].number
        due = []
        while verdicts and json.loads(verdicts[0].body)["seq"] <= last:
            due.append(verdicts.popleft())
        yield from map(_verdicts, _batches(due))
        yield b"event: batch\nid: %d\ndata: %b\n\n" % (last, _array(line.body for line in batch))
    yield from map(_verdicts, _batches(verdicts))


def frames_of_all(part: Part, only_alarms: bool = False) -> Iterator[bytes]:
    r"""Return what one commit brought as frames that name their run.

    Examples
    --------
    >>> part = Part("r_1", Slice([Line(7, b'{"seq":7}')], []), Cursor(3, 1, 7))
    >>> next(frames_of_all(part)).splitlines()
    [b'event: batch', b'id: 3.1.7', b'data: {"run":"r_1","items":[{"seq":7}]}', b'']
    >>> next(frames_of_all(part, only_alarms=True))
    b'id: 3.1.7\n\n'
    """
    run, cursor = part.run.encode(), part.cursor
    verdicts = part.slice.verdicts
    if only_alarms:
        verdicts = [line for line in verdicts if json.loads(line.body)["alarm"]]
    told = [_array(line.body for line in said) for said in _batches(verdicts)]
    place = b"id: %b\n" % str(cursor).encode() if only_alarms else b""
    for number, array in enumerate(told, 1):
        seen = place if number == len(told) else b""
        yield b'event: verdicts\n%bdata: {"run":"%b","items":%b}\n\n' % (seen, run, array)
    if only_alarms:
        if not told:
            yield place + b"\n"
        return
    for batch in _batches(part.slice.events):
        seen = str(cursor._replace(seq=batch[-1].number)).encode()
        array = _array(line.body for line in batch)
        frame = b'event: batch\nid: %b\ndata: {"run":"%b","items":%b}\n\n'
        yield frame % (seen, run, array)


def state(run: str, is_degraded: bool) -> bytes:
    """Return the frame that says whether news of other processes come at once.

    Examples
    --------
    >>> state("r_1", True).splitlines()
    [b'event: degraded', b'data: {"run":"r_1"}', b'']
    """
    said = "degraded" if is_degraded else "recovered"
    return f'event: {said}\ndata: {{"run":"{run}"}}\n\n'.encode()


def end(record: RunRecord) -> bytes:
    """Return the last frame: how the run stands now that nothing more will come."""
    status = record.status if record.is_finished else "interrupted"
    stands = record.model_copy(update={"status": status})
    said = stands.model_dump_json(include={"run", "status", "seq", "digest"})
    return b"event: end\ndata: %b\n\n" % said.encode()


def _verdicts(batch: list[Line]) -> bytes:
    return b"event: verdicts\ndata: %b\n\n" % _array(line.body for line in batch)


def _batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Part lines into lists that stay within a frame's bounds."""
    batch: list[Line] = []
    size = 0
    for line in lines:
        is_full = len(batch) == BATCH_EVENTS or size + len(line.body) > BATCH_BYTES
        if batch and is_full:
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += len(line.body) + 1
    if batch:
        yield batch


def _array(bodies: Iterable[bytes]) -> bytes:
    """Return stored JSON as a JSON array. A body is one line already: JSON escapes line ends."""
    return b"[%b]" % b",".join(bodies)
