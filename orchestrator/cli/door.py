"""What the verbs share: options that mean the same everywhere, the console, and the journal."""

import gc
import json
import shlex
import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pydantic import JsonValue
    from rich.console import Console

    from memory.journal import Journal

PIPED = 100
"""Columns where there is no terminal to ask."""

Store = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="PLACE",
        help="Where the journal lies: a path, or postgresql://user@host/database; else "
        "SUPERORGANISM_STORE, else .superorganism/journal.db here.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs, and nothing else.")]
Run = Annotated[str, typer.Argument(metavar="RUN", help="A run's id; see `runs list`.")]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Change a value, as in world.rounds=48; repeatable."
    ),
]


def place_of(store: str | None) -> str:
    """Return where the journal lies."""
    from orchestrator.settings import read_settings

    return read_settings(store).store


def named(store: str | None) -> str:
    """Return how the next command names a place; nothing where it finds it by itself."""
    from memory.store import shown
    from orchestrator.cli.ink import safe

    return f" --store {shlex.quote(safe(shown(store)))}" if store else ""


def open_journal(store: str | None, *, create: bool = False) -> "Journal":
    """Open the journal; verbs that only read do not make one."""
    from memory.journal import Journal

    return Journal.open(place_of(store), create=create)


def terminal() -> "Console":
    """Return the console that verbs write to, in our colours."""
    from rich.console import Console

    from orchestrator.cli.ink import TERMINAL

    console = Console(theme=TERMINAL, highlight=False, markup=False, emoji=False)
    if not console.file.isatty() and console.width < PIPED:
        console.width = PIPED
    return console


def put(line: str) -> None:
    """Write one line for programs, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def put_json(value: "JsonValue") -> None:
    """Write one JSON value on a line of its own."""
    put(json.dumps(value, ensure_ascii=False, allow_nan=False))


def settle_memory() -> None:
    """Spare the garbage collector what was imported, and let it look less often.

    A run makes many small values that die by themselves; with 1,000 workers this halves its
    cost. Only a door may decide it, for the whole process.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
