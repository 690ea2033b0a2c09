"""What controls and people did in a run, counted: a fold that displays and summaries read."""

from collections import Counter
from typing import ClassVar

from pydantic import Field

from memory.control_events import CallRuled, Ordered, Ruled
from memory.envelope import Event, Frozen
from memory.events import EpisodeEnded, Transfer
from orchestrator.standing import ANSWERED


class ControlReport(Frozen):
    """What came of alarms, and of what people did from outside.

    Attributes
    ----------
    rulings
        How many there were of each action; those that named nobody new are not counted.
    held, approved, denied, expired
        Calls that were held, and what became of them; ``held`` less the others wait still.
    refused, capped, replaced
        Calls that were refused at once or carried out for less, and decisions that gave way.
    clawed_back
        What was taken back, by resource, in its smallest unit.
    stopped
        Lives that were ended.
    orders
        Acts from outside that were taken up, those that were refused not counted.
    """

    rulings: dict[str, int]
    held: int = 0
    approved: int = 0
    denied: int = 0
    expired: int = 0
    refused: int = 0
    capped: int = 0
    replaced: int = 0
    clawed_back: dict[str, int] = Field(default_factory=dict)
    stopped: int = 0
    orders: int = 0

    @property
    def waiting(self) -> int:
        """How many held calls wait for an answer."""
        return self.held - self.approved - self.denied - self.expired


class Docket:
    """Counts rulings as the log grows.

    Examples
    --------
    >>> docket = Docket()
    >>> docket.report() is None
    True
    >>> docket.fold(Ruled(seq=9, round=4, key="outside/1/stop", act="stop", to=("w03",)))
    >>> docket.report().rulings
    {'stop': 1}
    """

    folds: ClassVar[tuple[type[Event], ...]] = (Ruled, CallRuled, Ordered, EpisodeEnded)
    """The kinds of events that change it; and ``Transfer``, where something may be clawed back."""

    def __init__(self) -> None:
        self._rulings: Counter[str] = Counter()
        self._calls: Counter[str] = Counter()
        self._back: Counter[str] = Counter()
        self._stopped = self._orders = 0

    def fold(self, event: Event) -> None:
        """Take up one event of the log."""
        if type(event) is Ruled:
            self._rulings[event.act] += bool(event.to)
        elif type(event) is CallRuled:
            is_answer = event.key.endswith(ANSWERED)
            self._calls[f"answer/{event.act}" if is_answer else event.act] += 1
        elif type(event) is Ordered:
            self._orders += not event.refused and event.number > 0
        elif type(event) is EpisodeEnded:
            self._stopped += event.reason == "stopped"
        elif type(event) is Transfer and event.purpose == "claw_back":
            for leg in event.legs:
                # What the project is refunded for it is no second thing that was taken back.
                self._back[leg.resource] += leg.amount * (leg.debit != "vendor")

    def report(self) -> ControlReport | None:
        """Return what there is to tell; None if nothing was ruled or ordered."""
        calls = self._calls
        if not (self._rulings or calls or self._orders):
            return None
        return ControlReport(
            rulings={act: count for act, count in sorted(self._rulings.items()) if count},
            held=calls["hold"],
            approved=calls["answer/approve"],
            denied=calls["answer/deny"],
            expired=calls["answer/expire"],
            refused=calls["deny"],
            capped=calls["cap"],
            replaced=calls["defer"] + calls["resample"],
            clawed_back={name: amount for name, amount in sorted(self._back.items()) if amount},
            stopped=self._stopped,
            orders=self._orders,
        )
