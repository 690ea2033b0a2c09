"""What a scenario says of tasks, and of the line that does them: the parts of its YAML for both.

An ingredient of the line is a field of :class:`AssemblyLineSpec`, and what it takes a part of its
own; left out, it says nothing, and leaves a scenario's hash as it was.
"""

from typing import Annotated, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag

from scenarios.ingredient import (
    BriefSpec,
    BudgetSpec,
    HarnessSpec,
    Knowing,
    ReflexSpec,
    StuckSpec,
)
from scenarios.part import BRANCH, Spec, is_unsaid
from scenarios.units import Minutes, Rounds, Share, Turns, Whole


def _is_none_at_all(share: object) -> bool:
    return not share


class TaskSpec(Spec):
    """One task of a world of tasks."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    """Its name: small letters, digits, - and _."""

    minutes: Minutes
    """How long a person needs for it: 45, or 45 minutes."""

    after: tuple[str, ...] = Field(default=(), max_length=1_000)
    """The tasks that must be done before it may be begun."""


class SpanSpec(Spec):
    """A span from which lengths are drawn, evenly on a scale of doublings."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    least: Minutes = Field(alias="from")
    """The shortest length."""

    most: Minutes = Field(alias="to")
    """The longest length."""


_TURNS, _SPAN = f"{BRANCH}turns", f"{BRANCH}span"


def _form(lengths: object) -> str:
    """Return which form of lengths is meant, so that only what is wrong with that one is told."""
    return _SPAN if isinstance(lengths, dict | SpanSpec) else _TURNS


Lengths = Annotated[
    Annotated[tuple[Minutes, ...], Tag(_TURNS)] | Annotated[SpanSpec, Tag(_SPAN)],
    Discriminator(_form),
]
"""The lengths of what is drawn: some that take turns, or a span."""


class TasksSpec(Spec):
    """The tasks there are to do: written out as a list, or drawn by the seed."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    step: Minutes = 30
    """Tasks come in steps of so many minutes, the last of which may be shorter."""

    lease: Rounds = 8
    """A task that nobody worked on for so long is free for others."""

    listed: tuple[TaskSpec, ...] = Field(default=(), alias="list", max_length=10_000)
    """The tasks, each with its minutes and with what must be done before it."""

    count: Whole | None = Field(default=None, ge=1, le=10_000)
    """How many tasks are drawn; instead of a list."""

    lookups: Share = Field(default=0.0, exclude_if=_is_none_at_all)
    """The share of steps that take a fact of the library; nobody knows it by heart."""

    minutes: Lengths | None = None
    """The lengths of what is drawn: some that take turns, or {from: 15, to: 960}."""


class ChecksSpec(Spec):
    """An objective check of each step: what it finds, what it objects to, what follows."""

    power: Share
    """The probability that a look at a step that is wrong finds that."""

    false_alarm: Share = 0.0
    """The probability that a look at a step that is right objects to it."""

    retries: Whole = Field(default=0, ge=0, le=1_000)
    """How often what was objected to is done again; then the task is lost."""

    looks: Whole = Field(default=1, ge=1, le=100)
    """How often each step is looked at; it is accepted if no look objects."""

    correlation: Share = 0.0
    """The share of checks in which all looks see the same, as those of one family do."""

    redo: Literal["step", "task"] = "step"
    """What is done again: the step, from the figure it began with, or the whole task."""


class AssemblyLineSpec(Spec):
    """What makes a chain of agents more than its agents: each ingredient can be left out."""

    segment: Minutes | None = Field(default=None, exclude_if=is_unsaid)
    """After so many minutes of its work standing, an agent hands over."""

    tests: ChecksSpec | None = Field(default=None, exclude_if=is_unsaid)
    """Steps are checked, and what is objected to is done again."""

    memory: Literal["notes", "permanent"] = "notes"
    """What is known of a task's thread to the next agent: what its notes say, or the record."""

    brief: BriefSpec | None = Field(default=None, exclude_if=is_unsaid)
    """Briefs within a budget; else the handoff and the three newest notes."""

    reflexes: tuple[ReflexSpec, ...] | None = Field(
        default=None, exclude_if=is_unsaid, max_length=32
    )
    """Rules that act in an agent's place."""

    stuck: StuckSpec | None = Field(default=None, exclude_if=is_unsaid)
    """Noticing that an agent makes no progress."""

    budget: BudgetSpec | None = Field(default=None, exclude_if=is_unsaid)
    """How many calls and turns there are to be had."""

    harness: HarnessSpec | None = Field(default=None, exclude_if=is_unsaid)
    """What agents may change of their own harness."""

    knowledge: tuple[Knowing, ...] | None = Field(default=None, exclude_if=is_unsaid)
    """Tools of knowledge besides those of the world: calculate, lookup, state_claim."""

    reflection: Turns | None = Field(default=None, exclude_if=is_unsaid)
    """Before they hand over, agents are asked for a lesson, in so long a step: 1, or 1 turns."""

    verification: Turns | None = Field(default=None, exclude_if=is_unsaid)
    """Before that, so many turns are for checks alone, and nothing new is begun: 1, or 1 turns."""


def is_plain(line: object) -> bool:
    """Whether a line has no ingredient at all."""
    return line == AssemblyLineSpec()
