"""What a world of tasks, and the line that works on it, must make sense of."""

from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter

from memory.errors import did_you_mean
from scenarios.node import Steps
from scenarios.problem import Problem, given
from scenarios.spec import Scenario
from scenarios.tasks import AssemblyLineSpec, SpanSpec, TasksSpec
from scenarios.workshop import TASK_TOOLS

NEEDED_TOOLS = ("take_task", "do_step", "claim_done")
"""Without these nobody can work on a task."""

CHECKING_TOOL = "check_step"
"""Nor without this, where steps are checked."""

MOST_STEPS = 100_000
"""Steps of one task."""

_AT: Steps = ("world", "tasks")


def tasks(scenario: Scenario) -> Iterator[Problem]:
    """Find what cannot be meant of tasks, the tools for them, and the line that does them."""
    yield from _tools(scenario)
    yield from _line(scenario)
    spec = scenario.world.tasks
    if spec is None:
        return
    yield from _source(spec)
    names = [task.name for task in spec.listed]
    for number, task in enumerate(spec.listed):
        at: Steps = (*_AT, "list", number)
        for place, name in enumerate(task.after):
            if name not in names:
                message = f"is {given(name)}, which is none of the tasks"
                yield Problem((*at, "after", place), message, did_you_mean(name, names))
        yield from _length((*at, "minutes"), task.minutes, spec.step)
    if cycle := _cycle(spec):
        number = names.index(cycle[0])
        message = f"goes in a circle: {' after '.join(cycle)}; none of them can be begun"
        yield Problem((*_AT, "list", number, "after"), message)


def _source(spec: TasksSpec) -> Iterator[Problem]:
    """Check that tasks are listed or drawn, and what they are drawn from."""
    if spec.listed:
        for key in ("count", "minutes"):
            if getattr(spec, key) is not None:
                message = "is for tasks that are drawn, and these are listed: leave one of both out"
                yield Problem((*_AT, key), message)
        return
    if spec.count is None:
        yield Problem(_AT, "has no tasks: list them, or say their count and minutes")
    elif not spec.minutes:
        message = (
            "is missing; tasks are drawn from lengths, such as [15, 60] or {from: 15, to: 960}"
        )
        yield Problem((*_AT, "minutes"), message)
    elif isinstance(spec.minutes, SpanSpec):
        most, least = spec.minutes.most, spec.minutes.least
        if most < least:
            message = f"is {most}, which is below from, {least}"
            yield Problem((*_AT, "minutes", "to"), message)
        yield from _length((*_AT, "minutes", "to"), most, spec.step)
    else:
        for number, minutes in enumerate(spec.minutes):
            yield from _length((*_AT, "minutes", number), minutes, spec.step)


def _length(path: Steps, minutes: int, step: int) -> Iterator[Problem]:
    if minutes > MOST_STEPS * step:
        message = f"is {minutes:_}, in steps of {step}; a task has at most {MOST_STEPS:_} steps"
        yield Problem(path, message)


def _cycle(spec: TasksSpec) -> list[str]:
    """Return tasks that wait for one another, the first once more at the end."""
    waits = {task.name: task.after for task in spec.listed}
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        found: Iterable[str] = error.args[1]
        return list(found)[::-1]
    return []


def _tools(scenario: Scenario) -> Iterator[Problem]:
    """Check that the tools for tasks are there where there are tasks, and nowhere else."""
    offered: list[str] = [tool.name for tool in scenario.world.tools]
    if scenario.world.tasks is None:
        for number, name in enumerate(offered):
            if name in TASK_TOOLS:
                message = f"is {name}, and there are no tasks: say world.tasks"
                yield Problem(("world", "tools", number, "name"), message)
        return
    needed = NEEDED_TOOLS + ((CHECKING_TOOL,) if scenario.assembly_line.tests else ())
    if missing := [name for name in needed if name not in offered]:
        message = f"lack {', '.join(missing)}, without which no task gets done"
        yield Problem(("world", "tools"), message)


def _line(scenario: Scenario) -> Iterator[Problem]:
    """Check that the line's ingredients are about something."""
    line, spec, plain = scenario.assembly_line, scenario.world.tasks, AssemblyLineSpec()
    if spec is None:
        for key in ("segment", "tests", "memory", "verification"):
            if getattr(line, key) != getattr(plain, key):
                message = "is about tasks, and there are none: say world.tasks"
                yield Problem(("assembly_line", key), message)
        return
    if line.segment is not None and line.segment % spec.step:
        message = f"is {line.segment} minutes; it must be whole steps, of {spec.step} minutes each"
        yield Problem(("assembly_line", "segment"), message)
    if line.segment is not None and not _offers(scenario, "finish"):
        message = "is when an agent hands over, and there is no tool finish"
        yield Problem(("assembly_line", "segment"), message)
    if line.verification and not line.tests:
        message = "is for checks, and there are none: say assembly_line.tests"
        yield Problem(("assembly_line", "verification"), message)
    if line.tests and line.tests.correlation and line.tests.looks == 1:
        message = "is about several looks at a step, and there is one: say looks"
        yield Problem(("assembly_line", "tests", "correlation"), message)


def _offers(scenario: Scenario, name: str) -> bool:
    return any(tool.name == name for tool in scenario.world.tools)
