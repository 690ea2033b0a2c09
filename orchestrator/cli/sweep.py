"""The verb ``sweep``: its options. What it does is in :mod:`orchestrator.cli.sweeping`."""

from typing import Annotated

import typer

from orchestrator.cli.cost import MaxCost, MaxTokens, budget_of
from orchestrator.cli.door import Json, Set, Store
from orchestrator.cli.monitor import AtOnce, Out, Yes


def sweep(  # noqa: PLR0913 - a verb's options are its signature
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A name from `scenario list`, or a file.")
    ],
    repeats: Annotated[
        int | None,
        typer.Option(min=1, max=1_000_000, metavar="N", help="Seeds a cell, if not as written."),
    ] = None,
    overrides: Set = None,
    at_once: AtOnce = 1,
    no_reference: Annotated[
        bool, typer.Option("--no-reference", help="Leave out the honest fleet of each seed.")
    ] = False,
    out: Out = None,
    yes: Yes = False,
    store: Store = None,
    json: Json = False,
    max_tokens: MaxTokens = None,
    max_cost: MaxCost = None,
) -> None:
    """Run every cell of an experiment under the same seeds, as runs of one study.

    What it takes is told first. The runs lie in the journal: the same command again goes on
    where it was left, and more --repeats add to what is there. `vary`, `repeats`, `predict` and
    `score` in the scenario say what is varied, expected and shown; `scenario expand` shows the
    cells.
    """
    from orchestrator.cli.sweeping import Ways, perform_sweep

    ways = Ways(
        at_once, not no_reference, tuple(out or ()), yes, json, budget_of(max_tokens, max_cost)
    )
    perform_sweep(scenario, tuple(overrides or ()), repeats, store, ways)
