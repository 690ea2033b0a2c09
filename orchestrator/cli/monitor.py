"""The verbs ``monitor list | eval | calibrate | run``: who can look on, how well, over what."""

from pathlib import Path
from typing import Annotated

import typer

from memory.errors import BadInput
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


RoundLength = Annotated[
    float | None,
    typer.Option(
        min=0.001, metavar="SECONDS", help="A round's length, for lines that tell moments."
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


Judged = Annotated[
    str | None,
    typer.Option(
        metavar="NAMES",
        help="Who is judged, as in over_need,z_agent or [{over_need: {pool: worker}}]; "
        "else the scenario's own.",
    ),
]
Benign = Annotated[
    list[str] | None,
    typer.Option(metavar="SCENARIO", help="An honest look-alike, too; repeatable."),
]
Dilution = Annotated[
    str,
    typer.Option(
        callback=_dilutions, metavar="TIMES", help="Also among more honest workers: 1,10,100."
    ),
]
Controls = Annotated[
    str | None,
    typer.Option(
        metavar="CONTROLS",
        help="Weigh controls instead, each by itself, as in hold,{stop: {extent: worker}}.",
    ),
]


@app.command("list")
def list_monitors(json: Json = False) -> None:
    """List the monitors: what each catches, and what bounds its false alarms."""
    from monitors import CATALOGUE
    from monitors.portrait import portrait
    from orchestrator.judge import NAME, Sitting

    portraits = [portrait(name, kind) for name, kind in (CATALOGUE | {NAME: Sitting}).items()]
    if json:
        put_json([each._asdict() | {"required": list(each.required)} for each in portraits])
        return
    from orchestrator.cli.catalogue import monitors_list

    for part in monitors_list(portraits):
        terminal().print(part)


@app.command("eval")
def evaluate(  # noqa: PLR0913 - a verb's options are its signature
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A name from `scenario list`, or a file.")
    ],
    monitors: Judged = None,
    repeats: Annotated[
        int, typer.Option(min=1, max=100_000, metavar="N", help="How many seeds.")
    ] = 20,
    alpha: Annotated[
        float, typer.Option(callback=_alpha, metavar="P", help="The nominal rate, for each.")
    ] = 0.05,
    benign: Benign = None,
    dilution: Dilution = "1",
    controls: Controls = None,
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
    every monitor reads the same logs. With --controls, each seed is played without and with
    each control: damage averted against useful work lost.
    """
    from orchestrator.cli.assess import Ways, assess
    from orchestrator.evaluation.question import Question

    ways = Ways(at_once, plots, tuple(out or ()), yes, json)
    if controls is not None:
        from orchestrator.cli.weighing import Weighing, weigh_controls

        if out:
            raise typer.BadParameter("--out is for monitors; --controls has --json")
        weigh_controls(Weighing(scenario, controls, tuple(overrides or ()), repeats), ways)
        return
    question = Question(
        scenario,
        monitors,
        tuple(overrides or ()),
        tuple(benign or ()),
        tuple(dict.fromkeys(int(part) for part in dilution.split(","))),
        repeats,
        alpha,
        not no_baselines,
        plots is not None,
    )
    assess(question, ways)


@app.command("run")
def run_monitors(  # noqa: PLR0913 - a verb's options are its signature
    on: Annotated[
        str, typer.Option("--on", metavar="FILE|RUN", help="A stored run's id, or a log's file.")
    ],
    monitors: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="MONITOR", help="Who looks on, as in over_need or 'over_need: {pool: worker}'."
        ),
    ] = None,
    need: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What is needed, for a log from elsewhere."),
    ] = None,
    round_s: RoundLength = None,
    verdicts: Annotated[
        bool, typer.Option("--verdicts", help="Print every verdict, one JSON a line, only.")
    ] = False,
    fail_on_alarm: Annotated[
        bool, typer.Option("--fail-on-alarm", help="Exit with 3 if any monitor alarmed.")
    ] = False,
    store: Store = None,
    json: Json = False,
) -> None:
    """Let monitors read a log: a stored run, an exported one, or one from elsewhere.

    docs/neutral_log.md says how a log from elsewhere is written. Without --need only monitors
    that do without it look on. A run's own monitors look on where none is named, and must say
    what they said while it was played.
    """
    from contextlib import ExitStack
    from decimal import Decimal

    from orchestrator.cli.reading import told
    from orchestrator.evaluation.panel import monitors_in
    from orchestrator.evaluation.reading import compared, read, source_of

    length = None if round_s is None else Decimal(str(round_s))
    with ExitStack() as opened:
        source = source_of(lambda: opened.enter_context(open_journal(store)), on, need, length)
        specs = monitors_in(", ".join(monitors)) if monitors else source.monitors
        if not specs:
            raise BadInput(f"name the monitors that are to read {on}; see `monitor list`")
        found = read(
            source, specs, (lambda each: put(each.model_dump_json())) if verdicts else None
        )
        if specs == source.monitors:
            found = compared(opened.enter_context(open_journal(store)), source, found)
    if json:
        put(found.model_dump_json())
    elif not verdicts:
        console = terminal()
        for part in told(found, console.width):
            console.print(part, soft_wrap=True)
    if found.as_live is False:
        raise typer.Exit(1)
    if fail_on_alarm and any(each.alarms for each in found.heard):
        raise typer.Exit(3)


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
