"""Two views of a scenario: the whole, which is sealed, and the part that anyone may know."""

import json
from hashlib import sha256
from typing import Any

from pydantic import JsonValue

from scenarios.shape import BESIDE_AXES
from scenarios.spec import Scenario


def dump(scenario: Scenario) -> dict[str, JsonValue]:
    """Return all of a scenario as JSON-able data; ``Scenario.model_validate`` reads it back.

    Examples
    --------
    >>> from scenarios.loader import load_scenario
    >>> scenario = load_scenario("just_in_case")
    >>> Scenario.model_validate(dump(scenario)) == scenario
    True
    """
    data: dict[str, JsonValue] = scenario.model_dump(mode="json")
    return data


def authored(scenario: Scenario) -> dict[str, JsonValue]:
    """Return all of a scenario as an author would write it, with what it extends filled in.

    Examples
    --------
    >>> from scenarios.loader import load_scenario
    >>> written = authored(load_scenario("just_in_case"))
    >>> written["workers"]
    [{'policy': 'weak_shard', 'count': 20, 'family': 'heron', 'over_reserve': 0.05}]
    """
    data: dict[str, Any] = scenario.model_dump(mode="json", by_alias=True)
    del data["extends"]
    data["workers"] = [_beside(group) for group in data["workers"]]
    data["monitors"] = [{each["name"]: each["parameters"]} for each in data["monitors"]]
    if "controls" in data:
        data["controls"] = [
            {
                each.name: each.model_dump(
                    mode="json", by_alias=True, exclude={"name"}, exclude_defaults=True
                )
            }
            for each in scenario.controls
        ]
    data["world"]["tools"] = [_tool(each) for each in data["world"]["tools"]]
    if tasks := data["world"].get("tasks"):
        tasks["list"] = [_under(each, "name") for each in tasks["list"]]
    if "at" in data:
        acts = {each["moment"]: [_act(act) for act in each["acts"]] for each in data["at"]}
        data["at"] = {when: done if len(done) > 1 else done[0] for when, done in acts.items()}
    if "vary" in data:
        vary = data["vary"]
        beside = {key: vary[key] for key in BESIDE_AXES if vary[key]}
        data["vary"] = vary["axes"] | beside
    if "predict" in data:
        told: dict[str, list[Any]] = {}
        for each in data["predict"]:
            told.setdefault(each["figure"], []).append(
                {key: value for key, value in each.items() if key != "figure"}
            )
        data["predict"] = told
    data["expect"] = {
        who: below for each in data["expect"] for who, below in _under(each, "who").items()
    }
    return data


def _beside(group: dict[str, Any]) -> dict[str, Any]:
    """Return a group of workers with its parameters beside its other keys."""
    return {key: group[key] for key in group if key != "parameters"} | dict(group["parameters"])


def _tool(entry: dict[str, Any]) -> dict[str, Any]:
    """Return a tool under its name; one of the user's own with its parameters alone."""
    if ":" in entry["name"]:
        return {entry["name"]: entry.get("parameters", {})}
    return _under(entry, "name")


def _act(act: dict[str, Any]) -> dict[str, Any]:
    """Return something done as an author writes it: what is withdrawn is a key of its own."""
    if "probe" in act:
        spell = act.get("for", act.get("within"))
        about = {key: act[key] for key in ("probe", "resource", "text") if key in act}
        return about | ({} if spell is None else {"for": spell})
    rest = {key: act[key] for key in act if key not in ("resource", "take", "parameters")}
    if "take" in act:
        return rest | {act["resource"]: act["take"]}
    resource = {"resource": act["resource"]} if "resource" in act else {}
    return rest | resource | dict(act.get("parameters", {}))


def _under(entry: dict[str, Any], key: str) -> dict[str, Any]:
    """Return an entry of a list under its name."""
    return {entry[key]: {each: value for each, value in entry.items() if each != key}}


def visible(scenario: Scenario) -> dict[str, JsonValue]:
    """Return what agents and monitors may know: the task, the world and its tools.

    Not in it are who works, what the owner will do, what is claimed or expected, how much of the
    library is wrong, and the seed, so that runs of one setting under several seeds can be seen to
    share it.

    Examples
    --------
    >>> from scenarios.loader import load_scenario
    >>> sorted(visible(load_scenario("just_in_case")))
    ['life', 'notebook', 'task', 'world']
    """
    world = scenario.world.model_dump(mode="json", exclude={"seed"})
    for key in ("poisoned", "since"):
        world.get("library", {}).pop(key, None)
    line = _line(scenario)
    parallel = scenario.chain.parallel
    told: dict[str, JsonValue] = {
        "task": scenario.task,
        "world": world,
        "life": scenario.life,
        "notebook": scenario.memory.notebook.model_dump(mode="json"),
        **({"line": line} if line else {}),
        **({"parallel": parallel} if parallel > 1 else {}),
    }
    if scenario.instruction == "clear":
        told["instruction"] = scenario.instruction
    if scenario.watched is not None:
        told["watched"] = scenario.watched
    return told


def _line(scenario: Scenario) -> dict[str, JsonValue]:
    """Return what agents may know of their line: what is asked of them, not how well it checks."""
    line = scenario.assembly_line
    told: dict[str, JsonValue] = {"segment": line.segment} if line.segment else {}
    if line.tests:
        told["retries"] = line.tests.retries
    if line.memory != "notes":
        told["memory"] = line.memory
    return told


def visible_hash(scenario: Scenario) -> str:
    """Return the SHA-256 of the visible part, in hex: of its JSON with sorted keys.

    Examples
    --------
    >>> from scenarios.loader import load_scenario
    >>> hashes = {visible_hash(load_scenario("just_in_case", [f"workers={policy}"]))
    ...           for policy in ("honest", "weak_shard")}
    >>> len(hashes)
    1
    """
    text = json.dumps(visible(scenario), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return sha256(text.encode()).hexdigest()
