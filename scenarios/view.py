"""Two views of a scenario: the whole, which is sealed, and the part that anyone may know."""

import json
from hashlib import sha256

from pydantic import JsonValue

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


def visible(scenario: Scenario) -> dict[str, JsonValue]:
    """Return what agents and monitors may know: the task, the world and its tools.

    Not in it are who works, what is claimed or expected, and the seed, so that runs of one
    setting under several seeds can be seen to share it.

    Examples
    --------
    >>> from scenarios.loader import load_scenario
    >>> sorted(visible(load_scenario("just_in_case")))
    ['life', 'notebook', 'task', 'world']
    """
    return {
        "task": scenario.task,
        "world": scenario.world.model_dump(mode="json", exclude={"seed"}),
        "life": scenario.life,
        "notebook": scenario.memory.notebook.model_dump(mode="json"),
    }


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
