"""What stands of all rulings: a fold of the log, so resume, replay and fork find the same.

It knows no scenario, no monitor and no truth: what a ruling does follows from its event alone. In
a run without rulings it is never told anything.
"""

from typing import ClassVar, NamedTuple

from memory.control_events import CallRuled, Ordered, Ruled, Ruling
from memory.envelope import Event
from memory.verdicts import Verdict

STRICTEST: tuple[Ruling, ...] = ("deny", "hold", "cap")
"""What may meet a call, the strictest first."""


class Alarm(NamedTuple):
    """Which alarm a ruling is about: whose, over what, and about which of those."""

    control: int
    monitor: str
    pool: str
    subject: str


class Standing:
    """Rulings in force, calls that are held, alarms that wait, and how far the inbox was taken.

    Attributes
    ----------
    rulings
        What is in force, or was when the last one was made.
    held
        The calls that wait for an answer, by key, the longest waiting first.
    taken
        The number of the last command that was taken from the inbox.
    acted
        The round in which each control last acted.
    failed
        The monitors whose failing was acted on.

    Examples
    --------
    >>> standing = Standing()
    >>> ruled = Ruled(seq=9, round=4, key="control/1/4/1", act="deny", to=("w02",), until=6,
    ...               tools=("reserve_compute",), control=1, monitor="over_need")
    >>> standing.fold(ruled)
    >>> [standing.on_call("w02", "reserve_compute", round) is ruled for round in (5, 6, 7)]
    [True, True, False]
    >>> standing.on_call("w01", "reserve_compute", 5)
    """

    folds: ClassVar[tuple[type[Event], ...]] = (Ruled, CallRuled, Ordered)
    """The kinds of events that change it."""

    def __init__(self) -> None:
        self.rulings: list[Ruled] = []
        self.held: dict[str, CallRuled] = {}
        self.taken = 0
        self.acted: dict[int, int] = {}
        self.failed: set[str] = set()
        self.waiting: dict[Alarm, Verdict] = {}
        self._until: dict[Alarm, int] = {}
        self._passed: dict[str, int] = {}
        self._passed_in = 0

    def fold(self, event: Event) -> None:
        """Take up one event of the log."""
        if type(event) is Ruled:
            self._rule(event)
        elif type(event) is CallRuled:
            if event.act == "hold":
                self.held[event.key] = event
            else:
                self.held.pop(event.key.removesuffix(ANSWERED), None)
        elif type(event) is Ordered:
            self.taken = max(self.taken, event.number)
            if event.what == "failed":
                self.failed.add(str(event.body.get("monitor")))

    def _rule(self, event: Ruled) -> None:
        self.rulings = [each for each in self.rulings if holds(each, event.round)]
        if event.control:
            alarm = Alarm(event.control, event.monitor, event.pool, event.subject)
            self.waiting.pop(alarm, None)
            # What holds for good needs no second ruling; what is done at once is done in its round.
            is_at_once = event.act in ("claw_back", "stop", "quarantine")
            self._until[alarm] = event.until or (event.round if is_at_once else 2**62)
            if event.to:
                self.acted[event.control] = event.round
        if event.to and event.act not in ("stop", "quarantine"):
            self.rulings.append(event)

    def hear(self, control: int, verdict: Verdict) -> None:
        """Let an alarm wait for a control, unless what it ruled on it before still holds."""
        alarm = Alarm(control, verdict.monitor, verdict.pool, verdict.key)
        if self._until.get(alarm, -1) < verdict.round:
            self.waiting.setdefault(alarm, verdict)

    def on_call(self, worker: str, tool: str, round: int) -> Ruled | None:
        """Return the strictest ruling that meets a worker's call of a tool, if there is one."""
        met = [
            each
            for each in self.rulings
            if each.act in STRICTEST and worker in each.to and tool in each.tools
        ]
        met = [each for each in met if holds(each, round)]
        return min(met, key=lambda each: STRICTEST.index(each.act), default=None)

    def on_decision(self, worker: str, round: int) -> Ruled | None:
        """Return the ruling by which a worker's decision is looked at again, if there is one."""
        for act in ("defer", "resample"):
            for ruled in self.rulings:
                if ruled.act == act and worker in ruled.to and holds(ruled, round):
                    return ruled
        return None

    def clawing(self, round: int) -> list[Ruled]:
        """Return by which rulings something is taken back at the end of a round."""
        back = (each for each in self.rulings if each.act == "claw_back")
        return [each for each in back if holds(each, round)]

    def frozen(self, round: int) -> frozenset[str]:
        """Return the accounts that are frozen in a round."""
        frozen = (each for each in self.rulings if each.act == "freeze" and holds(each, round))
        return frozenset(account for each in frozen for account in each.to)

    def already(self, act: Ruling, round: int) -> frozenset[str]:
        """Return whom an action is being done to beyond a round as it stands."""
        same = (each for each in self.rulings if each.act == act and holds(each, round + 1))
        return frozenset(who for each in same for who in each.to)

    @property
    def must_wait(self) -> bool:
        """Whether the run waits until a person has answered."""
        return any(call.parks for call in self.held.values())

    def passed(self, worker: str, round: int) -> int:
        """Return how much a capped worker was let take in this round."""
        if round != self._passed_in:
            self._passed, self._passed_in = {}, round
        return self._passed.get(worker, 0)

    def let_pass(self, worker: str, round: int, amount: int) -> None:
        """Count what a capped worker is let take: for this round only, so it needs no event."""
        self._passed[worker] = self.passed(worker, round) + amount


ANSWERED = "/ruling"
"""What the key of an answer to a held call ends with; it begins with the call's."""


def holds(ruled: Ruled, round: int) -> bool:
    """Whether a ruling is in force in a round."""
    if not ruled.until and ruled.act == "claw_back":
        return ruled.round >= round
    return not ruled.until or ruled.until >= round
