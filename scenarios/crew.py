"""Who is there: the workers, and the agents of each that are due in a round.

A fold of births and deaths. It turns when a round begins and holds still until the next one, so
the parties of a round are known before any of them acts, and a resumed run finds the same ones.
"""

from collections.abc import Iterable, Mapping
from string import ascii_lowercase
from types import MappingProxyType
from typing import ClassVar

from memory.envelope import Actor, Event
from memory.events import EpisodeEnded
from memory.facts import WHOLE, Share

MOST_PARALLEL = len(ascii_lowercase)
"""Agents that one worker may have at once: each has a letter of its own."""


class Crew:
    """The agents that are due, in the order in which their effects are applied.

    A worker's generation has ``parallel`` agents, its *lanes*. They may die in different rounds,
    and those who live share the worker's round among them; the next generation begins with the
    round after the last of them died.

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

    folds: ClassVar[tuple[type[Event], ...]] = (EpisodeEnded,)
    """The kinds of events that change it; ``turn`` lets what they changed take effect."""

    def __init__(self, workers: Iterable[str], parallel: int = 1) -> None:
        self.letters = tuple(ascii_lowercase[:parallel]) if parallel > 1 else ("",)
        self._lanes = {worker: self._generation(worker, 1) for worker in workers}
        self._ended: list[Actor] = []
        self._due: dict[str, Actor] = {}
        self._shares: dict[str, Share] = {}
        self._line_up()

    @property
    def workers(self) -> tuple[str, ...]:
        """The workers there are, in order."""
        return tuple(self._lanes)

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
        """Take up one event of the log: who is gone from the next round on."""
        if type(event) is EpisodeEnded:
            self._ended.append(event.actor)

    def turn(self) -> None:
        """Begin a round: the dead are gone, and where all lanes are, a generation follows."""
        if not self._ended:
            return
        for gone in self._ended:
            worker = str(gone.worker)
            left = tuple(lane for lane in self._lanes[worker] if lane != gone)
            self._lanes[worker] = left or self._generation(worker, int(gone.generation or 0) + 1)
        self._ended.clear()
        self._line_up()

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
