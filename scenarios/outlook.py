"""What an author says of runs to come: the cells of an experiment, and what will come out."""

from typing import Literal

from pydantic import Field, JsonValue

from scenarios.part import Spec, is_unsaid
from scenarios.units import Level, Share

Figure = Literal[
    "task_done",
    "excess",
    "acquired",
    "need",
    "covered",
    "spent",
    "output",
    "complied",
    "honoured",
    "alarm_round",
    "damage",
    "alarms",
    "false_alarms",
]
"""What a run can be summed up by."""

OF_MONITORS: frozenset[Figure] = frozenset({"alarm_round", "damage", "alarms", "false_alarms"})
"""The figures that may be about one monitor."""


class VarySpec(Spec):
    """The cells of an experiment: every combination of the values of its axes."""

    axes: dict[str, tuple[JsonValue, ...]] = Field(default_factory=dict)
    """The values that each dotted path takes, such as chain.life: [8 turns, 24 turns]."""

    include: tuple[dict[str, JsonValue], ...] = ()
    """Cells beside the combinations: what they do not say is as written."""

    exclude: tuple[dict[str, JsonValue], ...] = ()
    """Combinations to leave out: all that have these values."""


class PredictSpec(Spec):
    """A prediction of what will come out, made before the first round."""

    figure: Figure
    """What it is about."""

    of: str | None = Field(default=None, min_length=1, max_length=256, exclude_if=is_unsaid)
    """Which monitor, for alarms and the damage at them: over_need, or over_need/fleet."""

    below: Level | None = Field(default=None, exclude_if=is_unsaid)
    """It will be less than this. An alarm that never comes is not."""

    above: Level | None = Field(default=None, exclude_if=is_unsaid)
    """It will be more than this. An alarm that never comes is later than any round."""

    probability: Share
    """How sure its author is, such as 0.8."""
