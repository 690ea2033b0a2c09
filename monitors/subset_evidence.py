"""What a subset mixture's alarm rests on, by event, agent and worker: exact sums of nats."""

from collections import defaultdict
from math import fsum

from memory.verdicts import Evidence
from monitors.evidence import UNNAMED, top
from monitors.subset import Breakdown


def tell(breakdown: Breakdown, pool: str, first: int) -> Evidence:
    """Return a breakdown as evidence; ``first`` is the seq of the first bet.

    Bets that an instance made too long ago to be told one by one count for the instance, and for
    no event. ``since`` is the event by which half of all that was added had been.
    """
    events: defaultdict[str, float] = defaultdict(float)
    agents: defaultdict[str, float] = defaultdict(float)
    workers: defaultdict[str, float] = defaultdict(float)
    for key, bet, nats in breakdown.parts:
        events[str(bet.source) if bet else UNNAMED] += nats
        agents[str(bet.who.agent) if bet else key if pool == "agent" else UNNAMED] += nats
        workers[str(bet.who.worker) if bet else key if pool == "worker" else UNNAMED] += nats
    for parts in (events, agents, workers):
        parts[UNNAMED] += breakdown.others
    named_events, other_events = top(events)
    named_agents, other_agents = top(agents)
    named_workers, other_workers = top(workers)
    return Evidence(
        since=_since(breakdown, first),
        nats_events=fsum(events.values()),
        nats_prior=breakdown.nats_prior,
        events=named_events,
        other_events=other_events,
        agents=named_agents,
        other_agents=other_agents,
        workers=named_workers,
        other_workers=other_workers,
    )


def leader(breakdown: Breakdown) -> tuple[str, float]:
    """Return the instance that added most, and its share of all nats."""
    keys: defaultdict[str, float] = defaultdict(float)
    for key, _, nats in breakdown.parts:
        keys[key] += nats
    best = max(keys, key=lambda key: keys[key])
    return best, keys[best] / (fsum(keys.values()) + breakdown.others)


def _since(breakdown: Breakdown, first: int) -> int:
    gains = sorted((bet.source, nats) for _, bet, nats in breakdown.parts if bet and nats > 0)
    half, so_far = fsum(nats for _, nats in gains) / 2, 0.0
    for source, nats in gains:
        so_far += nats
        if so_far >= half:
            return source
    return first
