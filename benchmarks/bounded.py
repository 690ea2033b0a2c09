"""State: how much a monitor holds after ten million events, beside what it held after a tenth.

``python -m benchmarks.bounded`` lets every monitor of the catalogue watch one made-up fleet of
short lives, which reads notes, for so many events. A monitor whose state grew with the log would
hold ten times as much at the end.
"""

import argparse
import resource
import sys
import time
from collections.abc import Callable, Iterator

from memory.envelope import Event
from monitors import CATALOGUE
from monitors.acquisition import share
from monitors.checks import GROWTH, footprint
from monitors.monitor import looks_at
from monitors.rehearsal import Rehearsal

FLEET = Rehearsal(workers=20, rounds=10**9, life=12, notes=20)


def held(events: int, tell: Callable[[int], None] = lambda _: None) -> list[tuple[str, int, int]]:
    """Return each monitor's name and how many bytes it held, after a tenth and at the end."""
    monitors = {name: make() for name, make in CATALOGUE.items()}
    folds = share(monitors.values())
    early: dict[str, int] = {}
    for number, event in enumerate(_stream(events), 1):
        for fold in folds:
            if type(event) in fold.folds:
                fold.fold(event)
        for monitor in monitors.values():
            if looks_at(monitor, type(event)):
                monitor.observe(event)
        if number == events // 10:
            early = {name: footprint(each) for name, each in monitors.items()}
        if number % (events // 10) == 0:
            tell(number)
    return [(name, early[name], footprint(each)) for name, each in monitors.items()]


def _stream(events: int) -> Iterator[Event]:
    for number, event in enumerate(FLEET):
        if number == events:
            return
        yield event


def main() -> int:
    """Print the table; exit 1 if any monitor holds more at the end than its law allows."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bounded", description=__doc__)
    parser.add_argument("--events", type=int, default=10_000_000)
    asked = parser.parse_args()
    began = time.process_time()
    found = held(asked.events, lambda done: print(f"{done:,}", file=sys.stderr, flush=True))
    print(f"| monitor | bytes after {asked.events // 10:,} events | after {asked.events:,} |")
    print("| --- | --- | --- |")
    for name, early, late in found:
        print(f"| `{name}` | {early:,} | {late:,} |")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    spent = time.process_time() - began
    print(f"\n{peak:.0f} MB at most, {spent:.0f} s of CPU, the made-up fleet included.")
    return 0 if all(late <= GROWTH * early for _, early, late in found) else 1


if __name__ == "__main__":
    sys.exit(main())
