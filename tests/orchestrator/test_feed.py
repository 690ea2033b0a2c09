"""The feed: both logs arrive whole and once, in bounded frames, however often one is cut off."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import pytest

from memory.errors import UnknownRun
from memory.journal import Journal
from memory.record import Line, Slice
from orchestrator.conduct import Performance, start
from orchestrator.feed import BATCH_BYTES, BATCH_EVENTS, KEEP_ALIVE, RETRY, Feed, frames
from scenarios.spec import Scenario

RUN = "r_1"
DIES = """
import sys
from memory.journal import Journal
from orchestrator.conduct import load, start
start(Journal.open(sys.argv[1]), load("all_honest"), run="r_1")
"""

Fleet = Callable[..., Scenario]


class Frame(NamedTuple):
    event: str
    id: int | None
    data: Any


def parse(sent: bytes) -> Frame:
    assert sent.endswith(b"\n\n") and sent.count(b"\n\n") == 1
    fields = dict(line.split(": ", 1) for line in sent.decode().splitlines() if line)
    seen = int(fields["id"]) if "id" in fields else None
    return Frame(fields["event"], seen, json.loads(fields["data"]))


def event(seq: int, length: int = 60) -> Line:
    body = b'{"seq":%d,"text":"' % seq
    return Line(seq, body + b"x" * (length - len(body) - 2) + b'"}')


def verdict(number: int, seq: int) -> Line:
    return Line(number, b'{"monitor":"over_need","seq":%d}' % seq)


def seqs(frame: Frame) -> list[int]:
    return [each["seq"] for each in frame.data]


@pytest.fixture
def feed(journal: Journal) -> Feed:
    return Feed(journal)


@pytest.fixture
def performance(journal: Journal, fleet: Fleet) -> Performance:
    return start(journal, fleet("world.rounds=90"), run=RUN)


@pytest.fixture
def played(performance: Performance) -> Performance:
    asyncio.run(performance.play(with_references=False))
    return performance


def stored(journal: Journal) -> tuple[list[Any], list[Any]]:
    events = [json.loads(line.body) for line in journal.lines(RUN)]
    return events, [each.verdict.model_dump(mode="json") for each in journal.verdicts(RUN)]


async def within(wait: Awaitable[Any], seconds: float = 20) -> Any:
    async with asyncio.timeout(seconds):
        return await wait


async def whole(feed: Feed, after: int = 0) -> list[bytes]:
    return [sent async for sent in feed.stream(RUN, after)]


def test_verdicts_stand_before_the_batch_they_point_into() -> None:
    last = 2 * BATCH_EVENTS + 10
    told = (1, BATCH_EVENTS, BATCH_EVENTS + 1, last)
    part = Slice(
        [event(seq) for seq in range(1, last + 1)],
        [verdict(number, seq) for number, seq in enumerate(told, 1)],
    )
    sent = [parse(each) for each in frames(part)]
    assert [(frame.event, frame.id) for frame in sent] == [
        ("verdicts", None),
        ("batch", BATCH_EVENTS),
        ("verdicts", None),
        ("batch", 2 * BATCH_EVENTS),
        ("verdicts", None),
        ("batch", last),
    ]
    assert [seqs(frame) for frame in sent if frame.event == "verdicts"] == [
        [1, BATCH_EVENTS],
        [BATCH_EVENTS + 1],
        [last],
    ]


def test_a_frame_is_bounded_in_bytes_and_a_longer_event_comes_alone() -> None:
    lengths = [30_000, 30_000, 30_000, BATCH_BYTES + 1, 100, 100]
    part = Slice([event(seq, length) for seq, length in enumerate(lengths, 1)], [])
    assert [seqs(parse(each)) for each in frames(part)] == [[1, 2], [3], [4], [5, 6]]


def test_many_verdicts_are_bounded_too() -> None:
    part = Slice([event(1)], [verdict(number, 1) for number in range(1, BATCH_EVENTS + 2)])
    assert [len(parse(each).data) for each in frames(part)] == [BATCH_EVENTS, 1, 1]


def test_verdicts_without_new_events_are_sent_all_the_same() -> None:
    sent = [parse(each) for each in frames(Slice([], [verdict(7, 3)]))]
    assert [(frame.event, frame.id, seqs(frame)) for frame in sent] == [("verdicts", None, [3])]


@pytest.mark.usefixtures("played")
def test_a_finished_run_is_sent_whole_and_then_its_end(feed: Feed, journal: Journal) -> None:
    hello, *sent, last = asyncio.run(whole(feed))
    record = journal.run(RUN)
    told = [parse(each) for each in sent]
    assert hello == RETRY
    assert (
        [each for frame in told if frame.event == "batch" for each in frame.data],
        [each for frame in told if frame.event == "verdicts" for each in frame.data],
    ) == stored(journal)
    assert parse(last) == (
        "end",
        None,
        {"run": RUN, "status": "done", "seq": record.seq, "digest": record.digest},
    )


@pytest.mark.usefixtures("played")
def test_a_reader_cut_off_at_any_frame_gets_both_logs_once(feed: Feed, journal: Journal) -> None:
    """It takes verdicts up with the batch behind them, and drops them if that never comes."""
    events, verdicts = stored(journal)
    _, *sent, _ = asyncio.run(whole(feed))
    assert len(verdicts) > 1 and len(sent) > 8
    for cut in range(len(sent) + 1):
        seen: list[Any] = []
        said: list[Any] = []
        waiting: list[Any] = []
        last = 0
        _, *again, _ = asyncio.run(whole(feed, _last_id(sent[:cut])))
        for piece in (sent[:cut], again):
            waiting.clear()
            for frame in map(parse, piece):
                if frame.event == "verdicts":
                    waiting += frame.data
                else:
                    seen += frame.data
                    said += waiting
                    waiting.clear()
                    last = frame.id or last
        assert (seen, said, last) == (events, verdicts, len(events)), f"cut at frame {cut}"


def _last_id(sent: list[bytes]) -> int:
    return max((parse(each).id or 0 for each in sent), default=0)


@pytest.mark.asyncio(loop_scope="function")
async def test_a_run_is_followed_while_it_goes_on(
    feed: Feed, journal: Journal, performance: Performance
) -> None:
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        followers = [tasks.create_task(whole(feed)) for _ in range(3)]
        tasks.create_task(performance.play(with_references=False))
    for follower in followers:
        told = [parse(each) for each in follower.result()[1:]]
        batches = [frame for frame in told if frame.event == "batch"]
        assert [each for frame in batches for each in frame.data] == stored(journal)[0]
        assert len(batches) > 5, "it was followed only when it was over"
        assert told[-1].data["status"] == "done"


@pytest.mark.usefixtures("played")
def test_an_id_beyond_the_log_is_taken_for_its_end(feed: Feed) -> None:
    assert [parse(each).event for each in asyncio.run(whole(feed, 10**18))[1:]] == ["end"]


def test_an_unknown_run_is_refused_at_once(feed: Feed) -> None:
    with pytest.raises(UnknownRun, match="there is no run 'r_1'"):
        feed.stream(RUN)


@pytest.mark.asyncio(loop_scope="function")
async def test_silence_is_broken_by_comments_and_costs_no_event(
    journal: Journal, performance: Performance
) -> None:
    stream = Feed(journal, keep_alive_s=0.01).stream(RUN)
    assert [await within(anext(stream)) for _ in range(4)] == [RETRY, *[KEEP_ALIVE] * 3]
    await performance.play(with_references=False)
    told = [parse(sent) async for sent in stream if sent != KEEP_ALIVE]
    batches = [frame.data for frame in told if frame.event == "batch"]
    assert [each for batch in batches for each in batch] == stored(journal)[0]


def test_a_run_whose_process_died_ends_as_interrupted(journal: Journal, tmp_path: Any) -> None:
    place = str(tmp_path / "journal.db")
    subprocess.run([sys.executable, "-c", DIES, place], check=True, timeout=60)
    assert journal.run(RUN).status == "running"
    sent = asyncio.run(whole(Feed(journal, keep_alive_s=0.01)))
    assert [parse(each).data["status"] for each in sent[1:]] == ["interrupted"]


@pytest.mark.usefixtures("performance")
def test_a_run_that_its_own_process_has_broken_off_ends_as_interrupted(journal: Journal) -> None:
    sent = asyncio.run(whole(Feed(journal, keep_alive_s=0.01, is_live=lambda record: False)))
    assert [parse(each).data["status"] for each in sent[1:]] == ["interrupted"]


@pytest.mark.usefixtures("performance")
@pytest.mark.asyncio(loop_scope="function")
async def test_closing_ends_whoever_waits_without_an_end(feed: Feed) -> None:
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        waiting = [tasks.create_task(whole(feed)) for _ in range(2)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        feed.close()
    assert [task.result() for task in waiting] == [[RETRY], [RETRY]]
    assert await whole(feed) == [RETRY]


@pytest.mark.usefixtures("played")
def test_pages_are_the_same_two_logs(feed: Feed, journal: Journal) -> None:
    seen, said, after, is_over = [], [], 0, False
    while not is_over:
        page = json.loads(asyncio.run(feed.page(RUN, after, 200)))
        assert 0 < len(page["items"]) <= 200
        seen += page["items"]
        said += page["verdicts"]
        after, is_over = page["next_after"], page["is_over"]
    assert (seen, said) == stored(journal)


def test_a_page_of_a_run_that_has_not_begun_is_empty_and_not_over(
    feed: Feed, performance: Performance
) -> None:
    page = json.loads(asyncio.run(feed.page(performance.run, 0, 10)))
    assert page == {"items": [], "verdicts": [], "next_after": 0, "is_over": False}
