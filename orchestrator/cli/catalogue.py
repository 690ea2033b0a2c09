"""Scenarios as a person reads them: the list of them, and one filled in, as YAML."""

import json
import re
from collections.abc import Iterator, Sequence

from pydantic import JsonValue
from rich.table import Table
from rich.text import Text

from monitors.portrait import Portrait
from orchestrator.cli.ink import safe
from scenarios.spec import Scenario

_PLAIN = re.compile(r"[A-Za-z_][\w ./%-]*\w|[A-Za-z]")
_WORDS = {"null", "true", "false", "yes", "no", "on", "off"}


def scenarios_table(scenarios: Sequence[Scenario]) -> Table:
    """Return the table of scenarios, with what each is about."""
    table = Table(box=None, padding=(0, 3, 0, 0), pad_edge=False, header_style="quiet")
    table.add_column("scenario", no_wrap=True)
    table.add_column("workers", justify="right")
    table.add_column("rounds", justify="right")
    table.add_column("about")
    for each in scenarios:
        table.add_row(
            Text(safe(each.scenario), "strong"),
            f"{each.worker_count:,}",
            f"{each.world.rounds:,}",
            safe(" ".join(each.about.split())),
        )
    return table


def monitors_list(portraits: Sequence[Portrait]) -> Iterator[Text]:
    """Yield each monitor in a few lines: what it catches, its parameters, its guarantee."""
    for each in portraits:
        parameters = [*each.required, *(f"{k}={v}" for k, v in each.parameters.items())]
        yield Text(each.name, "strong")
        yield Text(f"  {each.catches}")
        yield Text(f"  parameters  {', '.join(parameters) or 'none'}", "quiet")
        style = "ok" if each.guarantee.startswith(("proven", "exact")) else "quiet"
        yield Text.assemble(("  guarantee   ", "quiet"), (each.guarantee, style))
        yield Text(f"  need        {'read' if each.reads_need else 'not needed'}\n", "quiet")


def as_yaml(value: JsonValue) -> str:
    """Return JSON-able data as YAML; what is empty is left out.

    Examples
    --------
    >>> print(as_yaml({"scenario": "s", "world": {"rounds": 9, "tools": []}, "workers": ["a: b"]}))
    scenario: s
    world:
      rounds: 9
    workers:
      - "a: b"
    """
    return "\n".join(_lines(value))


def _lines(value: JsonValue) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            if each not in (None, "", [], {}):
                yield from _under(f"{_scalar(key)}:", each)
    elif isinstance(value, list):
        for each in value:
            first, *rest = _lines(each)
            yield f"- {first}"
            yield from (f"  {line}" for line in rest)
    else:
        yield _scalar(value)


def _under(head: str, value: JsonValue) -> Iterator[str]:
    if isinstance(value, dict | list):
        yield head
        yield from (f"  {line}" for line in _lines(value))
    else:
        yield f"{head} {_scalar(value)}"


def _scalar(value: JsonValue) -> str:
    """Write a value so that YAML reads it back as the same; JSON strings are YAML strings."""
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return safe(json.dumps(value, ensure_ascii=False))
