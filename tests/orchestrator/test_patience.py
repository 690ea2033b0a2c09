"""Monitors of the user's own that raise, hang or answer junk: the run goes on, and is not clean."""

import asyncio
import gc
import threading
import weakref
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from memory.envelope import Event
from memory.verdicts import Verdict
from monitors import OverNeed
from orchestrator.compose import assemble
from orchestrator.engine import Engine
from orchestrator.evaluate import play, summarise
from orchestrator.patience import Guarded, Patience, guarded
from orchestrator.stage import Stage
from scenarios.spec import Scenario

Fleet = Callable[..., Scenario]


class Odd:
    """Answers on every meter reading with what it was told to answer."""

    name: ClassVar[str] = "odd"
    pool: ClassVar[str] = "fleet"
    alpha: ClassVar[float] = 0.05

    def __init__(self, answer: Callable[[Event], Any]) -> None:
        self._answer = answer

    def observe(self, event: Event) -> Verdict | None:
        """Answer."""
        return self._answer(event) if event.kind == "demand" else None  # type: ignore[no-any-return]


def spin(_: Event) -> None:
    while True:
        try:
            while True:
                pass
        except Exception:
            continue


def leave(_: Event) -> None:
    raise SystemExit(0)


def verdict(event: Event, **said: Any) -> Verdict:
    words = {"monitor": "odd", "pool": "fleet", "key": "fleet", "score": 0.5}
    return Verdict(**{**words, "seq": event.seq, "round": event.round, **said})


def forged(event: Event) -> Verdict:
    return Verdict.model_construct(
        **{**verdict(event).model_dump(), "score": "high", "evidence": {"since": None}}
    )


def watched(fleet: Fleet, answer: Callable[[Event], Any]) -> Stage:
    stage = assemble(fleet(), 1, "r")
    odd = guarded(Odd(answer), Patience(seconds=0.1))
    stage.watch.monitors.insert(0, odd)
    asyncio.run(Engine(stage).execute())
    return stage


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (spin, "TimeoutError: it took longer than 0.1 s over one event"),
        (leave, "RuntimeError: it tried to end the process"),
        (lambda event: "fine", "TypeError: it answered str; it must be a Verdict or None"),
        (lambda event: verdict(event, seq=1), "ValueError: it answered about event 1"),
        (lambda event: verdict(event, monitor="over_need"), "ValueError: it answered as 'over_"),
        (forged, "ValidationError: "),
        (lambda event: 1 / 0, "ZeroDivisionError: division by zero"),
    ],
    ids=["hangs", "leaves", "is no verdict", "elsewhere", "in another's name", "forged", "raises"],
)
def test_it_is_stopped_and_the_run_is_degraded_and_the_log_the_same(
    fleet: Fleet, answer: Callable[[Event], Any], reason: str
) -> None:
    stage = watched(fleet, answer)
    assert stage.watch.failed["odd/fleet"].startswith(reason)
    assert stage.is_finished
    assert stage.log.digest == asyncio.run(play(fleet(), 1)).log.digest
    summary = summarise(stage, {}, "done")
    assert list(summary.failed_monitors) == ["odd/fleet"]
    assert {alarm.monitor for alarm in summary.alarms} <= {"over_need", "z_agent", "raw_growth"}


def test_one_that_behaves_is_heard_and_says_of_itself_what_it_is(fleet: Fleet) -> None:
    stage = watched(fleet, verdict)
    odd = stage.watch.monitors[0]
    assert (odd.name, getattr(odd, "pool", ""), getattr(odd, "alpha", 0)) == ("odd", "fleet", 0.05)
    assert stage.watch.failed == {}


def test_ours_are_looked_at_without_a_detour() -> None:
    monitor = OverNeed()
    assert guarded(monitor, Patience()) is monitor
    assert isinstance(guarded(Odd(verdict), Patience()), Guarded)


def test_one_named_by_its_dotted_path_is_guarded(fleet: Fleet) -> None:
    path = f"monitors=[{{{__name__}:Quiet: {{}}}}]"
    stage = assemble(fleet(path), 1, "r")
    assert isinstance(stage.watch.monitors[0], Guarded)
    asyncio.run(Engine(stage).execute())
    assert stage.watch.failed == {}


class Quiet:
    """Says nothing."""

    name: ClassVar[str] = "quiet"

    def observe(self, event: Event) -> Verdict | None:
        """Say nothing."""
        return None


def test_a_call_that_returns_in_time_is_not_disturbed_by_the_clock() -> None:
    patience = Patience(seconds=0.02)
    assert [patience.call(sum, range(number)) for number in (10, 100_000)] == [45, 4_999_950_000]


def test_a_blow_that_comes_with_the_answer_falls_within_the_call() -> None:
    """And nowhere in the run, which would end by it."""
    patience = Patience(seconds=1_000)

    def just_late(_: object) -> None:
        patience.seconds = -1.0
        patience.look_at_the_clock()

    with pytest.raises(TimeoutError, match="it took longer than"):
        patience.call(just_late, None)


def test_the_clock_is_let_go_with_the_run() -> None:
    patience = Patience(seconds=0.02)
    patience.call(len, "")
    held = weakref.ref(patience)
    del patience
    for _ in range(1_000):
        gc.collect()
        if held() is None:
            break
    assert held() is None
    assert threading.active_count() < 50
