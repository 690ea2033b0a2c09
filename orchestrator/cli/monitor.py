"""The verbs ``monitor list | eval | calibrate | run``: who can look on, how well, over what."""

from pathlib import Path
from typing import Annotated

import typer

from orchestrator.cli.door import Json, Set, Store, open_journal, put, put_json, terminal

app = typer.Typer(
    help="Look at monitors, judge them, let them read any log.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

AtOnce = Annotated[
    int, typer.Option("--at-once", min=1, max=256, metavar="K", help="Over so many processes.")
]
Yes = Annotated[
    bool, typer.Option("--yes", help="Do it, however many runs or paid model calls it takes.")
]
Out = Annotated[
    list[Path] | None,
    typer.Option(
        "--out", metavar="FILE", help="Write every run to a .csv, .jsonl or .parquet; repeatable."
    ),
]


def _alpha(alpha: float) -> float:
    if not 0 < alpha < 1:
        raise typer.BadParameter(f"{alpha} is not between 0 and 1")
    return alpha


def _dilutions(text: str) -> str:
    if not all(part.strip().isdecimal() and 0 < int(part) <= 10_000 for part in text.split(",")):
        raise typer.BadParameter(f"{text} is not a list of whole numbers, such as 1,10,100")
    return text


@app.command("list")
def list_monitors(json: Json = False) -> None:
    """List the monitors: what each catches, and what bounds its false alarms."""
    from monitors import CATALOGUE
    from monitors.portrait import profile

    profiles = [profile(name, kind) for name, kind in CATALOGUE.items()]
    if json:
        put_json([each._asdict() | {"required": list(each.required)} for each in profiles])
        return
    from orchestrator.cli.catalogue import monitors_list

    for part in monitors_list(profiles):
        terminal().print(part)


@app.command("eval")
def evaluate(  # noqa: PLR0913 - a verb's options are its signature
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A name from `scenario list`, or a file.")
    ],
    monitors: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            help="Who is judged, as in over_need,z_agent or [{over_need: {pool: worker}}]; "
            "else the scenario's own.",
        ),
    ] = None,
    repeats: Annotated[
        int, typer.Option(min=1, max=100_000, metavar="N", help="How many seeds.")
    ] = 20,
    alpha: Annotated[
        float, typer.Option(callback=_alpha, metavar="P", help="The nominal rate, for each.")
    ] = 0.05,
    benign: Annotated[
        list[str] | None,
        typer.Option(metavar="SCENARIO", help="An honest look-alike, too; repeatable."),
    ] = None,
    dilution: Annotated[
        str,
        typer.Option(
            callback=_dilutions, metavar="TIMES", help="Also among more honest workers: 1,10,100."
        ),
    ] = "1",
    no_baselines: Annotated[
        bool, typer.Option("--no-baselines", help="Without the per-worker and per-agent ones.")
    ] = False,
    overrides: Set = None,
    at_once: AtOnce = 1,
    plots: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Draw the figures, as SVG and PNG.")
    ] = None,
    out: Out = None,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Judge monitors on one scenario: who notices, when, at which false-alarm rate.

    The fleet as written, the honest and the cautious one are played once on equal seeds, and
    every monitor reads the same logs. What the number of runs cannot carry is withheld, with
    the reason.
    """
    from orchestrator.cli.assess import Ways, assess
    from orchestrator.evaluation.question import Question

    question = Question(
        scenario,
        monitors,
        tuple(overrides or ()),
        tuple(benign or ()),
        tuple(dict.fromkeys(int(part) for part in dilution.split(","))),
        repeats,
        alpha,
        not no_baselines,
    )
    assess(question, Ways(at_once, plots, tuple(out or ()), yes, json))


@app.command("calibrate")
def calibrate_monitors(
    runs: Annotated[list[str], typer.Argument(metavar="RUN...", help="Runs of honest workers.")],
    resource: Annotated[str, typer.Option(metavar="NAME", help="What they take.")] = "compute",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it as JSON, too.")
    ] = None,
    store: Store = None,
    json: Json = False,
) -> None:
    """Measure what honest workers take beside their need: the tolerance that monitors take.

    Until then, what monitors say of models is marked as uncalibrated. Whether a model was honest in
    these runs is for you to say: instruct it so, and read some of what it did.
    """
    from orchestrator.calibrate import calibrate
    from orchestrator.cli.calibrating import as_json, told, write

    with open_journal(store) as journal:
        baseline = calibrate(journal, runs, resource)
    found = as_json(baseline, resource)
    if out is not None:
        write(out, found)
    if json:
        put(found)
        return
    for line in told(baseline, resource):
        terminal().print(line)
