"""The killed run, as its verbs tell of it: every word of it is what a user could read."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

from benchmarks.audit import Exported
from benchmarks.errands import write_scenario
from benchmarks.warm import Failed, Patch, output_of

RUN = "killed"

Places = Callable[[Path], str]
"""Returns where a new journal may lie, given a folder of its own."""


def in_a_file(folder: Path) -> str:
    """Return the place of a journal in a file."""
    return str(folder / "journal.db")


class Undisturbed(NamedTuple):
    """What a run leaves that nobody killed."""

    events: list[str]
    verdicts: list[str]


def undisturbed(folder: Path) -> Undisturbed:
    """Play the run in a sound process, unkilled, and return its two logs."""
    store = in_a_file(folder)
    scenario = write_scenario(folder)
    output_of(["run", str(scenario), "--run-id", RUN, "--store", store, "--no-reference", "--json"])
    run = exported(store)
    assert run is not None
    return Undisturbed(list(run.events), verdicts_of(store))


def exported(store: str, patch: Patch = nullcontext) -> Exported | None:
    """Return what the verbs tell of the killed run; None where there is no such run."""
    at = ["--store", store]
    try:
        runs = json.loads(output_of(["runs", "list", *at, "--json"], patch)[0])
    except Failed as error:
        if "there is no journal here" in str(error) or "no such table" in str(error):
            return None
        raise
    if not runs:
        return None
    events = output_of(["runs", "export", RUN, *at], patch)
    lines = output_of(["runs", "export", RUN, "--audit", *at], patch)
    return Exported(runs[0], events, [json.loads(line) for line in lines])


def verdicts_of(store: str, patch: Patch = nullcontext) -> list[str]:
    """Return what monitors said of the run."""
    return output_of(["runs", "export", RUN, "--verdicts", "--store", store], patch)


def verified(store: str, patch: Patch = nullcontext) -> bool:
    """Return whether the run can be computed again from its decisions, byte for byte."""
    [told] = output_of(["runs", "verify", RUN, "--replay", "--store", store, "--json"], patch)
    return bool(json.loads(told)["ok"])
