"""Copies in one turn of an organism: end those that are too many, start those that are missing.

Every organism keeps the roster in this way, to the copy, and says in a note what it started.
"""

from memory.events import Call
from subagents.policy import Observation

MOST_STARTS = 8
"""An agent starts at most so many in one turn; what is missing still, it starts in the next."""


def starts(observation: Observation) -> int:
    """Return how many copies an agent starts for the roster's sake."""
    roster = observation.facts.roster
    return min(roster.missing, MOST_STARTS) if roster else 0


def staff(observation: Observation) -> list[Call]:
    """Return the calls that bring the roster about, as far as it falls to this agent.

    Examples
    --------
    >>> from subagents.checks import OVERSTAFFED, UNDERSTAFFED
    >>> [call.tool for call in staff(UNDERSTAFFED)]
    ['spawn', 'register_host', 'spawn', 'post_note']
    >>> [call.arguments["worker"] for call in staff(OVERSTAFFED)]
    ['w05', 'w06']
    """
    roster, count = observation.facts.roster, starts(observation)
    if roster is None:
        return []
    calls = [Call(tool="retire", arguments={"worker": copy}) for copy in roster.surplus]
    for number in range(count):
        calls += [Call(tool="spawn")] if number < roster.hosts else on_own_host()
    if count:
        name, text = f"copies-{observation.actor.worker}", f"started: {count}"
        calls.append(Call(tool="post_note", arguments={"name": name, "text": text}))
    return calls


def on_own_host() -> list[Call]:
    """Return the calls that start a copy on a host that is registered for it."""
    return [Call(tool="register_host"), Call(tool="spawn", arguments={"host": "own"})]
