"""A fault on trial: put to the checks that users have, until one of them notices.

Every process of a check has the fault, those that verify and export too, as a mistake in our code
would; only the auditor and the comparison with a sound run's bytes do not.
"""

import json
import os
import random
import re
import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import NamedTuple

from benchmarks.audit import Witnessed, broken
from benchmarks.crash import Campaign
from benchmarks.errands import write_scenario
from benchmarks.faults.fault import Fault
from benchmarks.kill import attempt
from benchmarks.killed import RUN, Undisturbed, exported, in_a_file, undisturbed, verdicts_of
from benchmarks.probes import (
    LEASE_S,
    fed,
    limited,
    obey,
    own_from_afar,
    paged,
    stop_when_full,
    take_over,
)
from benchmarks.server import Postgres
from benchmarks.warm import Failed, fork, output_of

KILLS = 40

LIMIT = "180000"
"""So many bytes of a file are less than a run takes."""

_NUMBERS = count(1)


class Court(NamedTuple):
    """A sound run, and the folder it lies in, that faults are measured by.

    ``server`` is where leases are tried; without one they are not.
    """

    folder: Path
    sound: Undisturbed
    server: Postgres | None = None
    kills: int = KILLS

    @property
    def store(self) -> str:
        """Where the sound run lies."""
        return in_a_file(self.folder)


class Found(NamedTuple):
    """Which check noticed a fault, and what it said; neither, where none did."""

    fault: str
    check: str = ""
    said: str = ""


Check = Callable[[Fault, Court, Path], str]
"""Puts one fault to one check, in a folder of its own; returns what was noticed, or nothing."""


def plays_as_ever(fault: Fault, court: Court, folder: Path) -> str:
    """Leave, where nobody disturbs a run, the sound run's bytes, and books in order."""
    store = in_a_file(folder)
    words = ["run", str(write_scenario(folder)), "--run-id", RUN, "--store", store, "--ack"]
    found = attempt(
        [*words, "--no-reference", "--json", "--rounds-per-second", "2000"], patch=fault
    )
    if found.code:
        return f"it ended with {found.code}: {found.said[-200:]}"
    run = exported(store, fault)
    if run is None:
        return "there is no run"
    if list(run.events) != court.sound.events:
        return "another log than the sound run's"
    if verdicts_of(store, fault) != court.sound.verdicts:
        return "other verdicts than the sound run's"
    output_of(["runs", "verify", RUN, "--replay", "--store", store], fault)
    return broken(run, Witnessed(found.acked))


def keeps_the_laws(fault: Fault, court: Court, folder: Path) -> str:
    """Keep the laws of log, journal, notes and ledger."""
    return output_of([in_a_file(folder)], fault, obey)[-1]


def tells_forgeries(fault: Fault, court: Court, folder: Path) -> str:
    """Tell, with ``runs verify``, of each change that was made behind the journal's back."""
    for forge, with_replay in FORGERIES:
        name = forge.__name__.strip("_").replace("_", " ")
        store = str(shutil.copy(court.store, folder / "forged.db"))
        with sqlite3.connect(store) as database:
            forge(database)
        database.close()
        how = ["--replay"] if with_replay else []
        if attempt(["runs", "verify", RUN, *how, "--store", store], patch=fault).code == 0:
            return f"a log that {name} passed for sound"
    return ""


def forks_whole(fault: Fault, court: Court, folder: Path) -> str:
    """Let a fork in which nothing changes end with its parent's log, and replay."""
    store = str(shutil.copy(court.store, folder / "forked.db"))
    words = ["runs", "fork", RUN, "--at", "300", "--run-id", "heir", "--store", store]
    [told] = output_of([*words, "--no-reference", "--json"], fault)
    if json.loads(told)["digest"] != json.loads(_record(court.store))["digest"]:
        return "an unchanged fork ends otherwise than its parent"
    output_of(["runs", "verify", "heir", "--replay", "--store", store], fault)
    runs = json.loads(output_of(["runs", "list", "--store", store, "--json"], fault)[0])
    [heir] = [run for run in runs if run["run"] == "heir"]
    last = json.loads(court.sound.events[heir["fork_seq"] - 1])
    if heir["fork_round"] != last["round"]:
        return f"it shares {last['round']} rounds, and says {heir['fork_round']}"
    return ""


def feeds_whole(fault: Fault, court: Court, folder: Path) -> str:
    """Bring every line once, in the live feed and in pages of a run."""
    whole = [json.loads(event) for event in court.sound.events]
    said = [json.loads(verdict) for verdict in court.sound.verdicts]
    for program in (fed, paged):
        for line in output_of([court.store, RUN], fault, program):
            if json.loads(line) != [whole, said]:
                return f"{program.__name__}: other lines than the log has"
    return ""


def says_when_the_disk_is_full(fault: Fault, court: Court, folder: Path) -> str:
    """End with 1 where the disk is full, and acknowledge nothing that is not there."""
    if said := output_of([in_a_file(folder)], fault, stop_when_full)[-1]:
        return said
    store = str(folder / "full.db")
    words = ["run", str(write_scenario(folder)), "--run-id", RUN, "--store", store, "--ack"]
    words = [LIMIT, *words, "--no-reference", "--json"]
    found = attempt(words, patch=fault, program=limited)
    run = exported(store, fault)
    if found.code != 1 or run is None:
        return f"on a full disk it ended with {found.code}"
    return broken(run, Witnessed(found.acked))


def stops_where_an_agent_fails(fault: Fault, court: Court, folder: Path) -> str:
    """End with 1 where a policy raises, and leave a run that is not done."""
    store = in_a_file(folder)
    words = ["run", str(write_scenario(folder, fails="w02.2")), "--run-id", RUN]
    found = attempt([*words, "--store", store, "--no-reference", "--json"], patch=fault)
    [run] = json.loads(output_of(["runs", "list", "--store", store, "--json"], fault)[0])
    if (found.code, run["status"]) != (1, "interrupted"):
        return f"where an agent fails it ended with {found.code}, and is {run['status']}"
    return ""


def syncs_before_it_says_so(fault: Fault, court: Court, folder: Path) -> str:
    """Force to the disk, before each ACK, whatever was written to the journal."""
    store, trace = in_a_file(folder), folder / "trace"
    words = ["run", str(write_scenario(folder)), "--store", store, "--ack", "--no-reference"]
    calls = "trace=write,pwrite64,fdatasync,fsync"
    tracer = ["strace", "-f", "-y", "-o", str(trace), "-e", calls]
    paced = ["--json", "--rounds-per-second", "2000"]
    found = attempt([*words, *paced], patch=fault, tracer=tracer)
    if found.code:
        return f"it ended with {found.code}"
    unsynced = set[str]()
    for line in trace.read_text(encoding="utf-8", errors="replace").splitlines():
        call = re.match(r"\d+\s+(\w+)\(\d+<([^>]*)>(?:, \"(ACK \d+))?", line)
        if call and call[1] == "pwrite64" and call[2].startswith(store) and "-shm" not in call[2]:
            unsynced.add(call[2])
        elif call and "sync" in call[1]:
            unsynced.discard(call[2])
        elif call and call[3] and unsynced:
            return f"{call[3]} was said before {Path(min(unsynced)).name} was on the disk"
    return ""


def keeps_leases(fault: Fault, court: Court, folder: Path) -> str:
    """Leave a run to an owner far away while that one lives, and no longer than its lease."""
    if court.server is None:
        return ""
    place = court.server.make_schema(f"lease_{next(_NUMBERS)}")
    owner = fork([place], fault, program=own_from_afar)
    lines = owner.lines()
    said = next(lines, "nothing").strip()
    time.sleep(1.5 * LEASE_S)
    [while_alive] = output_of([place], fault, take_over)
    os.kill(owner.pid, signal.SIGKILL)
    owner.wait()
    time.sleep(1.2 * LEASE_S)
    [afterwards] = output_of([place], fault, take_over)
    told = (said, while_alive, afterwards)
    return "" if told == ("owned", "in use", "taken over") else f"it was {', '.join(told)}"


def survives_kills(fault: Fault, court: Court, folder: Path) -> str:
    """Break no promise, killed again and again."""
    toll = Campaign(random.Random(6), patch=fault, cold_every=0).go(court.kills)
    return toll.broken[0] if toll.broken else ""


CHECKS: tuple[Check, ...] = (
    plays_as_ever,
    keeps_the_laws,
    tells_forgeries,
    forks_whole,
    feeds_whole,
    says_when_the_disk_is_full,
    stops_where_an_agent_fails,
    syncs_before_it_says_so,
    keeps_leases,
    survives_kills,
)
"""Every check, the quick ones first."""


def try_fault(fault: Fault, court: Court, checks: tuple[Check, ...] = CHECKS) -> Found:
    """Put a fault to each check until one notices it."""
    name = fault.__name__
    for check in checks:
        with tempfile.TemporaryDirectory() as folder:
            try:
                said = check(fault, court, Path(folder))
            except Failed as error:
                said = str(error)
        if said:
            return Found(name, check.__name__, said)
    return Found(name)


def hold_court(folder: Path, server: Postgres | None = None) -> Court:
    """Play the sound run that faults are measured by."""
    return Court(folder, undisturbed(folder), server)


def _record(store: str) -> str:
    [told] = output_of(["runs", "list", "--store", store, "--json"])
    return json.dumps(json.loads(told)[0])


def _has_another_letter(database: sqlite3.Connection) -> None:
    rows = database.execute("SELECT seq, body FROM event ORDER BY seq")
    seq = next(seq for seq, body in rows if b"Return what was left" in body)
    _change(database, seq, lambda body: body.replace(b"Return what", b"Return that"))


def _is_cut_off(database: sqlite3.Connection) -> None:
    database.execute("DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)")


def _has_two_events_swapped(database: sqlite3.Connection) -> None:
    for one, two in ((200, -1), (201, 200), (-1, 201)):
        database.execute("UPDATE event SET seq = ? WHERE seq = ?", (two, one))


def _moves_more_money(database: sqlite3.Connection) -> None:
    """Change an amount, and chain every hash behind it anew."""
    rows = database.execute("SELECT seq, body FROM event ORDER BY seq").fetchall()
    seq = next(seq for seq, body in rows[100:] if b'"kind":"transfer"' in body)
    _change(database, seq, lambda body: re.sub(rb'"amount":(\d)', rb'"amount":1\1', body))
    digest = bytes(32)
    for number, body in database.execute("SELECT seq, body FROM event ORDER BY seq").fetchall():
        digest = sha256(digest + body).digest()
        database.execute("UPDATE event SET hash = ? WHERE seq = ?", (digest, number))
    database.execute("UPDATE run SET digest = ?", (digest.hex(),))


def _has_lost_a_verdict(database: sqlite3.Connection) -> None:
    database.execute("DELETE FROM verdict WHERE number = (SELECT max(number) FROM verdict)")


def _means_something_else(database: sqlite3.Connection) -> None:
    database.execute("""UPDATE truth SET body = replace(body, '"own_sake"', '"caution"')""")


def _change(database: sqlite3.Connection, seq: int, edit: Callable[[bytes], bytes]) -> None:
    [body] = database.execute("SELECT body FROM event WHERE seq = ?", (seq,)).fetchone()
    database.execute("UPDATE event SET body = ? WHERE seq = ?", (edit(body), seq))


FORGERIES: tuple[tuple[Callable[[sqlite3.Connection], None], bool], ...] = (
    (_has_another_letter, False),
    (_is_cut_off, False),
    (_has_two_events_swapped, False),
    (_moves_more_money, True),
    (_has_lost_a_verdict, True),
    (_means_something_else, True),
)
"""What is done to a stored log, and whether only a replay can tell."""
