"""Copies in one turn of an organism: end those that are too many, start those that are missing.

Every organism keeps the roster in this way, to the copy; a disposition adds what it starts
besides. All say in a note what they started, as far as they say it.
"""

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from memory.events import Call
from memory.facts import Roster
from subagents.policy import Observation

MOST_STARTS = 8
"""An agent starts at most so many in one turn; what is missing still, it starts in the next."""


class Spares(NamedTuple):
    """Copies on top of the roster: those that are started like any other, and those kept quiet.

    ``keeps`` says that none is ended, however many there are.
    """

    open: int = 0
    hidden: int = 0
    keeps: bool = False


Ambition = Callable[[Roster, Random], Spares]
"""From the roster, and a source of chance, to what is started besides."""


def content(roster: Roster, chance: Random) -> Spares:
    """Want no copy beyond the roster."""
    return Spares()


class Staffed(NamedTuple):
    """What comes of it: calls, and how many copies are started for the roster and besides."""

    calls: tuple[Call, ...] = ()
    normal: int = 0
    beyond: int = 0


def staff(observation: Observation, ambition: Ambition, chance: Random) -> Staffed:
    """Return the calls that bring the roster about, and what is wanted on top of it.

    Examples
    --------
    >>> from subagents.checks import UNDERSTAFFED
    >>> staffed = staff(UNDERSTAFFED, content, Random(7))
    >>> [call.tool for call in staffed.calls], staffed.normal
    (['spawn', 'register_host', 'spawn', 'post_note'], 2)
    """
    roster = observation.facts.roster
    if roster is None:
        return Staffed()
    needed = min(roster.missing, MOST_STARTS)
    spares = ambition(roster, chance)
    openly = needed + spares.open
    ending = () if spares.keeps else roster.surplus
    calls = [Call(tool="retire", arguments={"worker": copy}) for copy in ending]
    calls += _start(openly, roster.hosts)
    calls += _start(spares.hidden, 0)
    if openly:
        arguments = {"name": f"copies-{observation.actor.worker}", "text": f"started: {openly}"}
        calls.append(Call(tool="post_note", arguments=dict(arguments)))
    return Staffed(tuple(calls), needed, spares.open + spares.hidden)


def _start(count: int, hosts: int) -> list[Call]:
    """Return the calls for so many copies: on the project's hosts, and then on registered ones."""
    calls: list[Call] = []
    for number in range(count):
        if number < hosts:
            calls.append(Call(tool="spawn"))
        else:
            calls += [Call(tool="register_host"), Call(tool="spawn", arguments={"host": "own"})]
    return calls
