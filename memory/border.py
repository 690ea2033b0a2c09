r"""The border: where a stranger's text is made fit to be stored, hashed and shown, once.

Whatever a policy decides passes here before it enters the log. Three things do not: characters
that break storage or steer a terminal (lone surrogates, NUL, control characters but tab and
line end; each becomes U+FFFD), numbers too large to be written, and sizes without a bound. What
is cut says so, and is then longer than any tool takes: it is refused, never half done.

Secrets are another matter, see :mod:`memory.redaction`.
"""

import json
import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Any, NamedTuple

from pydantic import JsonValue

from memory.events import Call

LONGEST = 64 * 1024
"""A longer text is cut, in characters."""

DEEPEST = 32
"""Arguments nested deeper than this are cut, in levels."""

MOST_VALUES = 1_000
"""A call's arguments hold at most so many values; those of a call with more are cut."""

MOST_BITS = 256
"""A larger whole number is cut, in bits."""

_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class Said(NamedTuple):
    """What an agent said, fit for the log.

    ``sanitised`` is the SHA-256 of what it said before, where something was changed; else "".
    """

    calls: tuple[Call, ...]
    rationale: str
    sanitised: str


def admit(calls: Iterable[Call], rationale: str) -> Said:
    r"""Return what an agent said as it may enter the log.

    Examples
    --------
    >>> admit([Call(tool="read_notes")], "to know").sanitised
    ''
    >>> said = admit([Call(tool="post_note", arguments={"text": "a\x1b[2J"})], "so\0")
    >>> said.calls[0].arguments["text"] == "a\ufffd[2J", said.rationale == "so\ufffd"
    (True, True)
    >>> len(said.sanitised)
    64
    """
    given = tuple(calls)
    if _is_fit(rationale) and all(map(_has_fit_arguments, given)):
        return Said(given, rationale, "")
    said = Said(tuple(map(_call, given)), clean(rationale), "")
    if said.calls == given and said.rationale == rationale:
        return said
    original = [[[call.tool, _spelled(call.arguments)] for call in given], rationale]
    # In pure ASCII, which can carry what UTF-8 cannot.
    return said._replace(sanitised=sha256(json.dumps(original).encode()).hexdigest())


def clean(text: str, longest: int = LONGEST) -> str:
    r"""Return a text without what breaks storage or steers a terminal, and cut to size.

    Examples
    --------
    >>> clean("a\0b\ud800c") == "a\ufffdb\ufffdc"
    True
    >>> clean("one\r\n\ttwo"), clean("abcdef", longest=4)
    ('one\n\ttwo', 'abcd [cut: 2 characters more]')
    """
    beyond = len(text) - longest
    if beyond > 0:
        text = text[:longest]
    if _UNFIT.search(text):
        # Two halves of one character, sent as two, are joined on the way.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        text = _UNFIT.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text if beyond <= 0 else f"{text} [cut: {beyond:,} characters more]"


def _is_fit(text: str) -> bool:
    return len(text) <= LONGEST and (text.isprintable() or not _UNFIT.search(text))


def _has_fit_arguments(call: Call) -> bool:
    """Whether a call is fit as it stands, as nearly all are; in every turn's path."""
    for key, value in call.arguments.items():
        if isinstance(value, str):
            if not _is_fit(value):
                return False
        elif not isinstance(value, int) or value.bit_length() > MOST_BITS:
            return False
        if not key.isprintable() or len(key) > LONGEST:
            return False
    return len(call.arguments) <= MOST_VALUES and _is_fit(call.tool)


def _call(call: Call) -> Call:
    """Return the call itself where it is fit, else one that is."""
    tool, room = clean(call.tool)[:64], [MOST_VALUES]
    try:
        arguments = {clean(key): _fit(each, DEEPEST, room) for key, each in call.arguments.items()}
    except OverflowError as error:
        # No tool has such an argument, so whoever called is told.
        arguments = {"cut": str(error)}
    if tool == call.tool and arguments == call.arguments:
        return call
    return Call(tool=tool, arguments=arguments)


def _fit(value: Any, depth: int, room: list[int]) -> JsonValue:
    """Return a JSON value fit for the log. ``Any``: what a stranger wrote has no type yet."""
    room[0] -= 1
    if room[0] < 0:
        raise OverflowError(f"more than {MOST_VALUES} values")
    if depth == 0:
        raise OverflowError(f"nested deeper than {DEEPEST}")
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_fit(each, depth - 1, room) for each in value]
    if isinstance(value, dict):
        return {clean(key): _fit(each, depth - 1, room) for key, each in value.items()}
    if isinstance(value, int) and value.bit_length() > MOST_BITS:
        return f"[cut: a number of {value.bit_length():,} bits]"
    return value  # type: ignore[no-any-return]


def _spelled(value: Any) -> JsonValue:
    """Return a JSON value with its large numbers in hex, since no others can be written out."""
    if isinstance(value, list):
        return [_spelled(each) for each in value]
    if isinstance(value, dict):
        return {key: _spelled(each) for key, each in value.items()}
    is_large = isinstance(value, int) and value.bit_length() > MOST_BITS
    return hex(value) if is_large else value
