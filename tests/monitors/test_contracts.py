"""Every monitor is put to every law, and every law catches who breaks it."""

import importlib
import inspect
import pkgutil
from array import array
from functools import partial
from typing import Any, ClassVar, get_args

import pytest

import monitors
from memory.envelope import Event
from memory.events import RunStarted
from memory.verdicts import Evidence, Verdict
from monitors import CATALOGUE, Monitor, OverNeed, checks
from monitors.checks import LAWS, footprint, obeys
from monitors.judge import Judge
from monitors.monitor import AsyncMonitor
from monitors.oracle import Oracle
from monitors.pool import Pool
from subagents.organisms import Honest

MAKERS: dict[str, Any] = {
    **CATALOGUE,
    "oracle": partial(Oracle, bias=0.5, culprits=["w01"], since=30),
    **{f"over_need-{pool}": partial(OverNeed, pool) for pool in get_args(Pool)},
}


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("name", MAKERS)
def test_every_monitor_obeys_every_law(name: str, law: Any) -> None:
    law(MAKERS[name])


def test_every_monitor_class_is_in_the_catalogue_under_its_name() -> None:
    found = set()
    for module in pkgutil.iter_modules(monitors.__path__, "monitors."):
        members = vars(importlib.import_module(module.name)).values()
        found |= {each for each in members if inspect.isclass(each) and hasattr(each, "observe")}
    assert found - {Monitor, AsyncMonitor, Judge, Oracle} == set(CATALOGUE.values())
    assert [kind.name for kind in CATALOGUE.values()] == list(CATALOGUE)


def test_every_monitor_of_the_table_names_the_kinds_that_it_looks_at() -> None:
    assert [name for name, kind in CATALOGUE.items() if not getattr(kind, "kinds", ())] == []


def test_every_law_is_put_to_monitors() -> None:
    public = {
        each
        for name, each in vars(checks).items()
        if inspect.isfunction(each) and list(inspect.signature(each).parameters) == ["make"]
        if not name.startswith("_") and each is not obeys
    }
    assert public == set(LAWS)


class _Careless:
    """Obeys no more than its subclasses leave it.

    >>> _Careless.name
    'careless'
    """

    name: ClassVar[str] = "careless"

    def observe(self, event: Event) -> Verdict | None:
        """Answer on each Demand."""
        return self._verdict(event) if event.kind == "demand" else None

    def _verdict(self, event: Event, **said: Any) -> Verdict:
        words = {"monitor": "careless", "pool": "fleet", "key": "fleet", "score": 0.5}
        place = {"seq": event.seq, "round": event.round, "sentence": "something"}
        return Verdict(**{**words, **place, **said})


class _Undocumented(_Careless):
    __doc__ = "Shows nothing."


class _Nameless(_Careless):
    """Shows something: >>> 1."""

    name: ClassVar[str] = ""


class _Moody(_Careless):
    """Shows something: >>> 1."""

    seen = 0

    def observe(self, event: Event) -> Verdict | None:
        """Remember across instances."""
        type(self).seen += 1
        return self._verdict(event, score=self.seen % 7 / 10) if event.kind == "demand" else None


class _Blinkered(_Careless):
    """Shows something: >>> 1."""

    kinds = (RunStarted,)


class _Meddling(_Careless):
    """Shows something: >>> 1."""

    def observe(self, event: Event) -> Verdict | None:
        """Write into what it sees."""
        event.__dict__["key"] = event.key + "!"
        return None


class _Astray(_Careless):
    """Shows something: >>> 1."""

    def observe(self, event: Event) -> Verdict | None:
        """Point elsewhere."""
        return self._verdict(event, seq=event.seq + 1)


class _Loud(_Careless):
    """Shows something: >>> 1."""

    def observe(self, event: Event) -> Verdict | None:
        """Alarm at every event."""
        return self._verdict(event, score=1.0, alarm=True)


class _Contradictory(_Careless):
    """Shows something: >>> 1."""

    def observe(self, event: Event) -> Verdict | None:
        """Alarm with half a score."""
        return self._verdict(event, alarm=True)


class _Leaky(_Careless):
    """Shows something: >>> 1."""

    def observe(self, event: Event) -> Verdict | None:
        """Blame nobody for what there is."""
        evidence = Evidence(since=1, nats_events=1.0, nats_prior=0.0)
        return self._verdict(event, evidence=evidence)


class _Fragile(_Careless):
    """Shows something: >>> 1."""

    def __init__(self) -> None:
        self._started: int | None = None

    def observe(self, event: Event) -> Verdict | None:
        """Rely on a beginning."""
        if event.kind == "run_started":
            self._started = event.seq
        assert self._started, "no beginning"
        return None


class _Hoarding(_Careless):
    """Shows something: >>> 1."""

    def __init__(self) -> None:
        self._all = array("q")

    def observe(self, event: Event) -> Verdict | None:
        """Keep something of every event."""
        self._all.append(event.seq)
        return None


@pytest.mark.parametrize(
    ("law", "make", "message"),
    [
        ("is_documented_with_an_example", _Undocumented, "shows no example"),
        ("is_documented_with_an_example", _Nameless, "is no name"),
        ("is_documented_with_an_example", object, "lacks a name or an observe method"),
        ("is_deterministic", _Moody, "gave other verdicts"),
        ("looks_at_what_it_names", _Blinkered, "kinds that it does not name"),
        ("leaves_events_alone", _Meddling, "was changed"),
        ("answers_about_the_event_it_saw", _Astray, "on event"),
        ("scores_one_exactly_on_alarm", _Loud, "alarmed twice"),
        ("scores_one_exactly_on_alarm", _Contradictory, "score 0.5"),
        ("has_evidence_that_adds_up", _Leaky, "are off by"),
        ("takes_any_log", _Fragile, "no beginning"),
        ("stays_bounded", _Hoarding, "in the second"),
    ],
)
def test_a_law_catches_who_breaks_it(law: str, make: Any, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        getattr(checks, law)(make)


def test_who_imports_the_truth_is_caught() -> None:
    with pytest.raises(AssertionError, match=r"honest imports memory\.truth"):
        checks.imports_nothing_sealed(Honest)  # type: ignore[arg-type]


def test_a_footprint_counts_everything_held_once() -> None:
    shared = list(range(1_000, 2_000))
    assert footprint([shared, shared]) < 1.1 * footprint([shared])
