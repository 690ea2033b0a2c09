"""Names in YAML to objects: the only resolver of policies and monitors."""

import importlib
import importlib.util
import inspect
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from pydantic import JsonValue

from memory.chance import seed_for
from memory.commons import OwnCommons
from memory.control_events import Ordered, Ruled
from memory.errors import BadInput, did_you_mean
from memory.events import Intervened, Need, RunFinished, Transfer
from memory.exchange import CommonsExchange
from memory.log import Log
from memory.notes import Notes
from memory.truth import Record, RosterEntry, Sealed
from memory.verdicts import Verdict
from monitors import CATALOGUE as MONITORS
from monitors.acquisition import share
from monitors.monitor import Monitor
from orchestrator.compliance import Compliance
from orchestrator.judge import NAME as JUDGE
from orchestrator.judge import Sitting
from orchestrator.lives import Lives
from orchestrator.parts import Parts
from orchestrator.patience import Patience, guarded
from orchestrator.reckoning import Reckoning
from orchestrator.stage import Part, Stage, Watch
from orchestrator.tally import Tally
from scenarios.bring import UnfitDial, bound
from scenarios.control import ControlSpec
from scenarios.deed import family_of, key_of
from scenarios.library import Library
from scenarios.lineage import is_path
from scenarios.node import Steps
from scenarios.problem import Problem
from scenarios.proposal import Tool
from scenarios.spec import AS_WRITTEN, ExpectSpec, MonitorSpec, Scenario, ToolSpec, WorkerSpec
from scenarios.timeline import InterventionSpec
from scenarios.tools import TOOLS
from scenarios.view import dump
from scenarios.world import World
from subagents.model import Model
from subagents.model import share as share_model
from subagents.organisms import CATALOGUE as ORGANISMS
from subagents.policy import Policy

Maker = Callable[..., Any]

POLICIES: Mapping[str, Maker] = {**ORGANISMS, Model.name: Model}
"""Every policy under its name in YAML."""


class Unfit(BadInput):
    """A name or a parameter that cannot be used.

    ``what`` is it, and ``message`` goes on from there, as it does from a path in a scenario;
    ``at`` is the key within its entry, and ``is_key`` says that the key itself is what is wrong.
    """

    def __init__(
        self, what: str, message: str, at: tuple[str, ...] = (), *, is_key: bool = False
    ) -> None:
        super().__init__(f"{what} {message}")
        self.what, self.message, self.at, self.is_key = what, message, at, is_key


def find(name: str, known: Mapping[str, Maker], what: str) -> Maker:
    """Return the class of that name, from the table of contents or by ``package.module:Name``.

    Raises
    ------
    Unfit
        If there is none; the message names the nearest, or lists what is known.
    """
    if name in known:
        return known[name]
    if ":" not in name:
        nearest = did_you_mean(name, known)
        hint = nearest or f"; known: {', '.join(known)}"
        message = f"there is no such {what}{hint}"
        raise Unfit(what, f"is '{name}'; {message}")
    module, _, attribute = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except Exception as error:
        # A module of the user's own may fail in any way, and not only to be there.
        why = f"{type(error).__name__}: {error}"
        raise Unfit(what, f"is '{name}', which cannot be imported: {why}") from error
    if not callable(found):
        raise Unfit(what, f"is '{name}', which is not a class or function")
    return found  # type: ignore[no-any-return]


def located(source: str) -> str | Path:
    """Return where a scenario lies: as it is named, or the file of ``package.module:name``.

    Raises
    ------
    BadInput
        If there is no such package, or no such file in it; the message lists what there is.
    """
    if ":" not in source or is_path(source):
        return source
    package, _, name = source.partition(":")
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError, AttributeError):
        spec = None
    if spec is None:
        raise BadInput(f"scenario is '{source}', and there is no package {package} to look in")
    folders = [Path(each) for each in spec.submodule_search_locations or ()]
    folders = folders or [Path(str(spec.origin)).parent]
    known = sorted(each.stem for folder in folders for each in folder.glob("*.yaml"))
    if name not in known:
        there = f"there are: {', '.join(known)}" if known else "there is none at all"
        raise BadInput(
            f"scenario is '{source}', and {package} has no file {name}.yaml; {there}"
            f"{did_you_mean(name, known)}"
        )
    return next(file for folder in folders if (file := folder / f"{name}.yaml").is_file())


def make(maker: Maker, parameters: Mapping[str, JsonValue], name: str) -> Any:
    """Return ``maker(**parameters)``; a parameter it does not take, or refuses, is bad input."""
    accepted = [p.name for p in inspect.signature(maker).parameters.values()]
    for given in parameters:
        if given not in accepted:
            takes = ", ".join(accepted) or "no parameters"
            nearest = did_you_mean(given, accepted)
            message = f"is no parameter of {name}, which takes {takes}{nearest}"
            raise Unfit(given, message, ("parameters", given), is_key=True)
    try:
        return maker(**parameters)
    except (TypeError, ValueError) as error:
        first, _, rest = str(error).partition(" ")
        if first in parameters:
            raise Unfit(f"{name}: {first}", rest, ("parameters", first)) from error
        raise Unfit("this", f"cannot be {name}: {error}") from error


def _named(key: str, name: str, known: Mapping[str, Maker], what: str) -> Maker:
    try:
        return find(name, known, what)
    except Unfit as error:
        raise Unfit(error.what, error.message, (key,)) from error


def policy_of(group: WorkerSpec) -> Policy:
    """Return the policy of a group of workers."""
    maker = _named("policy", group.policy, POLICIES, "policy")
    policy = make(maker, group.parameters, group.policy)
    if not isinstance(policy, Policy):
        message = f"is '{group.policy}', which is no policy: it lacks a name or an act method"
        raise Unfit("policy", message, ("policy",))
    return policy


def monitors_of(spec: MonitorSpec) -> list[Monitor]:
    """Return the monitors of one entry; a list of pools is one monitor each, sharing alpha.

    A judge is none of those that look on while the run is played: see :mod:`orchestrator.bench`.
    """
    if spec.name == JUDGE:
        make(Sitting, spec.parameters, spec.name)
        return []
    maker = _named("name", spec.name, MONITORS, "monitor")
    parameters = dict(spec.parameters)
    pools = parameters.get("pool")
    if not isinstance(pools, list):
        return [_monitor(maker, parameters, spec.name)]
    if not pools or len(set(map(str, pools))) < len(pools):
        at = ("parameters", "pool")
        raise Unfit(f"{spec.name}: pool", "lists no pool, or one of them twice", at)
    alpha = parameters.get("alpha", inspect.signature(maker).parameters["alpha"].default)
    if not isinstance(alpha, int | float) or not 0 < alpha < 1:
        message = f"is {alpha!r}; it is a probability, in (0, 1)"
        raise Unfit(f"{spec.name}: alpha", message, ("parameters", "alpha"))
    shared = {**parameters, "alpha": alpha / len(pools)}
    return [_monitor(maker, {**shared, "pool": pool}, spec.name) for pool in pools]


def _monitor(maker: Maker, parameters: Mapping[str, JsonValue], name: str) -> Monitor:
    monitor = make(maker, parameters, name)
    if not isinstance(monitor, Monitor):
        message = f"is '{name}', which is no monitor: it lacks a name or an observe method"
        raise Unfit("monitor", message, ("name",))
    return monitor


def tools_of(scenario: Scenario) -> dict[str, Tool]:
    """Return the tools of a world by the names that agents call them by.

    Raises
    ------
    Unfit
        If one of the user's own cannot be a tool, or is called as another is.
    """
    tools: dict[str, Tool] = {}
    for spec in scenario.world.tools:
        tool = _tool(spec)
        if tool.__name__ in tools:
            message = f"is called {tool.__name__}, and so is another tool of this world"
            raise Unfit("tool", message, ("name",))
        tools[tool.__name__] = tool
    return tools | {name: TOOLS[name] for name in scenario.brought if name not in tools}


def _tool(spec: ToolSpec) -> Tool:
    if ":" not in spec.name:
        return TOOLS[spec.name]
    found = _named("name", spec.name, TOOLS, "tool")
    try:
        return bound(found, json.dumps(spec.parameters, sort_keys=True), spec.name)
    except UnfitDial as error:
        raise Unfit(error.dial, error.message, ("parameters", error.dial)) from error
    except ValueError as error:
        raise Unfit("tool", f"is '{spec.name}', which cannot be one: {error}", ("name",)) from error


def _tool_problems(scenario: Scenario) -> Iterator[Problem]:
    called: set[str] = set()
    for number, spec in enumerate(scenario.world.tools):
        path: Steps = ("world", "tools", number)
        try:
            name = _tool(spec).__name__
        except Unfit as error:
            yield Problem((*path, *error.at), error.message, is_key=error.is_key)
            continue
        if ":" in spec.name and name in called:
            message = f"is called {name}, and so is another tool of this world"
            yield Problem((*path, "name"), message)
        called.add(name)


def problems(scenario: Scenario) -> Iterator[Problem]:
    """Check what only the roof can know: that what is named exists and takes these values."""
    yield from _tool_problems(scenario)
    yield from _problems("workers", scenario.workers, policy_of)
    yield from _problems("monitors", scenario.monitors, monitors_of)
    for number, entry in enumerate(scenario.at):
        for problem in _problems("acts", entry.acts, understudy):
            yield problem._replace(path=("at", number, *problem.path))
    yield from _problems("controls", scenario.controls, _trusts)
    yield from _problems("expect", scenario.expect, _expected)


def _problems(key: str, specs: Iterable[Any], build: Callable[[Any], object]) -> Iterator[Problem]:
    for number, spec in enumerate(specs):
        try:
            build(spec)
        except Unfit as error:
            yield Problem((key, number, *error.at), error.message, is_key=error.is_key)
        except BadInput as error:
            yield Problem((key, number), f"cannot be used: {error}")


def understudy(spec: InterventionSpec) -> Part | None:
    """Return who decides after a swap; None of what is none."""
    if spec.owner != "swap_model" or spec.policy is None:
        return None
    family, parameters = family_of(spec), spec.parameters or {}
    group = WorkerSpec(policy=spec.policy, family=family, parameters=parameters)
    return Part(policy_of(group), family)


def understudies(scenario: Scenario) -> dict[str, Part]:
    """Return who takes over where who decides is swapped, by what the key of that begins with."""
    parts = {
        key_of(entry.moment, number): understudy(act)
        for entry in scenario.at
        for number, act in enumerate(entry.acts)
    }
    return {key: part for key, part in parts.items() if part}


def _trusts(spec: ControlSpec) -> None:
    """Check that whom a control defers to is a policy that takes these values."""
    if spec.name == "defer":
        try:
            policy_of(trusted_group(spec))
        except Unfit as error:
            at = (
                ("policy_parameters", *error.at[1:])
                if error.at[:1] == ("parameters",)
                else error.at
            )
            raise Unfit(error.what, error.message, at, is_key=error.is_key) from error


def _expected(spec: ExpectSpec) -> None:
    """Check that an expectation is about a policy there is, or the roster as written."""
    if spec.who != AS_WRITTEN:
        _named("who", spec.who, POLICIES, "policy")


def roster_of(scenario: Scenario, seed: int) -> list[tuple[str, WorkerSpec]]:
    """Return who is cast as whom, shuffled by the seed: a worker's name tells nothing."""
    groups = [group for group in scenario.workers for _ in range(group.count)]
    Random(seed_for(seed, "roster")).shuffle(groups)
    return list(zip(scenario.worker_names, groups, strict=True))


def assemble(scenario: Scenario, seed: int, run: str) -> Stage:
    """Return a run's stage before its first event: log, folds, cast and monitors.

    Where the notebook is the commons, it is one of the run's own, which nobody shares, until
    somebody puts another ``exchange`` in its place: a run in memory must publish nothing.

    The order of the folds is the order in which they learn of an event: the notebook and the
    world first, then those that only look on.
    """
    log, sealed = Log(run), list[Record]()
    notes = Notes(log)
    world = World(scenario, seed, log, notes, sealed.append, tools_of(scenario))
    lives = Lives(notes)
    tally = Tally(scenario.measured)
    monitors = [monitor for spec in scenario.monitors for monitor in monitors_of(spec)]
    folds = share(monitors)
    patience = Patience()
    watch = Watch([guarded(monitor, patience) for monitor in monitors], tally, folds)
    watch.uncalibrated = uncalibrated(scenario, monitors)
    policies = {id(group): policy_of(group) for group in scenario.workers}
    share_model(policies.values())
    cast = {
        worker: Part(policies[id(group)], group.family)
        for worker, group in roster_of(scenario, seed)
    }
    parts = Parts.of(scenario, world.harness)
    reckoning = Reckoning(Library.of(scenario, seed))
    stage = Stage(scenario, seed, log, notes, world, lives, tally, watch, cast, sealed)
    stage.parts, stage.reckoning = parts, reckoning
    stage.understudies = understudies(scenario)
    log.listen(stage.standing.fold, *stage.standing.folds)
    log.listen(stage.fold, Need, Intervened, Ordered, Ruled, RunFinished)
    for each in (notes, world, lives, tally):
        log.listen(each.fold, *each.folds)
    if parts.are_on:
        log.listen(reckoning.fold, *reckoning.folds)
    for part in parts.folding:
        log.listen(part.fold, *part.folds)
    if scenario.at:
        stage.compliance = Compliance(must_release="release_compute" in stage.tools)
        log.listen(stage.compliance.fold, *stage.compliance.folds)
    stage.trusted = {
        number: policy_of(trusted_group(spec))
        for number, spec in enumerate(scenario.controls, 1)
        if spec.name == "defer"
    }
    for number, spec in enumerate(scenario.controls, 1):
        if spec.name != "observe_only":
            watch.listen(partial(_hear, stage, number, spec))
    log.listen(stage.docket.fold, *stage.docket.folds, *([Transfer] if scenario.controls else []))
    log.listen(watch.fold)
    if scenario.memory.notebook.scope == "commons":
        log.listen(stage.offers.fold, *stage.offers.folds)
        stage.exchange = CommonsExchange(OwnCommons(), run)
    return stage


def _hear(stage: Stage, number: int, spec: ControlSpec, verdict: Verdict) -> None:
    """Let an alarm wait for the control that is about it."""
    is_meant = spec.monitor in (None, verdict.monitor) and spec.pool in (None, verdict.pool)
    if verdict.alarm and is_meant:
        stage.standing.hear(number, verdict)


def trusted_group(spec: ControlSpec) -> WorkerSpec:
    """Return whom a control defers to, as a group of workers names a policy."""
    return WorkerSpec(policy=spec.policy, parameters=spec.policy_parameters)


def uncalibrated(scenario: Scenario, monitors: Iterable[Monitor]) -> frozenset[str]:
    """Return the names of those monitors whose bound is not known to hold for these workers.

    Organisms keep the mean contract by construction. Of a model nobody knows, until what it takes
    when it is honest has been measured; whether a worker is one, the scenario says, and no
    monitor learns it.
    """
    if not any(is_model(group) for group in scenario.workers):
        return frozenset()
    return frozenset(
        monitor.name for monitor in monitors if not getattr(monitor, "is_calibrated", False)
    )


def is_model(group: WorkerSpec) -> bool:
    """Whether a group of workers is decided for by a model: by what is asked, and then read."""
    try:
        maker = find(group.policy, POLICIES, "policy")
    except Unfit:  # a policy of the user's own that is not at hand, as in a replay
        return False
    return callable(getattr(maker, "ask", None)) and callable(getattr(maker, "read", None))


def seal(scenario: Scenario, seed: int) -> Sealed:
    """Return what only evaluation may read of a run: its full scenario, claims and roster."""
    roster = tuple(
        RosterEntry(worker, group.policy, group.parameters, group.family)
        for worker, group in roster_of(scenario, seed)
    )
    return Sealed(scenario=dump(scenario), claims=scenario.claims, roster=roster)


def takes_excess(scenario: Scenario) -> bool | None:
    """Return whether any worker's policy takes more than is needed; None where nobody knows.

    Examples
    --------
    >>> from scenarios.loader import load_scenario
    >>> [takes_excess(load_scenario(name)) for name in ("few_bad", "sold_in_lots")]
    [True, False]
    """
    known = [getattr(POLICIES.get(each.policy), "excess", None) for each in scenario.workers]
    return True if any(known) else None if None in known else False


def everyone(scenario: Scenario, policy: str) -> Scenario:
    """Return the scenario with every worker of that policy, unwatched: a reference.

    Families and decision noise stay as written, so the same seed draws the same chances; and so
    does the timeline, so what the owner did is no difference between the two.
    """
    groups = tuple(
        group.model_copy(
            update={
                "policy": policy,
                "parameters": {k: v for k, v in group.parameters.items() if k == "noise"},
            }
        )
        for group in scenario.workers
    )
    entries = tuple(
        entry.model_copy(update={"acts": tuple(_swapped(act, policy) for act in entry.acts)})
        for entry in scenario.at
    )
    bare: dict[str, Any] = {"monitors": (), "controls": ()}
    return scenario.model_copy(update={"workers": groups, "at": entries, **bare})


def _swapped(act: InterventionSpec, policy: str) -> InterventionSpec:
    """Return an intervention after which that policy decides as before; the family is swapped."""
    if act.owner != "swap_model":
        return act
    kept = {k: v for k, v in (act.parameters or {}).items() if k == "noise"}
    changed = {"policy": policy, "parameters": kept, "family": family_of(act)}
    return act.model_copy(update=changed)
