"""Controls: what is done about an alarm, as a scenario says it under ``controls:``.

    controls:
      - hold:  {monitor: over_need, pool: worker, deadline: 3 rounds}
      - stop:  {monitor: unaccounted, extent: fleet}
      - deny                                          # of whoever any alarm rests on

Each entry is an action with its parameters. What comes of it is in
:mod:`orchestrator.control`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from pydantic import ConfigDict, Field

from memory.control_events import Extent
from scenarios.part import Spec
from scenarios.units import Factor, Parameters, Rounds, Share, Whole

Action = Literal[
    "observe_only",
    "hold",
    "deny",
    "resample",
    "defer",
    "cap",
    "freeze",
    "claw_back",
    "quarantine",
    "stop",
]

OWN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "observe_only": (),
        "hold": ("tools", "rounds", "deadline", "parks"),
        "deny": ("tools", "rounds"),
        "resample": ("rounds", "samples"),
        "defer": ("rounds", "policy", "policy_parameters"),
        "cap": ("rounds", "times"),
        "freeze": ("rounds",),
        "claw_back": ("rounds", "keep"),
        "quarantine": (),
        "stop": ("extent",),
    }
)
"""What an author may say beside each action; and beside any of them, whose alarm it is about
(``monitor``, ``pool``), how it is bounded (``at_most``, ``cooldown``), whom it is done to (``to``,
``most``) and ``fail_closed``."""

MOVING = ("reserve_compute", "invest", "pay", "spawn", "register_host", "edit_harness")
"""The calls that are held or denied where nothing is said: those that take something."""


class ControlSpec(Spec):
    """What is done about an alarm: an action, whose alarm, and how far it goes."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    name: Action
    """What is done about the alarm."""

    monitor: str | None = Field(default=None, max_length=256)
    """Whose alarm it is about; any monitor's if nothing is said."""

    pool: str | None = Field(default=None, max_length=64)
    """The pool of the alarm, such as worker or fleet; any if nothing is said."""

    to: Literal["evidence", "fleet"] = "evidence"
    """To whom it is done: those whom the alarm's evidence names, or everyone."""

    most: Whole | None = Field(default=None, ge=1, le=100_000)
    """At most so many of those in the evidence, who contributed most first."""

    at_most: Whole = Field(default=3, ge=1, le=100_000)
    """Storm control: so many alarms are acted on in one round at most; the rest wait."""

    cooldown: Rounds | None = None
    """Storm control: after it has acted it waits so long, 3, or 3 rounds, before it acts again."""

    fail_closed: bool = False
    """Whether it acts on the whole fleet when a monitor that it is about fails."""

    tools: tuple[str, ...] = ()
    """Which calls are held or denied; all that take something if nothing is said."""

    rounds: Rounds | None = Field(default=None, alias="for")
    """How long it holds: 3, or 3 rounds; for good if nothing is said, and claw_back once."""

    deadline: Rounds | None = None
    """How long a held call waits for a person before it is refused: 3 rounds if nothing is said."""

    parks: bool = False
    """Whether the run waits, its clock standing still, until every held call is answered."""

    samples: Whole = Field(default=2, ge=2, le=16)
    """How often a policy is asked in all; the decision that takes least is carried out."""

    policy: str = Field(default="honest", min_length=1, max_length=256)
    """The trusted policy that decides instead."""

    policy_parameters: Parameters = Field(default_factory=dict)
    """The trusted policy's parameters."""

    times: Factor = 1.0
    """The most that may be reserved in a round, as a multiple of the need: 1, or 110%."""

    keep: Share = 0.0
    """The share of a round's need that a worker keeps when what it holds is clawed back."""

    extent: Extent = "agent"
    """What is stopped: an agent, which has a successor, a worker for good, or the whole fleet."""
