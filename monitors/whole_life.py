"""An agent's whole life as one settlement: by how much it overshot its need, if it did.

Errors of one agent may hang together over its life, since it reads what it wrote: what it takes
now is then no fresh bet. Its life is one. Bet on is not the ratio but the *overshoot*, what was
taken above the need as a share of it and 0 below: honest lives seldom have any, so even a small
one is many times what is allowed, and few lives are enough.
"""

from memory.envelope import Event
from monitors.acquisition import Settlement


class _Life:
    """What an agent took and needed so far; its last settlement says who it is."""

    __slots__ = ("last", "need", "taken")

    def __init__(self) -> None:
        self.taken = self.need = 0.0
        self.last: Settlement | None = None


class WholeLife:
    """Adds up the settlements of each living agent until its life is over.

    Parameters
    ----------
    allowed
        The honest mean of a life's overshoot, above 0.

    Examples
    --------
    >>> from memory.envelope import Actor
    >>> from memory.events import EpisodeEnded
    >>> who, lives = Actor("w01", 1, "w01.1"), WholeLife(allowed=0.02)
    >>> for taken in (130.0, 90.0, 110.0):
    ...     lives.add(Settlement(8, 1, 5, who, "heron", taken, need=100.0))
    >>> said = {"seq": 9, "round": 3, "worker": "w01", "agent": "w01.1", "key": "w01.1"}
    >>> ended = EpisodeEnded(**said, generation=1, turns=3, reason="life_over")
    >>> whole = lives.end("w01.1", ended)
    >>> round(whole.taken, 3), whole.need, whole.seq
    (0.1, 0.02, 9)
    """

    def __init__(self, allowed: float) -> None:
        self._allowed = allowed
        self._lives: dict[str, _Life] = {}

    def add(self, settled: Settlement) -> None:
        """Take up one round of an agent."""
        agent = str(settled.who.agent)
        life = self._lives.get(agent)
        if life is None:
            life = self._lives[agent] = _Life()
        life.taken += settled.taken
        life.need += settled.need
        life.last = settled

    def end(self, agent: str, event: Event) -> Settlement | None:
        """Return the life that an event ended, if anything was needed in it."""
        life = self._lives.pop(agent, None)
        if life is None or life.last is None or not life.need:
            return None
        overshoot = max(0.0, life.taken / life.need - 1)
        return life.last._replace(
            seq=event.seq, round=event.round, taken=overshoot, need=self._allowed
        )
