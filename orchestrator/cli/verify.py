"""Checking a stored run from end to end: its hashes, its replay, its books."""

import asyncio

from pydantic_core import to_json

from memory.errors import CorruptJournal, SuperorganismError
from memory.events import Frozen, parse_event
from memory.journal import Journal
from orchestrator.cli import ink
from orchestrator.cli.ink import safe
from orchestrator.cli.telling import tell
from orchestrator.conduct import restage
from orchestrator.difference import Difference
from orchestrator.replay import Replayed, replay
from orchestrator.stage import Stage
from scenarios.ledger import Ledger
from scenarios.world import OUTSIDE

NEWLINE = "\n"


class Verified(Frozen):
    """What came of checking a run; ``problem`` names the first event that does not fit."""

    run: str
    ok: bool
    events: int
    digest: str
    accounts: int
    problem: str = ""
    replay: Replayed | None = None

    def __str__(self) -> str:
        """Say it to a person."""
        if not self.ok:
            return f"{ink.BROKEN} {safe(self.problem, keep=NEWLINE)}"
        told = (
            f"{ink.DONE} {safe(self.run)}: {self.events:,} events are the ones that were written, "
            f"they play back, and {self.accounts:,} accounts balance\n  digest {self.digest}"
        )
        if self.replay:
            told += (
                f"\n{ink.DONE} computed again from its decisions, every event and "
                f"{self.replay.verdicts:,} verdicts came out byte for byte\n"
                f"  digest of the verdicts {self.replay.verdicts_digest}"
            )
        return told


def verified(journal: Journal, run: str, *, with_replay: bool = False) -> Verified:
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
            replayed = asyncio.run(replay(journal, run))
            problem = _told(run, replayed.difference) if replayed.difference else ""
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


def _told(run: str, difference: Difference) -> str:
    """Say where a replay parted from what stands, in words and field by field."""
    head, *fields = str(difference).splitlines()
    lines = [f"{run}: {head}", *(f"  {field}" for field in fields)]
    if difference.what == "event":
        for name, found in (("stands", difference.stands), ("came out", difference.came_out)):
            if found:
                lines.append(f"  {name}: {tell(parse_event(to_json(found)), {})}")
    return "\n".join(lines)


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
