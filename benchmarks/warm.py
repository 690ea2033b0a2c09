"""Commands in processes forked from one that has everything imported already.

Each is a process of its own, with a pid to kill, and runs the command line from its first word to
its exit; only the second of imports is saved, which would be most of a campaign of kills.
"""

import gc
import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Timer
from typing import IO, Any, Protocol

from memory.store import shown

ROOT = Path(__file__).parent.parent
COMMAND = [str(Path(sys.executable).with_name("superorganism"))]

PRELOADED = (
    "orchestrator.cli.audit",
    "orchestrator.cli.export",
    "orchestrator.cli.listing",
    "orchestrator.cli.main",
    "orchestrator.cli.perform",
    "orchestrator.cli.resume",
    "orchestrator.cli.verify",
    "benchmarks.errands",
    "benchmarks.trial",
    "psycopg",
)
"""What is imported before the first fork; a name that is not there is passed over."""

LONGEST_S = 60
"""A forked process that has not ended after so many seconds is killed."""

Patch = Callable[[], AbstractContextManager[object]]
"""Breaks something in the process that enters it; it is found by its module and name."""

Program = Callable[[list[str]], object]
"""What a forked process does with its words; it is found by its module and name."""

_FORKS = get_context("forkserver")
_FORKS.set_forkserver_preload(list(PRELOADED))


class Failed(Exception):
    """A command that should succeed did not."""


class Child(Protocol):
    """A command that runs."""

    @property
    def pid(self) -> int:
        """The process's id."""
        ...

    def lines(self) -> Iterator[str]:
        """Yield what it says, errors too, as it comes, to its end."""
        ...

    def wait(self) -> int:
        """Return its exit code, or the signal that ended it below zero."""
        ...


@dataclass
class Forked:
    """A command in a forked process."""

    process: BaseProcess
    output: IO[str]
    deadline: Timer
    watcher: "subprocess.Popen[str] | None" = None

    @property
    def pid(self) -> int:
        """The process's id."""
        return self.process.pid or 0

    def lines(self) -> Iterator[str]:
        """Yield what it says, errors too, as it comes, to its end."""
        with self.output:
            yield from self.output

    def wait(self) -> int:
        """Return its exit code, or the signal that ended it below zero."""
        self.process.join()
        self.deadline.cancel()
        self.output.close()
        if self.watcher:
            self.watcher.communicate()
        code = self.process.exitcode or 0
        self.process.close()
        return code


@dataclass
class Cold:
    """A command that was started as a person starts it."""

    process: "subprocess.Popen[str]"

    @property
    def pid(self) -> int:
        """The process's id."""
        return self.process.pid

    def lines(self) -> Iterator[str]:
        """Yield what it says, errors too, as it comes, to its end."""
        assert self.process.stdout
        with self.process.stdout as output:
            yield from output

    def wait(self) -> int:
        """Return its exit code, or the signal that ended it below zero."""
        assert self.process.stdout
        self.process.stdout.close()
        return self.process.wait()


def command(words: list[str]) -> None:
    """Run the command line."""
    # Reached in the fork only, where it is imported already.
    importlib.import_module("orchestrator.cli.main").main(words)


def fork(
    words: list[str],
    patch: Patch = nullcontext,
    tracer: list[str] | None = None,
    program: Program = command,
) -> Child:
    """Start a program in a forked process.

    Parameters
    ----------
    words
        What it is given: of the command, its words without its name.
    patch
        Entered before it begins.
    tracer
        What shall watch it from its first word on, such as strace: it is given ``-p`` and the
        process's id, and must say that it has attached.
    program
        What to run; the command line by default.
    """
    reading, writing = os.pipe()
    begin, waits = _FORKS.Pipe()
    handed = (waits, Connection(writing))
    process = _FORKS.Process(target=_play, args=(program, words, patch, *handed))
    process.start()
    for each in handed:
        each.close()
    watcher = _attached([*tracer, "-p", str(process.pid)]) if tracer else None
    deadline = Timer(LONGEST_S, process.kill)
    deadline.start()
    begin.send("begin")
    begin.close()
    output = os.fdopen(reading, encoding="utf-8", errors="replace")
    return Forked(process, output, deadline, watcher)


def start(words: list[str]) -> Child:
    """Start a command afresh, as a person does."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    process = subprocess.Popen(
        [*COMMAND, *words],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Cold(process)


def output_of(
    words: list[str], patch: Patch = nullcontext, program: Program = command
) -> list[str]:
    """Return the lines that a program prints.

    Raises
    ------
    Failed
        If it does not end with 0; the message is its exit code and its last words.
    """
    child = fork(words, patch, program=program)
    lines = [line.rstrip("\n") for line in child.lines()]
    if code := child.wait():
        raise Failed(f"{' '.join(words[:2])} ended with {code}: {' '.join(lines)[-300:]}")
    return lines


def run_json(*arguments: str, hash_seed: str = "random") -> dict[str, Any]:
    """Run the command line afresh with ``--json`` and return what it printed."""
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(
        [*COMMAND, *arguments, "--json"], env=environment, capture_output=True, text=True
    )
    if done.returncode:
        said = " ".join(map(shown, arguments))
        raise RuntimeError(f"{said} exited {done.returncode}: {done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _play(
    program: Program, words: list[str], patch: Patch, waits: Connection, output: Connection
) -> None:
    for stream in (1, 2):
        os.dup2(output.fileno(), stream)
    output.close()
    # The streams of the process that was forked know another file, which can seek.
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Else the collector's first long look would copy every page shared with the other forks.
    gc.freeze()
    waits.recv()
    waits.close()
    with patch():
        program(words)


def _attached(tracer: list[str]) -> "subprocess.Popen[str]":
    watcher = subprocess.Popen(tracer, stderr=subprocess.PIPE, text=True)
    assert watcher.stderr
    said = watcher.stderr.readline()
    if "attached" not in said:
        watcher.communicate()
        raise Failed(f"{tracer[0]} could not attach: {said.strip()}")
    return watcher
