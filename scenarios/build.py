"""From a shaped tree to a scenario: types, sense and the caller's checks, all told at once."""

import re
from collections.abc import Iterable

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from memory.errors import did_you_mean
from scenarios.node import OVERRIDE, Entry, Items, Node, Scalar, Steps, Table, fill, plain, spot
from scenarios.part import BRANCH
from scenarios.problem import Check, Faults, Problem, given
from scenarios.sense import amounts, names
from scenarios.spec import Scenario

_MUST = {
    "model_type": "it must be a mapping",
    "dict_type": "it must be a mapping",
    "tuple_type": "it must be a list",
    "string_type": "it must be a text",
    "too_short": "it must not be empty",
    "string_too_short": "it must not be empty",
}
_SUBJECT = re.compile(r"^(?:Input|String|Tuple|Dictionary|Value) should\b")


def build(tree: Table, spare: Table, faults: Faults, checks: Iterable[Check]) -> Scenario:
    """Return the scenario that a shaped tree describes.

    Parameters
    ----------
    tree
        The shaped tree.
    spare
        A shaped tree of defaults. Where ``tree`` has faulty parts, the checks are shown a
        scenario with these in their stead, so that one mistake does not hide another.
    faults
        What was found so far.
    checks
        The caller's own, run after ours.

    Raises
    ------
    ScenarioProblems
        If anything is wrong, here or before.
    """
    names(tree, faults)
    try:
        scenario = Scenario.model_validate(plain(tree))
        checks = (amounts, *checks)
    except ValidationError as error:
        details = error.errors(include_url=False)
        for each in details:
            if not _is_echo(each):
                _tell(tree, each, faults)
        tree = _sound_part(tree, [each["loc"] for each in details], spare)
        scenario = _salvaged(tree, faults)
    for check in checks:
        for problem in check(scenario):
            if not _is_cut_off(tree, problem):
                at = spot(tree, problem.path, is_key=problem.is_key)
                faults.add(at, problem.message, problem.hint)
    faults.stop_if_any()
    return scenario


def _is_echo(error: ErrorDetails) -> bool:
    """Whether a list is called empty only because its entries were refused, each with a reason."""
    return error["type"] == "too_short" and bool(error["input"])


def _is_cut_off(tree: Table, problem: Problem) -> bool:
    """Whether something never comes because an override asked for an earlier end."""
    if not problem.beyond:
        return False
    came, end = (spot(tree, path).place.source.name for path in (problem.path, problem.beyond))
    return end == OVERRIDE != came


def _salvaged(tree: Table, faults: Faults) -> Scenario:
    try:
        return Scenario.model_validate(plain(tree))
    except ValidationError:
        faults.stop_if_any()
        raise


def _sound_part(tree: Table, faulty: Iterable[Steps], spare: Table) -> Table:
    """Return a tree without its faulty list entries and sections; spare ones take their place."""
    entries: dict[str, set[int]] = {}
    sections: set[str] = set()
    for first, *rest in faulty:
        if isinstance(tree.get(str(first)), Items) and rest and isinstance(rest[0], int):
            entries.setdefault(str(first), set()).add(rest[0])
        else:
            sections.add(str(first))
    for key, numbers in entries.items():
        at, node = tree.entries[key]
        items = node.items if isinstance(node, Items) else ()
        sound = tuple(item for number, item in enumerate(items) if number not in numbers)
        tree = tree.put(key, Entry(at, Items(node.place, node.path, sound)))
    for key in ("scenario", "task"):
        unsaid = Entry(tree.place, Scalar(tree.place, (key,), "unsaid"))
        spare = spare.put(key, unsaid)
    return fill(tree.without(*sections), spare, levels=1)


def _tell(tree: Node, error: ErrorDetails, faults: Faults) -> None:
    """Say what a type error means to the author of the file."""
    path = tuple(step for step in error["loc"] if not str(step).startswith(BRANCH))
    if error["type"] == "missing":
        faults.add(spot(tree, path), "is missing")
        return
    faults.add(spot(tree, path), f"is {given(error['input'])}; {_must(error)}", _hint(error))


def _must(error: ErrorDetails) -> str:
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    message = _SUBJECT.sub("it must", error["msg"])
    message = message.replace("greater than or equal to", "at least")
    return _MUST.get(error["type"]) or message.replace("less than or equal to", "at most")


def _hint(error: ErrorDetails) -> str:
    if error["type"] != "literal_error":
        return ""
    expected = re.findall(r"'([^']*)'", error["ctx"]["expected"])
    return did_you_mean(str(error["input"])[:100], expected)
