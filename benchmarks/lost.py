"""The claims that nothing is lost: whoever is killed, whatever fails."""

import random
from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

from benchmarks.claim import Claim
from benchmarks.crash import Campaign, Toll
from benchmarks.kill import why_not_traced
from benchmarks.server import HOW_TO_INSTALL, Postgres, binaries

FIRST_COMMIT_S = 3.0


class Sizes(NamedTuple):
    """How many kills there shall be."""

    kills: int = 200
    postgres_kills: int = 50


def nothing_is_lost(sizes: Sizes) -> Iterator[Claim]:
    """Yield what kills leave of runs."""
    yield from in_files(sizes.kills)
    yield from on_postgres(sizes.postgres_kills)


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
