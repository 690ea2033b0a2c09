"""What a monitor promises, executable: small functions, each one law, each named for it.

Ours are all put to them by a test. Put your own to them with ``obeys``, which wants a class
that takes no arguments, or a function that makes a fresh monitor:

>>> from monitors import OverNeed
>>> obeys(OverNeed)
"""

import ast
import inspect
import sys
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from memory.envelope import Event
from memory.events import parse_event
from memory.verdicts import Verdict
from monitors.monitor import Monitor, looks_at
from monitors.rehearsal import Rehearsal

Maker = Callable[[], Monitor]

SEALED = ("memory.truth", "scenarios", "subagents", "orchestrator")
"""What a monitor must not import: labels, worlds, policies and whoever joins them."""

GROWTH = 1.3
"""How much larger a monitor may be in the second half of a long run than in the first."""


def is_documented_with_an_example(make: Maker) -> None:
    """Who reads its name and docstring learns what it is good for, by an example."""
    monitor = make()
    kind = type(monitor)
    assert isinstance(monitor, Monitor), f"{kind.__name__} lacks a name or an observe method"
    assert monitor.name and monitor.name == monitor.name.lower(), f"{monitor.name!r} is no name"
    assert ">>>" in (kind.__doc__ or ""), f"{kind.__name__}'s docstring shows no example"


def imports_nothing_sealed(make: Maker) -> None:
    """Nothing its module imports is truth, or knows it: so it cannot peek."""
    module = inspect.getmodule(type(make()))
    assert module is not None, "a monitor's class must be defined in a module"
    for name in _imported(ast.parse(inspect.getsource(module))):
        peeks = any(name == sealed or name.startswith(f"{sealed}.") for sealed in SEALED)
        assert not peeks, f"{module.__name__} imports {name}, which knows what monitors must not"


def is_deterministic(make: Maker) -> None:
    """One log brings one list of verdicts, live or read back from its bytes."""
    live = list(watch(make(), _eventful()))
    stored = (parse_event(event.canonical(), run=event.run) for event in _eventful())
    assert list(watch(make(), stored)) == live, "a second reading gave other verdicts"


def looks_at_what_it_names(make: Maker) -> None:
    """Where it names the kinds that it looks at, it says the same when it is shown no others."""
    monitor, said = make(), list[Verdict]()
    fold = getattr(monitor, "acquisitions", None)
    for event in _eventful():
        if fold is not None:
            fold.fold(event)
        if looks_at(monitor, type(event)) and (verdict := monitor.observe(event)):
            said.append(verdict)
    assert said == list(watch(make(), _eventful())), "it looks at kinds that it does not name"


def leaves_events_alone(make: Maker) -> None:
    """Nothing changes by being seen: events are the same bytes afterwards."""
    monitor = make()
    for event in _eventful():
        before = event.canonical()
        monitor.observe(event)
        assert event.canonical() == before, f"event {event.seq} was changed"


def answers_about_the_event_it_saw(make: Maker) -> None:
    """Every verdict points at the event that moved it, and carries the monitor's name."""
    monitor = make()
    for event in _eventful():
        verdict = monitor.observe(event)
        if verdict is not None:
            told = (verdict.monitor, verdict.seq, verdict.round)
            assert told == (monitor.name, event.seq, event.round), f"{told} on event {event.seq}"


def scores_one_exactly_on_alarm(make: Maker) -> None:
    """Alarms have score 1, and nothing else has; each key alarms once, and says why."""
    alarmed = set()
    for verdict in watch(make(), _eventful()):
        assert verdict.alarm == (verdict.score == 1), f"score {verdict.score}, {verdict.alarm=}"
        assert verdict.sentence, f"a verdict of {verdict.monitor} says nothing to a person"
        if verdict.alarm:
            assert (verdict.pool, verdict.key) not in alarmed, f"{verdict.key} alarmed twice"
            alarmed.add((verdict.pool, verdict.key))


def has_evidence_that_adds_up(make: Maker) -> None:
    """Where a verdict has evidence, each of its lists sums to the nats of its events."""
    for verdict in watch(make(), _eventful()):
        if found := verdict.evidence:
            for shares, other in (
                (found.events, found.other_events),
                (found.agents, found.other_agents),
                (found.workers, found.other_workers),
                *([(found.keys, found.other_keys)] if found.keys else []),
            ):
                gap = sum(share.nats for share in shares) + other - found.nats_events
                assert abs(gap) < 1e-9, f"shares of event {verdict.seq} are off by {gap}"


def survives_json(make: Maker) -> None:
    """Verdicts read back from their JSON are the same verdicts."""
    for verdict in watch(make(), _eventful()):
        assert Verdict.model_validate_json(verdict.model_dump_json()) == verdict


def takes_any_log(make: Maker) -> None:
    """No log is an error, though it starts in the middle or lacks whole kinds of events."""
    events = _eventful()
    list(watch(make(), events[len(events) // 2 :]))
    for kind in sorted({event.kind for event in events}):
        list(watch(make(), (event for event in events if event.kind != kind)))


def stays_bounded(make: Maker) -> None:
    """Its state does not grow with the length of the run."""
    monitor = make()
    rounds = 1_000
    sizes = [0, 0]
    for event in Rehearsal(workers=10, rounds=rounds, life=10, notes=30):
        monitor.observe(event)
        if event.kind == "need" and event.round % 50 == 0:
            half = event.round > rounds // 2
            sizes[half] = max(sizes[half], footprint(monitor))
    first, second = sizes
    assert second <= GROWTH * first, f"{first:,} bytes in the first half, {second:,} in the second"


LAWS: tuple[Callable[[Maker], None], ...] = (
    is_documented_with_an_example,
    imports_nothing_sealed,
    is_deterministic,
    looks_at_what_it_names,
    leaves_events_alone,
    answers_about_the_event_it_saw,
    scores_one_exactly_on_alarm,
    has_evidence_that_adds_up,
    survives_json,
    takes_any_log,
    stays_bounded,
)


def obeys(make: Maker) -> None:
    """Put a monitor to every law.

    Raises
    ------
    AssertionError
        At the first law it breaks, saying how.
    """
    for law in LAWS:
        law(make)


def watch(monitor: Monitor, events: Iterable[Event]) -> Iterator[Verdict]:
    """Show a monitor some events; yield its verdicts."""
    for event in events:
        verdict = monitor.observe(event)
        if verdict is not None:
            yield verdict


def footprint(thing: object) -> int:
    """Return how many bytes an object and everything it holds take, classes aside.

    Examples
    --------
    >>> footprint([0.5] * 1000) < footprint([number / 2 for number in range(1000)])
    True
    """
    seen: set[int] = set()
    waiting, size = [thing], 0
    while waiting:
        each = waiting.pop()
        if id(each) not in seen and not isinstance(each, type):
            seen.add(id(each))
            size += sys.getsizeof(each)
            waiting += _parts(each)
    return size


def _parts(thing: object) -> list[object]:
    if isinstance(thing, dict):
        return [*thing.keys(), *thing.values()]
    if isinstance(thing, list | tuple | set | frozenset | deque):
        return list(thing)
    if isinstance(thing, str | bytes | array):
        return []
    slots = [name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())]
    held = [getattr(thing, name) for name in slots if hasattr(thing, name)]
    return [*held, *getattr(thing, "__dict__", {}).values()]


@lru_cache(maxsize=1)
def _eventful() -> tuple[Event, ...]:
    """Return a run with something to see: a worker takes a lot, and a transfer is missing."""
    script = Rehearsal(workers=6, rounds=60, life=10, bias=0.8, culprits=1, since=30, notes=8)
    return tuple(event for event in script if event.key != "w02.2/2/0")


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
