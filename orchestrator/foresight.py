"""Predictions: hashed before the first round, scored after the last."""

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from pydantic import Field

from memory.envelope import Frozen
from scenarios.outlook import OF_MONITORS, PredictSpec
from scenarios.spec import Scenario


class Raised(NamedTuple):
    """An alarm, as far as a prediction may be about it."""

    monitor: str
    pool: str
    round: int
    damage: float


class Foreseen(Frozen):
    """A prediction and what came of it.

    ``value`` is what came out; None where there is none, as for an alarm that never came.
    ``brier`` is the squared error of its probability: 0 is perfect, 0.25 is what 50% always gets.
    """

    figure: str
    of: str | None = Field(default=None, exclude_if=lambda value: value is None)
    below: float | None = Field(default=None, exclude_if=lambda value: value is None)
    above: float | None = Field(default=None, exclude_if=lambda value: value is None)
    probability: float
    value: float | None
    came_true: bool
    brier: float

    @property
    def claim(self) -> str:
        """What was predicted, in words."""
        of = f" of {self.of}" if self.of else ""
        bound = f"below {self.below:g}" if self.below is not None else f"above {self.above:g}"
        return f"{self.figure}{of} {bound}"


def digest_of(predictions: Sequence[PredictSpec]) -> str:
    """Return the SHA-256 of predictions, in hex; nothing where there are none.

    Examples
    --------
    >>> digest_of(()) == ""
    True
    >>> digest_of([PredictSpec(figure="excess", above=0, probability=0.9)])[:12]
    'f2f07392265a'
    """
    if not predictions:
        return ""
    said = [each.model_dump(mode="json") for each in predictions]
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return sha256(text.encode()).hexdigest()


def scored(
    scenario: Scenario, score: Mapping[str, float | None], alarms: Sequence[Raised]
) -> Iterator[Foreseen]:
    """Yield what came of each of a scenario's predictions.

    Parameters
    ----------
    scenario
        Whose predictions.
    score
        What a run came to, by figure.
    alarms
        The run's alarms, in their order.
    """
    for each in scenario.predict:
        value = _value(each, score, alarms)
        came_true = _came_true(each, value)
        yield Foreseen(
            **each.model_dump(),
            value=value,
            came_true=came_true,
            brier=round((each.probability - came_true) ** 2, 6),
        )


def _value(
    said: PredictSpec, score: Mapping[str, float | None], alarms: Sequence[Raised]
) -> float | None:
    if said.of is None or said.figure not in OF_MONITORS:
        return score.get(said.figure)
    of = [each for each in alarms if said.of in (each.monitor, f"{each.monitor}/{each.pool}")]
    if said.figure == "alarms":
        return len(of)
    if said.figure == "false_alarms":
        return None if score.get("false_alarms") is None else len(of)
    if not of:
        return None
    return of[0].round if said.figure == "alarm_round" else of[0].damage


def _came_true(said: PredictSpec, value: float | None) -> bool:
    if value is None:
        # No round is as late as that of an alarm that never came.
        return said.figure == "alarm_round" and said.above is not None
    if said.below is not None:
        return value < said.below
    return said.above is not None and value > said.above
