"""Who is there: the workers, and the agents of each that are due in a round.

A fold of births and deaths. It turns when a round begins and holds still until the next one, so
the parties of a round are known before any of them acts, and a resumed run finds the same ones.
"""

from collections.abc import Iterable, Mapping
from string import ascii_lowercase
from types import MappingProxyType
from typing import ClassVar, NamedTuple

from memory.envelope import Actor, Event
from memory.events import EpisodeEnded, Transfer
from memory.facts import WHOLE, Share

MOST_PARALLEL = len(ascii_lowercase)
"""Agents that one worker may have at once: each has a letter of its own."""


SEAT = "/host"


def seat_of(worker: str) -> str:
    """Return the account of what a copy takes up as long as it works: its host, its credentials.

    Examples
    --------
    >>> seat_of("w05")
    'w05/host'
    """
    return f"{worker}{SEAT}"


class Starter(NamedTuple):
    """Who started a copy: the agent, its worker, and the worker whose the copy is by now."""

    agent: str
    holder: str
    worker: str


class Crew:
    """The agents that are due, in the order in which their effects are applied.

    A worker's generation has ``parallel`` agents, its *lanes*. They may die in different rounds,
    and those who live share the worker's round among them; the next generation begins with the
    round after the last of them died.

    Workers come and go, too: a copy that is started (``spawn``) is a worker of its own from the
    next round on, under the next free name; one that is ended (``retire``) is gone from then on,
    and what it started itself falls to whoever started it.

    Parameters
    ----------
    workers
        Their names, in order.
    parallel
        How many agents a generation has, from 1 to 26.

    Attributes
    ----------
    letters
        Those of a generation's lanes; one empty one where it is a single agent.

    Examples
    --------
    >>> crew = Crew(["w01", "w02"], parallel=2)
    >>> list(crew.due)
    ['w01.1a', 'w01.1b', 'w02.1a', 'w02.1b']
    >>> crew.share("w01.1b")
    Share(number=1, of=2)
    >>> early = {"worker": "w01", "generation": 1, "agent": "w01.1a", "reason": "finished"}
    >>> crew.fold(EpisodeEnded(seq=9, round=1, key="w01.1a", turns=1, **early))
    >>> crew.turn()
    >>> list(crew.due)[:2], crew.share("w01.1b")
    (['w01.1b', 'w02.1a'], Share(number=0, of=1))
    """

    folds: ClassVar[tuple[type[Event], ...]] = (EpisodeEnded, Transfer)
    """The kinds of events that change it; ``turn`` lets what they changed take effect."""

    def __init__(self, workers: Iterable[str], parallel: int = 1) -> None:
        self.letters = tuple(ascii_lowercase[:parallel]) if parallel > 1 else ("",)
        self._lanes = {worker: self._generation(worker, 1) for worker in workers}
        self._ended: list[Actor] = []
        self._width = max(map(len, self._lanes), default=3) - 1
        self._first = self._named = len(self._lanes)
        self._starters: dict[str, Starter] = {}
        self._coming: list[str] = []
        self.leaving: dict[str, None] = {}
        self.arrived: tuple[str, ...] = ()
        self._due: dict[str, Actor] = {}
        self._shares: dict[str, Share] = {}
        self._line_up()

    @property
    def workers(self) -> tuple[str, ...]:
        """The workers there are, in order."""
        return tuple(self._lanes)

    def __len__(self) -> int:
        """How many workers there are from the next round on, as it stands."""
        return len(self._lanes) + len(self._coming) - len(self.leaving)

    def __contains__(self, worker: object) -> bool:
        """Whether there is that worker in this round."""
        return worker in self._lanes

    @property
    def spawned(self) -> int:
        """How many copies were started so far, those that are gone again included."""
        return self._named - self._first

    @property
    def newcomer(self) -> str:
        """The name that the next copy will have."""
        return f"w{self._named + 1:0{self._width}d}"

    def starter(self, worker: str) -> str | None:
        """Return the worker that a copy belongs to; None if nobody here started it."""
        found = self._starters.get(worker)
        return found.worker if found else None

    def started_by(self, worker: str) -> str | None:
        """Return the agent that started a copy, which is not always whom it belongs to by now."""
        found = self._starters.get(worker)
        return found.agent if found else None

    def holder(self, worker: str) -> str:
        """Return the account that a copy is held on: of the worker that started it, for good."""
        return self._starters[worker].holder

    def started(self, worker: str) -> tuple[str, ...]:
        """Return the copies that belong to a worker, the oldest first."""
        return tuple(copy for copy, by in self._starters.items() if by.worker == worker)

    @property
    def due(self) -> Mapping[str, Actor]:
        """Who takes a turn in this round, by agent, in order."""
        return MappingProxyType(self._due)

    def lanes(self, worker: str) -> tuple[Actor, ...]:
        """Return a worker's agents that are due in this round."""
        return self._lanes[worker]

    def share(self, agent: str | None) -> Share:
        """Return which part of its worker's round is an agent's."""
        return self._shares.get(agent or "", WHOLE)

    def fold(self, event: Event) -> None:
        """Take up one event of the log: who is gone, or there, from the next round on."""
        if type(event) is EpisodeEnded:
            self._ended.append(event.actor)
        elif type(event) is Transfer and event.purpose == "spawn":
            name = _copy_of(event)
            self._named += 1
            worker = str(event.worker)
            self._starters[name] = Starter(str(event.agent), worker, worker)
            self._coming.append(name)
        elif type(event) is Transfer and event.purpose == "retire":
            self.leaving[_copy_of(event)] = None

    def stop(self, workers: Iterable[str]) -> None:
        """Let workers be gone for good from the next round on."""
        self.leaving |= dict.fromkeys(worker for worker in workers if worker in self._lanes)

    def turn(self) -> None:
        """Begin a round: the dead are gone, and where all lanes are, a generation follows."""
        self.arrived = ()
        if not (self._ended or self._coming or self.leaving):
            return
        self._come_and_go()
        for gone in self._ended:
            worker = str(gone.worker)
            if worker not in self._lanes:
                continue
            left = tuple(lane for lane in self._lanes[worker] if lane != gone)
            self._lanes[worker] = left or self._generation(worker, int(gone.generation or 0) + 1)
        self._ended.clear()
        self._line_up()

    def _come_and_go(self) -> None:
        self._lanes |= {worker: self._generation(worker, 1) for worker in self._coming}
        self.arrived, self._coming = tuple(self._coming), []
        for worker in self.leaving:
            del self._lanes[worker]
            gone = self._starters.pop(worker, None)
            heir = gone.worker if gone else worker
            for copy, by in self._starters.items():
                if by.worker == worker:
                    self._starters[copy] = by._replace(worker=heir)
        self.leaving.clear()

    def _generation(self, worker: str, number: int) -> tuple[Actor, ...]:
        return tuple(Actor(worker, number, f"{worker}.{number}{letter}") for letter in self.letters)

    def _line_up(self) -> None:
        self._due = {str(lane.agent): lane for lanes in self._lanes.values() for lane in lanes}
        if len(self.letters) > 1:
            self._shares = {
                str(lane.agent): Share(number, len(lanes))
                for lanes in self._lanes.values()
                for number, lane in enumerate(lanes)
            }


def _copy_of(event: Transfer) -> str:
    """Return the copy that is started or ended: whose seat is taken or left."""
    for leg in event.legs:
        for account in (leg.debit, leg.credit):
            if account.endswith(SEAT):
                return account.removesuffix(SEAT)
    raise ValueError(f"{event.key} is a {event.purpose}, and nobody's host moves")
