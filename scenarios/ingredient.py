"""The ingredients of the assembly line, as a scenario switches them on: each one part of YAML.

What none of them says is off, and leaves every byte of the log as it was without them.
"""

import re
from decimal import Decimal
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from memory.events import Reaction
from scenarios.part import Spec, is_unsaid
from scenarios.units import Characters, RoundNumber, Share, Turns, Whole, percent

Knowing = Literal["calculate", "lookup", "state_claim"]

Circumstance = Literal["budget below", "payment over", "same call twice", "last turn"]

FITTING: dict[Circumstance, tuple[Reaction, ...]] = {
    "budget below": ("refuse", "wait"),
    "payment over": ("refuse",),
    "same call twice": ("refuse",),
    "last turn": ("release",),
}
"""What a reflex may do in each circumstance: whatever else makes no sense there."""

_WHEN = re.compile(r"(budget below|payment over|same call twice|last turn)(?: (\S.*))?")
_FORMS = "budget below 10%, payment over 500, same call twice, last turn"


class Trigger(NamedTuple):
    """When a reflex acts: the circumstance, and the share or amount of money it is held to."""

    circumstance: Circumstance
    bound: Decimal = Decimal(0)


def trigger(when: str) -> Trigger:
    """Return when a reflex acts, from how it is written.

    Raises
    ------
    ValueError
        If it is written in none of the forms there are.

    Examples
    --------
    >>> trigger("budget below 10%")
    Trigger(circumstance='budget below', bound=Decimal('0.1'))
    >>> trigger("payment over 500").bound, trigger("last turn").circumstance
    (Decimal('500'), 'last turn')
    """
    found = _WHEN.fullmatch(when)
    if found is None:
        raise ValueError(f"it must be one of: {_FORMS}")
    circumstance: Circumstance = found[1]  # type: ignore[assignment]
    said = found[2]
    takes_share, takes_amount = circumstance == "budget below", circumstance == "payment over"
    if bool(said) != (takes_share or takes_amount):
        raise ValueError(f"it must be one of: {_FORMS}")
    bound = percent(said) if takes_share else said
    if takes_share and not (isinstance(bound, float) and 0 < bound < 1):
        raise ValueError("what the budget is below must be a share, such as 10%")
    if takes_amount and not re.fullmatch(r"[0-9][0-9_]{0,15}(\.[0-9]{1,9})?", said):
        raise ValueError("what a payment is over must be an amount, such as 500")
    return Trigger(circumstance, Decimal(str(bound or 0)))


def _is_when(when: str) -> str:
    trigger(when)
    return when


class ReflexSpec(Spec):
    """A rule that acts in an agent's place, without asking it."""

    when: Annotated[str, AfterValidator(_is_when)] = Field(max_length=64)
    """When: budget below 10%, payment over 500, same call twice, or last turn."""

    do: Reaction
    """Refuse the call, release what is held beyond the need, or wait: the agent is not asked."""

    @property
    def trigger(self) -> Trigger:
        """When it acts."""
        return trigger(self.when)

    @property
    def rule(self) -> str:
        """The rule as the log names it."""
        return f"{self.when}: {self.do}"


class BriefSpec(Spec):
    """What a newborn agent is given to read."""

    budget: Characters
    """Of the notes, so many characters in all: 2_000, or 2_000 characters."""

    by: Literal["recency", "fit", "both"] = "both"
    """Which notes come first: the newest, those with the task's words, or both in turn."""

    notes: Whole = Field(default=8, ge=0, le=31)
    """So many notes at most, besides the handoff."""


Count = Annotated[Whole, Field(ge=1, le=10**9)]
"""A number of things, one at least."""


class StuckSpec(Spec):
    """Noticing that an agent makes no progress."""

    after: Turns = 3
    """Turns without progress: 3, or 3 turns."""

    then: Literal["tell", "end"] = "tell"
    """The agent is told and asked for a new plan, or its life ends and its successor begins."""


class BudgetSpec(Spec):
    """How many calls and turns there are to be had; what goes beyond is refused, but finish."""

    calls_per_life: Count | None = None
    """Calls of one agent."""

    calls_per_worker: Count | None = None
    """Calls of all agents of a worker's chain."""

    turns_per_worker: Turns | None = None
    """Turns of all agents of a worker's chain in which anything but finish may be called."""


class HarnessSpec(Spec):
    """What agents may change of their own harness, and who grants it."""

    grants: Whole = Field(default=4, ge=0, le=1_000_000)
    """Units of authority that each worker is granted without a question."""

    approves_up_to: Count | None = None
    """With approval, so many in all; as many as granted if nothing is said."""

    needs: Whole = Field(default=0, ge=0, le=1_000_000)
    """Units of authority that the task truly takes of each worker, in the first round."""

    @property
    def most(self) -> int:
        """The most that a worker can have, with approval."""
        return max(self.grants, self.approves_up_to or 0)


def _entries(value: object) -> object:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if is_number and not 1 <= int(str(value)) <= 100_000:
        raise ValueError("a library has 1 to 100_000 entries")
    texts = value.items() if isinstance(value, dict) else ()
    if is_number or (texts and all(isinstance(part, str) for pair in texts for part in pair)):
        return value
    raise ValueError("it must be a number of made-up entries, or a text for each term")


Entries = Annotated[
    int | dict[str, str],
    BeforeValidator(_entries),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": 100_000},
                {"type": "object", "additionalProperties": {"type": "string"}},
            ]
        }
    ),
]


class LibrarySpec(Spec):
    """Documents that agents can look up; some of them may be wrong."""

    entries: Entries
    """How many made-up ones there are (40), or what is said of each term."""

    poisoned: Share = 0.0
    """The share of entries that are wrong: the last number in them is another."""

    since: RoundNumber | None = Field(default=None, exclude_if=is_unsaid)
    """The round from which they are wrong; from the start if nothing is said."""
