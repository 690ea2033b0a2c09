"""The studies of a store: how far each is, and what came of it, whichever process plays it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from pydantic import JsonValue

from memory.envelope import Frozen
from memory.inquiry import Inquiry
from memory.journal import Journal, RunRecord
from memory.study import Study, Trial
from orchestrator import conduct
from orchestrator.experiment.outcome import SweepReport, report
from orchestrator.experiment.sweep import summaries
from scenarios.experiment import Cell, Experiment

Kind = Literal["sweep", "eval"]
State = Literal["running", "interrupted", "done", "failed"]


class StudyLine(Frozen):
    """A study in one line.

    Attributes
    ----------
    kind
        A ``sweep``, whose runs lie in the journal; or an ``eval``, of which the answer does.
    runs, done
        How many runs it has, and how many of them are over.
    state
        ``interrupted`` where some are left and no process plays any of them.
    """

    study: str
    kind: Kind
    scenario: str
    runs: int
    done: int
    state: State


class StudyInFull(StudyLine):
    """A study and what came of it: a sweep's cells as far as they are over, an eval's figures."""

    report: SweepReport | None = None
    question: dict[str, JsonValue] | None = None
    answer: dict[str, JsonValue] | None = None
    reason: str = ""


def studies(journal: Journal) -> list[StudyLine]:
    """Return every study of a store, sweeps first, each by name."""
    records = {record.run: record for record in journal.runs()}
    of = journal.studies
    lines = [_line(study, of.trials(study.name), records) for study in of.all()]
    return lines + [_asked(each) for each in journal.inquiries.all()]


def study_in_full(journal: Journal, name: str) -> StudyInFull:
    """Return one study with what came of it.

    Raises
    ------
    BadInput
        If there is none of that name.
    """
    if any(each.name == name for each in journal.inquiries.all()):
        asked = journal.inquiries.inquiry(name)
        more = asked.model_dump(include={"question", "answer", "reason"})
        return StudyInFull(**_asked(asked).model_dump(), **more)
    study, trials = journal.studies.study(name), journal.studies.trials(name)
    line = _line(study, trials, {record.run: record for record in journal.runs()})
    told = _report(journal, study, trials) if line.done else None
    return StudyInFull(**line.model_dump(), report=told)


def _report(journal: Journal, study: Study, trials: Sequence[Trial]) -> SweepReport | None:
    """Return what a sweep came to; the scenario, as its first run has it sealed, says in what."""
    found = summaries(journal, trials)
    if not found:
        return None
    base = conduct.scenario_of(journal, next(iter(found)))
    cells = tuple(Cell(number, values, base) for number, values in enumerate(study.cells, 1))
    return report(Experiment(base, cells, len(trials)), study, trials, found)


def _line(study: Study, trials: Iterable[Trial], records: Mapping[str, RunRecord]) -> StudyLine:
    begun = [records[trial.run] for trial in trials if trial.run in records]
    runs = sum(1 for _ in trials)
    states = Counter(record.state for record in begun)
    done = sum(record.is_finished for record in begun)
    state: State = "done" if done == runs else "running" if states["running"] else "interrupted"
    return StudyLine(
        study=study.name, kind="sweep", scenario=study.scenario, runs=runs, done=done, state=state
    )


def _asked(each: Inquiry) -> StudyLine:
    return StudyLine(
        study=each.name,
        kind="eval",
        scenario=each.scenario,
        runs=each.runs,
        done=each.done,
        state=each.status,
    )


def check_study(journal: Journal, name: str) -> None:
    """Refuse the name of no study.

    Raises
    ------
    BadInput
        If there is none of that name; it names the nearest.
    """
    if all(each.name != name for each in journal.inquiries.all()):
        journal.studies.study(name)
