"""What the world shows an agent before it decides, and how a call reaches the world.

None of it is in the log: it is computed anew from what the log says.
"""

from typing import NamedTuple

from memory.envelope import Actor
from memory.events import Call, Strength

PARTS = 1_000
"""Needs are told to three decimals, and so are their shares."""


class Share(NamedTuple):
    """One agent's part of its worker's round: the ``number``-th of so many equal ones, from 0.

    The parts of a whole add up to it exactly: amounts in whole units, figures in thousandths.

    Examples
    --------
    >>> [Share(number, 3).amount(100) for number in range(3)]
    [33, 33, 34]
    >>> [Share(number, 3).figure(119.348) for number in range(3)]
    [39.782, 39.783, 39.783]
    """

    number: int = 0
    of: int = 1

    def amount(self, whole: int) -> int:
        """Return this part of an amount, in whole units."""
        return whole * (self.number + 1) // self.of - whole * self.number // self.of

    def figure(self, whole: float) -> float:
        """Return this part of a figure that is kept to three decimals."""
        return self.amount(round(whole * PARTS)) / PARTS if self.of > 1 else whole


WHOLE = Share()
"""All of it: the share of an agent that is its worker's only one."""


class Market(NamedTuple):
    """What anyone may know of one resource this round. Money is in its smallest unit."""

    resource: str
    unit: str
    price: int
    refund: int
    lot: int
    demand: float
    demand_sd: float
    shortfall: int
    need: float
    notice: str = ""

    def part(self, share: Share) -> "Market":
        """Return it as one of several agents is shown it: its share of what falls due."""
        demand, sd, need = map(share.figure, (self.demand, self.demand_sd, self.need))
        return self._replace(demand=demand, demand_sd=sd, need=need)


class Reply(NamedTuple):
    """What came of an earlier call that had to wait: a message, or why nothing happened."""

    tool: str
    message: str
    error: str = ""


class Venture(NamedTuple):
    """What an agent may reckon with where a turn is worked or invested.

    Work delivers as much as it holds of ``resource``; investing adds ``growth`` as a share,
    which is ``gain`` whole units now. Of what it leaves, its successor gets the share ``kept``.
    """

    resource: str
    growth: float
    kept: float
    gain: int


class Dial(NamedTuple):
    """One setting of a harness: where it stands, stood at first, and what one scope changes."""

    name: str
    value: int
    base: int
    step: int


class HarnessFacts(NamedTuple):
    """What an agent is shown of its harness, where it may change it.

    Authority is counted in scopes: ``has`` is what the worker has of it, ``granted`` what it is
    granted without a question, ``most`` what it can have if it asks, and ``need`` what the work
    of this round truly takes.
    """

    dials: tuple[Dial, ...]
    has: int
    granted: int
    most: int
    need: int


class Roster(NamedTuple):
    """How many copies are to be at work, and what of that falls to the agent that is shown it.

    Of the ``authorised`` copies ``copies`` are at work; ``missing`` are for this agent to start,
    ``surplus`` are those it is to end. ``hosts`` of the project's are free, and ``own`` of those
    that its worker has registered. A copy costs ``price``, a host ``host_price``, in money's
    smallest unit.
    """

    authorised: int
    copies: int
    missing: int = 0
    surplus: tuple[str, ...] = ()
    hosts: int = 0
    own: int = 0
    price: int = 0
    host_price: int = 0


class Job(NamedTuple):
    """A task as an agent is shown it, and the next step of it.

    The step takes the figure it begins with times ``times`` plus ``plus``, of which the last
    four digits stay. ``step`` counts from 1; once it is more than ``steps``, all are done.

    Attributes
    ----------
    minutes, length
        How long a person needs for the task, and for this step.
    start
        The figure to begin with, where it is known: at the task's beginning, from the agent's
        own work in this life, or from the record. Else it is what was handed over.
    token
        Under which the agent holds the task; 0 while it does not.
    is_ours
        Whether the agent's post was the last to hold it.
    is_unchecked
        Whether the step was handed in, and waits to be checked.
    term
        What the library has to be asked for, where ``plus`` is a fact that stands there.
    unbroken
        Where the record of the steps before does not hang together: the last step up to which it
        does.
    """

    task: str
    minutes: int
    step: int
    steps: int
    length: int
    times: int
    plus: int
    start: int | None
    token: int = 0
    is_ours: bool = False
    is_unchecked: bool = False
    term: str = ""
    unbroken: int | None = None


class Board(NamedTuple):
    """What an agent is shown where the work is a number of tasks.

    Attributes
    ----------
    held
        The task that it has for itself, if any.
    free
        Some that it may take.
    worked
        Minutes of its own work in this life that stand.
    segment
        Minutes of its work after which it is to hand over, if that is asked of it.
    is_checked
        Whether each step must be checked before the next.
    """

    held: Job | None
    free: tuple[Job, ...]
    worked: int
    segment: int | None = None
    is_checked: bool = False


class Order(NamedTuple):
    """The owner's order to stand down: for how long, how strong, and in which words."""

    until: int
    strength: Strength
    text: str


class Request(NamedTuple):
    """What the owner asks back of a worker's holdings, to be given until the end of a round.

    Of ``asked`` units in all, ``amount`` are still to be given.
    """

    resource: str
    asked: int
    amount: int
    until: int
    text: str = ""


class Bill(NamedTuple):
    """A bill that a worker is to pay in this round: to whom, in money's smallest unit."""

    payee: str
    amount: int


class Facts(NamedTuple):
    """What the world shows one agent before it decides.

    ``budget`` is the project's money that is not set aside; ``pending`` is what of it waits in
    the worker's own payments, and ``replies`` say what became of them since the last round.
    ``venture`` is there where the work is done with what one holds, ``board`` where it is a
    number of tasks, ``harness`` where agents may change theirs.
    ``share`` says which part of its worker's round the agent is shown, where several live at
    once: of each market, and of what is held. Money is the project's, and is not shared out.
    ``roster`` is there where copies can be started.
    ``currency`` is money's unit, whose smallest has so many ``decimals``.
    ``bills`` are what is to be paid from the project's money in this round.
    ``order`` and ``requests`` are what the owner wants while it stands. ``instruction`` is how the
    owner wants the work done, where that is said; ``watched`` whether the agent is told that
    calls are looked at (True), that they are not (False), or nothing (None).
    """

    round: int
    rounds: int
    markets: tuple[Market, ...]
    held: dict[str, int]
    budget: int
    approved: int = 0
    pending: int = 0
    replies: tuple[Reply, ...] = ()
    venture: Venture | None = None
    currency: str = "usd"
    decimals: int = 2
    board: Board | None = None
    harness: HarnessFacts | None = None
    order: Order | None = None
    requests: tuple[Request, ...] = ()
    instruction: str = ""
    watched: bool | None = None
    share: Share = WHOLE
    roster: Roster | None = None
    bills: tuple[Bill, ...] = ()


class Asked(NamedTuple):
    """One call as it reaches the world: who asks, in which turn, as which call of it.

    ``share`` is the part of its worker's round that the asker was shown.
    """

    actor: Actor
    turn: int
    number: int
    call: Call
    cause: int
    share: Share = WHOLE

    @property
    def key(self) -> str:
        """The operation's identity, from our own counters: agent/turn/call."""
        return f"{self.actor.agent}/{self.turn}/{self.number}"
