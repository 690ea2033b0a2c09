"""What is wrong with a scenario: every problem at once, each with its place.

A check finds a :class:`Problem`: a path into the scenario, and a message. Its author reads a
:class:`Fault`: file, line and column, the line itself, and a caret.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple, NoReturn, TypeAlias

from pydantic import JsonValue

from memory.errors import ScenarioError
from scenarios.node import Place, Source, Spot, Steps, spelled
from scenarios.spec import Scenario

MOST = 200
"""After so many problems, reading stops and tells them."""

_SHOWN = 50
_WIDEST = 96
_LONGEST = 300


class Problem(NamedTuple):
    """Something wrong with a scenario, as a check sees it.

    ``path`` are field names of :class:`~scenarios.spec.Scenario` and indices; the loader finds
    the line. ``message`` continues the sentence that the path begins; ``hint`` may be the
    answer of :func:`memory.errors.did_you_mean`.

    ``beyond`` is for what comes after the end that another path sets, such as the last round. It
    is a mistake in a file; where an override has brought the end closer, it never comes, and the
    problem is none.

    ``is_key`` where the last key of the path is what is wrong, and not what stands behind it.
    """

    path: Steps
    message: str
    hint: str = ""
    beyond: Steps = ()
    is_key: bool = False


Check: TypeAlias = Callable[[Scenario], Iterable[Problem]]
"""Looks at a scenario for more than this package knows, such as the names of policies.

It may be shown the sound part of a faulty one: groups, monitors and expectations with mistakes
left out, and the default world in place of a broken one.
"""


class Fault(NamedTuple):
    """One problem and its place, ready to be shown or sent.

    An empty ``path`` is the scenario itself. ``file`` is ``--set`` for an override.
    """

    file: str
    line: int
    column: int
    path: str
    message: str
    hint: str
    excerpt: str

    def __str__(self) -> str:
        """Return ``file:line:column path message; hint``, and the line with a caret."""
        hint = f"; {self.hint}" if self.hint else ""
        sentence = f"{self.path or 'the scenario'} {self.message}{hint}"
        return f"{self.file}:{self.line}:{self.column} {sentence}\n{self.excerpt}"


class ScenarioProblems(ScenarioError):
    """A scenario cannot be used; ``problems`` are all the reasons, in the order of the file.

    Its text shows every one of them; :meth:`as_json` says the same to programs.
    """

    def __init__(self, name: str, problems: Iterable[Fault]) -> None:
        self.name = name
        self.problems = tuple(problems)
        super().__init__(name, self.problems)

    def __str__(self) -> str:
        """Return every problem with its line and a caret."""
        count = len(self.problems)
        shown = [_indent(str(fault)) for fault in self.problems[:_SHOWN]]
        rest = [f"  ... and {count - _SHOWN} more"] if count > _SHOWN else []
        return "\n".join([f"{self.name}: {count} problem{'s'[: count > 1]}", *shown, *rest])

    def as_json(self) -> list[dict[str, JsonValue]]:
        """Return the problems as JSON-able records, one for each."""
        return [dict(fault._asdict()) for fault in self.problems]


class Faults:
    """Gathers what is wrong while a scenario is read, so that all of it is told at once.

    Parameters
    ----------
    name
        What the scenario is called where it comes from; its own problems are told first.
    """

    def __init__(self, name: str) -> None:
        self._name = printable(name)
        self._found: dict[tuple[Place, str], Fault] = {}

    def __bool__(self) -> bool:
        """Return whether anything is wrong so far."""
        return bool(self._found)

    def add(self, spot: Spot, message: str, hint: str = "") -> None:
        """Note a problem; of several with one path in one place, the first is kept."""
        place, path = spot.place, clip(spelled(spot.path), _WIDEST)
        fault = Fault(
            file=printable(place.source.name),
            line=place.line,
            column=place.column,
            path=path,
            message=clip(message, _LONGEST),
            hint=clip(hint.removeprefix("; "), _LONGEST),
            excerpt=_excerpt(place),
        )
        self._found.setdefault((place, path), fault)
        if len(self._found) >= MOST:
            self.stop_if_any()

    def fatal(self, spot: Spot, message: str, hint: str = "") -> NoReturn:
        """Note a problem after which nothing more can be read, and raise."""
        self.add(spot, message, hint)
        raise ScenarioProblems(self._name, self._in_order())

    def stop_if_any(self) -> None:
        """Raise everything that was found.

        Raises
        ------
        ScenarioProblems
            If anything was.
        """
        if self._found:
            raise ScenarioProblems(self._name, self._in_order())

    def _in_order(self) -> list[Fault]:
        """Return the faults text by text: the scenario's own first, then as they were met."""
        texts: list[Source] = []
        for place, _ in self._found:
            if place.source not in texts:
                texts.append(place.source)
        texts.sort(key=lambda text: printable(text.name) != self._name)
        ranked = sorted(
            self._found.items(),
            key=lambda found: (texts.index(found[0][0].source), *found[0][0][1:3]),
        )
        return [fault for _, fault in ranked]


def printable(text: str) -> str:
    r"""Return ``text`` with whatever a terminal would act on, or cannot encode, spelled out.

    Examples
    --------
    >>> printable("a\x1b[31m \ud800 é")
    'a\\x1b[31m \\ud800 é'
    """
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def clip(text: str, width: int = 60) -> str:
    """Return ``text`` on one line of at most ``width`` characters."""
    text = printable(text[: width + 1])
    return text if len(text) <= width else text[: width - 1] + "…"


def given(value: object) -> str:
    """Return a value as a message quotes it.

    Examples
    --------
    >>> given("honestt"), given(-2), given(None), given({"a": 1}), given(True)
    ("'honestt'", '-2', 'empty', 'a mapping', 'true')
    """
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list | tuple):
        return "a mapping" if isinstance(value, dict) else "a list"
    return f"'{clip(value)}'" if isinstance(value, str) else clip(str(value))


def _excerpt(place: Place) -> str:
    """Return the line, clipped around the place, and carets under it."""
    lines = place.source.lines
    text = lines[place.line - 1] if place.line <= len(lines) else ""
    start = max(0, place.column - 1 - _WIDEST // 2) if len(text) > _WIDEST else 0
    part = "".join(each if each.isprintable() else " " for each in text[start : start + _WIDEST])
    column = place.column - 1 - start
    carets = "^" * max(1, min(place.width, len(part) - column))
    return f"{place.line:>6} | {part}\n{'':>6} | {'':>{column}}{carets}"


def _indent(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
