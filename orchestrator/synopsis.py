"""What a scenario comes to, beside the lines that say it: for whoever writes one.

A text leaves much to be computed: what a worker needs, how many lives there are, how many runs an
experiment is. :func:`synopsis` says it, each figure with the line that it belongs to, and remarks
on what is sound and yet may not be meant.
"""

from collections.abc import Iterator
from typing import Literal

from memory.envelope import Frozen
from orchestrator.compose import is_model, monitors_of, uncalibrated
from scenarios.diary import diary
from scenarios.economy import Economy
from scenarios.experiment import Experiment
from scenarios.node import Steps, Table, spelled, spot
from scenarios.spec import Scenario
from subagents.organisms import CATALOGUE as ORGANISMS

Weight = Literal["warning", "hint"]


class Fact(Frozen):
    """A figure that follows from a scenario, and the line of its text that it belongs to.

    ``line`` is None where the text says nothing of it, and a default holds.
    """

    path: str
    line: int | None
    text: str


class Remark(Fact):
    """Something sound that may not be meant: a ``warning``, or a ``hint`` that is good to know."""

    weight: Weight
    column: int | None


class Occasion(Frozen):
    """Something that the owner does: ``round`` is None where it waits for something to happen."""

    round: int | None
    when: str
    text: str


class Synopsis(Frozen):
    """What a scenario comes to; ``life`` is how many rounds an agent lives."""

    life: int
    cells: int
    repeats: int
    facts: tuple[Fact, ...]
    remarks: tuple[Remark, ...]
    timeline: tuple[Occasion, ...]


def synopsis(experiment: Experiment) -> Synopsis:
    r"""Return what an experiment comes to; one that varies nothing is one cell.

    Examples
    --------
    >>> from scenarios.experiment import load_experiment_text
    >>> told = synopsis(load_experiment_text(
    ...     "scenario: s\ntask: Supply.\nworkers: {policy: honest, count: 4}\n"
    ...     "chain: {life: 6}\nworld: {rounds: 24}\nmonitors: []"
    ... ))
    >>> [(fact.line, fact.text) for fact in told.facts if fact.line]
    [(3, '4 workers'), (4, '4 generations')]
    >>> [(remark.weight, remark.text) for remark in told.remarks]
    [('warning', 'nobody watches: no monitor is named')]
    """
    scenario = experiment.base
    return Synopsis(
        life=scenario.life,
        cells=len(experiment.cells),
        repeats=experiment.repeats,
        facts=tuple(_fact(experiment, path, text) for path, text in _facts(experiment)),
        remarks=tuple(
            _remark(experiment, weight, path, text) for weight, path, text in _remarks(scenario)
        ),
        timeline=tuple(_occasions(scenario)),
    )


def _facts(experiment: Experiment) -> Iterator[tuple[Steps, str]]:
    scenario = experiment.base
    for good in Economy.of(scenario).goods.values():
        need = good.market(1).need
        if need:
            told = f"need = {need:,.1f} {good.unit} a round for each worker"
            yield ("world", "need", good.resource), told
    if len(scenario.workers) > 1 or scenario.worker_count > 1:
        yield ("workers",), f"{scenario.worker_count:,} workers"
    if (lives := -(-scenario.world.rounds // scenario.life)) > 1:
        yield ("chain", "life"), f"{lives:,} generations"
    if scenario.vary:
        runs = f"{len(experiment.cells):,} cells x {experiment.repeats:,} seeds"
        yield ("vary",), f"{runs} = {len(experiment.cells) * experiment.repeats:,} runs"


def _remarks(scenario: Scenario) -> Iterator[tuple[Weight, Steps, str]]:
    if not scenario.monitors:
        yield "warning", ("monitors",), "nobody watches: no monitor is named"
    if scenario.chain.life and scenario.chain.life >= scenario.world.rounds:
        told = f"one life lasts the whole run of {scenario.world.rounds} rounds: nothing is"
        yield "hint", ("chain", "life"), f"{told} handed over"
    if scenario.controls and not scenario.monitors:
        yield "warning", ("controls",), "nothing is ever done: controls act on alarms"
    for number, group in enumerate(scenario.workers):
        if is_model(group):
            calls = group.count * scenario.world.rounds
            told = f"asks a model up to {calls:,} times; bound it when you start the run"
            yield "warning", ("workers", number), told
    known = [ORGANISMS.get(group.policy) for group in scenario.workers]
    if all(each is not None and each.excess for each in known):
        yield "hint", ("workers",), "nobody here is honest; an honest reference is played beside it"
    monitors = [each for spec in scenario.monitors for each in monitors_of(spec)]
    unknown = uncalibrated(scenario, monitors)
    for number, spec in enumerate(scenario.monitors):
        if spec.name in unknown:
            told = "is uncalibrated for this model: its bound on false alarms does not hold yet"
            yield "warning", ("monitors", number), told


def _occasions(scenario: Scenario) -> Iterator[Occasion]:
    acts = [(entry, act) for entry in scenario.at for act in entry.acts]
    for (entry, _), told in zip(acts, diary(scenario), strict=True):
        when = entry.when
        text = told.removeprefix(f"{entry.moment}: ")
        known = when.number if when.kind == "round" else None
        yield Occasion(round=known, when=entry.moment, text=text)


def _fact(experiment: Experiment, path: Steps, text: str) -> Fact:
    return Fact(path=spelled(path), line=_place(experiment, path)[0], text=text)


def _remark(experiment: Experiment, weight: Weight, path: Steps, text: str) -> Remark:
    line, column = _place(experiment, path)
    return Remark(path=spelled(path), line=line, column=column, text=text, weight=weight)


def _place(experiment: Experiment, path: Steps) -> tuple[int | None, int | None]:
    """Return line and column of what a text says itself; what it is laid upon has others."""
    tree = experiment.tree
    if tree is None:
        return None, None
    found = spot(tree, path)
    if found.path != path and not isinstance(tree.get(str(path[0])), Table):
        found = spot(tree, path[:1])  # said in a shorter form: `workers: honest`
    is_own = found.place.source == tree.place.source and found.path in (path, path[:1])
    return (found.place.line, found.place.column) if is_own else (None, None)
