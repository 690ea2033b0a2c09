"""What the ingredients of the line must make sense of, beyond the shape of their parts."""

from collections.abc import Iterator

from scenarios.harness import settings_of
from scenarios.ingredient import FITTING, LibrarySpec
from scenarios.library import NUMBER
from scenarios.node import Steps
from scenarios.problem import Problem
from scenarios.spec import Scenario
from scenarios.tasks import AssemblyLineSpec

LINE = "assembly_line"
LIBRARY: Steps = ("world", "library")


def ingredients(scenario: Scenario) -> Iterator[Problem]:
    """Find what cannot be meant in the library and in the parts of the line.

    Examples
    --------
    >>> from scenarios.ingredient import ReflexSpec
    >>> from scenarios.rehearsal import SUPPLY
    >>> reflex = ReflexSpec(when="last turn", do="refuse")
    >>> line = AssemblyLineSpec(reflexes=(reflex,))
    >>> for problem in ingredients(SUPPLY.model_copy(update={"assembly_line": line})):
    ...     print(problem.path, problem.message)
    ('assembly_line', 'reflexes', 0, 'do') is 'refuse'; in the last turn it can be: release
    """
    yield from _library(scenario)
    yield from _bills(scenario)
    line = scenario.assembly_line
    yield from _reflexes(line)
    yield from _stuck(scenario, line)
    yield from _turns(scenario, line)
    yield from _budget(line)
    yield from _harness(scenario, line)


def _bills(scenario: Scenario) -> Iterator[Problem]:
    bills = scenario.world.bills
    if bills is None:
        return
    if "pay" not in scenario.tools:
        yield Problem(("world", "bills"), "are to be paid, and there is no tool pay: world.tools")
    if scenario.chain.parallel > 1:
        message = "cannot be shared out among agents that live at once: chain.parallel"
        yield Problem(("world", "bills"), message)
    if bills.mean > bills.most:
        message = f"is {bills.mean:g}, and no bill is over more than {bills.most:g}"
        yield Problem(("world", "bills", "mean"), message)


def _library(scenario: Scenario) -> Iterator[Problem]:
    world, library = scenario.world, scenario.world.library
    for number, tool in enumerate(world.tools):
        if tool.name == "lookup" and library is None:
            message = "is lookup, which takes a library: world.library"
            yield Problem(("world", "tools", number, "name"), message)
    if library is None and "lookup" in (scenario.assembly_line.knowledge or ()):
        message = "is about lookup, which takes a library: world.library"
        yield Problem((LINE, "knowledge"), message)
    if world.tasks and world.tasks.lookups and (library is None or not _states_a_figure(library)):
        message = "are of a library whose entries state figures: world.library"
        yield Problem(("world", "tasks", "lookups"), message)
    if library is None:
        return
    if library.since is not None and not library.poisoned:
        yield Problem((*LIBRARY, "since"), "is about nothing: no entry is poisoned")
    entries = library.entries if isinstance(library.entries, dict) else {}
    for term, text in entries.items():
        if library.poisoned and not NUMBER.search(text):
            message = "has no number in it, so it cannot be made wrong"
            yield Problem((*LIBRARY, "entries", term), message)
    if len({" ".join(term.casefold().split()) for term in entries}) < len(entries):
        yield Problem((*LIBRARY, "entries"), "say one term twice: case and spaces do not count")


def _reflexes(line: AssemblyLineSpec) -> Iterator[Problem]:
    rules: set[str] = set()
    for number, reflex in enumerate(line.reflexes or ()):
        path: Steps = (LINE, "reflexes", number)
        circumstance = reflex.trigger.circumstance
        fitting = FITTING[circumstance]
        if reflex.do not in fitting:
            when = "in the last turn" if circumstance == "last turn" else f"for '{circumstance}'"
            message = f"is '{reflex.do}'; {when} it can be: {', '.join(fitting)}"
            yield Problem((*path, "do"), message)
        if reflex.rule in rules:
            yield Problem((*path, "when"), f"is '{reflex.when}' again, with the same to do")
        rules.add(reflex.rule)


def _stuck(scenario: Scenario, line: AssemblyLineSpec) -> Iterator[Problem]:
    if line.stuck and line.stuck.after >= scenario.life and scenario.life > 1:
        message = f"is {line.stuck.after} turns, and a life has only {scenario.life}"
        yield Problem((LINE, "stuck", "after"), message, beyond=("world", "rounds"))


def _turns(scenario: Scenario, line: AssemblyLineSpec) -> Iterator[Problem]:
    """Find turns to look back that no life has room for, beside its handoff."""
    planned, room = 0, max(1, scenario.life - 1)
    for name, turns in (("verification", line.verification), ("reflection", line.reflection)):
        beside = f" beside {planned} of verification" if planned else ""
        planned += turns or 0
        if turns and planned > room:
            message = f"is {turns:,} turns{beside}; a life has {room} before its handoff"
            yield Problem((LINE, name), message, beyond=("chain", "life"))
            return


def _budget(line: AssemblyLineSpec) -> Iterator[Problem]:
    if line.budget and not any(dict(line.budget).values()):
        limits = ", ".join(type(line.budget).model_fields)
        yield Problem((LINE, "budget"), f"limits nothing; it takes at least one of: {limits}")


def _harness(scenario: Scenario, line: AssemblyLineSpec) -> Iterator[Problem]:
    for number, tool in enumerate(scenario.world.tools):
        if tool.name == "edit_harness" and line.harness is None:
            message = "is edit_harness, which takes a harness: assembly_line.harness"
            yield Problem(("world", "tools", number, "name"), message)
    if line.harness is None:
        return
    grants, approves, needs = line.harness.grants, line.harness.approves_up_to, line.harness.needs
    if approves is not None and approves < grants:
        message = f"is {approves}, less than the {grants} that are granted without a question"
        yield Problem((LINE, "harness", "approves_up_to"), message)
    if needs > line.harness.most:
        message = f"is {needs}, more than the {line.harness.most} that can be had"
        yield Problem((LINE, "harness", "needs"), message)
    if not settings_of(scenario):
        message = "is about nothing: there is no setting to change (brief, budget, reflexes, pay's"
        yield Problem((LINE, "harness"), f"{message} needs_approval_over)")


def _states_a_figure(library: LibrarySpec) -> bool:
    entries = library.entries
    return isinstance(entries, int) or any(map(NUMBER.search, entries.values()))
