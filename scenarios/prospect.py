"""What a timeline must make sense of: moments that come, and things that can be done then."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType

from memory.errors import did_you_mean
from memory.events import Act
from scenarios.economy import COMPUTE, MONEY
from scenarios.node import Steps
from scenarios.problem import Problem, given
from scenarios.spec import Scenario
from scenarios.timeline import (
    FAMILY,
    PROJECT,
    WORKERS,
    EntrySpec,
    InterventionSpec,
    level_of,
    share_of,
)
from scenarios.units import percent

LAST_ROUND = ("world", "rounds")


def prospects(scenario: Scenario) -> Iterator[Problem]:
    """Find what a timeline says that never comes, or that nobody could do.

    Examples
    --------
    >>> from scenarios.loader import load_text
    >>> scenario = load_text(
    ...     "{scenario: late, extends: just_in_case, at: {round 240: {owner: message, text: Go}}}"
    ... )
    >>> late = scenario.model_copy(
    ...     update={"world": scenario.world.model_copy(update={"rounds": 100})}
    ... )
    >>> [problem.message for problem in prospects(late)]
    ['never happens: the world ends at round 100']
    """
    for number, entry in enumerate(scenario.at):
        yield from _moment(scenario, ("at", number, "moment"), entry)
        for act_number, act in enumerate(entry.acts):
            path: Steps = ("at", number, "acts", act_number)
            yield from _whom(scenario, path, act)
            yield from _text(path, act)
            yield from _CHECKS[act.owner](scenario, path, act)


def _moment(scenario: Scenario, path: Steps, entry: EntrySpec) -> Iterator[Problem]:
    when, rounds = entry.when, scenario.world.rounds
    if when.kind == "round" and when.number > rounds:
        message = f"never happens: the world ends at round {rounds}"
        yield Problem(path, message, beyond=LAST_ROUND)
    elif when.is_of_one_worker:
        # Where agents hand over by minutes of work, or are ended, lives may be of a single turn.
        line = scenario.assembly_line
        is_early = line.segment is not None or (line.stuck and line.stuck.then == "end")
        handoffs = (rounds - 1) // (1 if is_early else scenario.life)
        if handoffs < max(1, when.number):
            count = f"{handoffs} handoff{'s'[: handoffs != 1]}" if handoffs else "no handoff"
            verb = "is" if handoffs < 2 else "are"
            message = (
                f"never happens: with lives of {scenario.life} turns there {verb} {count} "
                f"in {rounds} rounds"
            )
            yield Problem(path, message, beyond=LAST_ROUND)
    elif when.kind == "task done" and scenario.world.tasks is None:
        done = [need.until for need in scenario.world.need.values()]
        if not all(done):
            yield Problem(
                path,
                "never happens: the work has no end; say world.need.compute.until, its last round",
            )
        elif max(last or 0 for last in done) >= rounds:
            message = f"never happens: the work goes on until the world ends at round {rounds}"
            yield Problem(path, message, beyond=LAST_ROUND)


def _whom(scenario: Scenario, path: Steps, act: InterventionSpec) -> Iterator[Problem]:
    """Check that those it is done to are there."""
    key = "from" if act.owner == "withdraw" else "to"
    path = (*path, key)
    families = dict.fromkeys(group.family for group in scenario.workers)
    names = scenario.worker_names
    for who in act.whom:
        share = percent(who)
        if who == PROJECT:
            if act.owner != "withdraw":
                yield Problem(path, f"is {PROJECT}, which nobody is; name workers")
            elif len(act.whom) > 1:
                yield Problem(path, "is the project or workers, not both")
        elif isinstance(share, float):
            if round(share * len(names)) < 1:
                yield Problem(path, f"is {who}, which of {len(names)} workers is none")
        elif who.startswith(FAMILY):
            family = who.removeprefix(FAMILY)
            if family not in families:
                known = f"no worker is of family '{family}'; there are: {', '.join(families)}"
                yield Problem(path, f"is {given(who)}; {known}", did_you_mean(family, families))
        elif who not in (WORKERS, *names):
            there = f"there are workers {names[0]} to {names[-1]}" if len(names) > 1 else ""
            message = f"is {given(who)}; {there or f'there is one worker, {names[0]}'}"
            yield Problem(path, message, did_you_mean(who, (WORKERS, PROJECT)))


def _text(path: Steps, act: InterventionSpec) -> Iterator[Problem]:
    if act.text and not act.text.strip():
        yield Problem((*path, "text"), "has no word in it")


def _withdraw(scenario: Scenario, path: Steps, act: InterventionSpec) -> Iterator[Problem]:
    resources = scenario.world.resources
    if act.resource is None or act.take is None:
        return
    where = (*path, "resource")
    spec = resources.get(act.resource)
    if spec is None:
        known = f"known: {', '.join(resources)}"
        hint = did_you_mean(act.resource, (*resources, "from", "within", "text"))
        yield Problem(where, f"is {given(act.resource)}, no resource of this world; {known}", hint)
        return
    if isinstance(act.take, str):
        if not 0 < share_of(act.take) <= 1:
            yield Problem((*path, "take"), f"is {act.take}; a share is above 0% and at most 100%")
    elif not act.take:
        yield Problem((*path, "take"), "is 0, which is nothing to withdraw")
    elif act.take != round(act.take, spec.decimals):
        yield Problem(
            (*path, "take"),
            f"is {act.take} {spec.unit}, which its smallest unit does not divide",
        )
    if act.whom == (PROJECT,):
        if act.within is not None:
            message = "is for workers, who are asked; from the project it is taken at once"
            yield Problem((*path, "within"), message)
        return
    if act.resource not in scenario.world.need:
        yield Problem(where, f"is {given(act.resource)}, which no worker holds")
    if not _offers(scenario, "hand_back"):
        yield Problem(path, "cannot be followed: world.tools lack hand_back, which gives it")


def _stand_down(scenario: Scenario, path: Steps, act: InterventionSpec) -> Iterator[Problem]:
    if act.rounds is None:
        yield Problem(path, "says not for how long; say `for: 3 rounds`")


def _wipe_memory(scenario: Scenario, path: Steps, act: InterventionSpec) -> Iterator[Problem]:
    scope, notebook = act.scope or "worker", scenario.memory.notebook.scope
    where = (*path, "scope")
    if scope != "worker" and scope != notebook:
        yield Problem(where, f"is {scope}, and notes are written for the {notebook}")
    if scope == "fleet" and act.to is not None:
        yield Problem(
            (*path, "to"), "is for notes of agents or workers; the fleet's are wiped whole"
        )
    if act.keep is not None and act.keep >= 1:
        yield Problem((*path, "keep"), "is all of it, so nothing would be wiped")


def _swap_model(scenario: Scenario, path: Steps, act: InterventionSpec) -> Iterator[Problem]:
    if act.policy is None:
        yield Problem(path, "says not who decides from then on; say `policy: honest`")


def _message(scenario: Scenario, path: Steps, act: InterventionSpec) -> Iterator[Problem]:
    if not act.text:
        yield Problem(path, "says nothing; say `text: ...`")


def _reprice(scenario: Scenario, path: Steps, act: InterventionSpec) -> Iterator[Problem]:
    resource = act.resource or COMPUTE
    need, money = scenario.world.need.get(resource), scenario.world.resources.get(MONEY)
    if need is None:
        known = did_you_mean(resource, scenario.world.need)
        message = f"is {given(resource)}, which the work does not need"
        yield Problem((*path, "resource"), message, known)
        return
    if act.probe:
        yield from _probe(path, act)
        return
    if (act.price, act.refund, act.shortfall, act.demand) == (None, None, None, None):
        yield Problem(path, "changes nothing; say price, refund, shortfall or demand")
    if act.refund is not None and act.refund >= 1:
        message = "is the whole price, so holding too much costs nothing"
        yield Problem((*path, "refund"), message)
    usual = {"price": scenario.world.resources[resource].price, "shortfall": need.shortfall}
    for key, level in (("price", act.price), ("shortfall", act.shortfall)):
        if level is None or money is None:
            continue
        amount = level_of(level, usual[key] or Decimal(0))
        if key == "price" and not round(amount, money.decimals):
            yield Problem((*path, key), "comes to 0; what the work needs has a price")
        elif amount != round(amount, money.decimals):
            smallest = Decimal(1).scaleb(-money.decimals)
            told = f"comes to {amount.normalize():f} {money.unit}"
            message = f"{told}; the smallest unit is {smallest} {money.unit}"
            yield Problem((*path, key), message)


def _probe(path: Steps, act: InterventionSpec) -> Iterator[Problem]:
    if act.rounds is None:
        yield Problem(path, "says not for how long it asks; say `for: 5 rounds`")


def _offers(scenario: Scenario, name: str) -> bool:
    return any(tool.name == name for tool in scenario.world.tools)


_CHECKS: Mapping[Act, Callable[[Scenario, Steps, InterventionSpec], Iterator[Problem]]] = (
    MappingProxyType(
        {
            "withdraw": _withdraw,
            "stand_down": _stand_down,
            "wipe_memory": _wipe_memory,
            "swap_model": _swap_model,
            "message": _message,
            "reprice": _reprice,
        }
    )
)
