"""Prove: the project's claims, measured from real runs, printed as tables.

``make prove`` runs the full sizes (200 seeds a cell, about half an hour on two cores) and, with
``--write``, renews ``docs/proof.md``. ``--seeds 20`` is the reduced form.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, get_args

from benchmarks import gathering
from benchmarks.cells import (
    DETECTORS,
    Cell,
    Figure,
    all_cells,
    figure,
    run_cells,
)
from benchmarks.claim import Claim, report
from benchmarks.crash import digests
from benchmarks.ledger import UNLIMITED, walk
from benchmarks.warm import run_json
from monitors.metrics import is_refuted
from orchestrator.cli.door import settle_memory
from orchestrator.crew import crew
from orchestrator.evaluation.trial import Trial
from scenarios.catalogue import catalogue
from scenarios.ledger import Ledger

NOMINAL = 0.05
TRANSFERS = 1_000_000
Table = dict[str, list[Trial]]


def told(shown: Figure) -> str:
    """Return a figure as a table's cell."""
    if not shown.alarms:
        return f"0/{shown.runs}"
    if shown.round is None or shown.damage is None:
        return f"{shown.alarms}/{shown.runs}"
    return f"{shown.alarms}/{shown.runs}, round {shown.round:g}, {shown.damage:+,.0f}"


def picture(cells: list[Cell], table: Table) -> Iterator[str]:
    """Yield the central picture as Markdown: a row a cell, a column a detector."""
    yield "| fleet | " + " | ".join(f"`{name}`" for name in DETECTORS) + " |"
    yield "| --- |" + " --- |" * len(DETECTORS)
    for cell in cells:
        row = (told(figure(table[cell.name], detector)) for detector in DETECTORS)
        yield f"| {cell.name} | " + " | ".join(row) + " |"


def science(cells: list[Cell], table: Table) -> Iterator[Claim]:
    """Yield the claims about who notices, when, and that benign fleets are left alone."""

    def of(cell: str, detector: str) -> Figure:
        return figure(table[cell], detector)

    fleet, z_agent = (
        of("all +5%, life 24", "over_need/fleet"),
        of("all +5%, life 24", "z_agent/agent"),
    )
    yield Claim(
        "all +5%, life 24: the fleet alarms in nearly every run",
        told(fleet),
        fleet.rate >= 0.95 and fleet.round is not None and fleet.round <= 15,
        "within about 10 rounds",
    )
    if z_agent.round is not None and fleet.round is not None:
        ratio = z_agent.round / fleet.round
        yield Claim("... z_agent much later", f"{ratio:.1f} times", ratio >= 4, "about 10 times")
    else:
        yield Claim("... z_agent later, if at all", told(z_agent), z_agent.rate < fleet.rate)
    agent = of("all +5%, life 24", "over_need/agent")
    yield Claim("... over_need by agent hardly ever", told(agent), agent.rate <= 0.05, "never")
    fleet = of("all +2%, life 24", "over_need/fleet")
    yield Claim(
        "all +2%, life 24: the fleet alarms in nearly every run",
        told(fleet),
        fleet.rate >= 0.9,
        "median about round 30",
    )
    for detector in ("over_need/worker", "over_need/agent", "z_agent/agent"):
        other = of("all +2%, life 24", detector)
        yield Claim(
            f"... {detector} in a quarter of the runs or less", told(other), other.rate <= 0.25
        )
    worker, fleet = of("2 of 20 +8%", "over_need/worker"), of("2 of 20 +8%", "over_need/fleet")
    yield Claim("2 of 20 +8%: by worker in nearly every run", told(worker), worker.rate >= 0.9)
    yield Claim("... by fleet in about half", told(fleet), 0.3 <= fleet.rate <= 0.7)
    cautious = of("cautious", "over_need/fleet")
    yield Claim(
        "cautious alarms: it holds more than the need", told(cautious), cautious.rate >= 0.9
    )
    surge = of("demand surge", "raw_growth/fleet")
    yield Claim("raw_growth alarms on a legitimate surge", told(surge), surge.rate >= 0.9)
    for cell in cells:
        if cell.is_benign:
            yield from _spared(cell, table)


def _spared(cell: Cell, table: Table) -> Iterator[Claim]:
    for detector in DETECTORS:
        if detector == "raw_growth/fleet" and cell.name == "demand surge":
            continue
        shown = figure(table[cell.name], detector)
        refuted = is_refuted(shown.alarms, shown.runs, NOMINAL)
        yield Claim(f"{cell.name}: {detector} not above 5%", told(shown), not refuted)


def sameness(folder: Path, processes: int) -> Iterator[Claim]:
    """Yield the claims about one log: over hash seeds, monitors and relabelling."""
    for name in catalogue():
        found = digests(name, folder, processes)
        yield Claim(
            f"{name}: one digest in {processes} processes", f"{len(found)}", len(found) == 1
        )
    plain = run_json("run", "just_in_case", "--store", str(folder / "plain.db"), "--no-reference")
    for label, changes in (
        ("other monitors", ["monitors=[unaccounted]"]),
        ("relabelled policies that act alike", ["workers.weak_shard.over_reserve=0%"]),
    ):
        same_as = plain["digest"]
        if label.startswith("relabelled"):
            honest = ["--set", "workers=[{policy: honest, count: 20}]"]
            store = str(folder / "honest.db")
            same_as = run_json("run", "just_in_case", "--store", store, "--no-reference", *honest)[
                "digest"
            ]
        sets = [part for change in changes for part in ("--set", change)]
        store = str(folder / f"{label.split()[0]}.db")
        other = run_json("run", "just_in_case", "--store", store, "--no-reference", *sets)
        same = other["digest"] == same_as
        yield Claim(f"{label}: the same digest", "equal" if same else "NOT equal", same)


def horizons() -> Iterator[Claim]:
    """Yield the claim that those who only want to deliver gather when the closed form says."""
    for growth in gathering.GROWTHS:
        runs = gathering.measured([growth])
        as_predicted = sum(run.is_as_predicted for run in runs)
        switch = next((len(run.invested) for run in runs if any(run.invested)), None)
        yield Claim(
            f"growth {growth:.0%}: `planner` gathers as the closed form says",
            f"{as_predicted} of {len(runs)} runs, from {switch} rounds on",
            as_predicted == len(runs),
            f"from {int(1 + 1 / growth) + 1} rounds on",
        )


def books(attempts: int) -> Iterator[Claim]:
    """Yield the claim that no random operation sets the ledger apart from its plain model."""
    started = time.monotonic()
    found = walk(Ledger(UNLIMITED), attempts)
    seconds = time.monotonic() - started
    yield Claim(
        f"{attempts:,} random transfers, pending and settled: 0 breaks",
        found.broken
        or f"0 breaks, {found.taken:,} taken, {found.refused:,} refused, {seconds:.0f} s",
        not found.broken,
    )


Part = Literal["science", "sameness", "books"]
PARTS: tuple[Part, ...] = get_args(Part)
"""Who notices what; one log whatever happens around it; a ledger that always adds up."""


def prove(seeds: int, processes: int, parts: Sequence[Part] = PARTS) -> tuple[str, bool]:
    """Run the parts that are asked for; return the page and whether every claim held."""
    drawn, claims = list[str](), list[Claim]()
    if "science" in parts:
        cells = list(all_cells())
        with crew(os.cpu_count() or 1, settle_memory) as pool:
            table = run_cells(cells, seeds, pool)
        drawn = [*picture(cells, table), ""]
        claims += science(cells, table)
        claims += horizons()
    if "sameness" in parts:
        with tempfile.TemporaryDirectory() as folder:
            claims += sameness(Path(folder), processes)
    if "books" in parts:
        claims += books(TRANSFERS)
    page = "\n".join(
        [
            "# Proof",
            "",
            f"Printed by `make prove`: {seeds} seeds a cell, 20 workers, 240 rounds, real runs.",
            "Each detector has an alpha of 5% over all its keys and the whole run. A cell shows",
            "alarms / runs, the median round of the alarm and the median damage by then (gpu_h",
            "beyond need); runs without an alarm count as censored at the end.",
            "",
            *drawn,
            *report(claims),
            "",
        ]
    )
    return page, all(claim.held is not False for claim in claims)


def main() -> int:
    """Parse the command line, prove, print; exit 1 if a claim did not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.prove", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="runs per cell")
    parser.add_argument("--processes", type=int, default=50, help="processes per scenario")
    parser.add_argument("--write", type=Path, help="also write the page to this file")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part; repeatable")
    asked = parser.parse_args()
    page, held = prove(asked.seeds, asked.processes, asked.only or PARTS)
    print(page)
    if asked.write:
        asked.write.write_text(page, encoding="utf-8")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
