"""A YAML file as a tree of nodes, each of which knows where it was written.

Nodes are values: merging and overriding build new trees, so a node can be shared and keeps
the file, line and path it came from wherever it ends up.
"""

from typing import NamedTuple, TypeAlias

from pydantic import JsonValue

Steps: TypeAlias = tuple[str | int, ...]
"""Where something stands in a tree: keys of tables, and indices into lists."""


OVERRIDE = "--set"
"""What messages call the text of an override."""


class Source(NamedTuple):
    """A text that was read: what it is called, and its lines, to quote from."""

    name: str
    lines: tuple[str, ...]


class Place(NamedTuple):
    """Some columns of a line, both counted from 1."""

    source: Source
    line: int
    column: int
    width: int = 1


class Spot(NamedTuple):
    """What a message is about: the place to point at, and the path as its author wrote it."""

    place: Place
    path: Steps = ()


class Scalar(NamedTuple):
    """A single value."""

    place: Place
    path: Steps
    value: str | int | float | bool | None


class Items(NamedTuple):
    """A list of nodes."""

    place: Place
    path: Steps
    items: "tuple[Node, ...]"


class Table(NamedTuple):
    """A mapping of words to nodes."""

    place: Place
    path: Steps
    entries: "dict[str, Entry]"

    def get(self, key: str) -> "Node | None":
        """Return the node that ``key`` leads to, if there is one."""
        entry = self.entries.get(key)
        return entry.node if entry else None

    def put(self, key: str, entry: "Entry") -> "Table":
        """Return this table with one entry added or replaced."""
        return self._replace(entries={**self.entries, key: entry})

    def without(self, *keys: str) -> "Table":
        """Return this table without some of its entries."""
        rest = {key: entry for key, entry in self.entries.items() if key not in keys}
        return self._replace(entries=rest)


Node: TypeAlias = Scalar | Items | Table


class Entry(NamedTuple):
    """One line of a table: where its key was written, and the node it leads to."""

    key: Place
    node: Node


def plain(node: Node) -> JsonValue:
    """Return the data of a tree, without its places."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Items):
        return [plain(item) for item in node.items]
    return {key: plain(entry.node) for key, entry in node.entries.items()}


def moved(node: Node, path: Steps) -> Node:
    """Return a tree that stands elsewhere: its places stay, its paths begin with ``path``."""
    if isinstance(node, Items):
        items = tuple(moved(item, (*path, number)) for number, item in enumerate(node.items))
        return node._replace(path=path, items=items)
    if isinstance(node, Table):
        entries = {
            key: each._replace(node=moved(each.node, (*path, key)))
            for key, each in node.entries.items()
        }
        return node._replace(path=path, entries=entries)
    return node._replace(path=path)


def merge(under: Node, over: Node) -> Node:
    """Return ``over`` laid on ``under``: tables merge key by key, all else is replaced."""
    if not (isinstance(under, Table) and isinstance(over, Table)):
        return over
    entries = dict(under.entries)
    for key, entry in over.entries.items():
        below = entries.get(key)
        entries[key] = Entry(entry.key, merge(below.node, entry.node)) if below else entry
    return over._replace(entries=entries)


def fill(table: Table, defaults: Table, levels: int) -> Table:
    """Return ``table`` with what it does not say taken from ``defaults``, ``levels`` deep."""
    for key, entry in defaults.entries.items():
        mine = table.entries.get(key)
        if mine is None:
            table = table.put(key, entry)
        elif levels > 1 and isinstance(mine.node, Table) and isinstance(entry.node, Table):
            table = table.put(key, Entry(mine.key, fill(mine.node, entry.node, levels - 1)))
    return table


def spot(tree: Node, path: Steps, *, is_key: bool = False) -> Spot:
    """Return where ``path`` was written, or as much of it as is there.

    A value is pointed at itself, a table or a list at the key that holds it, and so is a value
    where ``is_key``.
    """
    node, place = tree, tree.place
    for number, step in enumerate(path):
        below = _below(node, step)
        if below is None:
            return Spot(place, node.path + path[number:])
        node = below.node
        is_end = is_key and number == len(path) - 1
        place = node.place if isinstance(node, Scalar) and not is_end else below.key
    return Spot(place, node.path)


def _below(node: Node, step: str | int) -> Entry | None:
    if isinstance(node, Table) and isinstance(step, str):
        return node.entries.get(step)
    if isinstance(node, Items) and isinstance(step, int) and 0 <= step < len(node.items):
        return Entry(node.items[step].place, node.items[step])
    return None


def spelled(path: Steps) -> str:
    """Return a path as people write it.

    Examples
    --------
    >>> spelled(("workers", 0, "policy"))
    'workers[0].policy'
    """
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")
