"""The one door to matplotlib: figures of an evaluation as a paper prints them."""

from collections.abc import Sequence
from pathlib import Path

from orchestrator.evaluation.figures import Evaluation
from orchestrator.evaluation.question import Plan
from orchestrator.evaluation.trial import Trial


def check_plots(folder: Path) -> None:
    """Refuse."""


def draw(found: Evaluation, planned: Plan, trials: Sequence[Trial], folder: Path) -> list[Path]:
    """Draw."""
    return []
