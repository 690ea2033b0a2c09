"""What may be written next in a scenario's text: what an editor offers at the cursor.

A text that is being written is no YAML yet. So only what stands before the cursor is read, line
by line, for where in the tree the cursor is; the schema and the tables of contents say what fits
there.
"""

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Literal, NamedTuple

from memory.envelope import Frozen
from monitors import CATALOGUE as MONITORS
from orchestrator.compose import POLICIES
from scenarios.catalogue import catalogue
from scenarios.schema import Schema, author_schema

ITEM = 0
"""The step into a list."""

DEEPEST = 64
"""What lies deeper than so many mappings and lists is not read: no scenario is that deep."""

_WORD = re.compile(r"[\w.%-]*$")


class Offer(Frozen):
    """One thing that may be written, and what it is in a sentence."""

    label: str
    kind: Literal["key", "value"]
    detail: str


class Completion(Frozen):
    """What may be written at a cursor, instead of what stands from column ``start`` on."""

    start: int
    offers: tuple[Offer, ...]


class Cursor(NamedTuple):
    """Where in the tree of a text a cursor is.

    ``path`` leads to the mapping or list it is in; ``beside`` is what is said there already, and
    ``key`` the key whose value is being written, if it is a value.
    """

    path: tuple[str | int, ...]
    beside: Mapping[str, str]
    key: str | None
    word: str


def complete(text: str, line: int, column: int) -> Completion:
    r"""Return what may be written at a line and column, both counted from 1.

    Examples
    --------
    >>> [offer.label for offer in complete("chain:\n  li", 2, 5).offers]
    ['life']
    >>> [offer.label for offer in complete("workers:\n  - {policy: weak_", 2, 20).offers]
    ['weak_shard']
    >>> [offer.label for offer in complete("workers: [{policy: weak_shard, over", 1, 35).offers]
    ['over_reserve']
    """
    cursor = cursor_at(text, line, column)
    found = dict[str, Offer]()
    for offer in _offers(cursor):
        if offer.label.startswith(cursor.word) and offer.label not in cursor.beside:
            found.setdefault(offer.label, offer)
    return Completion(start=column - len(cursor.word), offers=tuple(found.values()))


class _Frame:
    """A mapping or a list that is open at some place of the text."""

    def __init__(self, indent: int, path: tuple[str | int, ...]) -> None:
        self.indent = indent
        self.path = path
        self.said: dict[str, str] = {}
        self.key: str | None = None

    @property
    def inner(self) -> tuple[str | int, ...]:
        """The path of what its present key leads to."""
        return self.path if self.key is None else (*self.path, self.key)


class _Reader:
    """Reads a text up to the cursor, knowing only indents, dashes, colons and brackets."""

    def __init__(self) -> None:
        self.blocks = [_Frame(-1, ())]
        self.flows: list[_Frame] = []
        self.lone = ""

    def line(self, text: str) -> None:
        """Read one line, or as much of the last one as stands before the cursor."""
        text = _uncommented(text)
        rest = text.lstrip(" ")
        if self.flows:
            self._flow(rest)
            return
        if not rest:
            return
        indent = len(text) - len(rest)
        is_entry = rest == "-" or rest.startswith("- ")
        self._leave(indent, is_entry=is_entry)
        while (rest == "-" or rest.startswith("- ")) and len(self.blocks) < DEEPEST:
            self.blocks.append(_Frame(indent, (*self._top.inner, ITEM)))
            shorter = rest[1:].lstrip(" ")
            indent += len(rest) - len(shorter)
            rest = shorter
            self.blocks.append(_Frame(indent, self._top.path))
        if not is_entry and indent > self._top.indent:
            self.blocks.append(_Frame(indent, self._top.inner))
        self._top.key = None
        self._entry(rest)

    def stop(self, indent: int) -> None:
        """Stop on a line on which nothing stands yet, so far from the margin."""
        if not self.flows:
            self._leave(indent)
            if self._top.indent == indent:
                self._top.key = None

    @property
    def _top(self) -> _Frame:
        return self.blocks[-1]

    @property
    def innermost(self) -> _Frame:
        """The mapping or list that the cursor is in."""
        return self.flows[-1] if self.flows else self._top

    def _leave(self, indent: int, *, is_entry: bool = False) -> None:
        while (
            len(self.blocks) > 1
            and (
                self._top.indent > indent
                # A dash may stand as far left as the key whose list it goes on with.
                or (is_entry and self._top.indent == indent and self._top.path[-1:] == (ITEM,))
            )
        ):
            self.blocks.pop()

    def _entry(self, rest: str) -> None:
        key, colon, value = _parted(rest)
        self.lone = "" if colon else rest
        if not colon:
            if rest[:1] in ("{", "["):
                self._top.key = None
                self._flow(rest)
            return
        self._top.key = key
        self._top.said[key] = value
        if value[:1] in ("{", "["):
            self._flow(value)
            if not self.flows:
                self._top.key = None
        elif value:
            self.lone = value

    def _flow(self, text: str) -> None:
        part = ""
        for mark in text:
            if mark in "{[" and len(self.flows) < DEEPEST:
                above = self.innermost.inner
                self.flows.append(_Frame(-1, (*above, ITEM) if mark == "[" else above))
                part = ""
            elif mark in "}]," and self.flows:
                self._close(part)
                part = ""
                if mark != "," and self.flows:
                    self.flows.pop()
            elif mark == ":" and self.flows:
                self.flows[-1].key = part.strip()
                part = ""
            else:
                part += mark
        self.lone = part.strip()

    def _close(self, part: str) -> None:
        frame = self.flows[-1]
        if frame.key is not None:
            frame.said[frame.key] = part.strip()
            frame.key = None


def cursor_at(text: str, line: int, column: int) -> Cursor:
    """Return where in the tree a cursor is, as far as what stands before it tells."""
    lines = text.splitlines()[:line]
    last = lines.pop() if len(lines) == line else ""
    before = last[: column - 1]
    reader = _Reader()
    for each in lines:
        reader.line(each)
    if before.strip():
        reader.line(before)
    else:
        reader.stop(column - 1)
    frame = reader.innermost
    found = _WORD.search(before)
    word = found.group() if found else ""
    is_value = frame.key is not None and (bool(reader.flows) or bool(before.strip()))
    if is_value:
        return Cursor(frame.path, frame.said, frame.key, word)
    return Cursor(frame.inner, frame.said if frame.key is None else {}, None, word)


def _offers(cursor: Cursor) -> Iterator[Offer]:
    place = cursor.path if cursor.key is None else (*cursor.path, cursor.key)
    if place[:1] == ("extends",):
        yield from (Offer(label=name, kind="value", detail="scenario") for name in catalogue())
    if place[:1] == ("monitors",) and len(place) in (1, 2):
        yield from _names(MONITORS)
    if place[:1] == ("monitors",) and len(place) == 3:
        yield from _parameters(MONITORS.get(str(place[2])))
    if cursor.key == "policy" or place in (("workers",), ("workers", ITEM)):
        yield from _names(POLICIES)
    if cursor.key is None and cursor.path[:1] == ("workers",):
        yield from _parameters(POLICIES.get(cursor.beside.get("policy", "")))
    for schema in _at(place):
        if cursor.key is None:
            yield from _keys(schema)
        yield from _values(schema)


def _names(known: Mapping[str, object]) -> Iterator[Offer]:
    for name, each in known.items():
        yield Offer(label=name, kind="value", detail=_sentence(inspect.getdoc(each) or ""))


def _parameters(maker: object) -> Iterator[Offer]:
    if callable(maker):
        for each in inspect.signature(maker).parameters.values():
            usual = "" if each.default is each.empty else f", {each.default} if nothing is said"
            kind = inspect.formatannotation(each.annotation)
            yield Offer(label=each.name, kind="key", detail=f"{kind}{usual}")


def _keys(schema: Schema) -> Iterator[Offer]:
    for name, field in schema.get("properties", {}).items():
        yield Offer(label=name, kind="key", detail=_sentence(field.get("description", "")))
    for word in _values(schema.get("propertyNames", {})):
        yield word.model_copy(update={"kind": "key"})


def _values(schema: Schema) -> Iterator[Offer]:
    for each in _forms(schema):
        words = each.get("enum", [each["const"]] if "const" in each else [])
        words = ["true", "false"] if each.get("type") == "boolean" else words
        for word in words:
            yield Offer(label=str(word), kind="value", detail="")


def _at(path: Iterable[str | int]) -> list[Schema]:
    """Return every form that may stand at a path; none where the schema knows no such path."""
    forms = list(_forms(_schema()))
    for step in path:
        forms = [each for form in forms for below in _below(form, step) for each in _forms(below)]
    return forms


def _below(form: Schema, step: str | int) -> Iterator[Schema]:
    if step == ITEM:
        if "items" in form:
            yield form["items"]
        return
    known = form.get("properties", {})
    if step in known:
        yield known[step]
    elif isinstance(form.get("additionalProperties"), dict):
        yield form["additionalProperties"]


def _forms(schema: Schema) -> Iterator[Schema]:
    """Yield a schema's alternatives, with what they refer to in their place."""
    if reference := schema.get("$ref"):
        named = _schema()["$defs"][reference.rpartition("/")[2]]
        yield from _forms(named)
    for each in schema.get("anyOf", []):
        yield from _forms(each)
    if "$ref" not in schema and "anyOf" not in schema:
        yield schema


@cache
def _schema() -> Schema:
    return author_schema()


def _sentence(text: str) -> str:
    first = " ".join(text.partition("\n\n")[0].split())
    return first if len(first) <= 120 else f"{first[:119]}…"


def _uncommented(line: str) -> str:
    return re.sub(r"(^|\s)#.*$", "", line)


def _parted(text: str) -> tuple[str, bool, str]:
    """Return a key, whether there is one, and the rest; a colon in a flow is none of a block."""
    if text[:1] in ("{", "[", '"', "'"):
        return "", False, text
    key, colon, value = text.partition(":")
    if not colon or (value and not value.startswith(" ")):
        return "", False, text
    return key.strip(), True, value.strip()
