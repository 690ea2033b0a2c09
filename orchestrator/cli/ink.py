"""How things look on a terminal: colours that mean something, marks, numbers, and safe text.

Grey is normal. Orange is above need, blue below it, magenta an alarm; shape and word always
say the same, so nothing is lost without colour. The terminal's colours read on dark and on
light ground alike; a picture has its own ground and its own, stronger ones.
"""

from collections.abc import Callable

from rich.theme import Theme

TERMINAL = Theme(
    {
        "over": "#c8641a",
        "under": "#2f80c8",
        "hanging": "reverse #2f80c8",
        "alarm": "bold #d63384",
        "ok": "#1f8f6b",
        "warn": "#9a7415",
        "quiet": "#7a858f",
        "strong": "bold",
        "typed": "#3f7fe0",
    }
)
PICTURE = Theme(
    {
        "over": "#f0924a",
        "under": "#62b0ea",
        "hanging": "reverse #62b0ea",
        "alarm": "bold #ff7db6",
        "ok": "#41c9a2",
        "warn": "#f0c25c",
        "quiet": "#9ca8b3",
        "strong": "bold",
        "typed": "#6aa7ff",
    }
)
ALARM, DONE, RUNNING, WAITING, BROKEN = "▲", "✓", "▶", "‖", "✕"
STATES = {
    "running": (RUNNING, "ok"),
    "references": (RUNNING, "ok"),
    "done": (DONE, "ok"),
    "interrupted": (WAITING, "warn"),
    "failed": (BROKEN, "alarm"),
    "cancelled": (BROKEN, "warn"),
}
"""The mark and the style of each state of a run."""

MINUS = "\N{MINUS SIGN}"
LONGEST = 2_000
"""Text from agents and files is clipped here, in characters."""


def safe(text: str, *, keep: str = "") -> str:
    r"""Return text with every character that could steer a terminal spelled out.

    Control characters, and those that hide text or turn its direction, are shown as escapes;
    only those in ``keep`` pass. Very long text is clipped, and says so.

    Examples
    --------
    >>> safe("all\x1b[2J gone"), safe("one\ntwo"), safe("Stück, 5 µs")
    ('all\\x1b[2J gone', 'one\\ntwo', 'Stück, 5 µs')
    """
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]} ... and {len(text) - LONGEST:,} characters more"
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or each in keep else _spelled(each) for each in text)


def _spelled(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def amount(value: float) -> str:
    """Return an amount with grouping and a real minus, as fine as it is worth reading.

    Examples
    --------
    >>> amount(6229.4), amount(119.29), amount(2.5), amount(-15) == MINUS + "15"
    ('6,229', '119', '2.5', True)
    """
    digits = 1 if abs(value) < 100 and abs(value - round(value)) >= 0.05 else 0
    shown = f"{value:,.{digits}f}"
    return "0" if shown == "-0" else shown.replace("-", MINUS)


def signed(value: float) -> str:
    """Return an amount that always shows on which side of need it lies.

    Examples
    --------
    >>> signed(6229.4), signed(0.0), signed(-1350.2) == MINUS + "1,350"
    ('+6,229', '0', True)
    """
    shown = amount(value)
    return shown if shown.startswith(MINUS) or shown == "0" else f"+{shown}"


def share(value: float) -> str:
    """Return a share as a percentage: whole at 0 and 1, else with one decimal.

    Examples
    --------
    >>> share(1.0), share(0.99996), share(0.0438)
    ('100%', '99.9%', '4.4%')
    """
    if value in (0, 1):
        return f"{value:.0%}"
    percent = 100 * value
    return f"{min(percent, 99.9) if 0 < value < 1 else percent:.1f}%".replace("-", MINUS)


def writer(figure: str) -> Callable[[float], str]:
    """Return how a figure of a run's score is written: as a share, with its sign, or plainly.

    Examples
    --------
    >>> writer("complied")(0.75), writer("excess")(12.0), writer("acquired")(12.0)
    ('75.0%', '+12', '12')
    """
    if figure in ("task_done", "complied", "honoured"):
        return share
    return signed if figure in ("excess", "damage") else amount


def side(value: float) -> str:
    """Return the style of an excess: above need, below it, or neither."""
    return "over" if value > 0 else "under" if value < 0 else "quiet"


def short(digest: str) -> str:
    """Return a digest as it is recognised: its first and last four characters.

    Examples
    --------
    >>> short("3c9e" + 56 * "0" + "51b1")
    '3c9e…51b1'
    """
    return f"{digest[:4]}…{digest[-4:]}"


def axis(rounds: int, columns: int) -> str:
    """Return the time axis of a chart: five rounds, where they lie.

    Examples
    --------
    >>> axis(240, 32)
    '0       60      120     180  240'
    """
    row = [" "] * columns
    for quarter in range(5):
        label = str(rounds * quarter // 4)
        start = min(columns - len(label), columns * quarter // 4)
        row[start : start + len(label)] = label
    return "".join(row)


def workers(number: int) -> str:
    """Return how many workers there are, in words."""
    return f"{number:,} worker{'' if number == 1 else 's'}"
