"""The claims that nothing is lost: whoever is killed, whatever fails."""

import random
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import NamedTuple

from benchmarks.claim import Claim
from benchmarks.crash import Campaign, Toll
from benchmarks.faults import FAULTS, LEASES, REDUNDANT
from benchmarks.faults.fault import Fault
from benchmarks.kill import why_not_traced
from benchmarks.server import HOW_TO_INSTALL, Postgres, binaries
from benchmarks.trial import Found, hold_court, try_fault

FIRST_COMMIT_S = 3.0


CAUGHT = 0.95


class Sizes(NamedTuple):
    """How many kills there shall be."""

    kills: int = 200
    postgres_kills: int = 50


def nothing_is_lost(sizes: Sizes) -> Iterator[Claim]:
    """Yield what kills leave of runs."""
    yield from in_files(sizes.kills)
    yield from on_postgres(sizes.postgres_kills)


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
