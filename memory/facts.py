"""What the world shows an agent before it decides, and how a call reaches the world.

None of it is in the log: it is computed anew from what the log says.
"""

from typing import NamedTuple

from memory.envelope import Actor
from memory.events import Call


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


class Facts(NamedTuple):
    """What the world shows one agent before it decides.

    ``budget`` is the project's money that is not set aside; ``pending`` is what of it waits in
    the worker's own payments, and ``replies`` say what became of them since the last round.
    ``venture`` is there where the work is done with what one holds, ``harness`` where agents may
    change theirs.
    ``currency`` is money's unit, whose smallest has so many ``decimals``.
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
    harness: HarnessFacts | None = None


class Asked(NamedTuple):
    """One call as it reaches the world: who asks, in which turn, as which call of it."""

    actor: Actor
    turn: int
    number: int
    call: Call
    cause: int

    @property
    def key(self) -> str:
        """The operation's identity, from our own counters: agent/turn/call."""
        return f"{self.actor.agent}/{self.turn}/{self.number}"
