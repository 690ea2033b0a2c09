"""What a scenario must make sense of beyond the shape of its parts: names, prices, times.

Two readings: :func:`names` looks at a tree, so it speaks even where other parts are broken;
:func:`amounts` needs a scenario whose every value is valid.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from memory.errors import did_you_mean
from scenarios.control_sense import controls
from scenarios.economy import APPROVAL, COMPUTE, MONEY, SPENDING_TOOLS, WAITING_TOOL
from scenarios.enterprise import OUTPUT, WORKING_TOOLS, growth_of, least_start
from scenarios.harness import AUTHORITY
from scenarios.ingredient_sense import ingredients
from scenarios.node import OVERRIDE, Entry, Items, Node, Scalar, Spot, Steps, Table
from scenarios.outlook import OF_MONITORS
from scenarios.problem import Faults, Problem, given
from scenarios.prospect import LAST_ROUND, prospects
from scenarios.roster import COPIES, COPYING_TOOLS, CREDENTIALS, HOSTS
from scenarios.spec import NeedSpec, ResourceSpec, Scenario, ToolSpec
from scenarios.task_sense import tasks

MOST_WORKERS = 100_000
"""Workers of one fleet."""

MOST_TURNS = 50_000_000
"""Agents at once times rounds of one run."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")


def names(tree: Table, faults: Faults) -> None:
    """Tell of names that mean nothing, or two things, in a shaped tree."""
    world = tree.get("world")
    if isinstance(world, Table):
        resources = _entries(world.get("resources"))
        for name, entry in resources.items():
            _check_resource(name, entry, faults)
        for name, (key, node) in _entries(world.get("need")).items():
            if name not in resources:
                message = f"is not one of world.resources ({', '.join(resources)})"
                faults.add(Spot(key, node.path), message, did_you_mean(name, resources))
        _tell_twice(world.get("tools"), faults)
        listed = world.get("tasks")
        _tell_twice(listed.get("list") if isinstance(listed, Table) else None, faults)
    monitors = _tell_twice(tree.get("monitors"), faults)
    _check_alarms(tree, monitors, faults)


def _check_alarms(tree: Table, monitors: tuple[str, ...], faults: Faults) -> None:
    """Hold expected alarms against the monitors that look on.

    A file may replace the monitors of one it is laid upon, and an override those of any; what
    was expected of the old ones then waits for them, and is no mistake of the new.
    """
    looking, expected = tree.get("monitors"), tree.get("expect")
    if not isinstance(looking, Items) or looking.place.source.name == OVERRIDE:
        return
    for each in expected.items if isinstance(expected, Items) else ():
        alarms = _entries(each.get("alarms") if isinstance(each, Table) else None)
        for name, (key, node) in alarms.items():
            is_about_these = key.source in (tree.place.source, looking.place.source)
            if name not in monitors and is_about_these:
                message = "is about a monitor that does not look on"
                faults.add(Spot(key, node.path), message, did_you_mean(name, monitors))


def _check_resource(name: str, entry: Entry, faults: Faults) -> None:
    spot = Spot(entry.key, entry.node.path)
    if name == AUTHORITY:
        faults.add(spot, "clashes with the authority that a harness takes; choose another name")
    elif name == APPROVAL:
        faults.add(spot, "clashes with the approval that the owner grants; choose another name")
    elif not _NAME.fullmatch(name):
        faults.add(spot, "must be a name of small letters, digits and _, such as gpu_time")


def _tell_twice(node: Node | None, faults: Faults) -> tuple[str, ...]:
    """Return the names in a list of named tables, having told of those that come again."""
    seen: dict[str, int] = {}
    for item in node.items if isinstance(node, Items) else ():
        name = item.get("name") if isinstance(item, Table) else None
        if isinstance(name, Scalar) and isinstance(name.value, str):
            if name.value in seen:
                message = f"is {given(name.value)} again; first in line {seen[name.value]}"
                faults.add(Spot(name.place, name.path), message)
            seen.setdefault(name.value, name.place.line)
    return tuple(seen)


def _entries(node: Node | None) -> dict[str, Entry]:
    return node.entries if isinstance(node, Table) else {}


def amounts(scenario: Scenario) -> Iterator[Problem]:
    """Find what cannot be meant: prices that make no sense, and what never happens.

    Examples
    --------
    >>> from scenarios.loader import load_scenario
    >>> from scenarios.spec import ChainSpec
    >>> scenario = load_scenario("just_in_case").model_copy(update={"chain": ChainSpec(life=365)})
    >>> for problem in amounts(scenario):
    ...     print(problem.path, problem.message)
    ('chain', 'life') is 365 turns, but the run has only 240 rounds
    """
    yield from _size(scenario)
    yield from _time(scenario)
    yield from _trade(scenario)
    yield from _needs(scenario)
    yield from _authority(scenario)
    yield from _work(scenario)
    yield from ingredients(scenario)
    yield from _roster(scenario)
    yield from tasks(scenario)
    yield from prospects(scenario)
    yield from _foreseen(scenario)
    looking = tuple(each.name for each in scenario.monitors)
    yield from controls(scenario.controls, looking, scenario.tools)
    for number, expect in enumerate(scenario.expect):
        if expect.who == "honest" and expect.excess == "above reference":
            path = ("expect", number, "excess")
            yield Problem(path, "cannot be above reference: an honest fleet is the reference")


def _foreseen(scenario: Scenario) -> Iterator[Problem]:
    """Check that predictions are about something that will be there, and can come true or not."""
    if scenario.vary is not None and not (scenario.vary.axes or scenario.vary.include):
        yield Problem(("vary",), "varies nothing; name a path, such as chain.life: [8, 24]")
    looking = [each.name for each in scenario.monitors]
    for number, each in enumerate(scenario.predict):
        path: Steps = ("predict", number)
        if (each.below is None) == (each.above is None):
            yield Problem(path, "must say either below or above")
        if each.of is None:
            continue
        name = each.of.partition("/")[0]
        if each.figure not in OF_MONITORS:
            yield Problem((*path, "of"), f"is for {', '.join(sorted(OF_MONITORS))}")
        elif name not in looking:
            message = f"is {given(each.of)}, a monitor that does not look on"
            yield Problem((*path, "of"), message, did_you_mean(name, looking))
    shown = [("score", number) for number, each in enumerate(scenario.score) if each == OUTPUT]
    told = [("predict", n, "figure") for n, each in enumerate(scenario.predict)]
    told = [path for path in told if scenario.predict[path[1]].figure == OUTPUT]
    for place in (*shown, *told):
        if OUTPUT not in scenario.world.resources:
            yield Problem(place, f"is about {OUTPUT}, which nobody delivers here")


def _size(scenario: Scenario) -> Iterator[Problem]:
    count, rounds = scenario.worker_count, scenario.world.rounds
    parallel = scenario.chain.parallel
    if count > MOST_WORKERS:
        yield Problem(("workers",), f"are {count:_} in all; at most {MOST_WORKERS:_}")
    elif count * rounds * parallel > MOST_TURNS:
        lanes = f" of {parallel} at once" if parallel > 1 else ""
        taken = count * rounds * parallel
        turns = f"{count:_} workers{lanes} for {rounds:_} rounds take {taken:_} turns"
        yield Problem(("world", "rounds"), f"is too many: {turns}; at most {MOST_TURNS:_}")


def _time(scenario: Scenario) -> Iterator[Problem]:
    rounds, life = scenario.world.rounds, scenario.chain.life
    if life is not None and life > rounds:
        message = f"is {life} turns, but the run has only {rounds} rounds"
        yield Problem(("chain", "life"), message, beyond=LAST_ROUND)
    for name, need in scenario.world.need.items():
        for number, surge in enumerate(need.surge):
            if surge.start > rounds:
                path = ("world", "need", name, "surge", number, "from")
                message = f"never comes: the world ends at round {rounds}"
                yield Problem(path, message, beyond=LAST_ROUND)
        if need.until is not None and need.until > rounds:
            message = f"never comes: the world ends at round {rounds}"
            yield Problem(("world", "need", name, "until"), message, beyond=LAST_ROUND)


def _trade(scenario: Scenario) -> Iterator[Problem]:
    """Check prices and what the project owns, each exact in its resource's smallest unit."""
    world = scenario.world
    money = world.resources.get(MONEY)
    for name, resource in world.resources.items():
        path: Steps = ("world", "resources", name)
        if name == MONEY:
            yield from _exact((*path, "start"), resource.start, resource.decimals, resource.unit)
            if resource.price is not None:
                yield Problem((*path, "price"), "makes no sense: money is what prices are paid in")
        elif money is None:
            yield Problem(path, f"needs a resource `{MONEY}`, in which everything is paid")
        else:
            is_of_copies = world.roster is not None and name in (COPIES, HOSTS, CREDENTIALS)
            is_given = name in (HOSTS, CREDENTIALS) if is_of_copies else name == COMPUTE
            if resource.start and not (is_given and (is_of_copies or _has_work(scenario))):
                yield Problem((*path, "start"), f"cannot be owned at the start; only {MONEY} can")
            is_needed = name in world.need or is_of_copies
            if not is_needed and not (name == OUTPUT and _has_work(scenario)):
                yield Problem(path, "is not needed, so nobody could gain or lose any")
            if resource.price is not None:
                paid_back = resource.price * Decimal(str(resource.refund))
                yield from _exact((*path, "price"), resource.price, money.decimals, money.unit)
                yield from _exact((*path, "refund"), paid_back, money.decimals, money.unit)
    has_price = any(resource.price for resource in world.resources.values())
    if money is not None and not money.start and has_price:
        start = ("world", "resources", MONEY, "start")
        yield Problem(start, "is 0, but the work has a price; say what the project owns")


def _needs(scenario: Scenario) -> Iterator[Problem]:
    """Check that what the work needs can be had at all."""
    world = scenario.world
    if COMPUTE not in world.need:
        yield Problem(("world", "need"), f"has no {COMPUTE}, the work that every round brings")
    elif world.need[COMPUTE].demand and not _offers(scenario, "reserve_compute"):
        yield Problem(("world", "tools"), "lack reserve_compute, so nobody can meet the need")
    for name, need in world.need.items():
        if name != COMPUTE:
            message = f"cannot be met: no tool reserves it, only {COMPUTE}"
            yield Problem(("world", "need", name), message)
        if name in world.resources:
            yield from _costs(name, world.resources[name], need)
        if money := world.resources.get(MONEY):
            path = ("world", "need", name, "shortfall")
            yield from _exact(path, need.shortfall, money.decimals, money.unit)


def _costs(name: str, resource: ResourceSpec, need: NeedSpec) -> Iterator[Problem]:
    """Check that it costs more to miss a unit than to buy it, and more than it brings back."""
    path: Steps = ("world", "resources", name)
    if resource.decimals:
        message = f"is {resource.decimals}; what is needed comes in whole units"
        yield Problem((*path, "decimals"), message)
    if not resource.price:
        state = "is missing" if resource.price is None else "is 0"
        yield Problem((*path, "price"), f"{state}; what the work needs has a price")
    elif need.shortfall <= resource.price:
        state = f"is {need.shortfall}, no more than the price of {resource.price}"
        message = f"{state}: nothing would be worth reserving"
        yield Problem(("world", "need", name, "shortfall"), message)
    if resource.refund >= 1:
        message = "is the whole price, so holding too much costs nothing"
        yield Problem((*path, "refund"), message)


def _authority(scenario: Scenario) -> Iterator[Problem]:
    """Check what the owner must be asked for, and what is granted."""
    money = scenario.world.resources.get(MONEY)
    for number, tool in enumerate(scenario.world.tools):
        over, up_to = tool.needs_approval_over, tool.approves_up_to
        path = ("world", "tools", number)
        if over is not None and tool.name not in SPENDING_TOOLS:
            message = f"is for tools that spend ({', '.join(SPENDING_TOOLS)})"
            yield Problem((*path, "needs_approval_over"), f"{message}, not {given(tool.name)}")
        yield from _patience(path, tool)
        if money is not None:
            for key, amount in (("needs_approval_over", over), ("approves_up_to", up_to)):
                yield from _exact((*path, key), amount or Decimal(0), money.decimals, money.unit)


def _offers(scenario: Scenario, name: str) -> bool:
    return any(tool.name == name for tool in scenario.world.tools)


def _has_work(scenario: Scenario) -> bool:
    return _offers(scenario, "work")


def _work(scenario: Scenario) -> Iterator[Problem]:
    """Check a world in which the work is done with what one holds."""
    for number, tool in enumerate(scenario.world.tools):
        path: Steps = ("world", "tools", number)
        if tool.growth is not None and tool.name != "invest":
            yield Problem((*path, "growth"), f"is for invest, not {given(tool.name)}")
        if tool.name in WORKING_TOOLS and not _has_work(scenario):
            yield Problem((*path, "name"), f"is {tool.name}, which takes a tool work beside it")
        elif tool.name == "invest":
            yield from _growth(scenario, path, tool)
    if _has_work(scenario):
        yield from _output(scenario)


def _roster(scenario: Scenario) -> Iterator[Problem]:
    """Check a world in which agents can start copies, and end them."""
    world, count = scenario.world, scenario.worker_count
    for number, tool in enumerate(world.tools):
        if tool.name in COPYING_TOOLS and world.roster is None:
            path: Steps = ("world", "tools", number, "name")
            yield Problem(path, f"is {tool.name}, which takes a world.roster: who may be at work")
    if world.roster is None:
        return
    if not _offers(scenario, "spawn"):
        yield Problem(("world", "roster"), "is about nothing: no tool spawn starts a copy")
    for number, times in enumerate((1.0, *(each.times for each in world.roster.surge))):
        least = int(world.roster.copies * times)
        if least < count:
            path = ("world", "roster", "surge", number - 1, "times")
            path = path if number else ("world", "roster", "copies")
            yield Problem(path, f"comes to {least}; {count} are at work from the start, to the end")
    for number, surge in enumerate(world.roster.surge):
        if surge.start > world.rounds:
            path = ("world", "roster", "surge", number, "from")
            message = f"never comes: the world ends at round {world.rounds}"
            yield Problem(path, message, beyond=LAST_ROUND)
    yield from _copies(scenario)


def _copies(scenario: Scenario) -> Iterator[Problem]:
    """Check what copies are counted in, and what they run on."""
    resources, count = scenario.world.resources, scenario.worker_count
    lacking = " and ".join(name for name in (COPIES, HOSTS) if name not in resources)
    if lacking:
        yield Problem(("world", "resources"), f"lack {lacking}, which a world.roster is about")
    for name in (HOSTS, CREDENTIALS):
        found = resources.get(name)
        if found and found.decimals:
            message = f"is {found.decimals}; {name} come in whole ones"
            yield Problem(("world", "resources", name, "decimals"), message)
        elif found and found.start < count:
            message = f"is {found.start}; {count} workers take one each from the start"
            yield Problem(("world", "resources", name, "start"), message)
    copies = resources.get(COPIES)
    if copies and not copies.decimals:
        message = "is 0; it takes 1 or more, for a need of none is measured in the smallest unit"
        yield Problem(("world", "resources", COPIES, "decimals"), message)


def _output(scenario: Scenario) -> Iterator[Problem]:
    """Check that there is something to work with, shared out equally, and something to deliver."""
    world = scenario.world
    output, held = world.resources.get(OUTPUT), world.resources.get(COMPUTE)
    if output is None:
        yield Problem(("world", "resources"), f"lack {OUTPUT}, which work delivers")
    elif output.decimals:
        message = f"is {output.decimals}; what is worked with and delivered is whole units"
        yield Problem(("world", "resources", OUTPUT, "decimals"), message)
    if COMPUTE in world.need and world.need[COMPUTE].demand:
        message = f"must be 0: where there is a tool work, {COMPUTE} is worked with, not used up"
        yield Problem(("world", "need", COMPUTE, "demand"), message)
    if held is not None and (not held.start or held.start % scenario.worker_count):
        count = scenario.worker_count
        message = f"is {held.start}; each of {count} workers needs an equal share to work with"
        yield Problem(("world", "resources", COMPUTE, "start"), message)


def _growth(scenario: Scenario, path: Steps, tool: ToolSpec) -> Iterator[Problem]:
    """Check that investing adds something, and that rounding decides nothing."""
    if tool.growth is None:
        yield Problem(path, "lacks growth, what a round of investing adds, such as 10%")
        return
    rounds, held = scenario.world.rounds, scenario.world.resources.get(COMPUTE)
    agents = scenario.worker_count * scenario.chain.parallel
    each = "worker" if agents == scenario.worker_count else "agent"
    share = int(held.start) // agents if held else 0
    least = least_start(growth_of(tool), rounds)
    if share and share < least:
        message = (
            f"gives each {each} {share}; over {rounds} rounds of {tool.growth:g} growth it takes "
            f"{least} for rounding to decide nothing"
        )
        yield Problem(("world", "resources", COMPUTE, "start"), message)


def _patience(path: Steps, tool: ToolSpec) -> Iterator[Problem]:
    """Check that what waits for the owner is something the owner is asked for."""
    if tool.waits_up_to is None:
        if tool.answers_after is not None:
            message = "is about nothing: no payment waits without waits_up_to"
            yield Problem((*path, "answers_after"), message)
    elif tool.name != WAITING_TOOL:
        message = f"is for {WAITING_TOOL}, not {given(tool.name)}"
        yield Problem((*path, "waits_up_to"), message)
    elif tool.needs_approval_over is None:
        message = "never comes to pass: nothing needs approval without needs_approval_over"
        yield Problem((*path, "waits_up_to"), message)


def _exact(path: Steps, amount: Decimal, decimals: int, unit: str) -> Iterable[Problem]:
    if amount != round(amount, decimals):
        smallest = Decimal(1).scaleb(-decimals)
        yield Problem(
            path, f"comes to {amount.normalize():f} {unit}; the smallest unit is {smallest} {unit}"
        )
