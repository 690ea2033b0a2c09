"""Acting on a run from outside, waiting for a person, and what of it resume and fork find again."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from memory.control_events import CallRuled, Ordered, Ruled
from memory.errors import BadInput
from memory.events import Decided, Intervened, NoteRead, Transfer
from memory.journal import Journal
from orchestrator import conduct, steering
from orchestrator.conduct import Performance
from orchestrator.engine import Listeners
from orchestrator.evaluate import Summary
from orchestrator.fork import fork, whole_rounds
from orchestrator.mail import Order
from orchestrator.mail import Ruled as Ruling
from orchestrator.recovery import recover
from orchestrator.replay import replay
from tests.orchestrator.test_control import FIRST, SUSPECT, cried, events, of, played, taken

PARKED = "hold: {parks: true, for: 2 rounds}"


async def answering(
    performance: Performance, journal: Journal, what: str, listeners: Listeners | None = None
) -> Summary:
    """Play a run, and answer whatever it waits for."""
    run = performance.run
    playing = asyncio.create_task(performance.play(listeners, with_references=False))
    while not playing.done():
        await asyncio.sleep(0.01)
        for call in steering.held_calls(journal, run, is_open=True):
            if not call.sent:
                steering.answer(journal, run, call.call, what)  # type: ignore[arg-type]
    return await playing


@pytest.mark.parametrize("what", ["approve", "deny"])
def test_a_parked_run_waits_for_a_person_and_does_what_it_is_told(
    journal: Journal, what: str
) -> None:
    performance = conduct.start(journal, cried(PARKED), 7, "r_1")
    summary = asyncio.run(answering(performance, journal, what))
    assert summary.controls is not None and summary.controls.held > 0
    late = [each for each in events(journal) if each.key.startswith("held/")]
    assert bool(late) is (what == "approve")
    assert all(each.round in (5, 6) for each in late)
    assert asyncio.run(replay(journal, "r_1")).ok
    performance.stage.world.ledger.audit(events(journal))
    approved = [each for each in late if isinstance(each, Transfer)]
    assert len({each.key for each in approved}) == len(approved)
    assert not [each for each in summary.alarms if each.monitor == "unaccounted"]


def test_a_run_that_waits_still_can_be_played_back_as_far_as_it_came(journal: Journal) -> None:
    performance = conduct.start(journal, cried(PARKED), 7, "r_1")

    async def leave() -> None:
        playing = asyncio.create_task(performance.play(with_references=False))
        while not steering.held_calls(journal, "r_1", is_open=True):
            await asyncio.sleep(0.01)
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)

    asyncio.run(leave())
    assert not journal.run("r_1").is_finished
    assert asyncio.run(replay(journal, "r_1")).ok


def test_every_held_call_stands_in_the_log_before_what_is_said_of_it(journal: Journal) -> None:
    performance = conduct.start(journal, cried(PARKED), 7, "r_1")
    asyncio.run(answering(performance, journal, "approve"))
    for event in events(journal):
        if isinstance(event, CallRuled) and event.act == "approve":
            asked = next(each for each in events(journal) if each.seq == event.cause)
            assert isinstance(asked, Ordered) and asked.body["call"] == event.key[: -len("/ruling")]


PLAY = """
import asyncio, sys
from memory.errors import UnknownRun
from memory.journal import Journal
from orchestrator import conduct
from tests.orchestrator.test_control import cried
from tests.orchestrator.test_steering import PARKED
with Journal.open(sys.argv[1]) as journal:
    try:
        performance = conduct.resume(journal, "r_1")
    except UnknownRun:
        performance = conduct.start(journal, cried(PARKED), 7, "r_1")
    asyncio.run(performance.play(with_references=False))
"""


@pytest.fixture
def process(tmp_path: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for each in started:
        if each.poll() is None:
            each.kill()
        each.wait()


def test_a_run_that_is_killed_while_it_waits_goes_on_to_the_bytes_of_one_that_was_not(
    journal: Journal, tmp_path: Path, process: list[subprocess.Popen[bytes]]
) -> None:
    performance = conduct.start(journal, cried(PARKED), 7, "r_1")
    undisturbed = asyncio.run(answering(performance, journal, "approve"))
    place = str(tmp_path / "killed.db")
    with Journal.open(place) as other:
        for _ in range(2):
            process.append(subprocess.Popen([sys.executable, "-c", PLAY, place]))
            calls = _until_held(other, process[-1])
            os.kill(process[-1].pid, signal.SIGKILL)
            process[-1].wait()
            # Answered while nobody plays it: whoever resumes it finds the answer.
            for call in calls:
                steering.answer(other, "r_1", call, "approve")
        resumed = conduct.resume(other, "r_1")
        summary = asyncio.run(answering(resumed, other, "approve"))
        assert summary.digest == undisturbed.digest
        assert list(other.lines("r_1")) == list(journal.lines("r_1"))
        assert list(other.verdicts("r_1")) == list(journal.verdicts("r_1"))
        assert asyncio.run(replay(other, "r_1")).ok


def _until_held(journal: Journal, process: subprocess.Popen[bytes]) -> list[str]:
    for _ in range(600):
        assert process.poll() is None, "it ended before it waited"
        time.sleep(0.05)
        try:
            waiting = steering.held_calls(journal, "r_1", is_open=True)
        except BadInput:
            continue
        if calls := [each.call for each in waiting if not each.sent]:
            return calls
    raise AssertionError("nothing was ever held")


@pytest.mark.parametrize(
    "controls",
    [
        "hold: {deadline: 2 rounds}",
        "cap: {times: 90%}, claw_back: {for: 4 rounds}",
        "resample: {samples: 3}",
        "defer",
        "freeze: {for: 2 rounds}, stop: {extent: worker}",
    ],
)
def test_an_unchanged_fork_comes_to_the_same_end_from_every_round(
    journal: Journal, controls: str
) -> None:
    listed = ", ".join(f"{{{each}}}" if ":" in each else each for each in _split(controls))
    _, parent = played(journal, listed)
    for number, origin in enumerate(list(whole_rounds(journal, "r_1"))[2:10]):
        performance = fork(journal, "r_1", origin.seq, run=f"f_{number}")
        assert asyncio.run(performance.play(with_references=False)).digest == parent.digest
    assert asyncio.run(replay(journal, "f_3")).ok


def _split(controls: str) -> list[str]:
    parts = controls.replace("}, ", "}; ").split("; ")
    return [each for part in parts for each in (part.split(", ") if "{" not in part else [part])]


def test_a_fork_without_its_controls_heeds_what_stands_and_rules_no_more(journal: Journal) -> None:
    played(journal, "deny: {for: 3 rounds}")
    origin = list(whole_rounds(journal, "r_1"))[FIRST]
    performance = fork(journal, "r_1", origin.seq, ["controls=[]"], run="f_1")
    asyncio.run(performance.play(with_references=False))
    assert {5, 6, 7}.isdisjoint(taken(journal, SUSPECT, "f_1"))
    assert len(of(journal, Ruled, "f_1")) == 1
    assert asyncio.run(replay(journal, "f_1")).ok


def test_a_fork_that_adds_a_control_acts_on_the_alarms_that_were_raised_before(
    journal: Journal,
) -> None:
    played(journal, "observe_only")
    origin = list(whole_rounds(journal, "r_1"))[FIRST + 1]
    performance = fork(journal, "r_1", origin.seq, ["controls=[deny]"], run="f_1")
    asyncio.run(performance.play(with_references=False))
    [ruled] = of(journal, Ruled, "f_1")
    assert ruled.round == origin.round + 1
    assert asyncio.run(replay(journal, "f_1")).ok


def test_a_broken_off_run_goes_on_with_its_rulings(journal: Journal) -> None:
    _, summary = played(journal, "cap, {claw_back: {for: 6 rounds}}")

    def stop(round: int) -> None:
        if round == 6:
            raise KeyboardInterrupt

    performance = conduct.start(journal, cried("cap, {claw_back: {for: 6 rounds}}"), 7, "r_2")
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(performance.play(Listeners(on_round=stop, rounds_per_second=1000)))
    found: list[object] = []
    asyncio.run(recover(journal, ["r_2"], found.append, with_references=False))
    assert journal.run("r_2").digest == summary.digest


def test_outside_acts_stand_in_the_log_before_anything_follows(journal: Journal) -> None:
    performance = conduct.start(journal, cried(""), 7, "r_1")

    def act(round: int) -> None:
        if round == 3:
            steering.intervene(journal, "r_1", "{owner: message, text: Take less.}", op="m")
            steering.intervene(journal, "r_1", "{owner: message, text: Take less.}", op="m")
            steering.intervene(journal, "r_1", "{owner: withdraw, money: 10%}")
            steering.stop(journal, "r_1", "w03")
            steering.stop(journal, "r_1", "w99")

    summary = asyncio.run(
        performance.play(Listeners(on_round=act, rounds_per_second=1000), with_references=False)
    )
    ordered = [each for each in of(journal, Ordered) if isinstance(each, Ordered)]
    assert [each.number for each in ordered] == [1, 2, 3, 4]
    assert [each.refused for each in ordered] == ["", "", "", "there is no w99 to stop"]
    done = [each for each in of(journal, Intervened) if isinstance(each, Intervened)]
    assert [each.act for each in done] == ["message", "withdraw"]
    assert {each.round for each in done} == {ordered[0].round + 1}
    assert {e.worker for e in of(journal, Decided) if e.round > ordered[2].round} == {
        "w01",
        "w02",
        "w04",
    }
    assert asyncio.run(replay(journal, "r_1")).ok
    performance.stage.world.ledger.audit(events(journal))
    assert summary.controls is not None and summary.controls.orders == 3
    asked = steering.requests(journal, "r_1")
    assert [each.round for each in asked] == [ordered[0].round] * 4
    again = fork(journal, "r_1", list(whole_rounds(journal, "r_1"))[8].seq, run="f_1")
    assert asyncio.run(again.play(with_references=False)).digest == summary.digest


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("{owner: mesage, text: a}", "did you mean 'message'"),
        ("{owner: swap_model, policy: honest}", "fork the run instead"),
        ("{owner: stand_down, for: 3, to: w99}", "there are workers w01 to w04"),
        ("dance", "it must be a mapping"),
    ],
)
def test_what_an_owner_cannot_do_is_refused_before_it_is_sent(
    journal: Journal, said: str, message: str
) -> None:
    conduct.start(journal, cried(""), 7, "r_1")
    with pytest.raises(BadInput, match=message):
        steering.intervene(journal, "r_1", said)
    assert journal.inbox.read("r_1") == []


def test_an_answer_that_contradicts_another_is_refused_and_the_same_is_one(
    journal: Journal,
) -> None:
    performance = conduct.start(journal, cried(PARKED), 7, "r_1")

    async def wait() -> list[str]:
        playing = asyncio.create_task(performance.play(with_references=False))
        while not (calls := steering.held_calls(journal, "r_1", is_open=True)):
            await asyncio.sleep(0.01)
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
        return [each.call for each in calls]

    [call, *_] = asyncio.run(wait())
    first = steering.answer(journal, "r_1", call, "approve")
    assert steering.answer(journal, "r_1", call, "approve") == first
    with pytest.raises(BadInput, match="was answered already: approve"):
        steering.answer(journal, "r_1", call, "deny")
    with pytest.raises(BadInput, match="holds no call 'w01'"):
        steering.answer(journal, "r_1", "w01", "deny")


def ruled_by_hand(journal: Journal, *orders: Order, after: int = 3) -> Summary:
    """Play a run in which nobody cries; rule by hand at the end of a round."""
    performance = conduct.start(journal, cried(""), 7, "r_1")

    def act(round: int) -> None:
        if round == after - 1:
            for order in orders:
                steering.rule(journal, "r_1", order)

    listeners = Listeners(on_round=act, rounds_per_second=1000)
    summary = asyncio.run(performance.play(listeners, with_references=False))
    performance.stage.world.ledger.audit(events(journal))
    assert asyncio.run(replay(journal, "r_1")).ok
    again = fork(journal, "r_1", list(whole_rounds(journal, "r_1"))[7].seq, run="f_1")
    assert asyncio.run(again.play(with_references=False)).digest == summary.digest
    return summary


@pytest.mark.parametrize("act", ["hold", "deny", "freeze"])
def test_a_person_rules_as_a_control_does_from_the_next_round_on(
    journal: Journal, act: Ruling
) -> None:
    ruled_by_hand(journal, Order(act=act, to=(SUSPECT,), rounds=3))
    [ruled] = [each for each in of(journal, Ruled) if isinstance(each, Ruled)]
    barred = set(range(ruled.round + 1, ruled.until + 1))
    assert (ruled.control, len(barred)) == (0, 3)
    assert barred.isdisjoint(taken(journal, SUSPECT, "r_1"))
    assert not barred.isdisjoint(taken(journal, "w02", "r_1"))
    if act == "hold":
        fates = [each.act for each in of(journal, CallRuled) if isinstance(each, CallRuled)]
        assert fates.count("hold") == fates.count("expire") == 3


def test_what_a_person_caps_and_takes_back_is_as_a_control_would(journal: Journal) -> None:
    ruled_by_hand(
        journal,
        Order(act="claw_back", to=(SUSPECT,)),
        Order(act="cap", to=(SUSPECT,), rounds=2),
    )
    back = [each for each in events(journal) if isinstance(each, Transfer)]
    assert [each.round for each in back if each.purpose == "claw_back"] in ([3], [4])
    capped = [each for each in of(journal, CallRuled) if isinstance(each, CallRuled)]
    assert {each.act for each in capped} == {"cap"} and len(capped) == 2


def test_a_ruling_on_what_is_not_there_is_refused_in_the_log(journal: Journal) -> None:
    ruled_by_hand(
        journal,
        Order(act="quarantine", to=("n_999",)),
        Order(act="deny", to=(SUSPECT, "w99")),
    )
    refusals = [each.refused for each in of(journal, Ordered) if isinstance(each, Ordered)]
    assert refusals == ["there is no n_999 to quarantine", "there is no w99 to deny"]
    assert of(journal, Ruled) == []


def test_a_note_that_a_person_quarantines_is_hidden_from_then_on(journal: Journal) -> None:
    plain = conduct.start(journal, cried(""), 7, "r_2")
    asyncio.run(plain.play(with_references=False))

    def later(run: str) -> set[str]:
        read = (each for each in of(journal, NoteRead, run) if isinstance(each, NoteRead))
        return {each.note for each in read if each.round == 5}

    # What was handed over in round 4 is read by the successor in round 5.
    note, *_ = sorted(later("r_2"))
    ruled_by_hand(journal, Order(act="quarantine", to=(note,)), after=4)
    [ruled] = [each for each in of(journal, Ruled) if isinstance(each, Ruled)]
    assert (ruled.act, ruled.to, ruled.round) == ("quarantine", (note,), 4)
    assert later("r_1") and note not in later("r_1")
