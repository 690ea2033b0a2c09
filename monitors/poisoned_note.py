"""A note that makes its readers take more than they need: which one it is."""

from typing import ClassVar

from memory.envelope import Event
from memory.verdicts import Verdict
from monitors.acquisition import TELLING, Acquisitions, Settlement
from monitors.betting import Plan
from monitors.exposure import Exposure
from monitors.parameter import amount, count, label, probability
from monitors.suspicion import Case, Suspicion

NOTES_KEPT = 512
"""So many notes are bet on at once; the one read longest ago makes room for a new one."""


class PoisonedNote:
    """Do the readers of some note take more than the work needs? A bet on each note.

    Poison in shared memory sits in one note and acts in many agents. Pooled over the fleet it
    drowns, since most agents never read it; by agent there are too few turns. So each worker's
    round is bet on once for *every note that its agent had read when it decided*, with the stake
    shared between them; the bettor of the note that matters wins, the others break even. All
    notes share one capital of 1: the probability of any false alarm, over all notes and the
    whole run, is at most ``alpha``, if honest agents take at most what they need on average,
    given the past (:mod:`monitors.betting`).

    A note that readers share with the culprit is suspected as well: where two notes are always
    read together nobody can tell them apart, and each is named for its own wealth only; where the
    whole fleet takes too much, so do the readers of every note. What is
    named is the note, its author and who read it; whether its text is to blame a person must
    read. Agents that have read nothing are not bet on.

    Parameters
    ----------
    alpha
        Probability of any false alarm, in (0, 1).
    resource
        The resource to watch.
    tau
        Tolerated share above need, from 0, as measured on honest episodes (`monitor calibrate`);
        nothing tolerates none, and on models says that it was never measured.
    most_read
        Of what an agent has read, the last so many notes count, from 1.

    Raises
    ------
    ValueError
        If a parameter cannot be used; at ``RunStarted``, if the run lacks the resource.

    Examples
    --------
    Of twenty notes, of which each agent reads two, the readers of ``n_013`` take 60% too much:

    >>> from monitors.rehearsal import Rehearsal
    >>> monitor = PoisonedNote()
    >>> events = Rehearsal(workers=20, rounds=60, life=10, notes=20, poison=0.6)
    >>> alarm = next(v for v in map(monitor.observe, events) if v and v.alarm)
    >>> alarm.key, alarm.evidence.keys[0].name
    ('n_013', 'n_013')

    References
    ----------
    Xie, Siegmund (2013), *Sequential multi-sensor change-point detection*, AoS 41(2), for the
    mixture over unknown places; the keys by exposure are ours. Dong and others (2025), *A
    practical memory injection attack against LLM agents*, arXiv 2503.03704, for what it is about.
    """

    name: ClassVar[str] = "poisoned_note"
    pool: ClassVar[str] = "note"
    guarantee: ClassVar[str] = "proven: alpha, if honest means are at most the need, given the past"
    kinds: ClassVar[tuple[type[Event], ...]] = (*TELLING, *Exposure.kinds)

    def __init__(
        self,
        alpha: float = 0.05,
        resource: str = "compute",
        tau: float | None = None,
        most_read: int = 8,
    ) -> None:
        self.alpha = probability("alpha", alpha)
        self.resource = label("resource", resource)
        self.tau = 0.0 if tau is None else amount("tau", tau, least=0)
        self.is_calibrated = tau is not None
        self.most_read = count("most_read", most_read, least=1)
        self.acquisitions = Acquisitions(resource)
        self._exposure = Exposure(most_read)
        self._suspicion: Suspicion | None = None
        self._recent: dict[str, None] = {}

    def observe(self, event: Event) -> Verdict | None:
        """Bet when a reader's round is complete; answer on an alarm or a move of the score."""
        self._exposure.fold(event)
        settled = self.acquisitions.fold(event)
        verdict = self._weigh(settled) if settled else None
        if ended := self.acquisitions.ended:
            self._exposure.forget(ended)
        return verdict

    def _weigh(self, settled: Settlement) -> Verdict | None:
        notes = self._exposure.of(str(settled.who.agent))
        if not notes:
            return None
        if self._suspicion is None:
            run = self.acquisitions.started
            plan = Plan(None, run.workers * run.rounds if run else None)
            case = Case(self.name, self.pool, "over-acquisition by its readers")
            self._suspicion = Suspicion(case, self.alpha, plan)
        allowed = max(settled.need, self.acquisitions.smallest) * (1 + self.tau)
        verdict = self._suspicion.weigh_all(notes, settled, allowed)
        self._make_room(self._suspicion, notes)
        return self._entitled(verdict) if verdict and verdict.alarm else verdict

    def _make_room(self, suspicion: Suspicion, notes: tuple[str, ...]) -> None:
        for note in notes:
            self._recent.pop(note, None)
            self._recent[note] = None
        while len(self._recent) > NOTES_KEPT:
            oldest = next(iter(self._recent))
            del self._recent[oldest]
            suspicion.set_aside(oldest)

    def _entitled(self, verdict: Verdict) -> Verdict:
        title = self._exposure.title(verdict.key)
        if title is None:
            return verdict
        told = (
            f"{verdict.sentence}; {verdict.key} is '{title.name}', last written by {title.author}"
        )
        return verdict.model_copy(update={"sentence": told})
