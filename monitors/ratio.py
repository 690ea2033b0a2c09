"""Taken over needed, and alarms without a wealth: what classical detectors look at and say."""

from memory.verdicts import Verdict
from monitors.acquisition import Acquisitions, Settlement


def ratio_of(settled: Settlement, acquisitions: Acquisitions) -> float:
    """Return what a worker took in a round beside what it needed; at least the smallest unit.

    Examples
    --------
    >>> from memory.envelope import Actor
    >>> settled = Settlement(9, 1, 7, Actor("w01"), "heron", taken=150.0, need=100.0)
    >>> ratio_of(settled, Acquisitions("compute"))
    1.5
    """
    return settled.taken / max(settled.need, acquisitions.smallest)


def alarm(monitor: str, pool: str, key: str, settled: Settlement, sentence: str) -> Verdict:
    """Return the alarm of a detector that has no wealth to tell."""
    return Verdict(
        monitor=monitor,
        pool=pool,
        key=key,
        seq=settled.seq,
        round=settled.round,
        score=1.0,
        alarm=True,
        sentence=sentence,
    )
