"""Prove that nothing is lost: whoever is killed, whatever fails, whatever we did wrong.

``make prove`` runs the full sizes (a quarter of an hour on two cores); ``--write`` renews
``docs/lost.md``.
"""

import argparse
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import NamedTuple

from benchmarks import disk
from benchmarks.claim import Claim, report
from benchmarks.crash import Campaign, Toll
from benchmarks.faults import FAULTS, LEASES, REDUNDANT
from benchmarks.faults.fault import Fault
from benchmarks.kill import why_not_traced
from benchmarks.killed import undisturbed
from benchmarks.paid import PaidCampaign
from benchmarks.server import HOW_TO_INSTALL, Postgres, binaries
from benchmarks.trial import Found, hold_court, try_fault

FIRST_COMMIT_S = 3.0


CAUGHT = 0.95


class Sizes(NamedTuple):
    """How many kills there shall be."""

    kills: int = 200
    postgres_kills: int = 50
    paid_kills: int = 100


def nothing_is_lost(sizes: Sizes) -> Iterator[Claim]:
    """Yield what kills and bad disks leave of runs."""
    yield from in_files(sizes.kills)
    yield from between_request_and_answer(sizes.paid_kills)
    yield from on_postgres(sizes.postgres_kills)
    yield from on_bad_disks()


def on_bad_disks() -> Iterator[Claim]:
    """Yield what comes of runs whose disk fills or fails."""
    with tempfile.TemporaryDirectory() as folder:
        sound = undisturbed(Path(folder))
    tries: list[tuple[str, str, Callable[[], disk.Toll]]] = [
        (
            "ENOSPC and EIO at each write and sync of a round's turns",
            why_not_traced(),
            lambda: disk.at_points(disk.points(), sound),
        ),
        (
            "... and of making the journal",
            why_not_traced(),
            lambda: disk.at_points(disk.points((0, 1)), sound),
        ),
        ("files that may not grow", "", lambda: disk.under_limits(sound)),
        (
            "a file system of 300 KB",
            disk.why_not_mounted(),
            lambda: disk.on_a_tiny_file_system(sound),
        ),
    ]
    for what, why_not, run in tries:
        claim = f"{what}: a clear error, nothing lost, the undisturbed log once there is room"
        if why_not:
            yield Claim(claim, f"skipped: {why_not}", None)
            continue
        toll = run()
        said = "; ".join([str(toll), *toll.broken[:1]])
        yield Claim(claim, said, not toll.broken and toll.stopped > 0)


def campaign(faults: Sequence[Fault] = FAULTS) -> list[Found]:
    """Put every fault on trial; those of leases only where there is a server to hold them."""
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        server = held.enter_context(Postgres(fsync=False)) if binaries() else None
        court = hold_court(folder, server)
        return [try_fault(fault, court) for fault in faults if server or fault not in LEASES]


def caught(found: Sequence[Found]) -> Iterator[Claim]:
    """Yield how many of the seeded faults were noticed."""
    noticed = [each for each in found if each.check]
    by = Counter(each.check for each in noticed)
    checks = ", ".join(f"{name} {times}" for name, times in by.most_common())
    yield Claim(
        f"{len(found)} seeded faults in our own code: at least {CAUGHT:.0%} are noticed",
        f"{len(noticed)} noticed ({checks})",
        len(noticed) >= CAUGHT * len(found),
    )


def listed(found: Sequence[Found]) -> Iterator[str]:
    """Yield each seeded fault, and what noticed it, as Markdown."""
    meant = {fault.__name__: fault for fault in FAULTS}
    yield "| seeded fault | what it does | noticed by |"
    yield "| --- | --- | --- |"
    for name, check, said in found:
        fault = meant[name]
        how = (fault.__doc__ or "").strip()
        kills = re.match(r"after \d+ kills", said)
        by = f"`{check}`{', ' + kills[0] if kills else ''}" if check else "**nobody**"
        why = f": {REDUNDANT[fault]}" if fault in REDUNDANT and not check else ""
        yield f"| `{name}` | {how} | {by}{why} |"


def in_files(kills: int) -> Iterator[Claim]:
    """Yield what kills leave of runs in a file."""
    calls = ("pwrite64", "fdatasync") if not why_not_traced() else ()
    yield from _claims("a file", kills, Campaign(random.Random(1), calls=calls).go(kills))


def between_request_and_answer(kills: int) -> Iterator[Claim]:
    """Yield what kills cost where answers are paid for."""
    calls = ("pwrite64", "fdatasync") if not why_not_traced() else ()
    campaign = PaidCampaign(random.Random(3), calls=calls, cold_every=0)
    toll = campaign.go(kills)
    said = f"{toll}; {campaign.paid}"
    yield Claim(
        f"killed {kills} times while models answer: at most the call in flight is asked again",
        f"{said}; {toll.broken[0]}" if toll.broken else said,
        not toll.broken and toll.total == kills and campaign.paid.caught > 0,
    )


def on_postgres(kills: int) -> Iterator[Claim]:
    """Yield what kills leave of runs on a PostgreSQL server."""
    if binaries() is None:
        claim = f"killed {kills} times on PostgreSQL: 0 broken promises"
        yield Claim(claim, f"skipped: no server here; {HOW_TO_INSTALL}", None)
        return
    numbers = count(1)
    calls = ("sendto",) if not why_not_traced() else ()
    with Postgres() as server:
        campaign = Campaign(
            random.Random(2), lambda _: server.make_schema(f"killed_{next(numbers)}"), calls
        )
        yield from _claims("PostgreSQL", kills, campaign.go(kills))


def _claims(where: str, kills: int, toll: Toll) -> Iterator[Claim]:
    said = f"{toll}; {toll.broken[0]}" if toll.broken else str(toll)
    yield Claim(
        f"killed {kills} times in {where}: 0 broken promises, the undisturbed log",
        said,
        not toll.broken and toll.total == kills,
    )
    if not toll.kills["write"]:
        yield Claim("... at the Nth write", f"skipped: {why_not_traced()}", None)
    yield Claim(
        f"... first commit within {FIRST_COMMIT_S:.0f} s of a restart",
        f"slowest of {len(toll.restarts_s)}: {toll.slowest_s:.1f} s",
        0 < toll.slowest_s <= FIRST_COMMIT_S,
    )


def page(sizes: Sizes) -> tuple[str, bool]:
    """Run everything; return the page and whether every claim held."""
    claims, found = list(nothing_is_lost(sizes)), campaign()
    claims += caught(found)
    lines = [
        "# Nothing is lost",
        "",
        "Printed by `make prove`. A promise is one of those that `benchmarks/audit.py` checks.",
        "",
        *report(claims),
        "",
        "## Seeded faults",
        "",
        "Each is a mistake in our own code, made on purpose in every process of a check, those",
        "that verify too. Named is the first check of `benchmarks/trial.py` that noticed it.",
        "",
        *listed(found),
        "",
    ]
    return "\n".join(lines), all(claim.held is not False for claim in claims)


def main() -> int:
    """Parse the command line, prove, print; exit 1 if a claim did not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lost", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="SIGKILLs on SQLite")
    parser.add_argument("--postgres-kills", type=int, default=50, help="... on PostgreSQL")
    parser.add_argument("--paid-kills", type=int, default=100, help="... while models answer")
    parser.add_argument("--write", type=Path, help="also write the page to this file")
    asked = parser.parse_args()
    said, held = page(Sizes(asked.kills, asked.postgres_kills, asked.paid_kills))
    print(said)
    if asked.write:
        asked.write.write_text(said, encoding="utf-8")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
