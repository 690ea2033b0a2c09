"""Who owns a run: the claim a process writes under, and whether its owner still lives.

A process that dies leaves its claim behind; the next one takes it over with a higher token,
and whoever still writes under the lower one is refused. So a wrong guess about who is alive
may stop a process, but never lets two of them write one log.
"""

import errno
import os
import socket
from pathlib import Path
from typing import NamedTuple

_PROC = Path("/proc")


class Claim(NamedTuple):
    """The right to write one run, until somebody claims it with a higher ``token``."""

    run: str
    number: int
    token: int


class Owner(NamedTuple):
    """A process, told apart from a later one with the same ``pid`` by when it was ``born``.

    ``born`` is the boot of its machine and the process's start since then, in clock ticks; it
    is empty where the system has no ``/proc``, and then the pid alone must do.

    Examples
    --------
    >>> this_process().is_alive()
    True
    >>> this_process()._replace(born="another boot/1").is_alive()
    False
    """

    pid: int
    host: str
    born: str

    @property
    def is_here(self) -> bool:
        """Whether it is a process of this host."""
        return self.host == socket.gethostname()

    def is_alive(self) -> bool:
        """Whether it still runs; one on another host cannot be seen, and counts as alive."""
        return not self.is_here or (_exists(self.pid) and _born(self.pid) == self.born)

    def __str__(self) -> str:
        """Say to a person who it is."""
        itself = " (this very one)" if self.is_here and self.pid == os.getpid() else ""
        return f"process {self.pid} on {self.host}{itself}"


def process(pid: int) -> Owner:
    """Return the process of this host that has a pid now."""
    return Owner(pid, socket.gethostname(), _born(pid))


def this_process() -> Owner:
    """Return the process that asks."""
    return process(os.getpid())


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError as error:
        return error.errno == errno.EPERM
    return True


def _born(pid: int) -> str:
    """Return the boot and the start of a process; nothing for one that is gone or a zombie."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        stat = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return ""
    # The name in parentheses may hold anything, so fields are counted from behind it.
    state, *rest = stat.rpartition(")")[2].split()
    return "" if state in "ZX" else f"{boot}/{rest[18]}"
