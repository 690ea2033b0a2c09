"""The one door to YAML: text in, nodes with places out, and nothing that could run.

The parser's events are read, never a constructor's objects: nesting, aliases and size meet
their limits before they can hurt, keys may not repeat, and only the plain types of YAML 1.2
exist. ``no``, ``12:30:45``, ``2026-01-31`` and ``0777`` stay the texts they look like.
"""

import math
import re
from collections.abc import Iterator
from typing import NamedTuple, NoReturn, TypeAlias

import yaml

from scenarios.node import Entry, Items, Node, Place, Scalar, Source, Spot, Steps, Table
from scenarios.problem import Faults, given

LARGEST_FILE = 256 * 1024
"""Bytes of one file."""

DEEPEST = 40
"""Levels of nesting."""

MOST_NODES = 50_000
"""Nodes of one file, each alias counted as all it stands for."""

LONGEST_NUMBER = 40
"""Characters of one number."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*(?:_[0-9]+)*)")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*(?:_[0-9]+)*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
)
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_CORE = "tag:yaml.org,2002:"
_TAGS: dict[str, tuple[type, ...]] = {
    f"{_CORE}int": (int,),
    f"{_CORE}float": (int, float),
    f"{_CORE}bool": (bool,),
    f"{_CORE}null": (type(None),),
}
_IN_OUR_WORDS = {
    "did not find expected key": "a key is expected; is the indentation right?",
    "did not find expected '-' indicator": "a '-' is expected; is the indentation right?",
    "did not find expected ',' or '}'": "a ',' or the closing '}' is missing before this",
    "did not find expected ',' or ']'": "a ',' or the closing ']' is missing before this",
    "could not find expected ':'": "a ':' is missing after a key",
    "did not find expected node content": "a value or a closing bracket is expected",
    "found unexpected end of stream": "this quote is never closed",
    "mapping values are not allowed in this context": "this ':' makes a key where none can be; "
    "put the text in quotes, or the key on its own line",
    "block sequence entries are not allowed in this context": "no list can begin at this point",
}

Value: TypeAlias = str | int | float | bool | None
Collection: TypeAlias = yaml.SequenceStartEvent | yaml.MappingStartEvent


def read(
    name: str, content: str | bytes, faults: Faults, *, start: int = 0, path: Steps = ()
) -> Node:
    r"""Return the tree of one YAML document.

    Parameters
    ----------
    name
        What messages call the text.
    content
        The text, or the bytes of a file.
    faults
        Takes what is wrong but does not keep the rest from being read.
    start
        How many characters of the first line to skip: they are quoted, but not read.
    path
        Where the value will stand.

    Raises
    ------
    ScenarioProblems
        If it cannot be read as YAML, or is larger or deeper than a scenario ever is.

    Examples
    --------
    >>> from scenarios.node import plain
    >>> plain(read("a.yaml", "life: 24 turns\nstart: 600_000\nlate: no", Faults("a.yaml")))
    {'life': '24 turns', 'start': 600000, 'late': 'no'}
    """
    text = _decode(name, content, path, faults)
    try:
        return _Composer(text, faults).document(start, path)
    except yaml.YAMLError as error:
        spot, message = _explained(error, text, path)
        faults.fatal(spot, f"is not YAML here: {message}")


class _Text(NamedTuple):
    """What was decoded, and the source it will be quoted from."""

    content: str
    source: Source

    def place(self, index: int) -> Place:
        """Return the place of one character."""
        before = _BREAK.split(self.content[:index])
        return Place(self.source, len(before), len(before[-1]) + 1)


def _decode(name: str, content: str | bytes, path: Steps, faults: Faults) -> _Text:
    if len(content) > LARGEST_FILE:
        start = Spot(Place(Source(name, ()), 1, 1), path)
        faults.fatal(start, f"is larger than {LARGEST_FILE // 1024} KB")
    replaced = content.decode("utf-8", "replace") if isinstance(content, bytes) else content
    replaced = replaced.removeprefix("\ufeff")
    text = _Text(replaced, Source(name, tuple(_BREAK.split(replaced))))
    if isinstance(content, bytes):
        try:
            content.decode("utf-8")
        except UnicodeDecodeError as error:
            before = content[: error.start].decode("utf-8").removeprefix("\ufeff")
            faults.fatal(Spot(text.place(len(before)), path), "is not text in UTF-8 here")
    if unwanted := _UNWANTED.search(replaced):
        code = f"U+{ord(unwanted[0]):04X}"
        message = f"holds the character {code}, which no text needs"
        faults.fatal(Spot(text.place(unwanted.start()), path), message)
    return text


class _Anchored(NamedTuple):
    """A node that aliases may name, and how many nodes it is."""

    node: Node
    size: int


class _Composer:
    """Builds nodes from the parser's events; recursion is as deep as the text, so bounded."""

    def __init__(self, text: _Text, faults: Faults) -> None:
        self._text = text.content
        self._source = text.source
        self._faults = faults
        self._events: Iterator[yaml.Event] = iter(())
        self._anchors: dict[str, _Anchored | None] = {}
        self._nodes = 0

    def document(self, skipped: int, path: Steps) -> Node:
        """Return the only document of the text after the characters that are skipped."""
        self._events = yaml.parse(" " * skipped + self._text[skipped:], Loader=_LOADER)
        next(self._events)
        if isinstance(start := next(self._events), yaml.StreamEndEvent):
            self._refuse(start, path, "is empty")
        node = self._node(next(self._events), path, 0)
        next(self._events)
        if isinstance(second := next(self._events), yaml.DocumentStartEvent):
            self._refuse(second, path, "has a second document here; a file holds one")
        return node

    def _node(self, event: yaml.Event, path: Steps, depth: int) -> Node:
        if depth > DEEPEST:
            self._refuse(event, path, f"is nested more than {DEEPEST} levels deep")
        self._count(event, path, 1)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, path)
        before = self._nodes
        if anchor := getattr(event, "anchor", None):
            self._anchors[anchor] = None
        node: Node
        if isinstance(event, yaml.SequenceStartEvent):
            node = self._items(event, path, depth)
        elif isinstance(event, yaml.MappingStartEvent):
            node = self._table(event, path, depth)
        else:
            node = self._scalar(event, path)
        if anchor:
            self._anchors[anchor] = _Anchored(node, self._nodes - before)
        return node

    def _count(self, event: yaml.Event, path: Steps, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > MOST_NODES:
            self._refuse(event, path, f"makes more than {MOST_NODES:_} values, aliases included")

    def _alias(self, event: yaml.AliasEvent, path: Steps) -> Node:
        name = given(event.anchor)
        if event.anchor not in self._anchors:
            self._refuse(event, path, f"repeats {name}, which is not anchored before it")
        if (anchored := self._anchors[event.anchor]) is None:
            self._refuse(event, path, f"repeats {name}, which it is a part of")
        self._count(event, path, anchored.size)
        return anchored.node._replace(place=self._place(event), path=path)

    def _items(self, event: yaml.SequenceStartEvent, path: Steps, depth: int) -> Items:
        self._check_tag(event, path, "seq")
        items: list[Node] = []
        while not isinstance(inner := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(inner, (*path, len(items)), depth + 1))
        return Items(self._place(event), path, tuple(items))

    def _table(self, event: yaml.MappingStartEvent, path: Steps, depth: int) -> Table:
        self._check_tag(event, path, "map")
        entries: dict[str, Entry] = {}
        while not isinstance(inner := next(self._events), yaml.MappingEndEvent):
            if not isinstance(inner, yaml.ScalarEvent):
                self._refuse(inner, path, "has a key that is not one word")
            key, place, within = inner.value, self._place(inner), (*path, inner.value)
            entry = Entry(place, self._node(next(self._events), within, depth + 1))
            if first := entries.get(key):
                self._fault(inner, within, f"is given twice; first in line {first.key.line}")
            elif key == "<<":
                self._fault(inner, within, "is a merge key; use `extends` instead")
            else:
                entries[key] = entry
        return Table(self._place(event), path, entries)

    def _scalar(self, event: yaml.Event, path: Steps) -> Scalar:
        value = self._value(event, path) if isinstance(event, yaml.ScalarEvent) else None
        return Scalar(self._place(event), path, value)

    def _value(self, event: yaml.ScalarEvent, path: Steps) -> Value:
        text: str = event.value
        if unwanted := _UNWANTED.search(text):
            self._fault(event, path, f"holds the character U+{ord(unwanted[0]):04X}")
            return ""
        is_text = event.tag in ("!", f"{_CORE}str")
        if is_text or (event.tag is None and not event.implicit[0]):
            return text
        value = self._resolved(event, path)
        if event.tag is not None and not isinstance(value, _TAGS.get(event.tag, ())):
            self._fault(event, path, f"is {given(text)}, not what its tag {given(event.tag)} says")
        return value

    def _resolved(self, event: yaml.ScalarEvent, path: Steps) -> Value:
        """Return what a plain scalar means in YAML 1.2; what is doubtful stays a text."""
        text: str = event.value
        if text in _WORDS:
            return _WORDS[text]
        is_finite = not _NOT_FINITE.fullmatch(text)
        if is_finite and not _FLOAT.fullmatch(text):
            return text
        if len(text) > LONGEST_NUMBER:
            self._fault(event, path, f"is a number of {len(text)} characters")
            return 0
        if _INT.fullmatch(text):
            return int(text)
        number = float(text) if is_finite else math.inf
        if math.isinf(number):
            self._fault(event, path, f"is {given(text)}; a number must be finite")
            return 0
        return number

    def _check_tag(self, event: Collection, path: Steps, kind: str) -> None:
        if event.tag not in (None, "!", _CORE + kind):
            self._fault(event, path, f"carries the tag {given(event.tag)}, which is not read")

    def _place(self, event: yaml.Event) -> Place:
        start, end = event.start_mark, event.end_mark
        if start is None or end is None:
            return Place(self._source, 1, 1)
        width = end.column - start.column if end.line == start.line else 1
        return Place(self._source, start.line + 1, start.column + 1, max(1, width))

    def _fault(self, event: yaml.Event, path: Steps, message: str) -> None:
        self._faults.add(Spot(self._place(event), path), message)

    def _refuse(self, event: yaml.Event, path: Steps, message: str) -> NoReturn:
        self._faults.fatal(Spot(self._place(event), path), message)


class _Complaint(NamedTuple):
    """What the parser could not read, in our words, and where."""

    spot: Spot
    message: str


def _explained(error: yaml.YAMLError, text: _Text, path: Steps) -> _Complaint:
    """Return the parser's error at the place where it helps most."""
    lines = text.source.lines
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return _Complaint(Spot(text.place(0), path), str(error))
    mark, problem = error.problem_mark, error.problem or ""
    is_at_end = not text.content[mark.index :].strip()
    if is_at_end and error.context_mark is not None:
        mark = error.context_mark
    # The parser may stop on a line of its own after the last.
    line, column = min((mark.line, mark.column), (len(lines) - 1, len(lines[-1])))
    spot = Spot(Place(text.source, line + 1, column + 1), path)
    character = lines[line][column : column + 1]
    if "start any token" in problem:
        is_tab = character == "\t"
        quote = f"no value can begin with {given(character)}; put it in quotes"
        return _Complaint(spot, "this is a tab; indent with spaces" if is_tab else quote)
    if is_at_end and "did not find expected ','" in problem:
        return _Complaint(spot, f"this {given(character)} is never closed")
    return _Complaint(spot, _IN_OUR_WORDS.get(problem, problem))
