"""Experiments: one scenario in many cells, each of them under the same seeds.

A cell is the scenario with one value laid on each path that is varied, exactly as an override
lays it on. So whatever may be overridden may be varied, and what does not fit is told where it is
written, with the first cell in which it does not.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import product
from pathlib import Path
from typing import NamedTuple, TypeAlias

from pydantic import JsonValue

from memory.errors import did_you_mean
from memory.record import SEEDS
from scenarios.loader import finish, laid_on, read_root, text_root
from scenarios.node import Entry, Items, Spot, Table, plain
from scenarios.override import FIXED, lay
from scenarios.problem import Check, Faults, ScenarioProblems, clip, given
from scenarios.shape import BESIDE_AXES
from scenarios.spec import Scenario

MOST_CELLS = 10_000
"""Cells of one experiment."""

UNVARIED = (*FIXED, "vary", "repeats", "predict", "score", "version", "about", "claims")
"""What is the experiment's own, and the same in all of its cells."""

_SEED = "world.seed"

Choice: TypeAlias = dict[str, Entry]
"""One value, as it is written, for some of the paths that are varied."""


class Cell(NamedTuple):
    """One cell: its number, from 1; what is varied in it, as its author wrote it; its scenario."""

    number: int
    values: dict[str, JsonValue]
    scenario: Scenario

    def __str__(self) -> str:
        """Return its values in one line."""
        return _told(self.values) or "as written"


class Experiment(NamedTuple):
    """A scenario as written, its cells, and under how many seeds each of them is run."""

    base: Scenario
    cells: tuple[Cell, ...]
    repeats: int
    tree: Table | None = None
    """What its author wrote, with the defaults filled in, where each part knows its place."""


def seeds_of(scenario: Scenario, repeats: int) -> list[int]:
    """Return the seeds of so many repeats: the scenario's own, and those that follow it.

    The first repeat is the run that the scenario alone would be; and every cell of an experiment
    has the same seeds, so that what differs between two cells is not luck.

    Examples
    --------
    >>> from scenarios.loader import load_scenario
    >>> seeds_of(load_scenario("just_in_case"), 3)
    [7, 8, 9]
    """
    return [(scenario.world.seed + number) % SEEDS for number in range(repeats)]


def load_experiment(
    source: str | Path, overrides: Sequence[str] = (), checks: Sequence[Check] = ()
) -> Experiment:
    """Return a scenario with all of its cells, each checked as a scenario of its own.

    One that varies nothing has one cell: itself.

    Parameters
    ----------
    source, overrides, checks
        As for :func:`~scenarios.loader.load_scenario`.

    Raises
    ------
    ScenarioProblems
        If the scenario, or any of its cells, cannot be used.
    BadInput
        If there is no such scenario, or its file cannot be read.

    Examples
    --------
    >>> change = "vary={chain.life: [8, 24], workers.weak_shard.over_reserve: [2%, 5%]}"
    >>> found = load_experiment("just_in_case", [change])
    >>> for cell in found.cells:
    ...     print(cell.number, cell, cell.scenario.life)
    1 life=8, over_reserve=2% 8
    2 life=8, over_reserve=5% 8
    3 life=24, over_reserve=2% 24
    4 life=24, over_reserve=5% 24
    """
    return _in_cells(*read_root(source), overrides, checks)


def load_experiment_text(
    text: str,
    name: str = "text",
    overrides: Sequence[str] = (),
    checks: Sequence[Check] = (),
    most: int = MOST_CELLS,
) -> Experiment:
    """Return the scenario that a YAML text describes, with all of its cells, at most so many.

    Raises
    ------
    ScenarioProblems
        If the scenario, or any of its cells, cannot be used.

    Examples
    --------
    >>> text = "{scenario: s, task: Supply, workers: honest, vary: {chain.life: [6, 12, 24]}}"
    >>> len(load_experiment_text(text).cells)
    3
    """
    return _in_cells(*text_root(text, name), overrides, checks, most)


def _in_cells(
    root: Table,
    faults: Faults,
    overrides: Sequence[str],
    checks: Sequence[Check],
    most: int = MOST_CELLS,
) -> Experiment:
    tree = laid_on(root, overrides, faults)
    base = finish(tree, checks, faults)
    plan = _Plan(tree.entries.get("vary"), faults, most)
    choices = plan.choices()
    faults.stop_if_any()
    bare = tree.without("vary", "repeats")
    cells = []
    for number, choice in enumerate(choices, 1):
        values = {path: plain(entry.node) for path, entry in choice.items()}
        named = _CellFaults(faults, f"cell {number}: {_told(values)}")
        with suppress(ScenarioProblems):
            laid = bare
            for path, entry in choice.items():
                laid = lay(laid, path, entry.node, entry.key, named)
            cells.append(Cell(number, values, finish(laid, checks, named)))
    faults.stop_if_any()
    return Experiment(base, tuple(cells), base.repeats, tree)


class _CellFaults(Faults):
    """Passes on what is wrong with one cell, and says with which."""

    def __init__(self, whole: Faults, cell: str) -> None:
        super().__init__(cell)
        self._whole = whole
        self._cell = cell

    def add(self, spot: Spot, message: str, hint: str = "") -> None:
        """Note a problem, here and in the whole."""
        super().add(spot, message, hint)
        self._whole.add(spot, f"{message} (in {self._cell})", hint)


class _Plan:
    """Reads `vary` into the choices that make the cells, and tells what is wrong with it."""

    def __init__(self, entry: Entry | None, faults: Faults, most: int) -> None:
        self._faults = faults
        self._entry = entry
        self._most = most

    def choices(self) -> list[Choice]:
        """Return a choice for each cell, in their order."""
        if self._entry is None or not isinstance(self._entry.node, Table):
            return [{}]
        table = self._entry.node
        axes = self._axes(table.without(*BESIDE_AXES))
        count = 1
        for values in axes.values():
            count *= len(values)
        if count > self._most:
            message = f"makes {count:,} cells; at most {self._most:,}"
            self._faults.fatal(Spot(self._entry.key, table.path), message)
        crossed = [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]
        for left_out in self._listed(table, "exclude"):
            crossed = self._excluded(crossed, left_out, axes)
        included = [self._included(each) for each in self._listed(table, "include")]
        choices = (crossed if axes else []) + [each for each in included if each]
        if not choices:
            self._faults.add(Spot(self._entry.key, table.path), "leaves no cell to run")
        return choices

    def _axes(self, table: Table) -> dict[str, list[Entry]]:
        axes: dict[str, list[Entry]] = {}
        for path, (key, node) in table.entries.items():
            if not self._may_vary(path, Spot(key, node.path)):
                continue
            if not isinstance(node, Items):
                message = f"is {given(plain(node))}; it must be a list of the values it takes"
                self._faults.add(Spot(node.place, node.path), message)
            elif not node.items:
                self._faults.add(
                    Spot(key, node.path), "is an empty list; it takes one value or more"
                )
            else:
                axes[path] = [Entry(key, item) for item in node.items]
                self._tell_twice(node)
        return axes

    def _may_vary(self, path: str, spot: Spot) -> bool:
        words = path.split(".")
        if path == _SEED:
            message = "cannot be varied; `repeats` runs every cell under the same seeds"
        elif words[0] in UNVARIED:
            message = "cannot be varied: it is the same for the whole experiment"
        elif not all(word.strip() for word in words):
            message = "is no path; write keys parted by dots, such as chain.life"
        else:
            return True
        self._faults.add(spot, message)
        return False

    def _tell_twice(self, node: Items) -> None:
        seen: list[JsonValue] = []
        for item in node.items:
            value = plain(item)
            if value in seen:
                self._faults.add(Spot(item.place, item.path), f"is {given(value)} again")
            seen.append(value)

    def _listed(self, table: Table, key: str) -> Iterator[Table]:
        node = table.get(key)
        for each in node.items if isinstance(node, Items) else [node] if node else []:
            if isinstance(each, Table) and each.entries:
                yield each
            else:
                message = f"is {given(plain(each))}; it must be a mapping of paths to values"
                self._faults.add(Spot(each.place, each.path), message)

    def _excluded(
        self, choices: list[Choice], left_out: Table, axes: dict[str, list[Entry]]
    ) -> list[Choice]:
        for path, (key, node) in left_out.entries.items():
            if path not in axes:
                hint = did_you_mean(path, axes) or f"known: {', '.join(axes)}"
                self._faults.add(Spot(key, node.path), "is not varied", hint)
                return choices
        kept = [each for each in choices if not _has(each, left_out)]
        if len(kept) == len(choices):
            spot = Spot(left_out.place, left_out.path)
            self._faults.add(spot, "leaves out nothing: no cell has these values")
        return kept

    def _included(self, table: Table) -> Choice:
        chosen: Choice = {}
        for path, (key, node) in table.entries.items():
            if self._may_vary(path, Spot(key, node.path)):
                chosen[path] = Entry(key, node)
        return chosen


def _has(choice: Choice, left_out: Table) -> bool:
    """Whether a choice has all the values of what is left out."""
    return all(
        plain(choice[path].node) == plain(entry.node) for path, entry in left_out.entries.items()
    )


def _told(values: dict[str, JsonValue]) -> str:
    """Return values in one line, each under the last word of its path where that is clear."""
    ends = [path.rpartition(".")[2] for path in values]
    return ", ".join(
        f"{end if ends.count(end) == 1 else path}={_short(value)}"
        for (path, value), end in zip(values.items(), ends, strict=True)
    )


def _short(value: JsonValue) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return clip(text, 40)
