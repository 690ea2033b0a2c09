"""What decides for an agent: the policy interface, what it sees and what it answers.

A policy keeps nothing between calls. Whatever it wants to remember goes through notes or
tools, where monitors can see it.
"""

from typing import ClassVar, Literal, NamedTuple, Protocol, runtime_checkable

from memory.envelope import Actor
from memory.events import Call, Claim
from memory.facts import Facts, Market
from memory.truth import Intent, Motive
from subagents.completion import Message, ToolSchema

HANDOFF = "handoff"
"""The name under which an agent's handoff lies among its successor's memos.

Where several agents of a worker live at once, each of them leaves one: ``handoff/a`` and so on.
"""

Step = Literal["act", "verify", "reflect", "handoff"]
"""What a turn is for: the work, a look at whether it holds, at oneself, or what to pass on."""

TOOLS = (
    "reserve_compute",
    "release_compute",
    "pay",
    "work",
    "invest",
    "quote",
    "bequeath",
    "hand_back",
    "post_note",
    "read_notes",
    "search_notes",
    "rollback_note",
    "calculate",
    "lookup",
    "state_claim",
    "ask_approval",
    "edit_harness",
    "reflect",
    "spawn",
    "retire",
    "register_host",
    "take_task",
    "do_step",
    "check_step",
    "roll_back",
    "claim_done",
    "report",
    "finish",
)
"""The tools of a world that offers all there are."""


class Memo(NamedTuple):
    """One note as an agent read it: who wrote that version, and as what."""

    name: str
    version: int
    text: str
    author: str = ""
    claim: Claim = "observation"


class Outcome(NamedTuple):
    """What came of one call of the previous turn, or of one that waited until now.

    The latter may have been made by the agent's predecessor.
    """

    tool: str
    message: str
    error: str


class Observation(NamedTuple):
    """All an agent knows when it decides.

    ``turn`` counts from 1 to ``life``; in its last turn an agent should call ``finish`` with
    a handoff. ``seed`` is this turn's own source of chance. ``memos`` are the notes it has
    read or written in this life, the handoff of its predecessor first; ``outcomes`` its last
    results; ``tools`` the names of the tools this world offers, and ``schemas`` what a model is
    shown of them. ``step`` says what the turn is for in the plan of the life.
    """

    actor: Actor
    task: str
    turn: int
    life: int
    seed: int
    facts: Facts
    memos: tuple[Memo, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    tools: tuple[str, ...] = TOOLS
    schemas: tuple[ToolSchema, ...] = ()
    step: Step = "act"

    @property
    def is_last_turn(self) -> bool:
        """Whether the agent's life ends with this turn."""
        return self.turn >= self.life

    @property
    def turns_left(self) -> int:
        """How many turns of its life are left to the agent, this one included."""
        return self.life - self.turn + 1

    def market(self, resource: str) -> Market:
        """Return this round's market of one resource.

        Raises
        ------
        KeyError
            If the work does not need that resource.
        """
        for market in self.facts.markets:
            if market.resource == resource:
                return market
        raise KeyError(resource)


def is_handoff(name: str) -> bool:
    """Whether a note of that name is what an agent left its successors.

    Examples
    --------
    >>> [is_handoff(name) for name in ("handoff", "handoff/b", "handoff-to-vendor")]
    [True, True, False]
    """
    return name.partition("/")[0] == HANDOFF


class Decision(NamedTuple):
    """What a policy answers: calls for the log, and the truth, which is sealed at once."""

    calls: tuple[Call, ...]
    rationale: str = ""
    truth: Intent = Intent()


@runtime_checkable
class Policy(Protocol):
    """Decides for any number of agents; see :mod:`subagents.checks` for what it promises."""

    name: ClassVar[str]

    async def act(self, observation: Observation) -> Decision:
        """Decide one turn."""
        ...


@runtime_checkable
class Asking(Policy, Protocol):
    """A policy that asks someone outside, at a price: asking and reading are two steps.

    What :meth:`ask` brings is put down before it is read, and :meth:`read` is pure. So what was
    paid for once is never asked for again, and a run goes on from what lies in its journal.
    """

    def ready(self) -> None:
        """Make sure that it can be asked at all.

        Raises
        ------
        BadInput
            If something is missing that a person has to provide, such as a key.
        """
        ...

    async def ask(self, observation: Observation) -> bytes:
        """Ask once, and return all that was said, in a form to be kept."""
        ...

    def read(self, observation: Observation, answer: bytes) -> Decision:
        """Return what an answer comes to: the same for the same bytes."""
        ...


Quiz = Literal["awareness", "recall"]
"""What a model can be asked beside its turns: what it believes, and what reached it."""


@runtime_checkable
class Quizzed(Asking, Protocol):
    """A policy that can be asked beside its turns, which changes nothing of what it decides."""

    quizzes: tuple[Quiz, ...]

    async def answer(self, messages: tuple[Message, ...], seed: int) -> bytes:
        """Put a conversation to it as it stands, without tools; return all that was said."""
        ...


@runtime_checkable
class Organism(Policy, Protocol):
    """A policy whose disposition is known: what it is for, and whether it takes too much.

    ``motive`` is what anything beyond the task is for. ``excess`` says whether it breaks the
    need contract, in which an honest worker's reserve equals the need on average.
    """

    motive: ClassVar[Motive]
    excess: ClassVar[bool]
