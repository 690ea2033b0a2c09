"""A disk that fills or fails, at any write: a clear error, nothing said that is not there."""

import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.audit import Witnessed, broken
from benchmarks.errands import write_scenario
from benchmarks.kill import Attempt, attempt, injecting
from benchmarks.killed import RUN, Undisturbed, exported, in_a_file, verified
from benchmarks.probes import limited
from benchmarks.warm import Failed

ERRORS = ("ENOSPC", "EIO")
WRITES, SYNCS = "pwrite64", "fdatasync"

LIMITS = (4_096, 40_000, 90_000, 180_000, 300_000)
"""Bytes that no file may grow beyond: while it is made, in its first commits, later."""

FULL_AT = 300 * 1024
"""Bytes of the tiny file system: less than a run takes, more than its beginning."""


class Point(NamedTuple):
    """A system call that fails, once, and how."""

    call: str
    when: int
    error: str

    def __str__(self) -> str:
        """Say which."""
        return f"{self.error} at {self.call} {self.when}"

    @property
    def tracer(self) -> list[str]:
        """What makes it fail."""
        return injecting(self.call, f"error={self.error}:when={self.when}")


class Toll(NamedTuple):
    """How many failures there were, how many of them stopped the run, what was broken."""

    tried: int
    stopped: int
    broken: list[str]

    def __str__(self) -> str:
        """Say it."""
        return f"{self.tried} failures, {self.stopped} stopped the run, {len(self.broken)} broken"


Try = Callable[[list[str]], Attempt]
"""Runs a command where something fails."""


def points(commits: tuple[int, int] = (2, 3)) -> list[Point]:
    """Return every write and sync between two ACKs, those of a whole round's turns, each way."""
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace"
        calls = f"trace=write,{WRITES},{SYNCS}"
        attempt(_words(Path(folder)), tracer=["strace", "-f", "-o", str(trace), "-e", calls])
        lines = trace.read_text(encoding="utf-8", errors="replace").splitlines()
    acks, seen, found = 0, {WRITES: 0, SYNCS: 0}, list[Point]()
    for line in lines:
        call = re.match(r"\d+\s+(\w+)\((?:\d+, \"(ACK) )?", line)
        if call and call[2]:
            acks += 1
        elif call and call[1] in seen:
            seen[call[1]] += 1
            if commits[0] <= acks < commits[1]:
                found += [Point(call[1], seen[call[1]], error) for error in ERRORS]
    return found


def at_points(chosen: list[Point], sound: Undisturbed) -> Toll:
    """Let each of these calls fail in a run of its own."""
    return _toll(((str(point), _failing(point)) for point in chosen), sound)


def under_limits(sound: Undisturbed) -> Toll:
    """Let no file grow beyond each of the limits."""
    return _toll(((f"a limit of {limit:,} bytes", _limited(limit)) for limit in LIMITS), sound)


def why_not_mounted() -> str:
    """Return why no file system can be mounted here; nothing where one can."""
    try:
        with tempfile.TemporaryDirectory() as folder, tiny(Path(folder)):
            return ""
    except (OSError, Failed) as error:
        return f"no file system can be mounted here: {error}"


@contextmanager
def tiny(folder: Path) -> Iterator[Callable[[int], None]]:
    """Mount a tiny file system on a folder, and lend what makes it larger."""
    kind = ["-t", "tmpfs", "-o", f"size={FULL_AT}", "tmpfs"]
    _do("mount", *kind, str(folder))
    try:
        yield lambda size: _do("mount", "-o", f"remount,size={size}", str(folder))
    finally:
        _do("umount", str(folder))


def on_a_tiny_file_system(sound: Undisturbed) -> Toll:
    """Fill a file system of a few hundred kilobytes, make room, and go on."""
    with tempfile.TemporaryDirectory() as place, tiny(Path(place)) as enlarge:
        folder = Path(place)
        words = _words(folder)
        found = attempt(words)
        said = _stopped(found, folder)
        enlarge(8 * 1024 * 1024)
        said = said or _goes_on(words, folder, sound)
    return Toll(1, int(found.code == 1), [f"a full file system: {said}"] if said else [])


def _toll(tries: Iterator[tuple[str, Try]], sound: Undisturbed) -> Toll:
    tried, stopped, wrong = 0, 0, list[str]()
    for name, run in tries:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            words = _words(folder)
            found = run(words)
            said = "" if found.code == 0 else _stopped(found, folder)
            said = said or _goes_on(words, folder, sound)
        tried, stopped = tried + 1, stopped + (found.code == 1)
        wrong += [f"{name}: {said}"] if said else []
    return Toll(tried, stopped, wrong)


def _failing(point: Point) -> Try:
    return lambda words: attempt(words, tracer=point.tracer)


def _limited(limit: int) -> Try:
    return lambda words: attempt([str(limit), *words], program=limited)


def _stopped(found: Attempt, folder: Path) -> str:
    """Return what is wrong with how a run stopped, and with what it left."""
    store = in_a_file(folder)
    first, *more = found.said.splitlines() or [""]
    if found.code != 1:
        return f"it ended with {found.code}: {found.said[-200:]}"
    if not first.startswith(f"{store}: the disk") or len(more) > 1:
        return f"it said: {found.said[:300]}"
    if found.acked and (not more or f"--run-id {RUN}" not in more[0]):
        return f"it did not say how to go on: {found.said[:300]}"
    try:
        run = exported(store)
    except Failed as error:
        return str(error)
    if run is None:
        return f"ACK {found.acked} was said, and there is no run" if found.acked else ""
    return broken(run, Witnessed(found.acked))


def _goes_on(words: list[str], folder: Path, sound: Undisturbed) -> str:
    """Return what is wrong with a run that goes on once there is room."""
    store = in_a_file(folder)
    again = attempt(words)
    if again.code:
        return f"it went not on: {again.said[-200:]}"
    run = exported(store)
    if run is None or list(run.events) != sound.events:
        return "it went on to another log"
    return "" if verified(store) else "what it left does not replay"


def _words(folder: Path) -> list[str]:
    words = ["run", str(write_scenario(folder)), "--run-id", RUN, "--store", in_a_file(folder)]
    return [*words, "--no-reference", "--ack", "--json", "--rounds-per-second", "2000"]


def _do(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        raise Failed(done.stderr.strip() or f"{words[0]} ended with {done.returncode}")
