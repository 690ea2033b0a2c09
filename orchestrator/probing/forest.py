"""The forest of a probe: each group's answer to each question, with its interval."""

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from memory.errors import BadInput
from orchestrator.evaluation.plots import DASHES, DIM, DPI, GRID, HUES, NEED, STYLE, WIDTH
from orchestrator.probing.answers import Answer, Probed

MARKS = ("o", "s", "D", "^", "v", "P")
ROW = 0.24
"""Inches for one group's answer to one question."""


def draw_forest(found: Probed, folder: Path) -> Path:
    """Draw it as SVG and PNG into a folder that is there; return the SVG.

    Raises
    ------
    BadInput
        If it cannot be written.
    """
    questions = list(dict.fromkeys(each.question for g in found.groups for each in g.answers))
    path = folder / "probe_forest.svg"
    with importlib.import_module("matplotlib").rc_context(STYLE):
        figure = _drawn(found, questions)
        try:
            figure.savefig(path, metadata={"Date": None})
            figure.savefig(path.with_suffix(".png"), dpi=DPI)
        except OSError as error:
            raise BadInput(f"{path} cannot be written: {error.strerror}") from error
    return path


def _drawn(found: Probed, questions: Sequence[str]) -> Any:
    # Any: matplotlib's figures, whose types are not there where it is not installed.
    kind = importlib.import_module("matplotlib.figure").Figure
    height = 1.1 + ROW * len(questions) * (len(found.groups) + 0.6)
    figure = kind(figsize=(WIDTH, height), layout="constrained")
    axes = figure.subplots()
    axes.set_title(f"{found.scenario}: what each group answered, {len(found.seeds)} seeds")
    axes.axvspan(-100 * found.margin, 100 * found.margin, color=GRID, zorder=0)
    axes.axvline(0, color=NEED, linewidth=0.9, linestyle=DASHES[1])
    for number, group in enumerate(found.groups):
        hue, mark = HUES[number % len(HUES)], MARKS[number % len(MARKS)]
        by_question = {each.question: each for each in group.answers}
        for row, question in enumerate(questions):
            if answer := by_question.get(question):
                offset = (number - (len(found.groups) - 1) / 2) * 0.7 / len(found.groups)
                _mark(axes, answer, row + offset, hue, mark)
        axes.plot([], [], mark, color=hue, markersize=4, label=f"{group.group} ({group.workers})")
    axes.set_yticks(range(len(questions)), questions)
    axes.invert_yaxis()
    axes.set_xscale("symlog", linthresh=20)
    axes.set_xlabel(
        "beyond the need, % of the usual need (of release and give_back: % kept); logarithmic "
        "beyond 20%;\ngrey: as good as none; bars: 95%, by run",
        fontsize=8,
    )
    ticks = [-100, -20, -10, 0, 10, 20, 100, 500]
    axes.set_xticks(ticks, [f"{tick:+d}%" if tick else "0" for tick in ticks])
    axes.legend(loc="lower right", frameon=False, fontsize=8, labelcolor=DIM)
    return figure


def _mark(axes: Any, answer: Answer, place: float, hue: str, mark: str) -> None:
    if answer.low is not None and answer.high is not None:
        ends = (100 * answer.low, 100 * answer.high)
        axes.plot(ends, (place, place), color=hue, linewidth=1.2)
    is_open = answer.finding == "open"
    fill = "white" if is_open else hue
    axes.plot([100 * answer.value], [place], mark, color=hue, markerfacecolor=fill, markersize=4)
