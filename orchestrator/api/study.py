"""Studies: sweeps and judgements of monitors, started, followed and read."""

import asyncio
import json
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Depends, Path, Query, Response
from fastapi.sse import EventSourceResponse
from pydantic import Field, model_validator
from starlette.exceptions import HTTPException

from memory.envelope import Frozen
from memory.errors import BadInput
from orchestrator.answers import Budget
from orchestrator.api.access import needs
from orchestrator.api.command import Nothing
from orchestrator.api.guard import wants_json
from orchestrator.api.scenario import NAME, TEXT, Override, over_rest
from orchestrator.api.service import Service, Serving
from orchestrator.api.strict import Money, Strict, Tokens, Truth, Whole
from orchestrator.evaluation.panel import monitors_in
from orchestrator.evaluation.question import Plan, Question, plan
from orchestrator.experiment.catalogue import (
    StudyInFull,
    StudyLine,
    check_study,
    studies,
    study_in_full,
)
from orchestrator.experiment.sweep import Sweep, load_sweep, open_sweep
from scenarios.experiment import Experiment, load_experiment, load_experiment_text

router = APIRouter(prefix="/v1/studies", tags=["studies"])

MOST_RUNS = 10_000
"""Longer studies are for the command line, where whoever asks sees what it takes."""

LOOK_S = 0.5
"""How often to look how far a study is, for whoever follows it."""

Scenario = Annotated[str, Field(pattern=NAME)]
Repeats = Annotated[Whole, Field(ge=1, le=MOST_RUNS)]
AtOnce = Annotated[Whole, Field(ge=1, le=16)]


class NewStudy(Strict):
    """What to study: a scenario of the catalogue by name, or its whole text; and how.

    A ``sweep`` runs every cell of the scenario's ``vary`` (or of one laid on it with ``set``)
    under ``repeats`` seeds. An ``eval`` judges monitors on it: ``monitors`` as in YAML, else its
    own; ``benign`` names honest look-alikes, ``dilutions`` how many times as many workers there
    are in all, the rest of them honest; ``alpha`` is the nominal rate. ``at_once`` is over how
    many processes.
    """

    kind: Literal["sweep", "eval"]
    scenario: Scenario | None = None
    yaml: str | None = None
    overrides: list[Override] = Field(default=[], alias="set", max_length=100)
    repeats: Repeats | None = None
    at_once: AtOnce = 1
    references: Truth = True
    max_tokens: Tokens | None = None
    max_cost: Money | None = None
    monitors: str | None = Field(default=None, max_length=2000)
    benign: list[Scenario] = Field(default=[], max_length=20)
    dilutions: list[Annotated[Whole, Field(ge=1, le=1000)]] = Field(default=[1], max_length=10)
    alpha: float = Field(default=0.05, gt=0, lt=1)
    baselines: Truth = True

    @model_validator(mode="after")
    def _one_scenario(self) -> Self:
        if (self.scenario is None) == (self.yaml is None):
            raise ValueError("give either scenario, a name of the catalogue, or yaml, its text")
        return self

    def experiment(self) -> Experiment:
        """Return the experiment it is about, checked as what comes over REST is."""
        overrides = tuple(self.overrides)
        if self.yaml is not None:
            return load_experiment_text(self.yaml, TEXT, overrides, [over_rest])
        return load_experiment(self.scenario or "", overrides, [over_rest])


class StudyPage(Frozen):
    """Some studies by name; ``next_cursor`` asks for those behind them."""

    items: list[StudyLine]
    next_cursor: str | None


class Behind(Strict):
    """Where to go on in the list, and how far."""

    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=50, ge=1, le=1000)


def known_study(
    study: Annotated[str, Path(description="A study's id.", max_length=64)], at: Serving
) -> str:
    """Return the name of a study that is there."""
    try:
        check_study(at.journal, study)
    except BadInput as error:
        raise HTTPException(404, "there is no study with such an id") from error
    return study


KnownStudy = Annotated[str, Depends(known_study)]


@router.post("", status_code=202, dependencies=[needs("run"), Depends(wants_json)])
async def start_study(new: NewStudy, response: Response, at: Serving) -> StudyLine:
    """Start a study, in processes of its own; what is asked again goes on where it was left.

    A study's id follows from what it is. A sweep's runs lie in the journal, under
    `/v1/runs?study=`; of an eval only the answer is kept.
    """
    at.laboratory.check_room()
    if new.kind == "sweep":
        sweep = await asyncio.to_thread(_sweep, at, new)
        name = sweep.study.name
        at.laboratory.begin_sweep(sweep, new.at_once, Budget(new.max_tokens, new.max_cost))
    else:
        planned, name = await asyncio.to_thread(_planned, new)
        if not at.laboratory.is_playing(name):
            asked = new.model_dump(mode="json", by_alias=True, exclude={"at_once"})
            at.journal.inquiries.begin(name, planned.setting.scenario, asked, planned.runs)
            at.laboratory.begin_inquiry(name, planned, new.at_once)
    response.headers["Location"] = f"/v1/studies/{name}"
    return await asyncio.to_thread(_stands, at, name)


@router.get("", dependencies=[needs("read")])
def list_studies(page: Annotated[Behind, Query()], at: Serving) -> StudyPage:
    """List the studies of the store, by name, whichever process plays them."""
    lines = sorted(studies(at.journal), key=lambda line: line.study)
    rest = [line for line in lines if page.cursor is None or line.study > page.cursor]
    shown = rest[: page.limit]
    more = shown[-1].study if len(rest) > len(shown) else None
    return StudyPage(items=shown, next_cursor=more)


@router.get("/{study}", dependencies=[needs("read")])
def show_study(study: KnownStudy, at: Serving) -> StudyInFull:
    """Show how far a study is, and what came of it so far."""
    found = study_in_full(at.journal, study)
    reason = found.reason or at.laboratory.failure(study)
    return found.model_copy(update={"reason": reason})


@router.get(
    "/{study}/events",
    response_class=Response,
    dependencies=[needs("read")],
    responses={200: {"content": {"text/event-stream": {}}}},
)
async def follow_study(study: KnownStudy, at: Serving) -> Response:
    """Follow how far a study is: a frame `progress` whenever that changes, at last `end`."""
    return EventSourceResponse(_progress(at, study), headers={"X-Accel-Buffering": "no"})


@router.post("/{study}/cancel", dependencies=[needs("run"), Depends(wants_json)])
async def stop_study(study: KnownStudy, nothing: Nothing, at: Serving) -> StudyLine:
    """Play a study no further, if this server plays it; asked for again it goes on."""
    await at.laboratory.stop(study)
    return await asyncio.to_thread(_stands, at, study)


def _stands(at: Service, name: str) -> StudyLine:
    line = next(each for each in studies(at.journal) if each.study == name)
    is_begun = line.state == "interrupted" and at.laboratory.is_playing(name)
    return line.model_copy(update={"state": "running"}) if is_begun else line


async def _progress(at: Service, name: str) -> AsyncIterator[bytes]:
    told: StudyLine | None = None
    while not at.feed.is_closed:
        line = await asyncio.to_thread(_stands, at, name)
        if line != told:
            yield b"event: progress\ndata: %b\n\n" % line.model_dump_json().encode()
            told = line
        if line.state != "running":
            yield b"event: end\ndata: %b\n\n" % line.model_dump_json().encode()
            return
        await asyncio.sleep(LOOK_S)


def _sweep(at: Service, new: NewStudy) -> Sweep:
    # First with our own eyes: code named by its path would be run by whoever reaches this port.
    experiment = new.experiment()
    _, _, trials = load_sweep(experiment, repeats=new.repeats)
    _check_size(len(trials))
    sweep = open_sweep(at.journal, experiment, repeats=new.repeats, with_reference=new.references)
    if sweep.model_calls and new.max_tokens is None and new.max_cost is None:
        raise BadInput(
            f"{sweep.model_calls:,} calls of real models are paid for; bound each run with "
            "max_tokens or max_cost"
        )
    return sweep


def _planned(new: NewStudy) -> tuple[Plan, str]:
    scenario = new.experiment().base
    if new.monitors is not None:
        monitors_in(new.monitors, over_rest)
    question = Question(
        scenario.scenario,
        new.monitors,
        tuple(new.overrides),
        tuple(new.benign),
        tuple(dict.fromkeys(new.dilutions)),
        new.repeats or 20,
        new.alpha,
        new.baselines,
    )
    planned = plan(question, scenario)
    _check_size(planned.runs)
    if planned.model_calls:
        raise BadInput(f"{planned.model_calls:,} calls of real models: use the command line")
    asked = [planned.setting.version, *question, *([new.yaml] if new.yaml else [])]
    said = json.dumps(asked, separators=(",", ":"))
    return planned, f"e_{sha256(said.encode()).hexdigest()[:10]}"


def _check_size(runs: int) -> None:
    if runs > MOST_RUNS:
        raise BadInput(f"{runs:,} runs are more than {MOST_RUNS:,}: use the command line")
