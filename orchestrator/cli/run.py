"""The verb ``run``: its options. What it does is in :mod:`orchestrator.cli.perform`."""

from pathlib import Path
from typing import Annotated

import typer

from orchestrator.cli.cost import MaxCost, MaxTokens, budget_of
from orchestrator.cli.door import Json, Redis, Set, Store


def _seed(seed: int | None) -> int | None:
    if seed is not None and not 0 <= seed < 2**63:
        raise typer.BadParameter(f"{seed} is not from 0 to 2**63 - 1")
    return seed


def _pace(rounds_per_second: float | None) -> float | None:
    if rounds_per_second is not None and not 0.001 <= rounds_per_second <= 1e9:
        raise typer.BadParameter(f"{rounds_per_second} is not from 0.001 up")
    return rounds_per_second


def _run_id(run: str | None) -> str | None:
    if run is not None and not run.strip():
        raise typer.BadParameter("it is empty; leave the option out for a new run's own id")
    return run


Source = Annotated[
    str | None,
    typer.Argument(metavar="SCENARIO", help="A name from `scenario list`, or a YAML file."),
]
Seed = Annotated[
    int | None,
    typer.Option(metavar="N", callback=_seed, help="The run's seed, if not the scenario's own."),
]
RunId = Annotated[
    str | None,
    typer.Option(
        metavar="RUN",
        callback=_run_id,
        help="The new run's id. An unfinished run of that id goes on where it stopped; "
        "a finished one is shown.",
    ),
]
Ack = Annotated[
    bool,
    typer.Option(
        "--ack",
        help="Print ACK and a number after each commit: events up to it are safe. "
        "With --json the summary is the last line.",
    ),
]
Pace = Annotated[
    float | None,
    typer.Option(metavar="X", callback=_pace, help="Go no faster than this, to watch it."),
]
NoReference = Annotated[
    bool, typer.Option("--no-reference", help="Leave out the honest and cautious runs.")
]
FailOnAlarm = Annotated[
    bool, typer.Option("--fail-on-alarm", help="Exit with 3 if any monitor alarmed.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show nothing but the closing summary.")]
Picture = Annotated[
    Path | None, typer.Option(metavar="FILE.svg", help="Draw the closing summary, too.")
]


def run(  # noqa: PLR0913 - a verb's options are its signature
    scenario: Source = None,
    seed: Seed = None,
    overrides: Set = None,
    run_id: RunId = None,
    store: Store = None,
    json: Json = False,
    ack: Ack = False,
    rounds_per_second: Pace = None,
    no_reference: NoReference = False,
    fail_on_alarm: FailOnAlarm = False,
    quiet: Quiet = False,
    picture: Picture = None,
    redis: Redis = None,
    max_tokens: MaxTokens = None,
    max_cost: MaxCost = None,
) -> None:
    """Run a scenario and watch it; or let an unfinished run go on.

    Exit codes: 0 done, 1 failed, 2 bad input, 3 an alarm was raised and --fail-on-alarm asked,
    130 interrupted, 141 nobody reads the output any more: the run is finished all the same.
    Whatever happens, a run goes on from its last commit with --run-id.
    """
    from orchestrator.cli.perform import Order, Wanted, perform

    order = Order(scenario, tuple(overrides or ()), seed, run_id, store, redis)
    budget = budget_of(max_tokens, max_cost)
    wanted = Wanted(json, ack, quiet, rounds_per_second, not no_reference, picture, budget)
    summary = perform(order, wanted)
    if fail_on_alarm and summary.alarms:
        raise typer.Exit(3)
