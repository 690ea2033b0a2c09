"""A picture of a run: its closing screen as SVG, drawn by the terminal library itself.

The same scenario and seed give the same bytes: what differs from run to run (its id, where
its journal lies) is left out.
"""

import re
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path

from rich.console import Console, Group
from rich.segment import Segment, Segments
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from memory.errors import BadInput
from orchestrator.cli import ink
from orchestrator.cli.closing import WIDEST, Closing
from orchestrator.cli.ending import Ending
from orchestrator.cli.ink import safe
from orchestrator.settings import DEFAULT_STORE

GROUND = TerminalTheme((14, 18, 21), (227, 232, 236), [(0, 0, 0)] * 8, [(0, 0, 0)] * 8)
"""Ground and text; no other colour is used by number."""

ASPECT = 0.602
"""Width over height of the fonts named below: all of them are close to it."""

FRAME = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img">
<title>What a run of superorganism tells at its end</title>
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px;
  white-space: pre;
}}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
<rect width="{width}" height="{height}" rx="8" fill="#0e1215"/>
<g transform="translate({terminal_x}, 24)" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def check_place(path: Path) -> None:
    """Find out before a run, not after it, that its picture has a place.

    Raises
    ------
    BadInput
        If the picture's folder is missing, or it is not named ``.svg``.
    """
    if path.suffix != ".svg":
        raise BadInput(f"a picture is an SVG file; {path} does not end in .svg")
    if not path.parent.is_dir():
        raise BadInput(f"{path}: there is no folder {path.parent}")


def save_picture(path: Path, ending: Ending) -> None:
    """Write the closing screen of a run as SVG.

    Raises
    ------
    BadInput
        If it cannot be written there.
    """
    try:
        path.write_text(draw(ending), encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path}: the picture cannot be written: {error.strerror}") from error


def draw(ending: Ending) -> str:
    """Return the closing screen of a run as SVG."""
    summary = ending.summary
    anyone = ending._replace(
        summary=summary.model_copy(update={"run": ""}), place=DEFAULT_STORE, named=None
    )
    console = Console(
        record=True,
        file=StringIO(),
        width=WIDEST,
        theme=ink.PICTURE,
        force_terminal=True,
        color_system="truecolor",
        no_color=False,
        legacy_windows=False,
    )
    typed = f" $ superorganism run {safe(summary.scenario)} --seed {summary.seed}"
    shown = Group(Text(typed, "quiet"), Text(), Closing(anyone))
    console.print(Segments(_words(console.render(shown)), new_lines=False), end="")
    return console.export_svg(
        theme=GROUND, code_format=FRAME, font_aspect_ratio=ASPECT, unique_id="run"
    )


def _words(segments: Iterable[Segment]) -> Iterator[Segment]:
    """Part words from the blanks around them, and braille, so that each lies in its column.

    Renderers of SVG disagree on blanks at the ends of a text, and on the widths of fonts.
    """
    for text, style, control in segments:
        for part in re.split(r"( {2,}|^ | $|[\u2800-\u28ff])", text):
            if part:
                yield Segment(part, style, control)
