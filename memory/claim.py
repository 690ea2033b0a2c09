"""Who owns a run: the claim a process writes under, and whether its owner still lives.

A process that dies leaves its claim behind; the next one takes it over with a higher token,
and whoever still writes under the lower one is refused. So a wrong guess about who is alive
may stop a process, but never lets two of them write one log.

On one host the guess is an observation: the operating system knows the pid. Across hosts nobody
can look, so an owner holds a lease by the database's clock and renews it for as long as its
process lives; once it has run out, anyone may take the run over.
"""

import errno
import os
import socket
from pathlib import Path
from typing import NamedTuple

from memory.errors import RunInUse

_PROC = Path("/proc")


class Claim(NamedTuple):
    """The right to write one run, until somebody claims it with a higher ``token``."""

    run: str
    number: int
    token: int


class Owner(NamedTuple):
    """A process, told apart from a later one with the same ``pid`` by when it was ``born``.

    ``born`` is the boot of its machine with the namespace of its pids, and the process's start
    since then, in clock ticks; it is empty where the system has no ``/proc``, and then the pid
    alone must do. ``lease_s`` is how many seconds its lease still had to run when this was
    read, below zero if it had run out; None where the journal can have owners on one host only.

    Examples
    --------
    >>> this_process().is_alive()
    True
    >>> this_process()._replace(born="another boot/1").is_alive()
    False
    >>> Owner(7, "far", "", lease_s=12.5).is_alive(), Owner(7, "far", "", lease_s=-1).is_alive()
    (True, False)
    """

    pid: int
    host: str
    born: str
    lease_s: float | None = None

    def __eq__(self, other: object) -> bool:
        """Whether it is the same process, whatever is left of its lease."""
        return isinstance(other, Owner) and self[:3] == other[:3]

    def __ne__(self, other: object) -> bool:
        # Without it a tuple's own would be asked, which compares the lease too.
        return not self == other

    def __hash__(self) -> int:
        return hash(self[:3])

    @property
    def is_here(self) -> bool:
        """Whether it is a process of this host."""
        return self.host == _host()

    def is_alive(self) -> bool:
        """Whether it still owns what it claimed.

        One that can be seen is alive while its process is. One on another host counts as alive,
        without a lease for ever, with a lease until that has run out.
        """
        is_gone = self.is_here and not (_exists(self.pid) and _born(self.pid) == self.born)
        if self.lease_s is None:
            return not is_gone
        # Hosts may bear one name; only a process of the very same boot is known to be gone.
        is_gone = is_gone and _boot_of(self.born) == _boot_of(_born(os.getpid()))
        return not is_gone and self.lease_s > 0

    def __str__(self) -> str:
        """Say to a person who it is."""
        itself = " (this very one)" if self.is_here and self.pid == os.getpid() else ""
        return f"process {self.pid} on {self.host}{itself}"

    @property
    def columns(self) -> dict[str, int | str]:
        """What a run's row keeps of it."""
        return {"pid": self.pid, "host": self.host, "born": self.born}


def process(pid: int) -> Owner:
    """Return the process of this host that has a pid now."""
    return Owner(pid, _host(), _born(pid))


def this_process() -> Owner:
    """Return the process that asks."""
    return process(os.getpid())


def _host() -> str:
    # The system takes any bytes for a name, a database does not.
    return socket.gethostname().encode("ascii", "backslashreplace").decode()


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
        # A pid means something within its namespace only, and containers share a boot.
        space = (_PROC / "self/ns/pid").stat().st_ino
        stat = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return ""
    # The name in parentheses may hold anything, so fields are counted from behind it.
    state, *rest = stat.rpartition(")")[2].split()
    return "" if state in "ZX" else f"{boot}.{space}/{rest[18]}"


def _boot_of(born: str) -> str:
    return born.partition("/")[0]


def refuse_owned(run: str, owner: Owner | None) -> None:
    """Refuse a run whose owner is alive, as far as that can be seen from here.

    Raises
    ------
    RunInUse
        The message names the owner, and how long its lease still runs.
    """
    if owner is not None and owner.is_alive():
        raise RunInUse(f"{run} is in use by {owner}{_lease_of(owner)}")


def _lease_of(owner: Owner) -> str:
    """Say how long an owner that cannot be seen keeps its run."""
    if owner.is_here:
        return ""
    if owner.lease_s is None:
        return "; whether that one lives cannot be seen from here"
    left = max(1, round(owner.lease_s))
    return f"; if that one is gone, its lease runs out in {left} s"
