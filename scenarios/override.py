"""``--set path=value``: one change to a scenario, with its own place in every message."""

from typing import NamedTuple, TypeVar

from memory.errors import did_you_mean
from scenarios.document import read
from scenarios.node import (
    OVERRIDE,
    Entry,
    Items,
    Node,
    Place,
    Scalar,
    Source,
    Spot,
    Table,
    moved,
)
from scenarios.problem import Faults

FIXED = ("scenario", "extends", "expect")
"""What a scenario is called, is laid upon and must prove is not for overrides."""

GROUPS = ("workers",)
NAMED = (("monitors",), ("world", "tools"))
OPEN = (("world", "resources"), ("world", "need"))
"""Tables whose keys are the author's own, so that no grammar can tell a typo."""


N = TypeVar("N", Table, Items)


class Step(NamedTuple):
    """One word of a path, and where it stands."""

    word: str
    place: Place


def override(root: Table, text: str, faults: Faults) -> Table:
    """Return a scenario's tree, as authors write it, with one override laid on it.

    The path's words are keys. An entry of a list is named by its number, or by its policy or
    name: ``workers.weak_shard.over_reserve=3%`` sets it for every group of that policy. The
    value is read as YAML.

    Parameters
    ----------
    root
        The tree, with its defaults filled in.
    text
        The override: ``path=value``.
    faults
        Takes what is wrong with it; then the tree is returned as it was.

    Examples
    --------
    >>> from scenarios.node import plain
    >>> faults = Faults("mine.yaml")
    >>> tree = read("mine.yaml", "workers: [honest, weak_shard]", faults)
    >>> plain(override(tree, "workers.weak_shard.count=4", faults))
    {'workers': ['honest', {'policy': 'weak_shard', 'count': 4}]}
    """
    path, equals, value = text.partition("=")
    steps = _steps(path, Source(OVERRIDE, tuple(text.splitlines()) or ("",)))
    words = tuple(step.word for step in steps)
    if not equals or not all(words):
        spot = Spot(steps[0].place._replace(width=len(text)), (text,))
        faults.add(spot, "is no override; write path=value, such as world.rounds=50")
        return root
    if words[0] in FIXED:
        faults.add(Spot(steps[0].place, words), "cannot be overridden")
        return root
    if not value.strip():
        faults.add(Spot(steps[-1].place, words), "is given no value; write null for none")
        return root
    node = read(OVERRIDE, text, faults, start=len(path) + 1, path=words)
    return _Override(steps, node, faults).in_table(root, 0)


def lay(root: Table, path: str, value: Node, place: Place, faults: Faults) -> Table:
    """Return a scenario's tree with a value laid on it that stands elsewhere in its file.

    Parameters
    ----------
    root
        The tree, with its defaults filled in.
    path
        Where to lay it: keys, parted by dots, as in an override.
    value
        What to lay there.
    place
        Where the path is written: it is pointed at where there is nothing like it.
    faults
        Takes what is wrong with it; then the tree is returned as it was.
    """
    steps = tuple(Step(word.strip(), place) for word in path.split("."))
    return _Override(steps, moved(value, tuple(step.word for step in steps)), faults).in_table(
        root, 0
    )


def _steps(path: str, source: Source) -> tuple[Step, ...]:
    steps: list[Step] = []
    column = 1
    for word in path.split("."):
        steps.append(Step(word.strip(), Place(source, 1, column, max(1, len(word)))))
        column += len(word) + 1
    return tuple(steps)


class _Override:
    """Walks a tree along the path and returns it with the value at its end."""

    def __init__(self, steps: tuple[Step, ...], value: Node, faults: Faults) -> None:
        self._steps = steps
        self._words = tuple(step.word for step in steps)
        self._value = value
        self._faults = faults

    def in_table(self, table: Table, number: int) -> Table:
        """Return a table with the rest of the path, from step ``number`` on, laid on it."""
        step, here = self._steps[number], self._words[:number]
        is_last = number + 1 == len(self._steps)
        entry = table.entries.get(step.word)
        if entry is None and here in OPEN and not is_last:
            return self._refuse(table, number, tuple(table.entries))
        if is_last or entry is None:
            empty = Table(step.place, self._words[: number + 1], {})
            return table.put(step.word, Entry(step.place, self._below(empty, number + 1)))
        key = step.place if isinstance(entry.node, Scalar) else entry.key
        return table.put(step.word, Entry(key, self._below(entry.node, number + 1)))

    def _below(self, node: Node, number: int) -> Node:
        if number == len(self._steps):
            return self._value
        here = self._words[:number]
        if here == GROUPS or here in NAMED:
            return self._in_entries(node, number)
        if isinstance(node, Items):
            return self._in_list(node, number)
        if not isinstance(node, Table):
            node = Table(self._steps[number].place, here, {})
        return self.in_table(node, number)

    def _in_entries(self, node: Node, number: int) -> Node:
        """Change some of the workers, monitors or tools, in whichever form they are written."""
        entries = node if isinstance(node, Items) else Items(node.place, node.path, (node,))
        changed = self._in_list(entries, number)
        return changed if isinstance(node, Items) else changed.items[0]

    def _in_list(self, node: Items, number: int) -> Items:
        word = self._words[number]
        names = [_name(item, self._words[:number] == GROUPS) for item in node.items]
        numbers = [str(each) for each in range(len(names))]
        chosen = [at for at in range(len(names)) if word in (names[at], numbers[at])]
        if not chosen:
            return self._refuse(node, number, tuple(filter(None, names)) or tuple(numbers[:9]))
        if number + 1 == len(self._steps):
            spot = Spot(self._steps[number].place, self._words)
            self._faults.add(spot, "is an entry of a list; say which key of it")
            return node
        items = list(node.items)
        for at in chosen:
            items[at] = self._in_entry(items[at], names[at], number)
        return node._replace(items=tuple(items))

    def _in_entry(self, item: Node, name: str, number: int) -> Node:
        """Change one entry; a mere word becomes the table that it stands for."""
        here = self._words[:number]
        if here == GROUPS and isinstance(item, Scalar):
            item = Table(item.place, item.path, {"policy": Entry(item.place, item)})
        if here not in NAMED or not name:
            return self._below(item, number + 1)
        key, details = item.place, item
        if isinstance(item, Table):
            key, details = item.entries[name]
        return Table(item.place, item.path, {name: Entry(key, self._below(details, number + 1))})

    def _refuse(self, node: N, number: int, known: tuple[str, ...]) -> N:
        hint = did_you_mean(self._words[number], known)
        hint = hint or f"known: {', '.join(dict.fromkeys(known))}"
        spot = Spot(self._steps[number].place, self._words[: number + 1])
        self._faults.add(spot, "is not there", hint)
        return node


def _name(entry: Node, is_group: bool) -> str:
    """Return what an entry of a list is called, or nothing."""
    if isinstance(entry, Table) and is_group:
        entry = entry.get("policy") or entry
    if isinstance(entry, Table) and not is_group and len(entry.entries) == 1:
        return next(iter(entry.entries))
    return entry.value if isinstance(entry, Scalar) and isinstance(entry.value, str) else ""
