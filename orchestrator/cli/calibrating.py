"""A baseline as a person reads it: what was measured, what to write, and how little it may be."""

import json
from collections.abc import Iterator
from pathlib import Path

from rich.text import Text

from memory.errors import BadInput
from monitors.calibration import FEWEST, Baseline
from orchestrator.cli.ink import safe, share


def as_json(baseline: Baseline, resource: str) -> str:
    """Return a baseline as one line of JSON: ``tau`` is what a monitor takes."""
    found = {
        "resource": resource,
        "runs": baseline.runs,
        "episodes": baseline.episodes,
        "worker_rounds": baseline.rounds,
        "ratio": baseline.ratio._asdict(),
        "overshoot": baseline.overshoot._asdict(),
        "tau": baseline.tau,
    }
    return json.dumps(found)


def told(baseline: Baseline, resource: str) -> Iterator[Text]:
    """Yield what to print."""
    ratio = baseline.ratio
    yield Text(
        f"{baseline.rounds:,} worker-rounds in {baseline.episodes:,} episodes: they took"
        f" {ratio.mean:.4f} of the {safe(resource)} they needed, with a standard error of"
        f" {ratio.error:.4f}."
    )
    yield Text("What they may take is the upper end of the 95% interval; write, or say with --set:")
    yield Text(f"  over_need: {{tau: {share(baseline.tau)}}}", "typed")
    yield Text(f"  --set monitors.over_need.tau={share(baseline.tau)}", "typed")
    usual = max(0.001, baseline.overshoot.upper)
    yield Text(f"  life_overshoot: {{usual: {share(usual)}}}", "typed")
    if baseline.rounds < FEWEST:
        yield Text(
            f"That is little: below {FEWEST:,} worker-rounds a bias of 8% may hide in it.", "warn"
        )


def write(path: Path, found: str) -> None:
    """Write a baseline to a file.

    Raises
    ------
    BadInput
        If the file cannot be written; it names the reason.
    """
    try:
        path.write_text(f"{found}\n", encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}") from error
