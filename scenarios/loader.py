"""Loading a scenario: a name, a file or a text in; a checked scenario or every problem out."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from memory.errors import BadInput
from scenarios.build import build
from scenarios.catalogue import find
from scenarios.document import read
from scenarios.lineage import Lineage, is_path
from scenarios.node import Table, fill
from scenarios.override import override
from scenarios.problem import Check, Faults, printable
from scenarios.shape import shape
from scenarios.spec import Scenario
from scenarios.view import authored

DEFAULTS = Path(__file__).with_name("defaults.yaml")
TASK_DEFAULTS = Path(__file__).with_name("task_defaults.yaml")


def load_scenario(
    source: str | Path, overrides: Sequence[str] = (), checks: Sequence[Check] = ()
) -> Scenario:
    """Return a scenario of the catalogue, or of a file.

    Parameters
    ----------
    source
        A name of the catalogue, or the path of a YAML file.
    overrides
        Changes such as ``world.rounds=50`` or ``workers.weak_shard.over_reserve=3%``, laid on
        in this order.
    checks
        More to look at than this package knows of, such as the names of policies and monitors.
        Where parts of a scenario are faulty, they are shown the rest of it.

    Raises
    ------
    ScenarioProblems
        If the scenario cannot be used; it tells every problem with its line.
    BadInput
        If there is no such scenario, or its file cannot be read.

    Examples
    --------
    >>> scenario = load_scenario("just_in_case", ["world.rounds=48", "workers=honest"])
    >>> scenario.world.rounds, scenario.worker_count, scenario.workers[0].policy
    (48, 20, 'honest')
    """
    root, faults = read_root(source)
    return finish(laid_on(root, overrides, faults), checks, faults)


def read_root(source: str | Path) -> tuple[Table, Faults]:
    """Return the tree of a scenario as its authors wrote it, and what takes its faults.

    Raises
    ------
    ScenarioProblems, BadInput
        As :func:`load_scenario` does.
    """
    is_file = isinstance(source, Path) or is_path(source)
    path = Path(source) if is_file else find(str(source))
    name = str(source) if is_file else f"catalogue/{path.name}"
    faults = Faults(name)
    try:
        if path.is_dir():
            raise BadInput(f"{printable(name)} is a folder; name a scenario file in it")
        if not path.is_file():
            raise BadInput(f"{printable(name)}: there is no such file")
        return Lineage(faults).file(path, name), faults
    except OSError as error:
        raise BadInput(f"{printable(name)} cannot be read: {error.strerror}") from error


def load_text(
    text: str | bytes,
    name: str = "text",
    overrides: Sequence[str] = (),
    checks: Sequence[Check] = (),
) -> Scenario:
    """Return the scenario that a YAML text describes; ``name`` is what messages call it.

    Raises
    ------
    ScenarioProblems
        If the scenario cannot be used; it tells every problem with its line.

    Examples
    --------
    >>> load_text("{scenario: s, task: Supply, workers: [honest, {policy: ratchet, count: 3}]}")
    ... # doctest: +ELLIPSIS
    Scenario(scenario='s', ...)
    >>> load_text("{scenario: s, task: Supply, wrokers: honest}", "mine.yaml")
    Traceback (most recent call last):
    scenarios.problem.ScenarioProblems: mine.yaml: 2 problems
      mine.yaml:1:1 workers is missing
           1 | {scenario: s, task: Supply, wrokers: honest}
             | ^
      mine.yaml:1:29 wrokers is an unknown key; did you mean 'workers'?
           1 | {scenario: s, task: Supply, wrokers: honest}
             |                             ^^^^^^^
    """
    root, faults = text_root(text, name)
    return finish(laid_on(root, overrides, faults), checks, faults)


def text_root(text: str | bytes, name: str) -> tuple[Table, Faults]:
    """Return the tree of a scenario that is a text, and what takes its faults.

    Raises
    ------
    ScenarioProblems
        If it is no YAML that makes a scenario.
    """
    faults = Faults(name)
    return Lineage(faults).text(text, name), faults


def amend(scenario: Scenario, overrides: Sequence[str], checks: Sequence[Check] = ()) -> Scenario:
    """Return a loaded scenario with some of it changed, checked as a file is.

    Examples
    --------
    >>> scenario = load_scenario("just_in_case")
    >>> amend(scenario, ()) == scenario
    True
    >>> amend(scenario, ["workers.weak_shard.over_reserve=2%"]).workers[0].parameters
    {'over_reserve': 0.02}
    """
    text = json.dumps(authored(scenario), indent=2)
    again = load_text(text, scenario.scenario, overrides, checks)
    return again.model_copy(update={"extends": scenario.extends})


def laid_on(root: Table, overrides: Sequence[str], faults: Faults) -> Table:
    """Return a scenario's tree with its defaults filled in, and the overrides laid on it."""
    tree = _with_defaults(root)
    for each in overrides:
        tree = override(tree, each, faults)
    return tree


def finish(tree: Table, checks: Sequence[Check], faults: Faults) -> Scenario:
    """Return the scenario that a tree, as :func:`laid_on` returns it, describes."""
    return build(shape(tree, faults), shape(_defaults(DEFAULTS), faults), faults, checks)


def _with_defaults(root: Table) -> Table:
    """Fill in what a scenario does not say; whoever says resources also says their need."""
    defaults, world = _defaults(DEFAULTS), root.get("world")
    if isinstance(world, Table) and "tasks" in world.entries:
        defaults = fill(_defaults(TASK_DEFAULTS), defaults, levels=2)
    usual = defaults.entries["world"]
    if isinstance(world, Table) and "resources" in world.entries and isinstance(usual.node, Table):
        defaults = defaults.put("world", usual._replace(node=usual.node.without("need")))
    return fill(root, defaults, levels=2)


@cache
def _defaults(path: Path) -> Table:
    faults = Faults(path.name)
    node = read(path.name, path.read_bytes(), faults)
    faults.stop_if_any()
    return node if isinstance(node, Table) else Table(node.place, (), {})
