"""Stopping a run that any process plays: for now, or for good.

Whoever stops a run takes its claim, however alive its owner is, and gives it up again. The
owner learns of it at its next commit, which is refused, and plays no further. So no message
has to arrive anywhere, a process that hangs is stopped as well as one that listens, and of two
who write one log there is never more than one. What the owner had not yet committed, at most a
second, is lost as it is in a crash: a run that goes on plays it again, to the same bytes.
"""

from memory.errors import BadInput
from memory.journal import Journal, RunRecord
from orchestrator.conduct import conclude, rebuild


def pause(journal: Journal, run: str) -> RunRecord:
    """Let a run stand still after its last commit; it can be resumed. Return how it stands.

    One that stands still already is left as it is.

    Raises
    ------
    UnknownRun
        If there is no such run.
    BadInput
        If it is over.
    """
    record = journal.run(run)
    if record.is_finished:
        raise BadInput(f"{run} is {record.status}; nothing is left to pause in it")
    if record.status == "running":
        journal.release(journal.claim(run, seize=True))
    return journal.run(run)


def cancel(journal: Journal, run: str) -> RunRecord:
    """End a run for good after its last commit, with what came of it until then.

    Its log is the beginning of what it would have been; no event is added. It cannot be
    resumed, but forked.

    Raises
    ------
    UnknownRun
        If there is no such run.
    BadInput
        If it is over.
    """
    claim = journal.claim(run, seize=True)
    try:
        stage = rebuild(journal, run)
        summary = conclude(journal, stage, "cancelled").model_dump(mode="json")
    except BaseException:
        journal.release(claim)
        raise
    journal.finish(claim, "cancelled", summary)
    return journal.run(run)
