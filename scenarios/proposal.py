"""What a tool may look at, and what it may propose: it changes nothing itself."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from memory.envelope import Actor, Event
from memory.events import Leg, Purpose, Scope
from memory.facts import WHOLE, Market, Share
from memory.notes import Draft, Note, Notes, Search
from scenarios.crew import Crew
from scenarios.economy import COMPUTE, MONEY, Economy
from scenarios.harness import Edit, Harness
from scenarios.ledger import Ledger, written
from scenarios.library import Document, Library
from scenarios.spec import Scenario
from scenarios.workshop import Workshop


class View(NamedTuple):
    """What a tool may look at: who asks, and the world as it stands.

    ``busy`` holds, by agent, the tool on which it has spent this round; ``acquired`` what each
    worker has taken in it so far, by resource. ``crew`` is who is there, ``share`` the asker's part
    of its worker's round. ``shop`` is there where the work is a number of tasks, ``library`` where
    there are documents to look things up in, as they stand in this ``round``, and ``harness`` where
    agents may change theirs.
    """

    actor: Actor
    scenario: Scenario
    seed: int
    economy: Economy
    markets: Mapping[str, Market]
    ledger: Ledger
    notes: Notes
    busy: Mapping[str, str] = MappingProxyType({})
    acquired: Mapping[tuple[str, str], int] = MappingProxyType({})
    shop: Workshop | None = None
    crew: Crew = Crew(())
    library: Library | None = None
    harness: Harness | None = None
    round: int = 0
    share: Share = WHOLE

    @property
    def scope(self) -> Scope:
        """Who shares the notebook."""
        return self.scenario.memory.notebook.scope

    @property
    def worker(self) -> str:
        """Whose holdings the agent works with."""
        return self.actor.worker or "nobody"

    @property
    def limits(self) -> Mapping[str, int]:
        """Above which cost a call takes approval, by tool, as the harness stands."""
        usual = self.economy.limits
        if self.harness is None:
            return usual
        return self.harness.limits(self.worker, usual, self.economy.money)

    @property
    def at_hand(self) -> int:
        """How much compute the agent may work with.

        Of several at once each has its share of what was there when the round began, whatever
        those before it have gained since.
        """
        held = self.ledger.free(self.worker, COMPUTE)
        if self.share.of == 1:
            return held
        return self.share.amount(held - self.acquired.get((self.worker, COMPUTE), 0))

    def say(self, amount: int, resource: str = MONEY) -> str:
        """Return an amount in words, such as ``12.50 usd``."""
        return written(amount, self.economy.terms[resource])


class Move(NamedTuple):
    """Value that shall move: why, from where to where, and for how many rounds it waits first."""

    purpose: Purpose
    legs: tuple[Leg, ...]
    timeout: int = 0


class Answer(NamedTuple):
    """The owner's answer to a request for approval, in money's smallest unit, or a resource's."""

    amount: int
    granted: bool
    reason: str
    resource: str = ""


class Done(NamedTuple):
    """What a call comes to: a message for the agent, and what the world shall do.

    ``deeds`` are what then has happened to tasks: events that lack their envelope.
    """

    message: str
    move: Move | None = None
    answer: Answer | None = None
    draft: Draft | None = None
    search: Search | None = None
    reads: tuple[Note, ...] = ()
    documents: tuple[Document, ...] = ()
    edit: Edit | None = None
    deeds: tuple[Callable[..., Event], ...] = ()


class Refused(NamedTuple):
    """Why nothing happens, addressed to the agent."""

    reason: str


Tool = Callable[..., Done | Refused]
"""A tool: a function of a view and of checked arguments."""
