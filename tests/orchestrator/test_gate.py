"""The gate: what a budget or a reflex stands against is told, and a replay comes to the same."""

import asyncio
from collections import Counter
from collections.abc import Callable

from memory.events import Decided, NoteWritten, ReflexActed, ToolResult, Transfer
from memory.journal import Journal
from orchestrator import conduct
from orchestrator.compose import assemble
from orchestrator.engine import Engine
from orchestrator.replay import replay
from scenarios.spec import Scenario

Fleet = Callable[..., Scenario]


def stored(journal: Journal, fleet: Fleet, *overrides: str) -> list[object]:
    """Return the events of a kept run, having replayed it."""
    performance = conduct.start(journal, fleet(*overrides))
    asyncio.run(performance.play(with_references=False))
    assert asyncio.run(replay(journal, performance.run)).ok
    return [entry.event for entry in journal.entries(performance.run)]


def test_beyond_a_lifes_calls_everything_is_refused_but_the_handoff(
    fleet: Fleet, journal: Journal
) -> None:
    events = stored(journal, fleet, "assembly_line.budget=3")
    results = [event for event in events if isinstance(event, ToolResult)]
    done = Counter(event.agent for event in results if not event.error and event.tool != "finish")
    assert set(done.values()) == {3}
    refused = {event.error for event in results if event.error}
    assert refused == {
        "you have made the 3 calls that there are for one life; what is left is finish"
    }
    lives = {event.agent for event in events if isinstance(event, Decided)}
    handoffs = [e for e in events if isinstance(e, NoteWritten) and e.name == "handoff"]
    assert len(handoffs) == len(lives)


def test_a_posts_calls_and_turns_are_counted_over_all_its_lives(
    fleet: Fleet, journal: Journal
) -> None:
    for dial in ("calls_per_worker: 9", "turns_per_worker: 5"):
        events = stored(journal, fleet, f"assembly_line.budget={{{dial}}}")
        results = [event for event in events if isinstance(event, ToolResult)]
        last = {event.worker: event.round for event in results if not event.error}
        done = Counter(e.worker for e in results if not e.error and e.tool != "finish")
        if dial.startswith("calls"):
            assert set(done.values()) == {9}
        else:
            acted = [e.round for e in results if not e.error and e.tool != "finish"]
            assert max(acted) == 5
        assert max(last.values()) == 12, "handoffs go on"


def test_who_waits_is_not_asked_and_says_so_in_the_log(fleet: Fleet, journal: Journal) -> None:
    rule = "assembly_line.reflexes=[{when: budget below 99.9%, do: wait}]"
    events = stored(journal, fleet, rule, "world.resources.money.start=9_000")
    waited = [event for event in events if isinstance(event, ReflexActed)]
    assert {event.rule for event in waited} == {"budget below 99.9%: wait"}
    empty = [e for e in events if isinstance(e, Decided) and not e.calls]
    assert [e.seq for e in empty] == [event.cause for event in waited]
    # In a life's last turn it is asked after all: what it knows would be lost.
    assert all(int(event.key.split("/")[1]) < 4 for event in waited)


def test_what_is_beyond_the_need_goes_back_in_the_last_turn(fleet: Fleet, journal: Journal) -> None:
    release = "assembly_line.reflexes={when: last turn, do: release}"
    events = stored(journal, fleet, release, "workers.0.over_reserve=50%")
    acted = {event.key for event in events if isinstance(event, ReflexActed)}
    moved = {e.key: e for e in events if isinstance(e, Transfer) and e.key in acted}
    assert acted
    assert acted == set(moved)
    assert {event.purpose for event in moved.values()} == {"release"}


def test_an_open_gate_leaves_no_mark(fleet: Fleet) -> None:
    digests = set()
    for overrides in ((), ("assembly_line.budget=10_000",), ("assembly_line.stuck=3",)):
        stage = assemble(fleet(*overrides), 7, "in memory")
        asyncio.run(Engine(stage).execute())
        digests.add(stage.log.digest)
    assert len(digests) == 1
