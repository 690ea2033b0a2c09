"""Runs that share notes: told in the log, replayed without the commons, killed without loss."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

import pytest

from benchmarks.server import Redis
from memory.commons import Commons, Offer, OwnCommons, Standing
from memory.events import AnyEvent, Call, NoteOffered, NoteRefused, NoteWritten
from memory.exchange import CommonsExchange
from memory.journal import Journal
from memory.redis_bus import RedisBus
from orchestrator import conduct
from orchestrator.compose import assemble
from orchestrator.conduct import Performance
from orchestrator.engine import Engine, Listeners
from orchestrator.evaluate import play
from orchestrator.replay import replay
from orchestrator.stage import Part, Stage
from scenarios.spec import Scenario
from subagents.policy import Decision, Observation

Fleet = Callable[..., Scenario]
SHARED = ("memory.notebook.scope=commons", "memory.commons=plans")
DIES = """
import asyncio, os, sys
from memory.exchange import CommonsExchange
from memory.journal import Journal
from memory.shelf import Shelf
from memory.store import Store, database_at
from orchestrator.conduct import load, start

class Dying(Shelf):
    left = int(sys.argv[2])

    def put(self, offer):
        standing = super().put(offer)
        type(self).left -= 1
        if not self.left:
            os.kill(os.getpid(), 9)
        return standing

journal = Journal.open(sys.argv[1])
performance = start(journal, load("just_in_case", sys.argv[3:]), 7, "r_1")
shelf = Dying(Store(database_at(sys.argv[1])), "plans")
identity = Store(database_at(sys.argv[1])).identity
performance.stage.exchange = CommonsExchange(shelf, "r_1", identity)
asyncio.run(performance.play(with_references=False))
"""


def events_of(journal: Journal, run: str) -> list[AnyEvent]:
    return [entry.event for entry in journal.entries(run)]  # type: ignore[misc]


def offered(events: Sequence[object]) -> list[NoteOffered]:
    return [each for each in events if isinstance(each, NoteOffered)]


def stood(events: Sequence[object]) -> list[NoteWritten]:
    return [e for e in events if isinstance(e, NoteWritten) and e.place and not e.origin]


def arrived(events: Sequence[object]) -> list[NoteWritten]:
    return [e for e in events if isinstance(e, NoteWritten) and e.origin]


def refused(events: Sequence[object]) -> list[NoteRefused]:
    return [each for each in events if isinstance(each, NoteRefused)]


class Planner:
    """Each worker rewrites one plan in every turn, upon the version it was told of last."""

    name: ClassVar[str] = "planner"

    def __init__(self) -> None:
        self.told: list[str] = []

    async def act(self, observation: Observation) -> Decision:
        self.told += [f"{o.tool}: {o.message or o.error}" for o in observation.outcomes]
        worker = observation.actor.worker
        known = max((memo.version for memo in observation.memos if memo.name == "plan"), default=0)
        text = f"round {observation.facts.round} of {worker}"
        plan = {"name": "plan", "text": text, "expected_version": known}
        own = {"name": f"of-{worker}", "text": text}
        read = Call(tool="read_notes", arguments={"limit": 10})
        return Decision(
            (
                Call(tool="post_note", arguments=plan),
                Call(tool="post_note", arguments=own),
                read,
            )
        )


def with_planners(stage: Stage) -> Planner:
    planner = Planner()
    stage.cast = {worker: Part(planner, "heron") for worker in stage.cast}
    return planner


async def stop_after(performance: Performance, rounds: int) -> None:
    task = asyncio.current_task()
    assert task is not None
    stop = lambda round: task.cancel() if round == rounds else None  # noqa: E731
    await performance.play(Listeners(on_round=stop, rounds_per_second=1000))


def test_a_second_run_reads_what_the_first_found_and_both_can_be_replayed(
    fleet: Fleet, journal: Journal
) -> None:
    for run in ("r_1", "r_2"):
        asyncio.run(conduct.start(journal, fleet(*SHARED), run=run).play())
    first, second = events_of(journal, "r_1"), events_of(journal, "r_2")
    assert arrived(first) == []
    found = arrived(second)
    assert [each.text for each in found] == [each.text for each in stood(first)]
    for note, original in zip(found, offered(first), strict=True):
        assert note.origin is not None
        assert (note.origin.run, note.origin.seq) == ("r_1", original.seq)
        assert (note.origin.worker, note.origin.agent) == (original.worker, original.agent)
        assert note.worker is None
    for run in ("r_1", "r_2"):
        assert asyncio.run(replay(journal, run)).ok
    assert journal.run("r_1").digest != journal.run("r_2").digest


def test_runs_that_name_another_commons_share_nothing(fleet: Fleet, journal: Journal) -> None:
    for run, name in (("r_1", "plans"), ("r_2", "findings")):
        scenario = fleet(SHARED[0], f"memory.commons={name}")
        asyncio.run(conduct.start(journal, scenario, run=run).play(with_references=False))
    assert arrived(events_of(journal, "r_2")) == []


def test_references_publish_nothing_and_a_run_alone_is_as_one_in_memory(
    fleet: Fleet, journal: Journal
) -> None:
    scenario = fleet(*SHARED)
    summary = asyncio.run(conduct.start(journal, scenario, run="r_1").play())
    assert set(summary.references) == {"honest", "cautious"}
    asyncio.run(conduct.start(journal, scenario, run="r_2").play(with_references=False))
    count = len(arrived(events_of(journal, "r_2")))
    assert count == len(stood(events_of(journal, "r_1"))) > 0
    in_memory = asyncio.run(play(scenario, scenario.world.seed))
    assert in_memory.log.digest == summary.digest


def test_what_came_of_an_offer_reaches_whoever_lives_then(fleet: Fleet, journal: Journal) -> None:
    performance = conduct.start(journal, fleet(*SHARED, "chain.life=1"), run="r_1")
    planner = with_planners(performance.stage)
    asyncio.run(performance.play(with_references=False))
    events = events_of(journal, "r_1")
    assert len(offered(events)) == len(stood(events)) + len(refused(events))
    assert refused(events)
    assert any("stands in the commons at version" in said for said in planner.told)
    assert any("and another was expected: read it first" in said for said in planner.told)


class Watching(OwnCommons):
    """Notes how far the journal had come when an offer was handed in."""

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self.journal = journal
        self.unsafe: list[str] = []
        self.puts = 0

    def put(self, offer: Offer) -> Standing:
        self.puts += 1
        key = offer.op.removeprefix("/r_1/")
        stored = {each.key for each in offered(events_of(self.journal, "r_1"))}
        if key not in stored:
            self.unsafe.append(key)
        return super().put(offer)


def test_nothing_is_handed_in_before_the_log_that_offers_it_is_safe(
    fleet: Fleet, journal: Journal
) -> None:
    performance = conduct.start(journal, fleet(*SHARED), run="r_1")
    commons = Watching(journal)
    performance.stage.exchange = CommonsExchange(commons, "r_1")
    with_planners(performance.stage)
    asyncio.run(performance.play(with_references=False))
    assert commons.puts > 20
    assert commons.unsafe == []


@pytest.mark.parametrize("rounds", [1, 5, 11, 12])
def test_a_run_resumed_in_the_middle_hands_in_what_was_open_and_publishes_nothing_twice(
    fleet: Fleet, journal: Journal, rounds: int
) -> None:
    performance = conduct.start(journal, fleet(*SHARED), run="r_1")
    with_planners(performance.stage)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(stop_after(performance, rounds))
    again = conduct.resume(journal, "r_1")
    assert again.stage.offers.open
    with_planners(again.stage)
    asyncio.run(again.play(with_references=False))
    check_whole(journal, fleet)


def check_whole(journal: Journal, fleet: Fleet) -> None:
    """Hold what the log says stands against what lies in the commons, and replay it."""
    own = stood(events_of(journal, "r_1"))
    reading = conduct.start(journal, fleet(*SHARED), run="r_2")
    asyncio.run(reading.play(with_references=False))
    found = arrived(events_of(journal, "r_2"))
    assert [(e.name, e.version, e.text) for e in found] == [
        (e.name, e.version, e.text) for e in own
    ]
    assert len({each.key for each in own}) == len(own)
    assert asyncio.run(replay(journal, "r_1")).ok


@pytest.mark.parametrize("puts", [1, 2, 3])
def test_a_run_killed_between_an_offer_and_its_answer_gets_that_answer_and_no_other(
    fleet: Fleet, tmp_path: Path, puts: int
) -> None:
    place = str(tmp_path / "journal.db")
    small = ("workers.0.count=3", "world.rounds=12", "chain.life=4", *SHARED)
    words = [sys.executable, "-c", DIES, place, str(puts), *small]
    assert subprocess.run(words).returncode == -signal.SIGKILL
    with Journal.open(place) as journal:
        killed = events_of(journal, "r_1")
        assert len(offered(killed)) > len(stood(killed))
        asyncio.run(conduct.resume(journal, "r_1").play(with_references=False))
        check_whole(journal, fleet)


def test_a_forged_answer_is_noticed_in_a_replay(
    fleet: Fleet, journal: Journal, forge: Callable[..., None], tmp_path: Path
) -> None:
    def change(events: list[AnyEvent]) -> list[AnyEvent]:
        at = events.index(stood(events)[0])
        events[at] = events[at].model_copy(update={"text": "take more"})
        return events

    asyncio.run(conduct.start(journal, fleet(*SHARED), run="r_1").play(with_references=False))
    forge(tmp_path / "journal.db", change)
    found = asyncio.run(replay(journal, "r_1"))
    assert not found.ok


def test_with_redis_runs_of_different_journals_share_and_need_none_to_be_replayed(
    fleet: Fleet, redis_server: Redis, tmp_path: Path
) -> None:
    for run in ("r_1", "r_2"):
        bus = RedisBus(redis_server.url)
        with Journal.open(str(tmp_path / run), bus=bus) as journal:
            asyncio.run(conduct.start(journal, fleet(*SHARED), run=run).play())
    redis_server.kill()
    found = {}
    for run in ("r_1", "r_2"):
        with Journal.open(str(tmp_path / run)) as journal:
            assert asyncio.run(replay(journal, run)).ok
            found[run] = events_of(journal, run)
    assert [e.text for e in arrived(found["r_2"])] == [e.text for e in stood(found["r_1"])] != []


def test_a_run_goes_on_while_redis_is_down_and_hands_its_offers_in_when_it_is_back(
    fleet: Fleet, redis_server: Redis, journal: Journal, tmp_path: Path
) -> None:
    place = str(tmp_path / "with_redis.db")
    with Journal.open(place, bus=RedisBus(redis_server.url)) as played:
        performance = conduct.start(played, fleet(*SHARED, "world.rounds=90"), run="r_1")
        with_planners(performance.stage)

        def disturb(round: int) -> None:
            if round == 6:
                redis_server.kill()
            elif round == 20:
                redis_server.start()

        pace = Listeners(on_round=disturb, rounds_per_second=20)
        asyncio.run(performance.play(pace, with_references=False))
        events = events_of(played, "r_1")
        down = [each for each in stood(events) if 8 <= each.round <= 20]
        assert down == []
        assert [each for each in stood(events) if each.round > 20]
        assert [each for each in offered(events) if 8 <= each.round <= 20]
        assert len(stood(events)) + len(refused(events)) == len(offered(events))
        assert asyncio.run(replay(played, "r_1")).ok
    # What the server lost was put back: another run reads the newest of every note.
    with Journal.open(str(tmp_path / "other.db"), bus=RedisBus(redis_server.url)) as other:
        asyncio.run(conduct.start(other, fleet(*SHARED), run="r_2").play(with_references=False))
        newest = {each.name: each.text for each in arrived(events_of(other, "r_2"))}
    assert newest == {each.name: each.text for each in stood(events)}


def test_a_run_begun_with_redis_can_be_resumed_without(
    fleet: Fleet, redis_server: Redis, tmp_path: Path
) -> None:
    place = str(tmp_path / "journal.db")
    with Journal.open(place, bus=RedisBus(redis_server.url)) as journal:
        performance = conduct.start(journal, fleet(*SHARED), run="r_1")
        with_planners(performance.stage)
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(stop_after(performance, 5))
    redis_server.kill()
    with Journal.open(place) as journal:
        again = conduct.resume(journal, "r_1")
        with_planners(again.stage)
        asyncio.run(again.play(with_references=False))
        versions = [
            each.version for each in stood(events_of(journal, "r_1")) if each.name == "plan"
        ]
        assert versions == sorted(set(versions))
        assert asyncio.run(replay(journal, "r_1")).ok


def test_a_stage_in_memory_never_reaches_a_commons_of_others(fleet: Fleet) -> None:
    stage = assemble(fleet(*SHARED), 7, "r_1")
    exchange = stage.exchange
    assert isinstance(exchange, CommonsExchange)
    commons: Commons = exchange._commons
    assert isinstance(commons, OwnCommons)
    asyncio.run(Engine(stage).execute())
    assert assemble(fleet(), 7, "r_1").exchange is None
