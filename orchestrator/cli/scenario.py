"""The verbs ``scenario list | show | check | expand | schema``: what can be run, and how."""

from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.door import Json, Set, put_json, terminal

if TYPE_CHECKING:
    from scenarios.experiment import Experiment
    from scenarios.spec import Scenario

app = typer.Typer(
    help="Look at scenarios and check them.", no_args_is_help=True, rich_markup_mode=None
)

Source = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A name from `scenario list`, or a YAML file.")
]


@app.command("list")
def list_scenarios(json: Json = False) -> None:
    """List the scenarios that come with this program."""
    from scenarios.catalogue import catalogue
    from scenarios.loader import load_scenario

    known = [load_scenario(name) for name in catalogue()]
    if json:
        put_json([{"scenario": s.scenario, "version": s.version, "about": s.about} for s in known])
        return
    from orchestrator.cli.catalogue import scenarios_table

    terminal().print(scenarios_table(known))


@app.command("show")
def show(
    source: Source,
    overrides: Set = None,
    json: Json = False,
    graph: Annotated[
        bool, typer.Option("--graph", help="Show the line its workers live on, as Mermaid.")
    ] = False,
) -> None:
    """Show a scenario with everything filled in that it leaves out."""
    from scenarios.view import dump

    scenario = _load(source, overrides)
    if graph:
        from orchestrator.line import mermaid

        text = mermaid(scenario)
        put_json({"mermaid": text}) if json else print(text, end="")
        return
    filled = dump(scenario)
    if json:
        put_json(filled)
        return
    from orchestrator.cli.catalogue import as_yaml
    from orchestrator.cli.ink import safe
    from scenarios.diary import diary

    for line in diary(scenario):
        print(f"# {safe(line)}")
    print(as_yaml(filled))


@app.command("check")
def check(source: Source, overrides: Set = None, json: Json = False) -> None:
    """Check a scenario.

    Every problem is told at once, with its line; the exit code is 2 if there is any.
    """
    from orchestrator.cli.ink import safe
    from scenarios.problem import ScenarioProblems

    try:
        experiment = _expand(source, overrides)
    except ScenarioProblems as error:
        if not json:
            raise
        put_json({"ok": False, "problems": list(error.as_json())})
        raise typer.Exit(2) from error
    scenario = experiment.base
    if json:
        put_json({"ok": True, "scenario": scenario.scenario, "problems": []})
        return
    world, parallel = scenario.world, scenario.chain.parallel
    lanes = f", {parallel} at once" if parallel > 1 else ""
    print(
        f"{safe(scenario.scenario)} v{scenario.version} is sound: {scenario.worker_count} workers,"
        f" {world.rounds} rounds, lives of {scenario.life} turns{lanes},"
        f" {len(scenario.monitors)} monitors."
    )
    if scenario.vary:
        cells, repeats = len(experiment.cells), experiment.repeats
        print(
            f"An experiment: {cells:,} cells x {repeats:,} = {cells * repeats:,} runs, all sound."
        )


@app.command("expand")
def expand(
    source: Source,
    overrides: Set = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="Each cell's full scenario, not only what varies.")
    ] = False,
    json: Json = False,
) -> None:
    """Show every cell of an experiment: what is varied in it.

    With --whole, and with --json, its full scenario too, filled in as `sweep` runs it.
    """
    from scenarios.view import dump

    cells = _expand(source, overrides).cells
    if json:
        put_json(
            [
                {"cell": each.number, "values": each.values, "scenario": dump(each.scenario)}
                for each in cells
            ]
        )
        return
    from orchestrator.cli.catalogue import as_yaml
    from orchestrator.cli.ink import safe

    for each in cells:
        if whole:
            print(f"# cell {each.number}: {safe(str(each))}\n{as_yaml(dump(each.scenario))}\n---")
        else:
            print(f"{each.number}  {safe(str(each))}")


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema of a scenario file, for editors."""
    from scenarios.schema import schema_text

    print(schema_text(), end="")


def _expand(source: str, overrides: list[str] | None) -> "Experiment":
    from orchestrator.compose import located, problems
    from scenarios.experiment import load_experiment

    return load_experiment(located(source), tuple(overrides or ()), [problems])


def _load(source: str, overrides: list[str] | None) -> "Scenario":
    from orchestrator.compose import located, problems
    from scenarios.loader import load_scenario

    return load_scenario(located(source), tuple(overrides or ()), [problems])
