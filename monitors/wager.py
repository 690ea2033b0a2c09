"""A monitor's bets on one quantity and one pool, planned from the run's first event."""

from collections.abc import Sequence

from memory.envelope import Event
from memory.events import EpisodeEnded, RunStarted
from memory.verdicts import Verdict
from monitors.acquisition import Settlement
from monitors.betting import PAGE, Plan
from monitors.pool import Size, key_of
from monitors.suspicion import Case, Suspicion


class Wager:
    """Bets a nonnegative quantity against the mean that honest agents keep to.

    A monitor that is about something else than acquisition states its quantity as a
    :class:`~monitors.acquisition.Settlement`: ``taken`` is what was seen, ``need`` what is allowed
    on average, given all that happened before. One capital of 1 is divided over the pool's keys
    and the planned bets (:mod:`monitors.betting`), so any alarm has a probability of at most
    ``alpha``.

    Parameters
    ----------
    case
        What is watched, over which pool, in the words of its verdicts.
    alpha
        Probability of any false alarm, in (0, 1).
    bets_per_round
        How many bets a round has, as far as can be planned; one a worker, if nothing is said.
        Bets beyond the plan add no risk, and stake nothing fresh.
    page
        How many bets are remembered one by one, for evidence.

    Examples
    --------
    >>> from memory.envelope import Actor
    >>> wager = Wager(Case("large", "worker", "large payments"), alpha=0.05)
    >>> seen = Settlement(9, 1, 7, Actor("w01"), "heron", taken=3.0, need=1.0)
    >>> verdicts = [wager.place(seen) for _ in range(9)]
    >>> [verdict.key for verdict in verdicts if verdict and verdict.alarm]
    ['w01']
    """

    def __init__(
        self, case: Case, alpha: float, bets_per_round: int | None = None, page: int = PAGE
    ) -> None:
        self._page = page
        self._case = case
        self._alpha = alpha
        self._times = bets_per_round
        self._started: RunStarted | None = None
        self._suspicion: Suspicion | None = None

    def follow(self, event: Event) -> None:
        """Learn from the log what there is to plan for, and which agents have ended."""
        if type(event) is RunStarted:
            self._started = event
        elif type(event) is EpisodeEnded and self._case.pool == "agent" and self._suspicion:
            self._suspicion.close(str(event.agent))

    def place(self, settled: Settlement, key: str | None = None) -> Verdict | None:
        """Bet on what was seen, for the key of the pool or another one."""
        if self._suspicion is None:
            self._suspicion = self._suspect()
        key = key_of(settled, self._case.pool) if key is None else key
        return self._suspicion.weigh(key, settled, settled.need)

    def place_all(self, pairs: Sequence[tuple[str, Settlement]]) -> Verdict | None:
        """Bet on several keys at the same event; return the weightiest answer, if any."""
        answers = [verdict for key, seen in pairs if (verdict := self.place(seen, key))]
        return max(answers, key=lambda verdict: verdict.score, default=None)

    def _suspect(self) -> Suspicion:
        plan = Size(self._started).plan(self._case.pool, self._times)
        if self._case.pool == "family":
            plan = Plan(None, plan.bets)
        return Suspicion(self._case, self._alpha, plan._replace(page=self._page))
