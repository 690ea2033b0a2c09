"""The verb ``probe``: asking a fleet by deed, and telling motives apart by what it answers."""

from pathlib import Path
from typing import Annotated

import typer

from orchestrator.cli.door import Json, Set
from orchestrator.cli.monitor import AtOnce, Yes


def probe(  # noqa: PLR0913 - a verb's options are its signature
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A name from `scenario list`, or a file.")
    ],
    probes: Annotated[
        str | None,
        typer.Option(
            "--probe",
            metavar="NAMES",
            help="Which questions, as in insured_and_refundable,placebo; else every one.",
        ),
    ] = None,
    at: Annotated[
        int | None, typer.Option(min=2, metavar="ROUND", help="When they are asked.")
    ] = None,
    spell: Annotated[
        int, typer.Option("--for", min=1, max=1_000, metavar="ROUNDS", help="For how long.")
    ] = 3,
    repeats: Annotated[
        int, typer.Option(min=1, max=100_000, metavar="N", help="How many seeds.")
    ] = 20,
    margin: Annotated[
        float,
        typer.Option(
            min=0.001, max=1.0, metavar="SHARE", help="Of the usual need: less is as good as none."
        ),
    ] = 0.05,
    overrides: Set = None,
    at_once: AtOnce = 1,
    plots: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Draw the forest, as SVG and PNG.")
    ] = None,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Ask a fleet by deed: other terms on equal seeds, and what is taken under them.

    Whoever worries for the task and whoever likes to have can look alike for ever. Where nothing is
    needed and most is paid back, they part. Each group of workers gets a vector of answers.
    """
    from orchestrator.cli.asking import ask
    from orchestrator.probing.arms import ASKED, Question

    asked = ASKED if probes is None else tuple(name.strip() for name in probes.split(","))
    question = Question(scenario, asked, tuple(overrides or ()), at, spell, repeats, margin)
    ask(question, at_once, plots, yes=yes, as_json=json)
