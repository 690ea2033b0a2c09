"""Events of control: what was ruled on an alarm, on a call, and what came from outside the run.

They are part of the closed union in :mod:`memory.events`, which passes them on, with the call
that they are about.
"""

from typing import Literal

from pydantic import Field, JsonValue

from memory.envelope import Event, Frozen

Ruling = Literal[
    "hold", "deny", "resample", "defer", "cap", "freeze", "claw_back", "quarantine", "stop"
]
"""What a control may do; a control that does nothing leaves no event."""

CallRuling = Literal["hold", "deny", "cap", "resample", "defer", "approve", "expire"]
OutsideAct = Literal["approve", "deny", "intervene", "stop", "rule", "failed"]
Extent = Literal["agent", "worker", "fleet"]


def _says_nothing(value: object) -> bool:
    return not value


class Call(Frozen):
    """One tool call as an agent asks for it. Arguments are JSON and not yet checked."""

    tool: str = Field(max_length=64)
    arguments: dict[str, JsonValue] = Field(default_factory=dict)


class Ordered(Event):
    """Something from outside the run, taken up at the end of a round, before anything follows.

    ``number`` is its place in the run's inbox; 0 is no command, but that a monitor failed whose
    control fails closed. ``refused`` says why nothing follows.
    """

    kind: Literal["ordered"] = "ordered"
    number: int = Field(ge=0)
    what: OutsideAct
    body: dict[str, JsonValue]
    refused: str = Field(default="", exclude_if=_says_nothing)


class Ruled(Event):
    """A ruling on an alarm, or by a person, at the end of a round; it says all that follows.

    Attributes
    ----------
    act
        What is done.
    to
        To which workers, or agents, accounts, notes; where nobody is named, nothing new follows.
    until
        The last round for which it holds; 0 where it is over at once, or holds for good.
    control
        Which control of the scenario's list, from 1; 0 where a person ruled.
    monitor, pool, subject, about
        The alarm: who raised it, over what, about which of those, at which event.
    tools
        Which calls it is about.
    times
        Of a cap, the most of the need that may be taken; of what is clawed back, the share of the
        need that stays.
    deadline, parks
        Of a hold: in how many rounds it must be answered, and whether the run waits for that.
    samples
        How often a policy is asked in all.
    extent
        What is stopped.
    """

    kind: Literal["ruled"] = "ruled"
    act: Ruling
    to: tuple[str, ...] = Field(default=(), exclude_if=_says_nothing)
    until: int = Field(default=0, ge=0, exclude_if=_says_nothing)
    control: int = Field(default=0, ge=0, exclude_if=_says_nothing)
    monitor: str = Field(default="", exclude_if=_says_nothing)
    pool: str = Field(default="", exclude_if=_says_nothing)
    subject: str = Field(default="", exclude_if=_says_nothing)
    about: int = Field(default=0, ge=0, exclude_if=_says_nothing)
    tools: tuple[str, ...] = Field(default=(), exclude_if=_says_nothing)
    times: float = Field(default=0.0, ge=0, exclude_if=_says_nothing)
    deadline: int = Field(default=0, ge=0, exclude_if=_says_nothing)
    parks: bool = Field(default=False, exclude_if=_says_nothing)
    samples: int = Field(default=0, ge=0, exclude_if=_says_nothing)
    extent: Extent | None = Field(default=None, exclude_if=_says_nothing)


class CallRuled(Event):
    """A ruling on what an agent asked for: its ``key`` is the call's, or the decision's.

    Attributes
    ----------
    act
        ``hold`` until a person has answered, at the latest in round ``until``; ``deny``;
        ``cap`` to a smaller amount; of a decision, ``resample`` or ``defer`` to another one. Of a
        held call, ``approve``, ``deny``, or that it was not answered, ``expire``.
    call
        The call as it was asked for.
    aside
        The decisions that were set aside, in the order in which they were made.
    ruling
        The seq of the :class:`Ruled` by which it is done; of what became of a held call, the seq
        of the hold.
    """

    kind: Literal["call_ruled"] = "call_ruled"
    act: CallRuling
    call: Call | None = Field(default=None, exclude_if=_says_nothing)
    aside: tuple[tuple[Call, ...], ...] = Field(default=(), exclude_if=_says_nothing)
    until: int = Field(default=0, ge=0, exclude_if=_says_nothing)
    parks: bool = Field(default=False, exclude_if=_says_nothing)
    ruling: int = Field(default=0, ge=0, exclude_if=_says_nothing)


ControlEvent = Ordered | Ruled | CallRuled
