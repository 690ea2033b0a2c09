"""What monitors said of a log, as a person reads it."""

from collections.abc import Iterator
from textwrap import wrap

from rich.text import Text

from orchestrator.cli.ink import ALARM, safe, short
from orchestrator.evaluation.reading import Heard, Reading

MOST_ALARMS = 5
"""So many alarms of one monitor are quoted; the rest is counted."""


def told(found: Reading, width: int) -> Iterator[Text]:
    """Yield what to print, part by part."""
    yield Text.assemble((safe(found.on), "strong"), (f"  {found.events:,} events\n", "quiet"))
    for each in found.heard:
        yield from _monitor(each, width)
    for name, why in found.left_out.items():
        yield Text(f"  {safe(name)} was left out: {why}", "warn")
    if found.uncalibrated:
        names = ", ".join(map(safe, found.uncalibrated))
        said = (
            f"Uncalibrated: {names}. What honest agents of this fleet take beside their need was "
            "never measured, so the stated rate of false alarms is not known to hold."
        )
        yield Text("\n" + "\n".join(wrap(said, min(width, 100))), "warn")
    verdicts = sum(each.verdicts for each in found.heard)
    said = f"\n{verdicts:,} verdicts, digest {short(found.digest)}"
    yield Text(said, "quiet")
    if found.as_live is not None:
        same = "byte for byte what they said while it was played"
        yield Text(
            same if found.as_live else "NOT what they said while it was played",
            "ok" if found.as_live else "alarm",
        )


def _monitor(each: Heard, width: int) -> Iterator[Text]:
    name = f"{each.monitor} {each.pool}".rstrip()
    if each.failed:
        yield Text(f"  {safe(name)} raised and was stopped: {safe(each.failed)}", "warn")
    elif not each.alarms:
        yield Text.assemble(
            f"  {safe(name)}  ", (f"no alarm; highest score {each.peak:.2f}", "quiet")
        )
    for verdict in each.alarms[:MOST_ALARMS]:
        head = f"{ALARM} {safe(name)}  round {verdict.round:,}: {safe(verdict.key)}"
        yield Text(head, "alarm")
        yield Text("\n".join(f"    {line}" for line in wrap(safe(verdict.sentence), width - 4)))
    if len(each.alarms) > MOST_ALARMS:
        yield Text(f"    and {len(each.alarms) - MOST_ALARMS:,} alarms more", "quiet")
