"""Checking a stored run from end to end: its hashes, its replay, its books."""

from memory.envelope import Frozen
from memory.errors import CorruptJournal, SuperorganismError
from memory.journal import Journal
from orchestrator.conduct import restage
from orchestrator.replay import Replayed, replay
from orchestrator.stage import Stage
from scenarios.ledger import Ledger
from scenarios.world import OUTSIDE


class Verified(Frozen):
    """What came of checking a run; ``problem`` names the first event that does not fit."""

    run: str
    ok: bool
    events: int
    digest: str
    accounts: int
    problem: str = ""
    replay: Replayed | None = None


async def verify(journal: Journal, run: str, *, with_replay: bool = False) -> Verified:
    """Recompute a run's hash chain, play its events back through every fold, balance its books.

    Parameters
    ----------
    journal, run
        Which run, and where it lies.
    with_replay
        Compute it again from its decisions, too, and compare everything.

    Raises
    ------
    UnknownRun
        If there is no such run.
    """
    stage, ledger = restage(journal, run), Ledger(OUTSIDE)
    stage.log.listen(ledger.fold)
    problem, replayed = "", None
    try:
        seq = journal.verify(run).seq
        _play_back(journal, stage, seq)
        ledger.audit(entry.event for entry in journal.entries(run, limit=seq))
        if with_replay:
            replayed = await replay(journal, run)
            problem = f"{run}: {replayed.difference}" if replayed.difference else ""
    except SuperorganismError as error:
        problem = str(error)
    return Verified(
        run=run,
        ok=not problem,
        events=stage.log.seq,
        digest=stage.log.digest,
        accounts=len(ledger.accounts()),
        problem=problem,
        replay=replayed,
    )


def _play_back(journal: Journal, stage: Stage, seq: int) -> None:
    run = stage.log.run
    for entry in journal.entries(run, limit=seq):
        try:
            stage.log.replay([entry])
        except Exception as error:
            # Whatever a fold cannot take is not what a run of ours would have written.
            raise CorruptJournal(
                f"{run}: event {entry.event.seq} does not play back: {error}"
            ) from error
        stage.watch.fresh.clear()
