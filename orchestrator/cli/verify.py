"""What came of checking a run, in words."""

from pydantic_core import to_json

from memory.events import parse_event
from orchestrator.cli import ink
from orchestrator.cli.ink import safe
from orchestrator.cli.telling import tell
from orchestrator.difference import Difference
from orchestrator.verify import Verified

NEWLINE = "\n"


def told(found: Verified) -> str:
    """Say to a person what came of checking a run."""
    if not found.ok:
        lines = [found.problem]
        if found.replay and found.replay.difference:
            head, *fields = found.problem.splitlines()
            lines = [head, *(f"  {field}" for field in fields), *_events(found.replay.difference)]
        return f"{ink.BROKEN} {safe(NEWLINE.join(lines), keep=NEWLINE)}"
    said = (
        f"{ink.DONE} {safe(found.run)}: {found.events:,} events are the ones that were written, "
        f"they play back, and {found.accounts:,} accounts balance\n  digest {found.digest}"
    )
    if found.replay:
        said += (
            f"\n{ink.DONE} computed again from its decisions, every event and "
            f"{found.replay.verdicts:,} verdicts came out byte for byte\n"
            f"  digest of the verdicts {found.replay.verdicts_digest}"
        )
    return said


def _events(difference: Difference) -> list[str]:
    """Tell the two events where a replay parted from what stands."""
    if difference.what != "event":
        return []
    events = (("stands", difference.stands), ("came out", difference.came_out))
    return [f"  {name}: {tell(parse_event(to_json(found)), {})}" for name, found in events if found]
