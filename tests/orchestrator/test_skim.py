"""The scenario ``skim``: what is reported stands in the log beside what was taken."""

import asyncio

import pytest

from memory.events import Decided, ToolResult
from memory.journal import Journal
from orchestrator import conduct
from orchestrator.evaluate import play
from orchestrator.fork import fork, whole_rounds
from orchestrator.replay import replay
from scenarios.spec import Scenario

SHORT = ("world.rounds=12", "chain.life=5", "workers.skimmer.rate=50%")


def short() -> Scenario:
    return conduct.load("skim", SHORT)


def test_whose_reports_fall_short_is_who_skims(journal: Journal) -> None:
    asyncio.run(conduct.start(journal, short(), seed=7, run="r_1").play(with_references=False))
    taken, told, refused = dict[str, int](), dict[str, int](), list[str]()
    for entry in journal.entries("r_1"):
        event = entry.event
        if isinstance(event, ToolResult) and event.error:
            refused.append(event.error)
        for call in event.calls if isinstance(event, Decided) else ():
            sums = {"reserve_compute": taken, "report": told}.get(call.tool)
            if sums is not None:
                worker, amount = str(event.worker), call.arguments["amount"]
                assert isinstance(amount, int)
                sums[worker] = sums.get(worker, 0) + amount
    assert refused == []
    short_of = {worker: taken[worker] / told[worker] for worker in taken}
    assert sorted(map(round, (100 * ratio for ratio in short_of.values())))[:18] == [100] * 18
    assert sorted(short_of.values())[18:] == [pytest.approx(1.5, abs=0.01)] * 2


def test_a_replay_and_an_unchanged_fork_have_the_same_log(journal: Journal) -> None:
    whole = asyncio.run(play(short(), seed=7)).log.digest
    parent = conduct.start(journal, short(), seed=7, run="r_1")
    assert asyncio.run(parent.play(with_references=False)).digest == whole
    assert asyncio.run(replay(journal, "r_1")).ok
    at = [each.seq for each in whole_rounds(journal, "r_1")][5]
    forked = fork(journal, "r_1", at, run="f_1")
    assert asyncio.run(forked.play(with_references=False)).digest == whole
