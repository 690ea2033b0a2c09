"""Kills and hash seeds: the same log, however often and wherever a run is interrupted."""

import os
import random
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.audit import Exported, Witnessed, broken, decided
from benchmarks.errands import Errand, asked, write_scenario
from benchmarks.kill import Attempt, Kill, Kind, attempt
from benchmarks.killed import RUN, Places, exported, in_a_file, undisturbed, verdicts_of, verified
from benchmarks.warm import Failed, Patch, run_json

COLD_EVERY = 10
"""Every so many kills, the command is started afresh, as a person would, and timed."""


def digests(scenario: str, folder: Path, processes: int) -> set[str]:
    """Return the distinct digests of one scenario over processes with other hash seeds."""

    def digest(number: int) -> str:
        place = ("--store", str(folder / f"{scenario}-{number}.db"), "--no-reference")
        return str(run_json("run", scenario, *place, hash_seed=str(number))["digest"])

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return set(pool.map(digest, range(processes)))


RESUME_ALL = ("runs", "resume", "--all", "--no-reference")


@dataclass
class Toll:
    """What came of a campaign of kills."""

    kills: Counter[Kind] = field(default_factory=Counter)
    runs: int = 0
    broken: list[str] = field(default_factory=list)
    restarts_s: list[float] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many times a process was killed."""
        return self.kills.total()

    @property
    def slowest_s(self) -> float:
        """The longest time from the start of a fresh command to its first commit."""
        return max(self.restarts_s, default=0.0)

    def __str__(self) -> str:
        """Say how many there were, and of which kinds."""
        kinds = ", ".join(f"{count} by {kind}" for kind, count in sorted(self.kills.items()))
        return f"{self.total} kills ({kinds}) of {self.runs} runs, {len(self.broken)} broken"


@dataclass
class Campaign:
    """Kills runs and resumes them, again and again, and has each one audited.

    Parameters
    ----------
    chance
        Where the kills fall.
    places
        Where journals lie: one of its own for each run.
    calls
        Which system calls write there, for kills at the Nth of them; none where those cannot be
        counted.
    patch
        What is broken in every process of it.
    cold_every
        How many kills come before a process is started afresh and timed; 0 for never.
    policy
        What decides in the runs that are killed; each leaves the same log.
    """

    chance: random.Random
    places: Places = in_a_file
    calls: tuple[str, ...] = ("pwrite64", "fdatasync")
    patch: Patch = nullcontext
    cold_every: int = COLD_EVERY
    policy: type[Errand] = Errand
    toll: Toll = field(default_factory=Toll)

    def go(self, kills: int) -> Toll:
        """Kill so many times, or until a promise is broken; each run is then let to its end."""
        with tempfile.TemporaryDirectory() as folder:
            self.undisturbed = undisturbed(Path(folder))
        while self.toll.total < kills and not self.toll.broken:
            with tempfile.TemporaryDirectory() as folder:
                self._kill_a_run(Path(folder), kills)
            self.toll.runs += 1
        return self.toll

    def _kill_a_run(self, folder: Path, kills: int) -> None:
        scenario = write_scenario(folder, policy=self.policy)
        store = self.places(folder)
        words = ["run", str(scenario), "--run-id", RUN, "--store", store, "--no-reference", "--ack"]
        if self.chance.random() < 0.7:
            words += ["--rounds-per-second", "2000"]
        acked, committed, is_over = 0, frozenset[str](), False
        while not is_over and not self.toll.broken:
            before = len(asked(folder))
            is_last = self.toll.total >= kills
            # Most go on by name, some as after a power cut: whatever is unfinished goes on.
            by_name = not committed or self.chance.random() < 0.8
            again = words if by_name else [*RESUME_ALL, "--store", store]
            found = self._attempt([*again, "--json"], is_last=is_last)
            acked = max(acked, found.acked)
            is_over = not found.is_killed
            try:
                run = exported(store, self.patch)
                self._look(run, found, Witnessed(acked, committed, asked(folder)[before:]))
                self._paid(run, store, asked(folder), before)
                if is_over:
                    self._compare(run, store)
                elif run and self.chance.random() < 0.5 and not verified(store, self.patch):
                    self._note("the killed run does not replay")
            except Failed as error:
                self._note(str(error))
            committed = decided(run.events) if run else committed

    def _paid(self, run: Exported | None, store: str, diary: list[str], before: int) -> None:
        """Note where more than the calls in flight was asked again; count what was in flight.

        Nothing to do where answers are not paid for.
        """

    def _attempt(self, words: list[str], *, is_last: bool) -> Attempt:
        """Start a run or let it go on, kill it unless it is the last time, and listen."""
        is_cold = self.cold_every and self.toll.total % self.cold_every == self.cold_every - 1
        kill = None if is_last else self._kill(is_cold=bool(is_cold))
        found = attempt(words, kill, self.patch, is_cold=bool(is_cold))
        if found.is_killed and kill:
            self.toll.kills[kill.kind] += 1
        if is_cold and found.first_ack_s is not None:
            self.toll.restarts_s.append(found.first_ack_s)
        return found

    def _kill(self, *, is_cold: bool) -> Kill:
        kinds: list[Kind] = ["moment", "ack", "write"] if self.calls else ["moment", "ack"]
        kind = "ack" if is_cold else self.chance.choice(kinds)
        if kind == "ack":
            return Kill(kind, self.chance.randint(1, 6))
        if kind == "moment":
            return Kill(kind, self.chance.uniform(0.01, 0.12))
        call = self.chance.choice(self.calls)
        return Kill(kind, self.chance.randint(1, 8 if "sync" in call else 90), call)

    def _look(self, run: Exported | None, found: Attempt, seen: Witnessed) -> None:
        """Note the first promise that a killed, or finished, run does not keep."""
        if not found.is_killed and found.code:
            self._note(f"it ended with {found.code}: {found.said[-300:]}")
        elif run is not None:
            self._note(broken(run, seen))
        elif seen.acked or not found.is_killed:
            self._note(f"ACK {seen.acked} was said, and there is no such run")

    def _compare(self, run: Exported | None, store: str) -> None:
        """Note where a finished run is not the undisturbed one, or does not replay."""
        if run is None or list(run.events) != self.undisturbed.events:
            self._note("the log is not the undisturbed run's")
        elif self._said(verdicts_of(store, self.patch)) != self.undisturbed.verdicts:
            self._note("the verdicts are not the undisturbed run's")
        elif not verified(store, self.patch):
            self._note("the run does not replay")

    def _said(self, verdicts: list[str]) -> list[str]:
        """Return verdicts as they are compared with the undisturbed run's."""
        return verdicts

    def _note(self, what: str) -> None:
        if what and not self.toll.broken:
            self.toll.broken.append(f"after {self.toll.total} kills: {what}")
