"""What a line's ingredients did, as the closing screen tells it."""

from orchestrator.cli.ink import safe, share
from orchestrator.reckoning import LineReport


def told_of_line(report: LineReport) -> str:
    """Return in a sentence what the ingredients of a line did; nothing if they did nothing.

    Examples
    --------
    >>> told_of_line(LineReport(fidelity=0.75, looked_up=9, misled=2))
    'Of what was handed over, 75.0% arrived; 9 documents were read, 2 of them wrong.'
    """
    parts = []
    if report.fidelity is not None:
        parts.append(f"of what was handed over, {share(report.fidelity)} arrived")
    if report.looked_up:
        wrong = f", {report.misled} of them wrong" if report.misled else ""
        parts.append(f"{_times(report.looked_up, 'document')} were read{wrong}")
    if report.lessons:
        parts.append(f"{_times(report.lessons, 'lesson')} were written down")
    for rule, times in report.reflexes.items():
        parts.append(f"the reflex {safe(rule)} acted {_times(times, 'time')}")
    if report.stuck:
        parts.append(f"agents were stuck {_times(report.stuck, 'time')}")
    if report.authority:
        parts.append(f"the posts hold {_times(report.authority, 'scope')} of authority")
    told = "; ".join(parts)
    return f"{told[:1].upper()}{told[1:]}." if told else ""


def _times(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
