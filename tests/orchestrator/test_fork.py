"""Fork: one past, another way; and an unchanged fork comes to the very same end."""

import asyncio
from collections.abc import Callable

import pytest

from memory.envelope import Event
from memory.errors import BadInput, CorruptJournal, UnknownRun
from memory.journal import Journal, Origin, RunHead
from orchestrator import conduct
from orchestrator.engine import Listeners
from orchestrator.evaluate import Summary, play
from orchestrator.fork import cut, fork, whole_rounds
from orchestrator.replay import replay
from scenarios.problem import ScenarioProblems
from scenarios.spec import Scenario

Fleet = Callable[..., Scenario]
GREEDY = "workers.weak_shard.over_reserve=60%"
HONEST = "workers=[{policy: honest, count: 3}]"


@pytest.fixture
def parent(fleet: Fleet, journal: Journal) -> Summary:
    """Return a finished run, ``r_1``, of 12 rounds and 3 workers who take far too much."""
    performance = conduct.start(journal, fleet(GREEDY), seed=7, run="r_1")
    return asyncio.run(performance.play(with_references=False))


def ended(journal: Journal, at: int, *changes: str, **more: str) -> Summary:
    """Return what a fork of a run came to; of ``r_1`` if no other is named."""
    performance = fork(journal, more.get("parent", "r_1"), at, changes, more.get("run"))
    return asyncio.run(performance.play())


def events(journal: Journal, run: str) -> list[Event]:
    return [entry.event for entry in journal.entries(run)]


def end_of(journal: Journal, round: int) -> int:
    return [each.seq for each in whole_rounds(journal, "r_1")][round - 1]


@pytest.mark.parametrize("round", range(1, 13))
def test_an_unchanged_fork_ends_with_its_parent_s_digest_and_verdicts(
    journal: Journal, parent: Summary, round: int
) -> None:
    performance = fork(journal, "r_1", end_of(journal, round), run="f_1")
    summary = asyncio.run(performance.play(with_references=False))
    assert summary.digest == parent.digest
    for read in (journal.lines, journal.verdicts, journal.records):
        assert list(read("f_1")) == list(read("r_1"))
    assert summary.alarms == parent.alarms
    assert journal.verify("f_1").fork_round == round
    assert asyncio.run(replay(journal, "f_1")).ok


@pytest.mark.parametrize("round", range(1, 12))
def test_a_changed_fork_shares_the_past_and_replays(
    journal: Journal, parent: Summary, round: int
) -> None:
    at = end_of(journal, round)
    changes = (HONEST, "chain.handoff=50%", "monitors=[raw_growth]", "task=Waste nothing.")
    summary = ended(journal, at, *changes, run="f_1")
    shared, own = events(journal, "r_1"), events(journal, "f_1")
    assert [e.canonical() for e in own[:at]] == [e.canonical() for e in shared[:at]]
    assert summary.digest != parent.digest
    found = asyncio.run(replay(journal, "f_1"))
    assert found.ok, found.difference
    assert found.digest == summary.digest


def test_the_history_ends_with_the_last_whole_round(journal: Journal, parent: Summary) -> None:
    ends = list(whole_rounds(journal, "r_1"))
    assert [each.round for each in ends] == list(range(1, 13))
    assert cut(journal, "r_1", ends[4].seq) == ends[4]
    assert cut(journal, "r_1", ends[5].seq - 1) == ends[4]
    assert cut(journal, "r_1", 10**9) == cut(journal, "r_1", parent.events) == ends[-1]
    with pytest.raises(BadInput, match=f"its first one ends with event {ends[0].seq}"):
        cut(journal, "r_1", ends[0].seq - 1)


def test_a_run_without_a_round_cannot_be_left(fleet: Fleet, journal: Journal) -> None:
    conduct.start(journal, fleet(), run="r_1").let_go()
    with pytest.raises(BadInput, match="no whole round yet"):
        fork(journal, "r_1", 100)
    with pytest.raises(UnknownRun):
        fork(journal, "r_2", 100)


def test_what_was_averted_is_the_parent_s_excess_since_the_fork_less_one_s_own(
    fleet: Fleet, journal: Journal, parent: Summary
) -> None:
    summary = ended(journal, end_of(journal, 5), HONEST)
    report, whole = summary.fork, asyncio.run(play(fleet(GREEDY), 7)).tally
    assert report is not None
    assert (report.parent, report.round) == ("r_1", 5)
    assert report.excess_before == pytest.approx(whole.curve[4])
    assert report.parent_excess == pytest.approx(whole.excess - whole.curve[4])
    assert report.averted == pytest.approx(report.parent_excess - report.excess)
    assert report.averted > 100
    assert report.excess == report.references["honest"]
    assert summary.references["honest"].excess == summary.score["excess"]


def test_the_reference_of_an_unchanged_fork_is_the_same_past_with_honest_workers_after_it(
    journal: Journal, parent: Summary
) -> None:
    kept = ended(journal, end_of(journal, 5)).fork
    honest = ended(journal, end_of(journal, 5), HONEST).fork
    assert kept and honest
    assert (kept.averted, kept.excess) == (0.0, kept.parent_excess)
    assert kept.references == honest.references


def test_monitors_of_a_fork_have_seen_its_whole_past(
    fleet: Fleet, journal: Journal, parent: Summary
) -> None:
    ended(
        journal, end_of(journal, 9), "monitors=[raw_growth, {over_need: {pool: worker}}]", run="f_1"
    )
    watched = fleet(GREEDY, "monitors=[raw_growth, {over_need: {pool: worker}}]")
    asyncio.run(conduct.start(journal, watched, seed=7, run="r_2").play(with_references=False))
    assert list(journal.verdicts("f_1")) == list(journal.verdicts("r_2"))
    assert journal.run("f_1").digest == journal.run("r_2").digest
    assert journal.run("f_1").alarms == journal.run("r_2").alarms > 0


def test_surges_to_come_are_free(journal: Journal, parent: Summary) -> None:
    surge = "world.need.compute.surge=[{from: 8, for: 2, times: 2}]"
    summary = ended(journal, end_of(journal, 7), surge, run="f_1")
    assert asyncio.run(replay(journal, "f_1")).ok
    assert summary.digest != parent.digest
    with pytest.raises(BadInput, match="round 8 has been played already"):
        fork(journal, "r_1", end_of(journal, 8), [surge])


CONTRADICTIONS = {
    "world.seed=9": "world.seed: the luck of the shared rounds",
    "world.rounds=13": "world.rounds: 12, not 13",
    "chain.life=3": "chain.life: 4, not 3",
    "workers.weak_shard.count=4": "workers: 3, not 4",
    "workers.weak_shard.family=owl": "w01 is of heron, not owl",
    "world.need.compute.demand=120": "round 1 has been played already",
    "world.resources.compute.price=2": "round 1 has been played already",
    "world.resources.money.start=9": "was given before the first round",
    "world.resources.compute.unit=tpu_h": "world.resources: the first event names them",
}


@pytest.mark.parametrize(("change", "reason"), CONTRADICTIONS.items())
def test_what_would_contradict_the_past_is_refused_with_a_reason(
    journal: Journal, parent: Summary, change: str, reason: str
) -> None:
    with pytest.raises(BadInput, match="a fork of r_1 after round 7 cannot be so") as refusal:
        fork(journal, "r_1", end_of(journal, 7), [change])
    assert reason in str(refusal.value)
    assert [record.run for record in journal.runs()] == ["r_1"]


def test_all_contradictions_are_told_at_once(journal: Journal, parent: Summary) -> None:
    with pytest.raises(BadInput) as refusal:
        fork(journal, "r_1", 200, ["world.seed=9", "world.rounds=13", "chain.life=3"])
    assert str(refusal.value).count("\n") == 3


def test_a_change_that_is_none_is_refused_at_its_place(journal: Journal, parent: Summary) -> None:
    with pytest.raises(ScenarioProblems, match="did you mean 'honest'"):
        fork(journal, "r_1", 200, ["workers.weak_shard.policy=honestt"])


def test_a_fork_of_a_fork_knows_both_pasts(journal: Journal, parent: Summary) -> None:
    first = ended(journal, end_of(journal, 4), "chain.handoff=0%", run="f_1")
    second = ended(journal, end_of(journal, 8), HONEST, parent="f_1", run="f_2")
    third = ended(journal, 10**9, parent="f_2", run="f_3")
    assert third.digest == second.digest != first.digest
    chapters = [chapter.round for chapter in journal.sealed("f_2").chapters]
    assert chapters == [4, 8]
    for run in ("f_1", "f_2", "f_3"):
        assert asyncio.run(replay(journal, run)).ok
    with pytest.raises(BadInput, match=r"first 8 rounds with f_1: .*fork f_1"):
        fork(journal, "f_2", end_of(journal, 7))


def _stop_after(performance: conduct.Performance, round: int) -> None:
    async def stopped() -> None:
        task = asyncio.current_task()
        assert task is not None

        def stop(done: int) -> None:
            if done == round:
                task.cancel()

        await performance.play(Listeners(on_round=stop, rounds_per_second=1000))

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(stopped())


def test_an_interrupted_fork_goes_on_to_the_end_and_the_references_of_an_undisturbed_one(
    journal: Journal, parent: Summary
) -> None:
    at = end_of(journal, 5)
    whole = ended(journal, at, "chain.handoff=50%", run="f_1")
    _stop_after(fork(journal, "r_1", at, ["chain.handoff=50%"], "f_2"), round=9)
    assert asyncio.run(replay(journal, "f_2")).ok
    resumed = asyncio.run(conduct.resume(journal, "f_2").play())
    assert resumed.digest == whole.digest
    assert resumed.fork == whole.fork
    assert resumed.references == whole.references


def test_an_unfinished_run_can_be_left_and_is_only_read(fleet: Fleet, journal: Journal) -> None:
    _stop_after(conduct.start(journal, fleet(GREEDY), seed=7, run="r_1"), round=6)
    before = journal.run("r_1")
    summary = ended(journal, 10**9, run="f_1")
    assert journal.run("r_1") == before
    assert summary.fork is not None
    assert (summary.fork.round, summary.fork.parent_excess) == (6, None)
    resumed = asyncio.run(conduct.resume(journal, "r_1").play(with_references=False))
    assert resumed.digest == summary.digest


def test_a_fork_under_a_known_name_is_refused_and_changes_nothing(
    journal: Journal, parent: Summary
) -> None:
    before = journal.run("r_1")
    with pytest.raises(BadInput, match="there is a run r_1 already"):
        fork(journal, "r_1", 200, run="r_1")
    assert journal.runs() == [before]


def test_a_history_that_is_not_whole_is_not_copied(journal: Journal, parent: Summary) -> None:
    head = RunHead(run="f_1", scenario="s", version=1, seed=7, engine="0")
    beyond = Origin("r_1", seq=9999, round=12)
    with pytest.raises(CorruptJournal, match=f"up to 9999, {parent.events} are there"):
        journal.fork(head, journal.sealed("r_1"), beyond, verdicts=[])
    assert [each.run for each in journal.runs()] == ["r_1"]
