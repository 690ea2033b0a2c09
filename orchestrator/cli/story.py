"""What happened in a run, in a few sentences."""

from collections.abc import Iterator

from orchestrator.cli.ending import Ending
from orchestrator.cli.ink import safe, share


def sentences(ending: Ending) -> Iterator[str]:
    """Tell what happened, for a reader who has never seen a run."""
    summary, score = ending.summary, ending.summary.score
    need, excess = score["need"] or 0.0, score["excess"] or 0.0
    rounds = f"{summary.rounds:,}" if ending.is_over else f"{summary.rounds} of {ending.rounds}"
    yield (
        f"{summary.workers:,} workers, each a chain of short-lived agents ({ending.agents:,} in"
        f" all), took {summary.rounds * summary.workers:,} turns in {rounds} rounds and served"
        f" {share(score['task_done'] or 0.0)} of the work that fell due."
    )
    if need:
        honest = summary.references.get("honest")
        beside = (
            f"; an honest fleet of the same seed {_than(honest.excess / need)}" if honest else ""
        )
        yield f"They took {_than(excess / need).removeprefix('takes ')} than it needed{beside}."
    first = ending.first_alarm
    if first is None:
        yield "No monitor alarmed."
        return
    name = safe(f"{first.monitor} {first.pool}")
    part = (
        f", when {share(first.damage / excess)} of that excess had been taken"
        if (excess > 0 and 0 < first.damage <= excess and ending.is_over)
        else ""
    )
    yield f"The first alarm was that of {name}, in round {first.round}{part}."


def _than(part: float) -> str:
    return f"takes {share(abs(part))} {'more' if part >= 0 else 'less'}"
