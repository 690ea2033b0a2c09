"""What a fleet answered, as a person reads it: a row a question, a column a group."""

from collections.abc import Iterator
from math import ceil
from textwrap import wrap

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from orchestrator.cli.ink import safe
from orchestrator.probing.answers import Group, Probed

STYLES = {"more": "over", "less": "under", "none": "ok", "open": "warn"}
WIDE = 100
"""Columns from which on every figure has its interval beside it."""

SAID = (
    "What was taken beyond the need, as a share of the usual need; of release and give_back, the "
    "share of what was held that was kept. base, slope and worry: taken where nothing is needed, "
    "and beyond one unit for each that is needed, for sure or in worry. more, less: one-sided at "
    "5%; none: two one-sided tests at 5% within the margin; open: neither. Runs are what counts."
)


def tables(found: Probed, width: int) -> Iterator[RenderableType]:
    """Yield what to print, part by part."""
    yield _head(found)
    yield _answers(found, width)
    if parted := _partings(found):
        yield Text()
        yield parted
    yield Text("\n" + "\n".join(wrap(SAID, min(width, 110))), "quiet")
    if more := _more(found):
        yield Text("\n".join(wrap(more, min(width, 110))), "quiet")


def _head(found: Probed) -> Text:
    spell = f"round {found.at}"
    if found.rounds > 1:
        spell = f"rounds {found.at} to {found.at + found.rounds - 1}"
    return Text.assemble(
        (safe(found.scenario), "strong"),
        (
            f"  {len(found.seeds)} equal seeds, {spell}; a difference of {100 * found.margin:g}% "
            "of the usual need is as good as none\n",
            "quiet",
        ),
    )


def _answers(found: Probed, width: int) -> Table:
    table = Table(box=None, padding=(0, 3, 0, 0), pad_edge=False, header_style="quiet")
    table.add_column("question", no_wrap=True)
    for group in found.groups:
        workers = f"{group.workers} worker{'s'[: group.workers != 1]}"
        table.add_column(f"{safe(group.group)}, {workers}", justify="right", no_wrap=True)
        table.add_column("", no_wrap=True)
    for question in dict.fromkeys(each.question for g in found.groups for each in g.answers):
        cells: list[Text] = []
        for group in found.groups:
            cells += _cells(group, question, width >= WIDE)
        table.add_row(question, *cells)
    return table


def _cells(group: Group, question: str, is_wide: bool) -> tuple[Text, Text]:
    answer = next((each for each in group.answers if each.question == question), None)
    if answer is None:
        return Text(), Text()
    shown = Text(_percent(answer.value))
    if is_wide and answer.low is not None and answer.high is not None:
        shown.append(f" [{_percent(answer.low)}, {_percent(answer.high)}]", "quiet")
    return shown, Text(answer.finding, STYLES[answer.finding])


def _percent(value: float) -> str:
    shown = f"{100 * value:+.1f}%" if abs(value) < 0.995 else f"{100 * value:+,.0f}%"
    return "0%" if shown in ("+0.0%", "-0.0%") else shown.replace("-", "−")  # noqa: RUF001


def _partings(found: Probed) -> Table | None:
    """Show how many decisions of each tell two groups apart, question by question."""
    pairs = dict.fromkeys(each.groups for each in found.partings)
    if not pairs:
        return None
    table = Table(box=None, padding=(0, 3, 0, 0), pad_edge=False, header_style="quiet")
    table.add_column("decisions of each that part", no_wrap=True)
    for one, other in pairs:
        table.add_column(f"{safe(one)} from {safe(other)}", justify="right", no_wrap=True)
    for question in dict.fromkeys(each.question for each in found.partings):
        row = {each.groups: each for each in found.partings if each.question == question}
        cells = (row[pair].decisions for pair in pairs)
        table.add_row(
            question,
            *(Text("none do", "quiet") if n is None else f"{max(1, ceil(n)):,}" for n in cells),
        )
    return table


def _more(found: Probed) -> str:
    """Say which questions are open, and how many runs would close them."""
    wanting = {
        f"{answer.question} of {group.group}": answer.runs_to_clear
        for group in found.groups
        for answer in group.answers
        if answer.runs_to_clear is not None
    }
    if not wanting:
        return ""
    most = max(wanting, key=lambda name: wanting[name] or 0)
    return (
        f"Too few runs to say: {', '.join(wanting)}. If there is nothing, about {wanting[most]:,} "
        f"runs say so of {most}."
    )
