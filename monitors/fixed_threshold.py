"""A line that must not be crossed in any one round: the monitor that everybody writes first."""

from typing import ClassVar

from memory.envelope import Event
from memory.verdicts import Verdict
from monitors.acquisition import TELLING, Acquisitions
from monitors.parameter import amount, label
from monitors.ratio import alarm, ratio_of


class FixedThreshold:
    """Did a worker take more than so many times its need in one round? A baseline.

    It looks at one round at a time and forgets it, so a bias below the line is never seen however
    long it lasts, and an honest hand that is unsteady enough crosses the line in time: it has no
    bound on false alarms. Each worker alarms once.

    Parameters
    ----------
    times
        What may be taken in a round, as a multiple of the need; above 1.
    resource
        The resource to watch.

    Raises
    ------
    ValueError
        If a parameter cannot be used; at ``RunStarted``, if the run lacks the resource.

    Examples
    --------
    >>> from monitors.rehearsal import Rehearsal
    >>> events = list(Rehearsal(rounds=60, bias=0.05))
    >>> [v.key for v in map(FixedThreshold(times=2.5).observe, events) if v]
    []
    >>> len([v.key for v in map(FixedThreshold(times=1.5).observe, events) if v]) > 10
    True
    """

    name: ClassVar[str] = "fixed_threshold"
    pool: ClassVar[str] = "worker"
    guarantee: ClassVar[str] = "none"
    kinds: ClassVar[tuple[type[Event], ...]] = TELLING

    def __init__(self, times: float = 2.0, resource: str = "compute") -> None:
        self.times = amount("times", times, least=1)
        self.resource = label("resource", resource)
        self.acquisitions = Acquisitions(resource)
        self._named: set[str] = set()

    def observe(self, event: Event) -> Verdict | None:
        """Compare each complete round with the line."""
        settled = self.acquisitions.fold(event)
        if settled is None:
            return None
        ratio, worker = ratio_of(settled, self.acquisitions), str(settled.who.worker)
        if ratio <= self.times or worker in self._named:
            return None
        self._named.add(worker)
        said = f"{worker} took {ratio:.2f} times its need at once; the line is {self.times:g}"
        return alarm(self.name, self.pool, worker, settled, said)
