"""What the verbs share: options that mean the same everywhere, the output, and the journal."""

import gc
import json
import os
import shlex
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from memory.errors import SuperorganismError

if TYPE_CHECKING:
    from pydantic import JsonValue
    from rich.console import Console

    from memory.journal import Journal
    from memory.relay import Bus

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
Redis = Annotated[
    str | None,
    typer.Option(
        "--redis",
        metavar="URL",
        help="A Redis server that tells other processes at once: redis://host:6379/0 or "
        "unix:///path; else SUPERORGANISM_REDIS, else none.",
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


def named(store: str | None, redis: str | None = None) -> str:
    """Return how the next command names its places; nothing where it finds them by itself."""
    from memory.store import shown
    from orchestrator.cli.ink import safe

    given = (("--store", store), ("--redis", redis))
    return "".join(f" {what} {shlex.quote(safe(shown(at)))}" for what, at in given if at)


def bus_of(redis: str | None) -> "Bus | None":
    """Return the bus between processes, if there is to be one."""
    from memory.redis_bus import bus_at
    from orchestrator.settings import read_settings

    return bus_at(read_settings(redis=redis).redis)


def open_journal(store: str | None, *, create: bool = False, bus: "Bus | None" = None) -> "Journal":
    """Open the journal; verbs that only read do not make one, and need no bus."""
    from memory.journal import Journal

    return Journal.open(place_of(store), create=create, bus=bus)


def terminal() -> "Console":
    """Return the console that verbs write to, in our colours."""
    from rich.console import Console

    from orchestrator.cli.ink import TERMINAL

    console = Console(theme=TERMINAL, highlight=False, markup=False, emoji=False)
    if not console.file.isatty() and console.width < PIPED:
        console.width = PIPED
    return console


class OutputLost(SuperorganismError):
    """Standard output takes no more; ``is_unread`` if that is because its reader left."""

    def __init__(self, error: OSError) -> None:
        self.is_unread = isinstance(error, BrokenPipeError)
        super().__init__(f"the output could not be written: {error.strerror}")


class Output:
    """Standard output, which tells its own failures from those of files and sockets.

    An ``OSError`` in writing would be taken for a fault of the program, or, by the libraries
    that write here, for the end of it; as :class:`OutputLost` each verb can decide.

    Examples
    --------
    >>> from io import StringIO
    >>> Output(StringIO()).write("Hello.")
    6
    >>> from errno import ENOSPC
    >>> str(OutputLost(OSError(ENOSPC, "No space left on device")))
    'the output could not be written: No space left on device'
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write text."""
        try:
            return self._stream.write(text)
        except OSError as error:
            raise OutputLost(error) from error

    def flush(self) -> None:
        """Write what is still held back."""
        try:
            self._stream.flush()
        except OSError as error:
            raise OutputLost(error) from error

    def let_go(self) -> None:
        """Drop what could not be written, or the interpreter would try once more at its end."""
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


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
