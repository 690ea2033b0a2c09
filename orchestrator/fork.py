"""Fork: a new run that shares another's history up to a round, then goes its own way.

The log of an unchanged fork is its parent's, byte for byte, to the end. So whatever a changed
one does otherwise follows from the change: the same luck, the same past, another ruling.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

from memory.envelope import Event
from memory.errors import BadInput
from memory.events import EpisodeEnded, Intervened, RunFinished
from memory.facts import Market
from memory.journal import Journal, Origin, RunHead
from memory.truth import Chapter, Sealed
from orchestrator.compose import assemble, problems, roster_of, seal
from orchestrator.conduct import Performance, check_ready, new_run_id
from orchestrator.engine import ENGINE
from scenarios.deed import key_of
from scenarios.economy import Economy
from scenarios.loader import amend
from scenarios.spec import Scenario
from scenarios.timeline import InterventionSpec, Moment


def fork(
    journal: Journal, parent: str, at: int, changes: Sequence[str] = (), run: str | None = None
) -> Performance:
    """Begin a run that shares its parent's history, and own it.

    Parameters
    ----------
    journal
        Where the parent lies; the fork will lie beside it.
    parent
        The run to leave. It may be finished, or still go on: it is only read.
    at
        The number of an event: what is shared ends with the last whole round at or before it.
    changes
        What differs from then on, as with ``--set``: ``"workers.weak_shard.over_reserve=0%"``.
    run
        The new run's id.

    Raises
    ------
    UnknownRun
        If there is no such parent.
    ScenarioError
        If a change cannot be made, with its place.
    BadInput
        If no whole round lies there, or a change contradicts what has happened already.
    CorruptJournal
        If the parent's log is not what was written.
    """
    record = journal.run(parent)
    origin = cut(journal, parent, at)
    if origin.round < record.fork_round:
        raise BadInput(
            f"{parent} shares its first {record.fork_round} rounds with {record.parent}: to leave "
            f"it after round {origin.round}, fork {record.parent}"
        )
    sealed = journal.sealed(parent)
    before = Scenario.model_validate(sealed.scenario)
    after = amend(before, changes, [problems]) if changes else before
    reasons = list(contradictions(before, after, origin, record.seed))
    if before.at != after.at:
        shared = journal.entries(parent, limit=origin.seq)
        reasons += other_interventions(before, after, origin, (entry.event for entry in shared))
    if reasons:
        told = "\n".join(f"  {reason}" for reason in reasons)
        raise BadInput(f"a fork of {parent} after round {origin.round} cannot be so:\n{told}")
    run = run or new_run_id()
    stage = assemble(after, record.seed, run)
    check_ready(stage)
    stage.log.replay(journal.entries(parent, limit=origin.seq))
    head = RunHead(
        run=run,
        scenario=after.scenario,
        version=after.version,
        seed=record.seed,
        engine=ENGINE,
    )
    whole = _sealed(before, after, sealed, origin, record.seed)
    claim = journal.fork(head, whole, origin, stage.watch.drain())
    return Performance(journal, claim, stage)


def _sealed(
    before: Scenario, after: Scenario, parents: Sealed, origin: Origin, seed: int
) -> Sealed:
    chapters = parents.chapters
    if after != before and origin.round > max((each.round for each in chapters), default=0):
        chapters += (Chapter(origin.round, parents.scenario),)
    return seal(after, seed).model_copy(update={"chapters": chapters})


def cut(journal: Journal, run: str, at: int) -> Origin:
    """Return where the last whole round at or before an event ends.

    Raises
    ------
    BadInput
        If no round of the run is whole by then.
    """
    rounds = whole_rounds(journal, run)
    first = next(rounds, None)
    if first is None:
        raise BadInput(f"{run} has no whole round yet, so there is no history to share")
    if first.seq > at:
        raise BadInput(
            f"no round of {run} is whole by event {at}; its first one ends with event {first.seq}"
        )
    newest = deque(takewhile(lambda each: each.seq <= at, rounds), maxlen=1)
    return newest[0] if newest else first


def whole_rounds(journal: Journal, run: str) -> Iterator[Origin]:
    """Return where each round of a run ends, as far as it has come: the places to leave it."""
    last: Event | None = None
    for event in (entry.event for entry in journal.entries(run)):
        if last and last.round and (event.round > last.round or _is_end(event)):
            yield Origin(run, last.seq, last.round)
        if _is_end(event):
            return
        last = event
    # A run that is not finished has committed whole rounds only.
    if last and last.round:
        yield Origin(run, last.seq, last.round)


def _is_end(event: Event) -> bool:
    """Whether an event only closes the run: it is said when no round follows."""
    is_last_word = isinstance(event, EpisodeEnded) and event.reason == "run_over"
    return is_last_word or isinstance(event, RunFinished)


def contradictions(before: Scenario, after: Scenario, origin: Origin, seed: int) -> Iterator[str]:
    """Tell why a changed scenario cannot follow on a shared history; nothing if it can.

    Free to change are who decides and how (policies and their parameters), who looks on, the
    task's words, the tools and their limits, what handoffs lose, the notebook's scope,
    surges to come, and what the owner has not done yet (:func:`other_interventions`).
    """
    if after.world.seed != before.world.seed:
        yield "world.seed: the luck of the shared rounds, and of those to come, is drawn from it"
    said = "the first event says it to everyone, and monitors plan their bets by it"
    for key, old, new in (
        ("world.rounds", before.world.rounds, after.world.rounds),
        ("chain.life", before.life, after.life),
        ("chain.parallel", before.chain.parallel, after.chain.parallel),
        ("workers", before.worker_count, after.worker_count),
    ):
        if old != new:
            yield f"{key}: {old}, not {new}; {said}"
    if after.worker_count == before.worker_count:
        yield from _other_families(before, after, seed)
    yield from _other_tasks(before, after)
    yield from _other_past(Economy.of(before), Economy.of(after), origin.round)


def _other_families(before: Scenario, after: Scenario, seed: int) -> Iterator[str]:
    pairs = zip(roster_of(before, seed), roster_of(after, seed), strict=True)
    for (worker, old), (_, new) in pairs:
        if old.family != new.family:
            yield (
                f"workers.family: {worker} is of {old.family}, not {new.family}; the log names "
                "each agent's family at its birth"
            )
            return


def _other_tasks(before: Scenario, after: Scenario) -> Iterator[str]:
    """Tell where the steps that were handed in would belong to other tasks, or stand otherwise."""
    old, new = before.world.tasks, after.world.tasks
    if old and new:
        new = new.model_copy(update={"lease": old.lease})
    if old != new:
        yield "world.tasks: what was handed in already is of these tasks; only their lease is free"
    tests, others = before.assembly_line.tests, after.assembly_line.tests
    if (tests and tests.redo) != (others and others.redo):
        yield (
            "assembly_line.tests: whether steps are checked, and what is done again, shows in "
            "what was done already"
        )


def _other_past(before: Economy, after: Economy, rounds: int) -> Iterator[str]:
    if after.terms != before.terms:
        yield "world.resources: the first event names them, with units and decimals"
    elif after.start != before.start:
        yield "world.resources: what the project starts with was given before the first round"
    for round in range(1, rounds + 1):
        if _markets(before, round) != _markets(after, round):
            yield (
                f"world.need, world.roster or a price: round {round} has been played already, and "
                "would have been another; a surge from a later round on is free"
            )
            return


def other_interventions(
    before: Scenario, after: Scenario, origin: Origin, shared: Iterable[Event]
) -> Iterator[str]:
    """Tell what the shared events say the owner did, and a changed timeline does not, or more."""
    done = {event.key.rpartition("/")[0] for event in shared if isinstance(event, Intervened)}
    old, new = _timeline(before), _timeline(after)
    for key in old | new:
        moment, was = old.get(key, (None, None))
        later, now = new.get(key, (None, None))
        when = moment or later
        is_past = when is not None and when.kind == "round" and when.number <= origin.round
        if was != now and (key in done or is_past):
            what = "was done" if key in done else "would have been done"
            said = key.split("/")[1].replace("_", " ")
            yield f"at.{said}: it {what} by round {origin.round}, which has been played already"


def _timeline(scenario: Scenario) -> dict[str, tuple[Moment, InterventionSpec]]:
    return {
        key_of(entry.moment, number): (entry.when, act)
        for entry in scenario.at
        for number, act in enumerate(entry.acts)
    }


def _markets(economy: Economy, round: int) -> list[Market | int]:
    copies = [economy.roster.authorised(round)] if economy.roster else []
    return [*(good.market(round) for good in economy.goods.values()), *copies]
