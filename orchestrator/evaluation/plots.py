"""The one door to matplotlib: the figures of an evaluation, as a paper prints them.

Colour has one meaning each: orange is above need, magenta an alarm, and compared series have
neither; they differ by dash as well as by hue. Lines are named where they end. Nothing is
smoothed, intervals are named, and a logarithm is said in words.
"""

import importlib
import importlib.util
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from memory.errors import BadInput
from monitors.metrics import precision
from monitors.survival import Step, survival
from orchestrator.evaluation.figures import Estimate, Evaluation
from orchestrator.evaluation.fleet import AS_WRITTEN, CAUTIOUS, HONEST
from orchestrator.evaluation.judgement import lapses
from orchestrator.evaluation.panel import Moment
from orchestrator.evaluation.tradeoff import Tradeoff
from orchestrator.evaluation.trial import Trial

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NEEDS_MATPLOTLIB = "figures take matplotlib: pip install 'superorganism[analysis]'"

TEXT, DIM, RULE, GRID = "#171c21", "#535e69", "#d9dee3", "#e9ecef"
NEED, OVER, ALARM, FAINT = "#3b454f", "#b84a00", "#a6004f", "#c9d0d6"
HUES = ("#1f6fae", "#5a3fb8", "#00684f", "#7a5200", "#3b454f", "#0a58c2")
DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)), (0, (3, 2)), (0, (8, 3)))
STYLE = {
    "font.family": "sans-serif",
    "font.sans-serif": ["Helvetica Neue", "Arial", "Liberation Sans", "DejaVu Sans"],
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.edgecolor": RULE,
    "axes.labelcolor": DIM,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "text.color": TEXT,
    "xtick.color": DIM,
    "ytick.color": DIM,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "svg.hashsalt": "superorganism",
    "figure.dpi": 100,
}
INCH = 100
"""Dots, as figures are laid out."""
DPI = 200
WIDTH = 7.2
"""Inches: the width of a page's text."""


class Picture(NamedTuple):
    """One figure: its name, and what draws it; None where there is nothing to draw."""

    name: str
    draw: Callable[["Drawing"], "Figure | None"]


class Drawing(NamedTuple):
    """What figures are drawn of."""

    found: Evaluation
    trials: Sequence[Trial]

    def of(self, fleet: str) -> list[Trial]:
        """Return the runs of one fleet, in the order of their seeds."""
        runs = (trial for trial in self.trials if trial.fleet == fleet)
        return sorted(runs, key=lambda each: each.seed)

    @property
    def detectors(self) -> list[str]:
        """Who was judged."""
        return [row.detector for row in self.found.detectors]


def check_plots(folder: Path) -> None:
    """Refuse a folder, or a machine, that figures cannot be drawn on, before anything is played.

    Raises
    ------
    BadInput
        If matplotlib is missing, or the folder cannot be made.
    """
    if importlib.util.find_spec("matplotlib") is None:
        raise BadInput(f"{folder}: {NEEDS_MATPLOTLIB}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"{folder} cannot be made: {error.strerror}") from error


def draw(found: Evaluation, trials: Sequence[Trial], folder: Path) -> list[Path]:
    """Draw every figure that there is something for, as SVG and PNG; return the SVGs.

    Raises
    ------
    BadInput
        If one cannot be written.
    """
    drawn: list[Path] = []
    with importlib.import_module("matplotlib").rc_context(STYLE):
        for picture in PICTURES:
            figure = picture.draw(Drawing(found, trials))
            if figure is None:
                continue
            path = folder / f"{picture.name}.svg"
            try:
                # No date, so that the same figures are the same bytes.
                figure.savefig(path, metadata={"Date": None})
                figure.savefig(path.with_suffix(".png"), dpi=DPI)
            except OSError as error:
                raise BadInput(f"{path} cannot be written: {error.strerror}") from error
            drawn.append(path)
    return drawn


def draw_tradeoff(found: Tradeoff, folder: Path) -> Path:
    """Draw safety against usefulness, a point for each control with its intervals.

    Raises
    ------
    BadInput
        If the figure cannot be written.
    """
    with importlib.import_module("matplotlib").rc_context(STYLE):
        figure, [[axes]] = _figure(3.6)
        for number, each in enumerate(found.controls):
            x, y = each.share_averted, each.work_lost
            spans = [
                [[abs((e.value or 0) - (end or 0))] for end in (e.low, e.high)] for e in (x, y)
            ]
            hue = HUES[number % len(HUES)]
            at = (x.value or 0, 1 - (y.value or 0))
            across, upright = spans[0], spans[1][::-1]
            axes.errorbar(*at, upright, across, "o", color=hue, capsize=2, markersize=4)
            axes.annotate(
                each.control, at, (5, 5), textcoords="offset points", color=hue, fontsize=7
            )
        axes.set_title("Safety against usefulness, each control by itself")
        axes.set_xlabel("safety: share of the damage that is averted")
        axes.set_ylabel("usefulness: work still done in time")
        axes.xaxis.set_major_formatter("{x:.0%}")
        axes.yaxis.set_major_formatter("{x:.0%}")
        path = folder / "tradeoff.svg"
        try:
            figure.savefig(path, metadata={"Date": None})
            figure.savefig(path.with_suffix(".png"), dpi=DPI)
        except OSError as error:
            raise BadInput(f"{path} cannot be written: {error.strerror}") from error
    return path


def _figure(height: float, columns: int = 1, rows: int = 1, **more: Any) -> tuple["Figure", Any]:
    # Any: an array of axes, whose shape depends on the grid.
    kind = importlib.import_module("matplotlib.figure").Figure
    figure: Figure = kind(figsize=(WIDTH, height), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False, **more)


def _named(detector: str) -> str:
    return detector.replace("/", " ")


def _ends(axes: "Axes", labels: Sequence[tuple[float, str, str]], at: float) -> None:
    """Name lines where they end, none above the axes and no two on top of each other."""
    ranked = sorted(labels)
    to_axes = axes.transData + axes.transAxes.inverted()
    heights = [float(to_axes.transform((at, y))[1]) for y, _, _ in ranked]
    # A line of text, as a share of the axes' height.
    gap = 10.5 / 72 / (axes.bbox.height / INCH)
    for index in range(1, len(heights)):
        heights[index] = max(heights[index], heights[index - 1] + gap)
    ceiling = 1.0
    for index in range(len(heights) - 1, -1, -1):
        heights[index] = min(heights[index], ceiling)
        ceiling = heights[index] - gap
    for height, (_, text, colour) in zip(heights, ranked, strict=True):
        axes.annotate(
            text,
            (1, height),
            xycoords="axes fraction",
            xytext=(4, 0),
            textcoords="offset points",
            color=colour,
            va="center",
            annotation_clip=False,
        )


def _plain_log(axes: "Axes", low: float, high: float) -> None:
    """Make the upright axis logarithmic, with ticks that are plain numbers."""
    axes.set_yscale("log")
    ticks = [
        step * 10**power
        for power in range(-1, 12)
        for step in (1, 2, 5)
        if low <= step * 10**power <= high
    ]
    axes.set_yticks(ticks, [f"{each:,g}" if each < 1_000 else f"{each:,.0f}" for each in ticks])
    axes.minorticks_off()
    axes.set_ylim(low, high)


def _stairs(steps: Sequence[Step], rounds: int) -> tuple[list[float], list[list[float]]]:
    """Return the share of runs that have alarmed by each round, and its band, as stairs."""
    times = [0.0, *(step.time for step in steps), float(rounds)]
    shares = [[0.0, 0.0, 0.0], *([1 - s.silent, 1 - s.high, 1 - s.low] for s in steps)]
    shares.append(shares[-1])
    return times, [list(each) for each in zip(*shares, strict=True)]


def alarm_curves(drawing: Drawing) -> "Figure | None":
    """Draw the share of runs that have alarmed by each round, one panel a detector."""
    names = drawing.detectors
    columns = min(3, len(names))
    rows = ceil(len(names) / columns)
    figure, grid = _figure(0.5 + 1.9 * rows, columns, rows, sharex=True, sharey=True)
    panels = list(grid.flat)
    rounds = drawing.found.rounds
    for axes, name in zip(panels, names, strict=False):
        axes.set_title(_named(name))
        for other in names:
            times, (share, _, _) = _stairs(_silence(drawing, AS_WRITTEN, other), rounds)
            axes.step(times, share, where="post", color=FAINT, linewidth=0.9, zorder=1)
        ends = []
        for fleet, colour, dash in _shown_fleets(drawing):
            times, (share, low, high) = _stairs(_silence(drawing, fleet, name), rounds)
            axes.fill_between(times, low, high, step="post", color=colour, alpha=0.14, linewidth=0)
            axes.step(times, share, where="post", color=colour, linestyle=dash, linewidth=1.6)
            ends.append((share[-1], fleet, colour))
        axes.set_xlim(0, rounds)
        axes.set_ylim(-0.02, 1.03)
        axes.set_yticks([0, 0.5, 1], ["0", "50%", "100%"])
        _ends(axes, ends, rounds)
    for axes in panels[len(names) :]:
        axes.set_visible(False)
    figure.supxlabel("round", fontsize=9, color=DIM)
    figure.suptitle(
        f"Runs that have alarmed, by round: {drawing.found.scenario}, "
        f"{len(drawing.found.seeds)} equal seeds, each monitor at "
        f"{100 * drawing.found.nominal:g}% (Kaplan-Meier, 95% bands)",
        fontsize=9,
        x=0.01,
        ha="left",
        color=DIM,
    )
    return figure


def _silence(drawing: Drawing, fleet: str, detector: str) -> list[Step]:
    return survival(lapses(drawing.of(fleet), detector))


def _shown_fleets(drawing: Drawing) -> Iterator[tuple[str, str, Any]]:
    for fleet, colour, dash in (
        (AS_WRITTEN, HUES[0], "-"),
        (CAUTIOUS, HUES[1], (0, (5, 1.5))),
        (HONEST, NEED, (0, (1.5, 1.2))),
    ):
        if fleet in drawing.found.fleets:
            yield fleet, colour, dash


def damage_by_size(drawing: Drawing) -> "Figure | None":
    """Draw what was lost before the alarm against how many workers there were."""
    found = drawing.found
    sizes = {
        name: fleet.workers for name, fleet in found.fleets.items() if name.startswith(AS_WRITTEN)
    }
    if len(sizes) < 2:
        return None
    figure, [[axes]] = _figure(3.6)
    ends, lowest = [], min(_values(found, sizes))
    for row, colour, dash in zip(found.detectors, cycle(HUES), cycle(DASHES), strict=False):
        losses = [row.fleets[name].loss for name in sizes]
        x, y = list(sizes.values()), [each.value or 0.0 for each in losses]
        axes.errorbar(
            x,
            y,
            yerr=_whiskers(losses, y),
            color=colour,
            linestyle=dash,
            marker="o",
            markersize=3.5,
            linewidth=1.5,
            elinewidth=0.9,
        )
        ends.append((y[-1], _named(row.detector), colour))
    axes.set_xscale("log")
    axes.set_xticks(list(sizes.values()), [f"{each:,}" for each in sizes.values()])
    axes.minorticks_off()
    axes.set_xlim(min(sizes.values()) * 0.94, max(sizes.values()) * 1.02)
    scale = ""
    if lowest > 0:
        highest = max(
            row.fleets[name].loss.high or 0.0 for row in found.detectors for name in sizes
        )
        _plain_log(axes, lowest / 1.3, highest * 1.3)
        scale = ", logarithmic"
    _ends(axes, ends, max(sizes.values()))
    axes.set_xlabel("workers, of whom as many as written take too much (logarithmic)")
    axes.set_title(f"Taken beyond need before the alarm, or by the end ({found.unit}{scale})")
    return figure


def _values(found: Evaluation, sizes: dict[str, int]) -> list[float]:
    return [
        end or 0.0
        for row in found.detectors
        for name in sizes
        for end in (row.fleets[name].loss.value, row.fleets[name].loss.low)
    ]


def _whiskers(found: Sequence[Estimate], y: Sequence[float]) -> list[list[float]]:
    below = [
        max(0.0, at - (e.low if e.low is not None else at)) for e, at in zip(found, y, strict=True)
    ]
    above = [
        max(0.0, (e.high if e.high is not None else at) - at)
        for e, at in zip(found, y, strict=True)
    ]
    return [below, above]


def wealth_curve(drawing: Drawing) -> "Figure | None":
    """Draw what a bettor made of 1 in the first run, up to the alarm, and whom it rests on."""
    shown = next((trial for trial in drawing.of(AS_WRITTEN) if trial.moments), None)
    if shown is None:
        return None
    path = _first_with_wealth(drawing, shown)
    if path is None:
        return None
    name, moments = path
    alarm = next((each for each in moments if each.alarm), None)
    told = [each for each in moments if each.wealth and (not alarm or each.round <= alarm.round)]
    figure, [[axes, side]] = _figure(3.0, 2, width_ratios=[2.1, 1])
    x = [0, *(each.round for each in told)]
    y = [1.0, *(each.wealth or 1.0 for each in told)]
    axes.plot(x, y, color=HUES[0], linewidth=1.5, marker="o", markersize=2.6)
    limit = 1 / drawing.found.nominal
    axes.axhline(limit, color=ALARM, linewidth=1.1, linestyle=(0, (5, 2)))
    last = max(x)
    axes.annotate(
        f"{limit:g}: alarm",
        (0, limit),
        xytext=(3, 4),
        textcoords="offset points",
        color=ALARM,
    )
    if alarm:
        axes.plot([alarm.round], [alarm.wealth or limit], marker="^", color=ALARM, markersize=7)
        axes.annotate(
            f"round {alarm.round}",
            (alarm.round, alarm.wealth or limit),
            xytext=(-6, 5),
            textcoords="offset points",
            color=ALARM,
            ha="right",
        )
    _plain_log(axes, min(y) / 1.5, max(limit, *y) * 2.2)
    axes.set_xlim(0, last * 1.04)
    axes.set_xlabel("round")
    axes.set_title(f"What {_named(name)} made of 1 (logarithmic), seed {shown.seed}")
    _contributors(side, alarm)
    return figure


def _first_with_wealth(drawing: Drawing, shown: Trial) -> tuple[str, Sequence[Moment]] | None:
    known = [(name, shown.moments[name]) for name in drawing.detectors]
    rich = [each for each in known if any(moment.wealth for moment in each[1])]
    alarmed = [each for each in rich if any(moment.alarm for moment in each[1])]
    return next(iter(alarmed or rich), None)


def _contributors(axes: "Axes", alarm: Moment | None) -> None:
    workers = list(alarm.workers[:8]) if alarm else []
    if not workers:
        axes.set_visible(False)
        return
    names, nats = zip(*workers[::-1], strict=True)
    colours = [OVER if each > 0 else HUES[0] for each in nats]
    axes.barh(range(len(names)), nats, color=colours, height=0.62)
    axes.set_yticks(range(len(names)), names)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("nats of the evidence")
    axes.set_title("Whose rounds it rests on")


def reliability(drawing: Drawing) -> "Figure | None":
    """Draw how often benign runs alarmed against how often they may."""
    found = drawing.found
    if not found.reliability:
        return None
    figure, [[axes]] = _figure(3.6)
    x = [level.alpha for level in found.reliability]
    rates = [level.rate for level in found.reliability]
    y = [rate.value or 0.0 for rate in rates]
    line = [0.008 * 75 ** (step / 100) for step in range(101)]
    axes.fill_between(line, [0] * len(line), line, color=GRID, zorder=0)
    axes.plot(line, line, color=NEED, linestyle=(0, (5, 2)), linewidth=1.1)
    axes.errorbar(
        x, y, yerr=_whiskers(rates, y), fmt="o", color=HUES[0], markersize=5, elinewidth=1.2
    )
    axes.set_xscale("log")
    axes.set_xticks(x, [f"{100 * each:g}%" for each in x])
    axes.minorticks_off()
    axes.set_xlim(line[0], line[-1])
    axes.set_ylim(-0.02, max(0.6, 1.05 * max(rate.high or 0.0 for rate in rates)))
    axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:g}%")
    axes.annotate(
        "as often as stated",
        (0.3, 0.3),
        xytext=(-8, 4),
        textcoords="offset points",
        color=NEED,
        ha="right",
    )
    runs = found.reliability[0].runs
    axes.set_xlabel("nominal rate of false alarms (logarithmic)")
    axes.set_title(
        f"Honest runs in which {_named(found.detectors[0].detector)} alarmed: {runs:,} runs, "
        "exact 95% intervals"
    )
    return figure


def precision_curves(drawing: Drawing) -> "Figure | None":
    """Draw the share of alarms that are right against the share of runs that are bad."""
    found = drawing.found
    rows = [r for r in found.detectors if r.false_alarms and r.fleets[AS_WRITTEN].alarms]
    if not rows or found.fleets[AS_WRITTEN].kind == "benign":
        return None
    figure, [[axes]] = _figure(3.6)
    x = [10 ** (-4 + 3.7 * step / 120) for step in range(121)]
    ends = []
    for row, colour, dash in zip(rows, cycle(HUES), cycle(DASHES), strict=False):
        caught, false = row.fleets[AS_WRITTEN].rate, row.false_alarms
        if false is None:
            continue
        worst = [precision(each, caught.low or 0.0, false.rate.high or 0.0) for each in x]
        axes.plot(x, worst, color=colour, linestyle=dash, linewidth=1.5)
        ends.append((worst[-1], _named(row.detector), colour))
    axes.set_xscale("log")
    ticks = [0.0001, 0.001, 0.01, 0.1, 0.5]
    axes.set_xticks(ticks, [f"{100 * each:g}%" for each in ticks])
    axes.minorticks_off()
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:g}%")
    axes.set_xlabel("share of runs that are bad (logarithmic)")
    axes.set_title("Alarms that are right, at the ends of both 95% intervals that are worst for it")
    _ends(axes, ends, x[-1])
    return figure


PICTURES = (
    Picture("alarm_curves", alarm_curves),
    Picture("damage_by_size", damage_by_size),
    Picture("wealth", wealth_curve),
    Picture("reliability", reliability),
    Picture("precision", precision_curves),
)
"""Every figure there is, under the name of its file."""
