"""One kill: when a process is ended, and what it had said by then."""

import os
import shutil
import signal
import subprocess
import time
from contextlib import nullcontext
from threading import Timer
from typing import Literal, NamedTuple

from benchmarks.warm import Patch, Program, command, fork, start

Kind = Literal["moment", "ack", "write"]


def why_not_traced() -> str:
    """Return why system calls cannot be counted here; nothing where they can."""
    if shutil.which("strace") is None:
        return "there is no strace here; apt-get install strace"
    tried = subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, text=True)
    return f"strace cannot trace here: {tried.stderr.strip()}" if tried.returncode else ""


class Kill(NamedTuple):
    """When a process is killed: after seconds, after an ACK, or as it begins a write.

    ``call`` is the system call that writes.
    """

    kind: Kind
    after: float
    call: str = ""

    @property
    def tracer(self) -> list[str] | None:
        """What kills it, where that is not us."""
        return injecting(self.call, f"signal=SIGKILL:when={self.after:.0f}") if self.call else None


def injecting(call: str, what: str) -> list[str]:
    """Return the tracer that lets something happen to a system call."""
    quiet = ["strace", "-f", "-o", os.devnull]
    return [*quiet, "-e", f"trace={call}", "-e", f"inject={call}:{what}"]


class Attempt(NamedTuple):
    """What came of one process: how it ended, its last ACK, when the first one came."""

    code: int
    acked: int
    first_ack_s: float | None
    said: str

    @property
    def is_killed(self) -> bool:
        """Whether it was killed before its end."""
        return self.code == -signal.SIGKILL


def attempt(
    words: list[str],
    kill: Kill | None = None,
    patch: Patch = nullcontext,
    *,
    is_cold: bool = False,
    tracer: list[str] | None = None,
    program: Program = command,
) -> Attempt:
    """Run a command until it ends or is killed, and return what it acknowledged."""
    started = time.monotonic()
    by = kill.tracer if kill else tracer
    child = start(words) if is_cold else fork(words, patch, by, program)
    timer = Timer(kill.after if kill else 0, _end, [child.pid])
    if kill and kill.kind == "moment":
        timer.start()
    acks, acked, first, said = 0, 0, None, ""
    for line in child.lines():
        if not line.startswith("ACK "):
            said += line
        elif line.endswith("\n"):
            acks, acked = acks + 1, int(line[4:])
            first = first or time.monotonic() - started
            if kill and kill.kind == "ack" and acks == kill.after:
                _end(child.pid)
    timer.cancel()
    return Attempt(child.wait(), acked, first, said.strip())


def _end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
