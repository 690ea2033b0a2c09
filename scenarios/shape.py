"""From what an author may write to what a scenario says: one word first, details where wanted.

An author writes ``workers: weak_shard`` or a list of mappings, ``- unaccounted`` or
``- over_need: {pool: fleet}``. Here all of it is brought into the one form of
:mod:`scenarios.spec`; every node keeps its place, and unknown keys are told from typos.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from memory.errors import did_you_mean
from scenarios.billing import BillsSpec
from scenarios.control import ControlSpec
from scenarios.economy import COMPUTE
from scenarios.ingredient import (
    BriefSpec,
    BudgetSpec,
    HarnessSpec,
    LibrarySpec,
    ReflexSpec,
    StuckSpec,
)
from scenarios.node import Entry, Items, Node, Scalar, Spot, Table, moved
from scenarios.outlook import PredictSpec
from scenarios.part import Spec
from scenarios.probe import ASKED_BACK
from scenarios.problem import Faults, given
from scenarios.spec import (
    ChainSpec,
    ExpectSpec,
    MemorySpec,
    NeedSpec,
    NotebookSpec,
    ResourceSpec,
    RosterSpec,
    Scenario,
    SurgeSpec,
    ToolSpec,
    WorkerSpec,
    WorldSpec,
)
from scenarios.tasks import AssemblyLineSpec, ChecksSpec, SpanSpec, TaskSpec, TasksSpec
from scenarios.timeline import KEYS, LATER, PROBE_KEYS, WORKERS

FLEET = 20
"""How many workers there are where ``workers`` is one policy without a count."""

NOT_YET: Mapping[type[Spec], tuple[str, ...]] = MappingProxyType(
    {
        Scenario: ("pace",),
        WorkerSpec: ("if",),
        ExpectSpec: ("cleared_by",),
    }
)
"""Words of the language that this release does not speak: they are refused, never ignored."""

BESIDE_AXES = ("include", "exclude")
"""What stands in `vary` beside the paths that are varied."""

_ENTRY = "a word, or one word with its details: `word: {...}`"

Change: TypeAlias = Callable[[Node], Node]


def known_keys(spec: type[Spec]) -> tuple[str, ...]:
    """Return the keys an author may write for a part of a scenario.

    Examples
    --------
    >>> known_keys(SurgeSpec), known_keys(WorkerSpec)
    (('from', 'for', 'times'), ('policy', 'count', 'family'))
    """
    fields = (field.alias or name for name, field in spec.model_fields.items())
    return tuple(name for name in fields if name not in ("name", "who", "parameters", "figure"))


def shape(root: Table, faults: Faults) -> Table:
    """Return a scenario's tree in the form of :class:`~scenarios.spec.Scenario`.

    What is no table or list where one belongs is left as it is, for the types to refuse.
    """
    return _Shaper(faults).scenario(root)


class _Shaper:
    """Walks a scenario's tree and tells of the keys that it does not know."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def scenario(self, root: Table) -> Table:
        """Shape a whole scenario."""
        return self._part(
            root,
            Scenario,
            claims=_listed,
            extends=_listed,
            world=lambda node: self._node(
                node,
                WorldSpec,
                resources=lambda each: _each(each, lambda one: self._node(one, ResourceSpec)),
                need=lambda each: _each(each, self._need),
                tools=lambda each: self._named(each, ToolSpec),
                library=lambda each: self._node(_short(each, "entries"), LibrarySpec),
                roster=lambda each: self._node(each, RosterSpec, surge=self._surges),
                bills=lambda each: self._node(_short(each, "payees"), BillsSpec, payees=_listed),
                tasks=self._tasks,
            ),
            workers=self._workers,
            chain=lambda node: self._node(node, ChainSpec),
            memory=lambda node: self._node(
                node, MemorySpec, notebook=lambda each: self._node(each, NotebookSpec)
            ),
            assembly_line=self._line,
            monitors=lambda node: self._named(node, None),
            controls=lambda node: self._named(node, ControlSpec),
            at=self._timeline,
            expect=self._expect,
            vary=self._vary,
            predict=self._predict,
            score=_listed,
        )

    def _line(self, node: Node) -> Node:
        """Shape the ingredients; of some, one word says what matters most."""
        return self._node(
            node,
            AssemblyLineSpec,
            tests=lambda each: self._node(each, ChecksSpec),
            brief=lambda each: self._node(_short(each, "budget"), BriefSpec),
            reflexes=lambda each: _each(_listed(each), lambda one: self._node(one, ReflexSpec)),
            knowledge=_listed,
            stuck=lambda each: self._node(_short(each, "after"), StuckSpec),
            budget=lambda each: self._node(_short(each, "calls_per_life"), BudgetSpec),
            harness=lambda each: self._node(_short(each, "grants"), HarnessSpec),
        )

    def _node(self, node: Node, spec: type[Spec], **within: Change) -> Node:
        return self._part(node, spec, **within) if isinstance(node, Table) else node

    def _part(self, table: Table, spec: type[Spec], **within: Change) -> Table:
        """Return one part with its unknown keys told and dropped, and ``within`` shaped too."""
        keys = known_keys(spec)
        unknown = [key for key in table.entries if key not in keys]
        later = [key for key in unknown if self._is_not_yet(table, spec, key)]
        self._tell_unknown(table, [key for key in unknown if key not in later], keys)
        table = table.without(*unknown)
        for key, change in within.items():
            if below := table.entries.get(key):
                table = table.put(key, below._replace(node=change(below.node)))
        return table

    def _is_not_yet(self, table: Table, spec: type[Spec], key: str) -> bool:
        if key in NOT_YET.get(spec, ()):
            self._faults.add(_at(table, key), "is not supported yet")
            return True
        return False

    def _tasks(self, node: Node) -> Node:
        return self._node(
            node,
            TasksSpec,
            list=lambda each: self._named(each, TaskSpec),
            minutes=lambda each: self._node(each, SpanSpec),
        )

    def _need(self, node: Node) -> Node:
        return self._node(node, NeedSpec, surge=self._surges)

    def _surges(self, node: Node) -> Node:
        return _each(_listed(node), lambda one: self._node(one, SurgeSpec))

    def _workers(self, node: Node) -> Node:
        if isinstance(node, Items):
            return _each(node, self._group)
        group = self._group(node)
        if isinstance(group, Table) and "count" not in group.entries:
            count = Scalar(group.place, (*group.path, "count"), FLEET)
            group = group.put("count", Entry(group.place, count))
        return Items(node.place, node.path, (group,))

    def _group(self, node: Node) -> Node:
        """Return a group of workers, its free parameters parted from the fixed keys."""
        if isinstance(node, Scalar) and node.value is not None:
            return _word(node, "policy")
        if not isinstance(node, Table):
            return node
        free = [key for key in node.entries if key not in known_keys(WorkerSpec)]
        for key in free:
            hint = did_you_mean(key, {"policy"} - node.entries.keys())
            if not self._is_not_yet(node, WorkerSpec, key) and hint:
                self._faults.add(_at(node, key), "is an unknown key", hint)
        given_free = {key: node.entries[key] for key in free if key not in NOT_YET[WorkerSpec]}
        parameters = node._replace(entries=given_free)
        return node.without(*free).put("parameters", Entry(node.place, parameters))

    def _named(self, node: Node, spec: type[Spec] | None) -> Node:
        """Return words, or words with details, as a list of tables with a name.

        With a ``spec`` the details are its fields, else they are free parameters.
        """
        if isinstance(node, Scalar) and not isinstance(node.value, str):
            wanted = f"it must be a list of {node.path[-1]}, each {_ENTRY}"
            self._faults.add(Spot(node.place, node.path), f"is {given(node.value)}; {wanted}")
            return node
        return _each(_listed(node), lambda item: self._named_item(item, spec))

    def _named_item(self, node: Node, spec: type[Spec] | None) -> Node:
        if isinstance(node, Scalar) and isinstance(node.value, str):
            named = _word(node, "name")
            return named if spec is None else named.without("parameters")
        if not isinstance(node, Table) or len(node.entries) != 1:
            spot = Spot(node.place, node.path)
            self._faults.add(spot, f"must be {_ENTRY}")
            return node
        [(word, (key, details))] = node.entries.items()
        named = Table(key, details.path, {"name": Entry(key, Scalar(key, node.path, word))})
        if isinstance(details, Scalar) and details.value is None:
            return named
        is_free = spec is None or (spec is ToolSpec and ":" in word)
        if is_free or not isinstance(details, Table) or spec is None:
            return named.put("parameters", Entry(key, details))
        return named._replace(entries=named.entries | self._part(details, spec).entries)

    def _timeline(self, node: Node) -> Node:
        """Return the table of moments as a list that says when; one of null is taken out again."""
        if not isinstance(node, Table):
            told = "it must be a mapping of moments, such as `round 120: {owner: message, ...}`"
            at: object = node.value if isinstance(node, Scalar) else []
            self._faults.add(Spot(node.place, node.path), f"is {given(at)}; {told}")
            return Items(node.place, node.path, ())
        entries: list[Node] = []
        for moment, (key, below) in node.entries.items():
            if isinstance(below, Scalar) and below.value is None:
                continue
            when = Entry(key, Scalar(key, below.path, moment))
            acts = Entry(key, _each(_listed(below), self._act))
            entries.append(Table(key, below.path, {"moment": when, "acts": acts}))
        return Items(node.place, node.path, tuple(entries))

    def _act(self, node: Node) -> Node:
        """Return one thing done, with the keys that its verb has and no others."""
        if not isinstance(node, Table):
            return node
        if "probe" in node.entries:
            return self._probe(node)
        verb = node.get("owner")
        word = verb.value if isinstance(verb, Scalar) else None
        if word in LATER:
            self._faults.add(_at(node, "owner"), f"is {given(word)}, which is not supported yet")
            return _unspoken(node)
        if not isinstance(word, str) or word not in KEYS:
            return node
        keys = ("owner", "text", *KEYS[word])  # type: ignore[index]
        free = [key for key in node.entries if key not in keys]
        if word == "swap_model":
            return self._with_parameters(node, free)
        if word == "withdraw":
            return self._sought(node, free)
        self._tell_unknown(node, free, keys)
        return node.without(*free)

    def _probe(self, node: Table) -> Table:
        """Return a probe as what the owner does: other terms, or a request to all workers."""
        free = [key for key in node.entries if key not in PROBE_KEYS]
        self._tell_unknown(node, free, PROBE_KEYS)
        node, word = node.without(*free), node.get("probe")

        def said(key: str, value: str) -> Entry:
            return Entry(node.place, Scalar(node.place, (*node.path, key), value))

        if not isinstance(word, Scalar) or word.value != "give_back":
            return node.put("owner", said("owner", "reprice"))
        if spell := node.entries.get("for"):
            node = node.without("for").put("within", spell)
        if "resource" not in node.entries:
            node = node.put("resource", said("resource", COMPUTE))
        asked = {"owner": "withdraw", "from": WORKERS, "take": ASKED_BACK}
        for key, value in asked.items():
            node = node.put(key, said(key, value))
        return node

    def _with_parameters(self, node: Table, free: list[str]) -> Table:
        """Return a swap with what its policy takes parted from the fixed keys."""
        if not free:
            return node
        parameters = node._replace(entries={key: node.entries[key] for key in free})
        return node.without(*free).put("parameters", Entry(node.place, parameters))

    def _sought(self, node: Table, free: list[str]) -> Table:
        """Return a withdrawal whose one free key is the resource, with what is taken of it."""
        if len(free) != 1:
            keys = ("owner", "from", "within", "text")
            told = "says nothing of what is withdrawn; name a resource, such as `money: 30%`"
            if free:
                told = f"names {', '.join(free)}; withdraw one resource, such as `money: 30%`"
                self._tell_unknown(node, [key for key in free if did_you_mean(key, keys)], keys)
            self._faults.add(_at(node, "owner"), told)
            return node.without(*free)
        [key] = free
        at, below = node.entries[key]
        resource = Entry(at, Scalar(at, below.path, key))
        return node.without(key).put("resource", resource).put("take", Entry(at, below))

    def _tell_unknown(self, table: Table, unknown: list[str], keys: tuple[str, ...]) -> None:
        for key in unknown:
            hint = did_you_mean(key, keys) or f"known: {', '.join(keys)}"
            self._faults.add(_at(table, key), "is an unknown key", hint)

    def _vary(self, node: Node) -> Node:
        """Return what is varied with its axes parted from what is included and excluded."""
        if not isinstance(node, Table):
            return node
        axes = node.without(*BESIDE_AXES)
        kept = {key: node.entries[key] for key in BESIDE_AXES if key in node.entries}
        listed = {key: each._replace(node=_listed(each.node)) for key, each in kept.items()}
        return node._replace(entries={"axes": Entry(node.place, axes), **listed})

    def _predict(self, node: Node) -> Node:
        """Return the table of predictions as a list; several of one figure may stand in a list."""
        if not isinstance(node, Table):
            return node
        told: list[Node] = []
        for figure, (key, below) in node.entries.items():
            for each in below.items if isinstance(below, Items) else (below,):
                if isinstance(each, Table):
                    name = Entry(key, Scalar(key, each.path, figure))
                    told.append(self._part(each, PredictSpec).put("figure", name))
                else:
                    told.append(each)
        return Items(node.place, node.path, tuple(told))

    def _expect(self, node: Node) -> Node:
        """Return the table of expectations as a list that says of whom."""
        if not isinstance(node, Table):
            return node
        listed: list[Node] = []
        for who, (key, below) in node.entries.items():
            if who.endswith(" unmonitored"):
                self._faults.add(Spot(key, below.path), "is not supported yet")
            elif isinstance(below, Table):
                name = Entry(key, Scalar(key, below.path, who))
                listed.append(self._part(below, ExpectSpec).put("who", name))
            else:
                listed.append(below)
        return Items(node.place, node.path, tuple(listed))


def _unspoken(node: Table) -> Table:
    """Return what stands for something that has been refused already."""
    words = {"owner": "message", "text": "..."}
    entries = {key: Entry(node.place, Scalar(node.place, node.path, words[key])) for key in words}
    return node._replace(entries=entries)


def _at(table: Table, key: str) -> Spot:
    entry = table.entries[key]
    return Spot(entry.key, entry.node.path)


def _word(node: Scalar, key: str) -> Table:
    """Return what one word stands for: itself, and no parameters."""
    parameters = Table(node.place, node.path, {})
    entries = {key: Entry(node.place, node), "parameters": Entry(node.place, parameters)}
    return Table(node.place, node.path, entries)


def _short(node: Node, key: str) -> Node:
    """Return a lone value, or a list, as the table that says it under ``key``."""
    if isinstance(node, Table) or (isinstance(node, Scalar) and node.value is None):
        return node
    value = moved(node, (*node.path, key))
    return Table(node.place, node.path, {key: Entry(node.place, value)})


def _listed(node: Node) -> Node:
    return node if isinstance(node, Items) else Items(node.place, node.path, (node,))


def _each(node: Node, change: Change) -> Node:
    """Return a list or table with every node in it changed."""
    if isinstance(node, Items):
        return node._replace(items=tuple(change(item) for item in node.items))
    if isinstance(node, Table):
        changed = {key: Entry(at, change(below)) for key, (at, below) in node.entries.items()}
        return node._replace(entries=changed)
    return node
