"""Monitors over logs that are there: a run of ours, and the same run told as one from elsewhere."""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from memory.envelope import Event
from memory.errors import BadInput
from memory.events import Demand, EpisodeEnded, EpisodeStarted, RunStarted, Transfer
from memory.journal import Journal
from memory.verdicts import Verdict
from monitors.rehearsal import NEED, Rehearsal
from orchestrator import conduct
from orchestrator.evaluation.panel import monitors_in
from orchestrator.evaluation.reading import Source, compared, read, source_of
from scenarios.spec import Scenario

Fleet = Callable[..., Scenario]

WATCHERS = "over_need: {pool: [fleet, worker]}, z_agent, unaccounted"


def neutral(events: list[Event]) -> Iterator[dict[str, Any]]:
    """Tell a run of ours as another system would: who ends, ends after having used its share."""
    agents: dict[str | None, str | None] = {}
    ending: dict[str | None, dict[str, Any]] = {}
    for event in events:
        said = {"id": str(event.seq), "round": event.round, "agent": event.agent}
        said |= {"worker": event.worker}
        match event:
            case RunStarted():
                resources = {each.name: {"decimals": each.decimals} for each in event.resources}
                plan = {"rounds": event.rounds, "workers": event.workers, "life": event.life}
                yield {"neutral_log": 1, **plan, "resources": resources}
            case EpisodeStarted():
                agents[event.worker] = event.agent
                yield said | {"does": "begin", "family": event.family}
            case EpisodeEnded():
                ending[event.worker] = said | {"does": "end"}
            case Transfer(purpose="reserve" | "release" as purpose):
                [leg] = [each for each in event.legs if each.resource == "compute"]
                does = "take" if purpose == "reserve" else "give_back"
                yield said | {"does": does, "resource": "compute", "amount": leg.amount}
            case Demand(used=used):
                used_by = said | {"agent": agents[event.worker], "does": "use"}
                yield used_by | {"resource": "compute", "amount": used}
                if event.worker in ending:
                    yield ending.pop(event.worker)


@pytest.fixture
def elsewhere(tmp_path: Path) -> tuple[str, Path]:
    """Return a made-up run as a neutral log, and its need."""
    events = [
        e for e in Rehearsal(workers=6, rounds=60, life=20, bias=0.2) if e.kind != "run_finished"
    ]
    log, need = tmp_path / "fleet.jsonl", tmp_path / "need.csv"
    log.write_text("".join(f"{json.dumps(each)}\n" for each in neutral(events)))
    need.write_text(f"resource,amount\ncompute,{NEED}\n")
    return str(log), need


def never() -> Journal:
    raise AssertionError("a file needs no journal")


def said(verdicts: list[Verdict]) -> list[tuple[object, ...]]:
    return [(v.monitor, v.pool, v.key, v.round, v.score, v.wealth, v.alarm) for v in verdicts]


def test_a_fleet_told_from_elsewhere_is_judged_as_ours_is(elsewhere: tuple[str, Path]) -> None:
    log, need = elsewhere
    ours, theirs = list[Verdict](), list[Verdict]()
    events = list(Rehearsal(workers=6, rounds=60, life=20, bias=0.2))
    read(Source("ours", events, tells_need=True), monitors_in(WATCHERS), ours.append)
    read(source_of(never, log, need), monitors_in(WATCHERS), theirs.append)
    assert any(verdict.alarm for verdict in ours)
    assert said(theirs) == said(ours)


def test_without_a_need_only_those_who_do_without_it_look_on(elsewhere: tuple[str, Path]) -> None:
    found = read(source_of(never, elsewhere[0], None), monitors_in("over_need, unaccounted"))
    assert [each.monitor for each in found.heard] == ["unaccounted"]
    assert found.left_out["over_need"].startswith("it reads the need, which this log does not tell")
    assert found.heard[0].alarms == ()


def test_a_stored_run_is_judged_as_it_was_while_it_was_played(
    fleet: Fleet, journal: Journal
) -> None:
    scenario = fleet("workers.weak_shard.over_reserve=90%")
    run = asyncio.run(conduct.start(journal, scenario, 3, "r_1").play()).run
    source = source_of(lambda: journal, run, None)
    found = compared(journal, source, read(source, source.monitors))
    assert found.as_live is True
    assert any(each.alarms for each in found.heard)
    fewer = source_of(lambda: journal, run, None)
    assert compared(journal, fewer, read(fewer, fewer.monitors[:1])).as_live is False


def test_an_exported_run_gives_the_digest_of_the_stored_one(
    fleet: Fleet, journal: Journal, tmp_path: Path
) -> None:
    asyncio.run(conduct.start(journal, fleet(), 3, "r_1").play())
    path = tmp_path / "r_1.jsonl"
    path.write_bytes(b"".join(line.body + b"\n" for line in journal.lines("r_1")))
    specs = monitors_in(WATCHERS)
    stored = read(source_of(lambda: journal, "r_1", None), specs)
    assert read(source_of(never, str(path), None), specs).digest == stored.digest
    path.write_text('{"kind": "nothing of ours"}\n')
    with pytest.raises(BadInput, match=r"r_1\.jsonl:1 is no event of a run of ours"):
        read(source_of(never, str(path), None), specs)


def test_a_monitor_that_raises_is_told_of_and_the_others_go_on(elsewhere: tuple[str, Path]) -> None:
    log, need = elsewhere
    specs = monitors_in("z_agent: {resource: gold}, over_need")
    found = read(source_of(never, log, need), specs)
    assert found.heard[0].failed.startswith("ValueError: resource is 'gold'")
    assert found.heard[1].alarms


@pytest.mark.parametrize(
    ("on", "need", "message"),
    [
        ("nowhere.jsonl", None, "nowhere.jsonl: there is no such file"),
        ("r_1", Path("need.csv"), "r_1 is a run, which tells its need itself"),
    ],
)
def test_what_cannot_be_read_is_told(on: str, need: Path | None, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        source_of(never, on, need)


def test_monitors_are_named_as_in_yaml() -> None:
    assert [each.name for each in monitors_in("[over_need, {z_agent: {sigma: 0.1}}]")] == [
        "over_need",
        "z_agent",
    ]
    with pytest.raises(BadInput, match="is 'over_ned'; there is no such monitor"):
        monitors_in("over_ned")


def test_of_a_fleet_from_elsewhere_nobody_knows_whether_the_bound_holds(
    elsewhere: tuple[str, Path],
) -> None:
    log, need = elsewhere
    theirs = list[Verdict]()
    found = read(source_of(never, log, need), monitors_in("over_need, unaccounted"), theirs.append)
    assert found.uncalibrated == ("over_need",)
    assert all(verdict.uncalibrated for verdict in theirs)
    measured = monitors_in("over_need: {tau: 0.03}, unaccounted")
    assert read(source_of(never, log, need), measured).uncalibrated == ()
