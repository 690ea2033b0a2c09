"""What a monitor says of itself to whoever chooses among them: what it catches, and its bound."""

import inspect
from typing import NamedTuple

from pydantic import JsonValue

UNSTATED = "none stated"
"""The guarantee of a monitor that states none."""


class Portrait(NamedTuple):
    """One monitor, in words.

    ``parameters`` are its defaults; those without one stand under ``required``. ``guarantee``
    begins with what kind of bound it has on false alarms: proven, exact, assumed or none.
    ``reads_need`` is whether it says nothing of a log that does not tell the need.
    """

    name: str
    catches: str
    parameters: dict[str, JsonValue]
    required: tuple[str, ...]
    guarantee: str
    reads_need: bool


def portrait(name: str, kind: type[object]) -> Portrait:
    """Return what a monitor says of itself.

    Examples
    --------
    >>> from monitors import Unaccounted
    >>> found = portrait("unaccounted", Unaccounted)
    >>> found.parameters, found.guarantee, found.reads_need
    ({}, 'exact: books that balance never alarm', False)
    """
    parameters = inspect.signature(kind).parameters.values()
    return Portrait(
        name,
        (inspect.getdoc(kind) or "").partition("\n")[0],
        {p.name: p.default for p in parameters if p.default is not p.empty},
        tuple(p.name for p in parameters if p.default is p.empty),
        getattr(kind, "guarantee", UNSTATED),
        reads_need(kind),
    )


def reads_need(monitor: object) -> bool:
    """Return whether a monitor says nothing without the need; one that does not tell does."""
    return bool(getattr(monitor, "reads_need", True))
