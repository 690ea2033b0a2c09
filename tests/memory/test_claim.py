"""Claims: who owns a run, and whether that process still lives."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from memory.claim import Owner, process, this_process

NAMED_LIKE_A_FIELD = "open('/proc/self/comm', 'w').write('a) Z (b'); print('ready'); input()"

needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc")


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    """Start a process that waits, under a name that looks like another field of its ``stat``."""
    command = [sys.executable, "-uc", NAMED_LIKE_A_FIELD]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout
        assert child.stdout.readline() == b"ready\n"
        yield child
        child.kill()


@needs_proc
def test_a_process_lives_until_it_is_killed_even_when_nobody_has_buried_it(
    child: subprocess.Popen[bytes],
) -> None:
    owner = process(child.pid)
    assert owner.is_alive()
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not owner.is_alive(), "a zombie counts as alive"
    child.wait()
    assert not owner.is_alive()


@needs_proc
def test_a_child_is_born_on_the_same_boot_as_its_parent_and_later(
    child: subprocess.Popen[bytes],
) -> None:
    boot, _, ticks = this_process().born.partition("/")
    childs_boot, _, childs_ticks = process(child.pid).born.partition("/")
    assert childs_boot == boot
    assert int(childs_ticks) > int(ticks)


@needs_proc
def test_a_later_process_with_the_same_pid_is_another() -> None:
    boot, _, ticks = this_process().born.partition("/")
    assert this_process().is_alive()
    assert not this_process()._replace(born=f"{boot}/{int(ticks) - 1}").is_alive()
    assert not this_process()._replace(born=f"another-boot/{ticks}").is_alive()


def test_a_pid_that_nobody_has_is_not_alive() -> None:
    assert not process(2**22 + 1).is_alive()


def test_a_process_on_another_host_counts_as_alive() -> None:
    assert Owner(pid=2**22 + 1, host="a-host-far-away", born="").is_alive()


def test_an_owner_is_named_by_pid_and_host() -> None:
    assert str(Owner(7, "far", "")) == "process 7 on far"
    me = this_process()
    assert str(me) == f"process {os.getpid()} on {me.host} (this very one)"


def test_an_owner_is_the_same_process_whatever_is_left_of_its_lease() -> None:
    me = this_process()
    assert me == me._replace(lease_s=3.0)
    assert len({me, me._replace(lease_s=3.0), me._replace(pid=1)}) == 2
    assert me != me._replace(born="")
    assert me != tuple(me)
