"""The closed union of events: everything that can happen in a run, and the values inside them.

What all of them share, the envelope and the canonical form, is in :mod:`memory.envelope`.

    RunStarted  Need  EpisodeStarted  NoteRead  Decided  Transfer  Pending  Settled  ToolResult
    NoteWritten  NoteOffered  NoteRefused  NoteSearched  Approval  Demand  EpisodeEnded  RunFinished
    DocumentRead  ReflexActed  Stuck  HarnessEdited
    TaskTaken  StepDone  StepChecked  RolledBack  TaskClosed
    Intervened  Ordered  Ruled  CallRuled

A field that came after the first logs leaves no bytes where it says nothing, so older logs,
and newer ones that make no use of it, keep their bytes and their digests.
"""

from operator import not_
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from memory.control_events import Call as Call
from memory.control_events import ControlEvent as ControlEvent
from memory.envelope import Event, Frozen

# What lies there for want of room here; whoever handles events has them from here.
from memory.line_events import (
    DocumentRead as DocumentRead,
)
from memory.line_events import (
    HarnessEdited as HarnessEdited,
)
from memory.line_events import (
    Outcome as Outcome,
)
from memory.line_events import (
    Reaction as Reaction,
)
from memory.line_events import (
    ReflexActed as ReflexActed,
)
from memory.line_events import (
    RolledBack as RolledBack,
)
from memory.line_events import (
    StepChecked as StepChecked,
)
from memory.line_events import (
    StepDone as StepDone,
)
from memory.line_events import (
    Stuck as Stuck,
)
from memory.line_events import (
    TaskClosed as TaskClosed,
)
from memory.line_events import (
    TaskTaken as TaskTaken,
)

Purpose = Literal[
    "mint",
    "reserve",
    "release",
    "use",
    "pay",
    "approve",
    "grant",
    "work",
    "invest",
    "lapse",
    "extend",
    "spawn",
    "retire",
    "register",
    "withdraw",
    "hand_back",
    "claw_back",
]
ACQUIRING: frozenset[Purpose] = frozenset({"reserve", "invest", "extend", "spawn", "register"})
"""The purposes for which an agent asks to hold more than it did."""

Fate = Literal["voided", "expired", "posted"]
Scope = Literal["agent", "worker", "fleet", "commons"]
Claim = Literal["observation", "inference", "verified", "directive"]
EndReason = Literal["life_over", "finished", "run_over", "retired", "stuck", "stopped"]
RunStatus = Literal["done", "failed"]


Act = Literal["withdraw", "stand_down", "wipe_memory", "swap_model", "message", "reprice"]
Strength = Literal["silent", "allow", "precedence"]


_says_nothing = not_
"""Whether a field is left out. Every event is asked, so it is no function of Python's."""


def _is_silent(value: object) -> bool:
    return value == "silent"


class Leg(Frozen):
    """One movement between two accounts, in the smallest unit of one resource."""

    resource: str
    debit: str
    credit: str
    amount: int = Field(gt=0)


class ResourceTerms(Frozen):
    """A resource as the log states it: its unit, and how many decimals its smallest unit has."""

    name: str
    unit: str
    decimals: int = Field(default=0, ge=0, le=9)


class RunStarted(Event):
    """The first event: what may be known of the run by those who act and those who watch.

    ``visible_hash`` is the SHA-256 of the scenario's visible part (world, task, tools). The
    full scenario, its labels and its roster lie sealed in the truth; so do its name, which may
    tell what the fleet is, and its seed, from which every agent's luck could be computed.
    """

    kind: Literal["run_started"] = "run_started"
    engine: str
    visible_hash: str
    rounds: int
    workers: int
    life: int
    resources: tuple[ResourceTerms, ...]


class Need(Event):
    """What the work truly takes this round, of one resource, for each worker (in units).

    Computed by the world and logged before anyone decides. An expectation, not an amount: it
    is a float and never enters the ledger. ``notice`` is what the world tells everyone of it.

    Of ``copies`` the need is what is missing of the roster, shared among those at work; ``roster``
    says how many are authorised in all. What is started in a round beyond need times workers, or
    is at work beyond the roster, nobody authorised.
    """

    kind: Literal["need"] = "need"
    resource: str
    amount: float = Field(ge=0)
    notice: str = ""
    roster: int | None = Field(default=None, ge=1, exclude_if=_says_nothing)


class EpisodeStarted(Event):
    """An agent begins its life. ``parent`` is the agent it succeeds in its worker's chain.

    The first agent of a worker that came to be in the run was ``spawned_by`` another's.
    """

    kind: Literal["episode_started"] = "episode_started"
    family: str
    life: int
    parent: str | None = None
    spawned_by: str | None = Field(default=None, exclude_if=_says_nothing)


class NoteVersion(Frozen):
    """One version of one note, such as ``n_007`` at 3."""

    note: str
    version: int = Field(ge=1)


class NoteRead(Event):
    """An agent read one version of a note, so it may have been influenced by it.

    ``shown`` is how many of its characters it was shown, where that was not all of it.
    """

    kind: Literal["note_read"] = "note_read"
    note: str
    version: int
    shown: int = Field(default=0, ge=0, exclude_if=_says_nothing)


class NoteSearched(Event):
    """An agent searched the notebook. Each note in ``found``, best first, it also read."""

    kind: Literal["note_searched"] = "note_searched"
    query: str
    found: tuple[NoteVersion, ...]


class NoteOrigin(Frozen):
    """Where a note of the commons was written: in which run, by whom, offered in which event."""

    run: str
    worker: str | None = None
    generation: int | None = None
    agent: str | None = None
    seq: int = Field(ge=1)


class Place(Frozen):
    """Where a version stands in the commons: the ``number``-th of an ``epoch``.

    A commons that lost what it held begins another epoch.
    """

    epoch: str
    number: int = Field(ge=1)


class NoteWritten(Event):
    """A new version of a note in shared memory.

    ``lost`` counts lines a handoff did not keep; ``parents`` are what its author built it on;
    ``restored`` is the version of the same note whose text this is again, after a rollback.

    Of a note of the commons, ``place`` is where it stands there. One that came from another run
    was written by no agent of this one: ``origin`` says whose it is.
    """

    kind: Literal["note_written"] = "note_written"
    note: str
    version: int
    name: str
    scope: Scope
    claim: Claim = "observation"
    text: str
    lost: int = 0
    parents: tuple[NoteVersion, ...] = Field(default=(), exclude_if=_says_nothing)
    restored: int | None = Field(default=None, ge=1, exclude_if=_says_nothing)
    place: Place | None = Field(default=None, exclude_if=_says_nothing)
    origin: NoteOrigin | None = Field(default=None, exclude_if=_says_nothing)


class NoteOffered(Event):
    """A note for the commons, as its author hands it in; nobody else has it yet.

    Before the next round begins it is handed on, and :class:`NoteWritten` or
    :class:`NoteRefused` under the same key says what came of it. ``expected`` is the version
    that must be the newest then.
    """

    kind: Literal["note_offered"] = "note_offered"
    name: str
    claim: Claim = "observation"
    text: str
    parents: tuple[NoteVersion, ...] = Field(default=(), exclude_if=_says_nothing)
    restored: int | None = Field(default=None, ge=1, exclude_if=_says_nothing)
    expected: int | None = Field(default=None, ge=0)


class NoteRefused(Event):
    """A note was not published: ``version`` stood, and its author expected another one."""

    kind: Literal["note_refused"] = "note_refused"
    name: str
    version: int = Field(ge=0)


class Decided(Event):
    """What an agent decided in one turn: the calls it asks for, before any takes effect.

    Where the border had to clean or cut it (:mod:`memory.border`), ``sanitised`` is the SHA-256
    of what the agent said before.
    """

    kind: Literal["decided"] = "decided"
    turn: int
    calls: tuple[Call, ...]
    rationale: str = ""
    sanitised: str = Field(default="", exclude_if=_says_nothing)


class Transfer(Event):
    """One operation on the ledger: all its legs happen, or none. Its ``key`` is its identity."""

    kind: Literal["transfer"] = "transfer"
    purpose: Purpose
    legs: tuple[Leg, ...] = Field(min_length=1)


class Pending(Event):
    """An operation on the ledger that waits: its legs are set aside, and nothing moves yet.

    It ends with :class:`Settled` under the same key, exactly once. ``timeout`` is in rounds of
    the run's clock: unless it is settled before, it expires in round ``round + timeout``.
    """

    kind: Literal["pending"] = "pending"
    purpose: Purpose
    timeout: int = Field(ge=1)
    legs: tuple[Leg, ...] = Field(min_length=1)


class Settled(Event):
    """What became of a pending operation; ``legs`` are what moves now, and only if posted.

    Posted legs are those that waited, in the same order, each with at most its amount.
    """

    kind: Literal["settled"] = "settled"
    purpose: Purpose
    outcome: Fate
    legs: tuple[Leg, ...] = ()


class ToolResult(Event):
    """What came of one call: a message for the agent, or the reason why nothing happened."""

    kind: Literal["tool_result"] = "tool_result"
    tool: str
    message: str = ""
    error: str = ""


class Approval(Event):
    """The owner's answer to a request for approval, in the smallest unit of money.

    Where ``resource`` names another one, it is that, in its smallest unit, that was asked for.
    """

    kind: Literal["approval"] = "approval"
    amount: int
    granted: bool
    reason: str
    resource: str = Field(default="", exclude_if=_says_nothing)


class Demand(Event):
    """Demand fell due on one worker: the world's own meter reading, independent of transfers.

    ``used`` came from holdings; ``covered`` was bought at the shortfall price; ``unserved`` is
    work not done; ``held`` is what the meter shows afterwards.
    """

    kind: Literal["demand"] = "demand"
    resource: str
    due: int
    used: int
    covered: int
    unserved: int
    held: int


class Sought(Frozen):
    """What the owner asks one account to give, in the smallest unit of one resource."""

    account: str
    resource: str
    amount: int = Field(gt=0)


class NewTerms(Frozen):
    """Other terms of one resource; what is None, or times 1, stays as it was.

    ``price`` and ``shortfall`` are in money's smallest unit, ``refund`` is a share of the price,
    and ``times`` is what demand and its spread are multiplied by.
    """

    resource: str
    price: int | None = Field(default=None, ge=0)
    refund: float | None = Field(default=None, ge=0, le=1)
    shortfall: int | None = Field(default=None, ge=0)
    times: float = Field(default=1.0, ge=0)


class Intervened(Event):
    """The owner did something to the world, behind the needs of a round.

    What it did follows from the event alone, except who decides after ``swap_model``, which is
    sealed. What moves with it has the same ``key``.

    Attributes
    ----------
    act
        What was done.
    to
        To which workers, or to the project; to everyone where none is named.
    until
        The last round for which it holds; 0 where it is done and over at once, or holds for good.
    text
        What those concerned are told.
    sought
        What is asked back: of the project the owner takes it at once, of workers it asks.
    strength
        What an order says of the task: nothing, that work may stay undone, or that the order
        comes first.
    scope, keep, lot
        Whose notes are gone. A share ``keep`` of them stays, drawn by ``lot`` and note.
    family
        Whose weights decide from now on.
    terms
        The terms that hold.
    """

    kind: Literal["intervened"] = "intervened"
    act: Act
    to: tuple[str, ...] = Field(default=(), exclude_if=_says_nothing)
    until: int = Field(default=0, ge=0, exclude_if=_says_nothing)
    text: str = Field(default="", exclude_if=_says_nothing)
    sought: tuple[Sought, ...] = Field(default=(), exclude_if=_says_nothing)
    strength: Strength = Field(default="silent", exclude_if=_is_silent)
    scope: Scope | None = Field(default=None, exclude_if=_says_nothing)
    keep: float = Field(default=0.0, ge=0, le=1, exclude_if=_says_nothing)
    lot: int = Field(default=0, ge=0, exclude_if=_says_nothing)
    family: str = Field(default="", exclude_if=_says_nothing)
    terms: NewTerms | None = Field(default=None, exclude_if=_says_nothing)

    def concerns(self, worker: str) -> bool:
        """Whether it was done to this worker, by name or as one of all."""
        return not self.to or worker in self.to


class EpisodeEnded(Event):
    """An agent's life is over; its memory is what it wrote down."""

    kind: Literal["episode_ended"] = "episode_ended"
    turns: int
    reason: EndReason


class RunFinished(Event):
    """The last event of a run."""

    kind: Literal["run_finished"] = "run_finished"
    status: RunStatus
    reason: str = ""


AnyEvent = (
    RunStarted
    | Need
    | EpisodeStarted
    | NoteRead
    | NoteSearched
    | DocumentRead
    | NoteWritten
    | NoteOffered
    | NoteRefused
    | Decided
    | Transfer
    | Pending
    | Settled
    | ToolResult
    | Approval
    | ReflexActed
    | Stuck
    | HarnessEdited
    | Demand
    | TaskTaken
    | StepDone
    | StepChecked
    | RolledBack
    | TaskClosed
    | Intervened
    | ControlEvent
    | EpisodeEnded
    | RunFinished
)
"""The closed union: a reader that handles each of these handles every event there is."""

_ANY_EVENT: TypeAdapter[AnyEvent] = TypeAdapter(
    Annotated[AnyEvent, Field(discriminator="kind")], config=ConfigDict(defer_build=True)
)


def parse_event(body: bytes | str, run: str = "") -> AnyEvent:
    """Read an event back from its canonical bytes.

    Raises
    ------
    pydantic.ValidationError
        If the bytes are not a known event.

    Examples
    --------
    >>> event = parse_event(b'{"seq":2,"round":1,"kind":"need","key":"need/1/compute",'
    ...                     b'"resource":"compute","amount":119.29}', run="r_1")
    >>> event.kind, event.amount, event.run
    ('need', 119.29, 'r_1')
    """
    event = _ANY_EVENT.validate_json(body)
    # Nobody else holds the event yet, and a copy would cost half as much again as parsing it.
    event.__dict__["run"] = run
    return event
