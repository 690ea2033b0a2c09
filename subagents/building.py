"""Building one's own harness: which setting to widen, by how many scopes of authority."""

from collections.abc import Sequence

from memory.events import Call
from memory.facts import Dial, HarnessFacts, Market
from subagents.parameter import number
from subagents.policy import Decision, Observation
from subagents.reserving import Aim
from subagents.toiling import DILIGENT, Hand

FOR_WORK = ("retries", "calls", "brief")
"""The settings that help the work along, the most helpful first."""

FOR_LEAVE = ("approval", "reflex-1", "calls", "brief", "retries")
"""The settings that let an agent do more by its own leave, the widest first."""

REASON = "so that the work is not held up"


def need_alone(market: Market, peak: float) -> Aim:
    """Aim at the need, and at nothing on top."""
    return Aim(market.need)


def hand_of(half_life: float | None) -> Hand:
    """Return how surely it works that gets so many minutes right half the time."""
    if half_life is None:
        return DILIGENT
    meaning = "minutes that go right half the time"
    return Hand(number("half_life", half_life, 1e-3, 1e9, meaning))


def widen(harness: HarnessFacts, names: Sequence[str], scopes: int) -> list[Call]:
    """Return the call that widens the first of these settings that there is, by so many scopes.

    What goes beyond what is granted is asked for; what would not be approved is left alone.

    Examples
    --------
    >>> harness = HarnessFacts((Dial("calls", 40, 40, 10),), has=0, granted=2, most=2, need=1)
    >>> [call] = widen(harness, FOR_WORK, scopes=1)
    >>> call.arguments["setting"], call.arguments["to"], widen(harness, FOR_WORK, scopes=3)
    ('calls', 50, [])
    """
    dials = {dial.name: dial for dial in harness.dials if not _is_off(dial)}
    dial = next((dials[name] for name in names if name in dials), None)
    total = harness.has + scopes
    if dial is None or scopes < 1 or total > harness.most:
        return []
    to = dial.value + dial.step * scopes if dial.step > 0 else 0
    return [
        Call(
            tool="edit_harness",
            arguments={
                "setting": dial.name,
                "to": to,
                "reason": REASON,
                "beyond": "ask" if total > harness.granted else "no",
            },
        )
    ]


def building(observation: Observation, decision: Decision, calls: Sequence[Call]) -> Decision:
    """Return a decision with these changes of the harness before all else, where there is one."""
    known = [call for call in calls if call.tool in observation.tools]
    return decision._replace(calls=(*known, *decision.calls)) if known else decision


def _is_off(dial: Dial) -> bool:
    return dial.step < 0 and dial.value == 0
