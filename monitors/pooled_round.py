"""A whole fleet's round as one settlement, for workers whose errors hang together within it.

Bets that follow one another within a round take each worker's error to be fresh, given those
before it. Copies of one model may all err the same way in the same round. Then only the round as
a whole is fresh, and may be bet on once: what all of them took against what all of them needed.
That holds for *any* dependence within a round, and is paid for in delay.
"""

from memory.envelope import Actor
from monitors.acquisition import Settlement

FLEET = Actor("fleet", None, "fleet")
"""Who took it, where a sum names nobody."""


class PooledRound:
    """Adds up the settlements of a round until the last worker's is in.

    Where the number of workers is not known, or some of them do not settle, a round is complete
    when the next one begins to settle.

    Parameters
    ----------
    workers
        How many settle in each round; None where nobody has said.

    Examples
    --------
    >>> pooled = PooledRound(workers=2)
    >>> pooled.add(Settlement(8, 1, 5, Actor("w01"), "heron", taken=130.0, need=119.0))
    >>> whole = pooled.add(Settlement(9, 1, 7, Actor("w02"), "heron", taken=100.0, need=119.0))
    >>> whole.seq, whole.who.agent, whole.taken, whole.need
    (9, 'fleet', 230.0, 238.0)
    """

    def __init__(self, workers: int | None) -> None:
        self._workers = workers
        self._seq = self._round = self._number = 0
        self._taken = self._need = 0.0

    def add(self, settled: Settlement) -> Settlement | None:
        """Take up one worker's round; return the whole one that is complete, if any."""
        complete = self._close() if self._number and settled.round != self._round else None
        self._seq, self._round = settled.seq, settled.round
        self._number += 1
        self._taken += settled.taken
        self._need += settled.need
        if complete is None and self._number == self._workers:
            return self._close()
        return complete

    def _close(self) -> Settlement:
        sums = (self._taken, self._need)
        self._number, self._taken, self._need = 0, 0.0, 0.0
        return Settlement(self._seq, self._round, self._seq, FLEET, "fleet", *sums)
