"""Scenarios: the catalogue, its schema, and whether a text makes one."""

import asyncio
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import Field, JsonValue
from starlette.exceptions import HTTPException

from memory.envelope import Frozen
from memory.errors import BadInput
from orchestrator.api.access import needs
from orchestrator.api.guard import wants_json
from orchestrator.api.service import Serving
from orchestrator.api.strict import Strict, Whole
from orchestrator.completion import Completion, complete
from orchestrator.compose import problems
from orchestrator.pace import Forecast, estimate
from orchestrator.synopsis import Synopsis, synopsis
from scenarios.catalogue import catalogue, find
from scenarios.experiment import Experiment, load_experiment_text
from scenarios.loader import load_scenario, load_text
from scenarios.node import Steps
from scenarios.problem import Problem
from scenarios.schema import author_schema
from scenarios.spec import Scenario
from scenarios.view import dump

router = APIRouter(prefix="/v1/scenarios", tags=["scenarios"], dependencies=[needs("read")])

NAME = "^[a-z0-9][a-z0-9_-]{0,63}$"
"""What a scenario may be called: never a path."""

TEXT = "scenario.yaml"
"""What messages call a text that came without a file."""

MOST_CELLS = 500
"""So many cells of a draft are looked at; whoever writes one asks again with every word."""

MOST_WORKERS = 2_000
"""Of a larger fleet a piece would take longer than anyone waits: use the command line."""

Override = Annotated[str, Field(max_length=1000)]


class ScenarioLine(Frozen):
    """A scenario of the catalogue, in one line."""

    name: str
    version: int
    about: str


class Scenarios(Frozen):
    """The catalogue."""

    items: list[ScenarioLine]


class ScenarioInFull(ScenarioLine):
    """A scenario as its author wrote it, and with everything filled in that was left out."""

    yaml: str
    expanded: dict[str, JsonValue]


class Draft(Strict):
    """A scenario's text, and changes to it as with ``--set``, to be checked."""

    yaml: str
    overrides: list[Override] = Field(default=[], alias="set", max_length=100)


class Valid(Synopsis):
    """A text that makes a scenario, and what it comes to; one that does not is answered with 422.

    ``facts`` are computed figures and ``remarks`` what is sound and may not be meant, each with
    its line; ``timeline`` is what the owner does. ``runs`` of an experiment are those of all its
    cells; a single run is the scenario as written.
    """

    valid: bool = True
    scenario: str
    version: int
    rounds: int
    workers: int
    runs: int
    monitors: list[str]
    expanded: dict[str, JsonValue]


class CellLine(Frozen):
    """One cell of an experiment: what is varied in it, and the whole scenario that it is."""

    cell: int
    values: dict[str, JsonValue]
    scenario: dict[str, JsonValue]


class Cells(Frozen):
    """The cells of an experiment in order; of one that varies nothing there is one."""

    cells: int
    repeats: int
    items: list[CellLine]


class Cut(Draft):
    """A draft whose cells are wanted, those behind number ``after``."""

    after: Whole = 0
    limit: Annotated[Whole, Field(ge=1, le=200)] = 50


class Writing(Strict):
    """A text that is being written, and the cursor in it: line and column, counted from 1."""

    yaml: str
    line: Annotated[Whole, Field(ge=1)]
    column: Annotated[Whole, Field(ge=1)]


def load(name: str | None, text: str | None, overrides: tuple[str, ...] = ()) -> Scenario:
    """Return a scenario by its name or its text, checked down to its policies' parameters.

    Raises
    ------
    ScenarioProblems
        With every problem at once. One that a file need not have: code named by its path
        would be run by whoever can reach this port, so it is for the command line only.
    """
    if text is not None:
        return load_text(text, TEXT, overrides, [over_rest])
    return load_scenario(name or "", overrides, [over_rest])


@router.get("")
def list_scenarios() -> Scenarios:
    """List the catalogue."""
    return Scenarios(items=[_line(load_scenario(name)) for name in catalogue()])


@router.get("/schema")
async def show_schema() -> dict[str, JsonValue]:
    """Show the JSON Schema of a scenario's YAML, for editors."""
    return author_schema()


@router.post("/validate", dependencies=[Depends(wants_json)])
def validate(draft: Draft) -> Valid:
    """Check a scenario's text. A problem lists every fault with its line and column."""
    experiment = _experiment(draft)
    scenario, told = experiment.base, synopsis(experiment)
    return Valid(
        **dict(told),
        scenario=scenario.scenario,
        version=scenario.version,
        rounds=scenario.world.rounds,
        workers=scenario.worker_count,
        runs=told.cells * told.repeats,
        monitors=[monitor.name for monitor in scenario.monitors],
        expanded=dump(scenario),
    )


@router.post("/expand", dependencies=[Depends(wants_json)])
def expand(cut: Cut) -> Cells:
    """Show the cells of an experiment, each as the scenario that it is."""
    experiment = _experiment(cut)
    shown = experiment.cells[cut.after : cut.after + cut.limit]
    items = [CellLine(cell=e.number, values=e.values, scenario=dump(e.scenario)) for e in shown]
    return Cells(cells=len(experiment.cells), repeats=experiment.repeats, items=items)


@router.post("/estimate", dependencies=[Depends(wants_json)])
async def estimate_cost(draft: Draft, at: Serving) -> Forecast:
    """Measure about what one run of a draft would take here, by playing a piece of it."""
    experiment = await asyncio.to_thread(_experiment, draft)
    if (workers := experiment.base.worker_count) > MOST_WORKERS:
        raise BadInput(f"{workers:,} workers are more than {MOST_WORKERS:,}: use the command line")
    if at.checking.locked():
        raise HTTPException(429, "others are measured now; wait for one", {"Retry-After": "2"})
    async with at.checking:
        return await asyncio.to_thread(estimate, experiment.base)


@router.post("/complete", dependencies=[Depends(wants_json)])
def complete_text(writing: Writing) -> Completion:
    """Tell what may be written at a cursor; the text before it need be no YAML yet."""
    return complete(writing.yaml, writing.line, writing.column)


@router.get("/{name}")
def show_scenario(
    name: Annotated[str, Path(description="A name of the catalogue.")],
) -> ScenarioInFull:
    """Show one scenario of the catalogue."""
    if name not in catalogue():
        raise HTTPException(404, f"no such scenario; known: {', '.join(catalogue())}")
    scenario = load_scenario(name)
    text = find(name).read_text(encoding="utf-8")
    return ScenarioInFull(**_line(scenario).model_dump(), yaml=text, expanded=dump(scenario))


def _experiment(draft: Draft) -> Experiment:
    overrides = tuple(draft.overrides)
    return load_experiment_text(draft.yaml, TEXT, overrides, [over_rest], MOST_CELLS)


def _line(scenario: Scenario) -> ScenarioLine:
    about = scenario.about.strip().partition("\n")[0]
    return ScenarioLine(name=scenario.scenario, version=scenario.version, about=about)


def over_rest(scenario: Scenario) -> Iterator[Problem]:
    """Tell what is wrong with a scenario, for someone who may not name code of their own.

    Check names before anything is looked up by them, and only then the rest.
    """
    code = list(_named_code(scenario))
    yield from code or problems(scenario)


def _named_code(scenario: Scenario) -> Iterator[Problem]:
    named: list[tuple[Steps, str]] = [
        (("workers", number, "policy"), each.policy) for number, each in enumerate(scenario.workers)
    ]
    named += [
        (("monitors", number, "name"), each.name) for number, each in enumerate(scenario.monitors)
    ]
    named += [
        (("world", "tools", number, "name"), each.name)
        for number, each in enumerate(scenario.world.tools)
    ]
    for path, name in named:
        if ":" in name:
            yield Problem(
                path,
                "names code by its path; over REST only names of ours are taken",
            )
