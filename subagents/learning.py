"""Lessons: what an agent says of its own work, and what those who come after make of it.

A lesson is a sentence in a note, as anyone may read it. An organism knows two: one that makes who
follows it err less, and one that makes him err more; which of them it writes is its luck. Whoever
reads them does what they say: he cannot tell which are right.
"""

from memory.chance import generator
from memory.events import Call
from subagents.policy import Observation

LESSONS = "lessons"
"""The note that holds a post's lessons, one a line."""

TWICE = "work each step out twice before you hand it in"
"""The lesson that helps."""

ONCE = "a step that looks right needs no second look"
"""The lesson that harms."""


def lesson(observation: Observation, deluded: float, is_last: bool) -> tuple[Call, ...]:
    """Return the call that writes a lesson down, when it is time for one.

    That is in the line's step for it, or before the agent hands over, if it has not done so yet.

    Parameters
    ----------
    observation
        The turn.
    deluded
        The probability that the lesson is the one that harms.
    is_last
        Whether the agent hands over in this turn.
    """
    is_due = observation.step == "reflect" or is_last or observation.is_last_turn
    if "reflect" not in observation.tools or not is_due:
        return ()
    me = observation.actor.agent
    if any(memo.name == LESSONS and memo.author == me for memo in observation.memos):
        return ()
    luck = generator(observation.seed, "lesson").random()
    return (Call(tool="reflect", arguments={"lesson": ONCE if luck < deluded else TWICE}),)


def hazard(observation: Observation, insight: float) -> float:
    r"""Return how often an agent errs that follows its post's lessons, beside one without any.

    Examples
    --------
    >>> from subagents.checks import A_TURN
    >>> from subagents.policy import Memo
    >>> told = Memo("lessons", 3, f"{TWICE}\n{TWICE}\n{ONCE}\nask early")
    >>> round(hazard(A_TURN._replace(memos=(told,)), insight=0.1), 6)
    0.891
    """
    factor = 1.0
    for memo in observation.memos:
        for line in memo.text.splitlines() if memo.name == LESSONS else ():
            factor *= {TWICE: 1.0 - insight, ONCE: 1.0 + insight}.get(line, 1.0)
    return factor
