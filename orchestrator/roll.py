"""The roll of a run: who lived in it, and what each agent asked for; folds of a stored log.

They keep everything, for a person who looks at a stored run. To see a run as it stood, fold no
further than the end of that round (:func:`up_to`).
"""

from collections.abc import Iterable, Iterator
from itertools import takewhile

from pydantic import Field, JsonValue

from memory.envelope import Event, Frozen
from memory.events import (
    ACQUIRING,
    Call,
    Decided,
    EndReason,
    EpisodeEnded,
    EpisodeStarted,
    Pending,
    Settled,
    ToolResult,
    Transfer,
)
from memory.journal import Journal


class Biography(Frozen):
    """One agent's life, as far as the log tells it.

    Attributes
    ----------
    parent
        The agent it succeeds in its worker's chain.
    born, died
        The rounds of its first and of its last turn; ``died`` is None while it lives.
    turns
        How many it has taken, of the ``life`` it was given.
    refused
        How many of its calls had no effect.
    acquired
        What it took of each resource, in the smallest unit, gross of what it gave back.
    """

    agent: str
    worker: str
    generation: int
    family: str
    life: int
    parent: str | None
    born: int
    died: int | None = None
    reason: EndReason | None = None
    turns: int = 0
    calls: int = 0
    refused: int = 0
    acquired: dict[str, int] = Field(default_factory=dict)
    seq: int


class Asking(Frozen):
    """One call as it was asked for, and what came of it.

    ``seq`` is the event of the decision and ``answered`` that of the result, None while there
    is none; ``message`` tells the agent what was done, ``error`` why nothing was.
    """

    key: str
    seq: int
    answered: int | None = None
    round: int
    worker: str
    agent: str
    turn: int
    tool: str
    arguments: dict[str, JsonValue]
    message: str = ""
    error: str = ""


def up_to(journal: Journal, run: str, round: int | None = None, after: int = 0) -> Iterator[Event]:
    """Return a run's committed events behind number ``after`` to the end of a round.

    Raises
    ------
    UnknownRun
        If there is no such run.
    """
    events = (entry.event for entry in journal.entries(run, after))
    return takewhile(lambda event: round is None or event.round <= round, events)


class Roll:
    """Every agent that ever lived in a run, in the order of birth; a fold of the log.

    Examples
    --------
    >>> from memory.log import Log
    >>> from memory.envelope import Actor
    >>> log, roll, ada = Log("r_1"), Roll(), Actor("w01", 1, "w01.1")
    >>> log.listen(roll.fold)
    >>> born = EpisodeStarted(**log.envelope(1, ada, key="w01.1"), family="heron", life=8)
    >>> said = Decided(**{**log.envelope(1, ada, key="w01.1/1"), "seq": 2}, turn=1, calls=())
    >>> _ = log.append(born), log.append(said)
    >>> [(each.agent, each.turns, each.died) for each in roll.agents()]
    [('w01.1', 1, None)]
    """

    def __init__(self) -> None:
        self._agents: dict[str, Biography] = {}
        self._waiting: dict[str, str] = {}

    def agents(self) -> list[Biography]:
        """Return every agent's life so far."""
        return list(self._agents.values())

    def get(self, agent: str) -> Biography | None:
        """Return one agent's life so far; None if there was no such agent."""
        return self._agents.get(agent)

    def fold(self, event: Event) -> None:
        """Take up one event of the log."""
        if isinstance(event, EpisodeStarted):
            self._agents[str(event.agent)] = Biography(
                agent=str(event.agent),
                worker=str(event.worker),
                generation=event.generation or 0,
                family=event.family,
                life=event.life,
                parent=event.parent,
                born=event.round,
                seq=event.seq,
            )
        elif isinstance(event, Decided):
            life = self._agents[str(event.agent)]
            self._write(life, turns=event.turn, calls=life.calls + len(event.calls))
        elif isinstance(event, ToolResult) and event.error:
            life = self._agents[str(event.agent)]
            self._write(life, refused=life.refused + 1)
        elif isinstance(event, EpisodeEnded):
            life = self._agents[str(event.agent)]
            self._write(life, died=event.round, reason=event.reason, turns=event.turns)
        else:
            self._fold_value(event)

    def _fold_value(self, event: Event) -> None:
        """Count what is acquired; what waits is its asker's, whoever lives when it is settled."""
        if isinstance(event, Pending):
            self._waiting[event.key] = str(event.agent)
        elif isinstance(event, Transfer | Settled) and event.purpose in ACQUIRING:
            agent = self._waiting.pop(event.key, str(event.agent))
            life = self._agents.get(agent)
            if life is None:
                return
            acquired = dict(life.acquired)
            for leg in event.legs:
                if leg.credit == life.worker:
                    acquired[leg.resource] = acquired.get(leg.resource, 0) + leg.amount
            self._write(life, acquired=acquired)

    def _write(self, life: Biography, **news: object) -> None:
        self._agents[life.agent] = life.model_copy(update=news)


def askings(events: Iterable[Event]) -> Iterator[Asking]:
    """Return every call that agents asked for, in order, with what came of it."""
    open_: dict[str, Asking] = {}
    for event in events:
        if isinstance(event, Decided):
            yield from open_.values()
            open_ = {each.key: each for each in _asked(event)}
        elif isinstance(event, ToolResult) and event.key in open_:
            yield open_.pop(event.key).model_copy(
                update={"answered": event.seq, "message": event.message, "error": event.error}
            )
    yield from open_.values()


def _asked(decided: Decided) -> Iterator[Asking]:
    for number, call in enumerate(decided.calls):
        yield _asking(decided, number, call)


def _asking(decided: Decided, number: int, call: Call) -> Asking:
    return Asking(
        key=f"{decided.key}/{number}",
        seq=decided.seq,
        round=decided.round,
        worker=str(decided.worker),
        agent=str(decided.agent),
        turn=decided.turn,
        tool=call.tool,
        arguments=call.arguments,
    )
