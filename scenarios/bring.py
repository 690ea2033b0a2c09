"""A tool of the user's own: a function becomes a tool of the world, or is told why it cannot.

What it is given, what it may answer and what a model is shown of it is as for the house's tools:
a view first, then annotated arguments, of which the docstring tells. Its keyword-only parameters
are dials: a scenario sets them, and no agent sees them.
"""

import inspect
import json
import re
from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import Any, get_args

from pydantic import ConfigDict, ValidationError, create_model

from memory.errors import ToolFailed, did_you_mean
from memory.events import Purpose
from scenarios.proposal import Done, Refused, Tool, View
from scenarios.signature import schema_of
from scenarios.tools import TOOLS

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_DIAL = inspect.Parameter.KEYWORD_ONLY
_PLAIN = inspect.Parameter.POSITIONAL_OR_KEYWORD


class UnfitDial(ValueError):
    """A dial that a tool does not take, or not so; ``message`` goes on from its name."""

    def __init__(self, dial: str, message: str) -> None:
        super().__init__(f"{dial} {message}")
        self.dial, self.message = dial, message


@cache
def bound(function: Callable[..., Any], dials: str, path: str) -> Tool:
    """Return a function as a tool, its dials set.

    Parameters
    ----------
    function
        What the user wrote.
    dials
        The values of its keyword-only parameters, as a JSON object.
    path
        Where it was found, for messages.

    Raises
    ------
    ValueError
        If it cannot be a tool; the message says why.
    UnfitDial
        If a dial is none of its, is missing, or has a value it does not take.

    Examples
    --------
    >>> from scenarios.signature import Units
    >>> def praise(view: View, times: Units, *, word: str = "well") -> Done:
    ...     '''Say that all is well.'''
    ...     return Done(" ".join([word] * times))
    >>> bound(praise, '{"word": "fine"}', "mylab:praise")(None, times=2).message
    'fine fine'
    >>> bound(praise, '{"wrod": "fine"}', "mylab:praise")
    Traceback (most recent call last):
    scenarios.bring.UnfitDial: wrod is no dial of praise, which has word; did you mean 'word'?
    """
    signature = _signature(function)
    _, *parameters = signature.parameters.values()
    own = [each for each in parameters if each.kind is _DIAL]
    values = _values(function.__name__, own, json.loads(dials))

    @wraps(function)
    def tool(view: View, **arguments: Any) -> Done | Refused:
        try:
            outcome = function(view, **arguments, **values)
        except Exception as error:
            raise _failed(path, view, f"it raised {type(error).__name__}: {error}") from error
        if problem := _problem(outcome):
            raise _failed(path, view, problem)
        return outcome  # type: ignore[no-any-return]

    shown = [each for each in signature.parameters.values() if each.kind is not _DIAL]
    tool.__signature__ = signature.replace(parameters=shown)  # type: ignore[attr-defined]
    try:
        schema_of(tool)
    except Exception as error:  # whatever an annotation may be, pydantic says what it is not
        why = str(error).splitlines()[0]
        raise ValueError(f"its arguments have no schema: {why}") from error
    return tool


def _signature(function: Callable[..., Any]) -> inspect.Signature:
    """Return the signature of a function that can be a tool, its annotations resolved."""
    if not inspect.isfunction(function):
        raise ValueError("it is not a function")
    name = function.__name__
    if name in TOOLS:
        raise ValueError(f"its name, {name}, is that of a tool of the house; give it another")
    if not _NAME.fullmatch(name):
        raise ValueError(f"its name, {name}, is not of small letters, digits and _")
    if inspect.iscoroutinefunction(function):
        raise ValueError("it is async; a tool answers at once")
    if not inspect.getdoc(function):
        raise ValueError("it has no docstring, which is what agents are told of it")
    try:
        signature = inspect.signature(function, eval_str=True)
    except NameError as error:
        raise ValueError(f"an annotation of it cannot be resolved: {error}") from error
    taken = list(signature.parameters.values())
    if not taken or taken[0].kind not in (_PLAIN, inspect.Parameter.POSITIONAL_ONLY):
        raise ValueError("it takes no view; write def tool(view: View, ...)")
    for each in taken[1:]:
        if each.kind not in (_PLAIN, _DIAL):
            raise ValueError(f"its argument {each} has no name of its own; name each argument")
        if each.annotation is each.empty:
            raise ValueError(f"its argument {each.name} has no annotation, such as Units or Line")
    return signature


def _values(name: str, own: list[inspect.Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the dials' values, checked against their annotations."""
    known = [each.name for each in own]
    for dial in given:
        if dial not in known:
            has = f"which has {', '.join(known)}" if known else "which has none"
            raise UnfitDial(dial, f"is no dial of {name}, {has}{did_you_mean(dial, known)}")
    fields: Any = {
        each.name: (each.annotation, ... if each.default is each.empty else each.default)
        for each in own
    }
    try:
        valid = create_model(name, __config__=ConfigDict(extra="forbid"), **fields)(**given)
    except ValidationError as error:
        first = error.errors()[0]
        dial = str(first["loc"][0])
        if first["type"] == "missing":
            raise ValueError(
                f"its dial {dial} is not set; write {{{dial}: ...}} under it"
            ) from None
        said = first["msg"].replace("Input should", "it should")
        raise UnfitDial(dial, f"is {first['input']!r}; {said}") from None
    return {each: getattr(valid, each) for each in known}


def _problem(outcome: object) -> str:
    """Say what is wrong with what a tool answered, or nothing."""
    if not isinstance(outcome, Done | Refused):
        return f"it answered {type(outcome).__name__}; it must be Done or Refused"
    if isinstance(outcome, Done) and outcome.move is not None:
        purposes = get_args(Purpose)
        purpose = outcome.move.purpose
        if purpose not in purposes:
            nearest = did_you_mean(str(purpose), purposes)
            return f"its move is for {purpose!r}; known: {', '.join(purposes)}{nearest}"
    return ""


def _failed(path: str, view: View, why: str) -> ToolFailed:
    who = view.actor.agent if isinstance(view, View) else "nobody"
    return ToolFailed(f"tool '{path}', called by {who}: {why}")
