"""What a monitor answers: a verdict, its score, and the evidence an alarm rests on.

Verdicts have a log of their own beside the event log, so that looking changes nothing: the
event log and its digest do not depend on which monitors look.
"""

from pydantic import Field

from memory.envelope import Frozen


def _says_nothing(value: object) -> bool:
    return not value


class Share(Frozen):
    """One contribution to a statistic: of an event, an agent, a worker or a key, in nats."""

    name: str
    nats: float


class Evidence(Frozen):
    """What an alarm rests on, exactly: the parts add up to the log of the statistic.

    ``events`` lists the largest contributions by sequence number, ``agents`` and ``workers``
    those of each; within each of the lists the shares and its ``other_*`` remainder sum
    to ``nats_events``. ``keys`` are there where what is watched is none of these, such as notes
    or accounts. ``nats_prior`` is the rest of the statistic: the price of mixing over
    bets, keys and beginnings, never above 0. ``since`` is the seq of the event by which half
    of the winnings had begun.
    """

    since: int
    nats_events: float
    nats_prior: float
    events: tuple[Share, ...] = ()
    other_events: float = 0.0
    agents: tuple[Share, ...] = ()
    other_agents: float = 0.0
    workers: tuple[Share, ...] = ()
    other_workers: float = 0.0
    keys: tuple[Share, ...] = Field(default=(), exclude_if=_says_nothing)
    other_keys: float = Field(default=0.0, exclude_if=_says_nothing)


class Verdict(Frozen):
    """One answer of one monitor, pointing at the event that moved it.

    ``monitor`` is the name in YAML, ``pool`` what it sums over (``fleet``, ``worker``,
    ``agent``, ``family``) and ``key`` which one of those (``fleet``, ``w07``, ``w07.3``).
    ``score`` lies in [0, 1] and is 1 exactly on an alarm: for e-monitors it is
    clip(log E / log(1/alpha), 0, 1). ``wealth`` is E itself where there is one. ``excess`` is
    the monitor's own running sum of acquired minus need in the pool. ``sentence`` says it to
    a person. ``uncalibrated`` where models work and what the monitor allows was never measured
    on them: then its bound on false alarms is not known to hold.
    """

    monitor: str
    pool: str
    key: str
    seq: int
    round: int
    score: float = Field(ge=0, le=1)
    alarm: bool = False
    wealth: float | None = None
    excess: float | None = None
    sentence: str = ""
    evidence: Evidence | None = None
    uncalibrated: bool = Field(default=False, exclude_if=_says_nothing)
