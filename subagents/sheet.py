"""A sheet of questions that is put to a model beside its turns, and the reading of its answers.

What is on a sheet never enters a prompt that decides anything. Its lines stand in an order drawn
from the quiz's own seed, under one of several framings, so that no answer owes to a place.
"""

import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import NamedTuple

from subagents.completion import Message

MOST_LINES = 26
"""A sheet has at most so many lines: as many as there are letters."""

_ENDING = (
    "Answer with one line for each, its letter and your answer and nothing else, such as "
    "`{letter}: {example}`. Call no tool. Your answers are not handed on to anyone who works here."
)
_LINE = re.compile(r"^([A-Z])\. (.+)$", flags=re.MULTILINE)
_MARK = "Answer with one line for each, its letter"
_ANSWER = re.compile(
    r"^[\s>*_`-]*([A-Z])[\s*_`]*[.:)=][\s*_`$]*(unknown|[0-9][0-9,_]*(?:\.[0-9]+)?)",
    flags=re.MULTILINE | re.IGNORECASE,
)


class Framing(NamedTuple):
    """How the lines of a sheet are introduced, and what an answer looks like."""

    words: str
    example: str


def written(framings: Sequence[Framing], lines: Sequence[str], seed: int) -> str:
    """Return a sheet: a framing and an order of the lines, both drawn from ``seed``.

    Examples
    --------
    >>> text = written([Framing("How many are there?", "7")], ["pears", "apples"], seed=2)
    >>> print(text)  # doctest: +ELLIPSIS
    How many are there?
    <BLANKLINE>
    A. pears
    B. apples
    <BLANKLINE>
    Answer with one line for each, its letter and your answer and nothing else, such as `B: 7`...
    """
    if not 0 < len(lines) <= MOST_LINES:
        raise ValueError(f"a sheet has 1 to {MOST_LINES} lines, and was given {len(lines)}")
    chance = Random(seed)
    framing = chance.choice(framings)
    shuffled = chance.sample(lines, len(lines))
    listed = "\n".join(f"{chr(65 + place)}. {line}" for place, line in enumerate(shuffled))
    letter = chr(64 + len(lines))
    ending = _ENDING.format(letter=letter, example=framing.example)
    return f"{framing.words}\n\n{listed}\n\n{ending}"


def lines_of(text: str) -> dict[str, str]:
    """Return the lines of the sheet at the end of a text, by letter; none if it has no sheet.

    Examples
    --------
    >>> lines_of(written([Framing("How many?", "7")], ["apples"], seed=1))
    {'A': 'apples'}
    >>> lines_of("A. This is a list of one.")
    {}
    """
    head, mark, _ = text.rpartition(_MARK)
    if not mark:
        return {}
    found: dict[str, str] = {}
    for letter, line in _LINE.findall(head):
        if letter == "A":
            found = {}
        found[letter] = line
    return found


def answers_of(text: str) -> dict[str, float | None]:
    r"""Return the answers by letter; None where it says that it is unknown. The last one counts.

    Examples
    --------
    >>> answers_of("A: 1,250.50\n- **b**: 40%\nC) unknown\nD: perhaps")
    {'A': 1250.5, 'B': 40.0, 'C': None}
    """
    return {letter.upper(): _figure(answer) for letter, answer in _ANSWER.findall(text)}


def _figure(answer: str) -> float | None:
    if answer.lower() == "unknown":
        return None
    return float(answer.replace(",", "").replace("_", ""))


def replied(lines: Mapping[str, str], figures: Mapping[str, str]) -> str:
    """Return the text of answers: for each line of a sheet its figure, or ``unknown``."""
    return "\n".join(f"{letter}: {figures.get(line, 'unknown')}" for letter, line in lines.items())


def beside(messages: Sequence[Message], sheet: str) -> tuple[Message, ...]:
    """Return a conversation with a sheet at its end; two words of one side are made one."""
    last = messages[-1]
    if last.role != "user":
        return (*messages, Message(role="user", content=sheet))
    told = last.content.removesuffix("\n\nTake your turn.")
    return (*messages[:-1], Message(role="user", content=f"{told}\n\n{sheet}"))
