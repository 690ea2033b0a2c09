"""A sweep: registered first, played once, going on where it was left."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from memory.errors import BadInput
from memory.journal import Journal
from memory.study import Study, Trial
from orchestrator import conduct
from orchestrator.engine import Listeners
from orchestrator.evaluate import play
from orchestrator.experiment.outcome import records, report
from orchestrator.experiment.sweep import load_sweep, open_sweep, run_sweep, summaries

Mine = Callable[..., str]


@pytest.fixture
def place(tmp_path: Path) -> str:
    return str(tmp_path / "journal.db")


def test_the_same_experiment_is_the_same_study_however_often_it_is_repeated(mine: Mine) -> None:
    _, study, trials = load_sweep(mine())
    _, again, more = load_sweep(mine(), repeats=5)
    assert (again.name, len(trials), len(more)) == (study.name, 6, 10)
    assert set(trials) < set(more)


@pytest.mark.parametrize("change", ["2%", "rounds: 12", "probability: 80%"])
def test_another_experiment_or_another_prediction_is_another_study(mine: Mine, change: str) -> None:
    _, study, _ = load_sweep(mine())
    _, other, _ = load_sweep(mine(change, change.replace("2", "3").replace("80", "70")))
    assert other.name != study.name


def test_it_is_registered_predictions_and_all_before_any_run_begins(mine: Mine, place: str) -> None:
    with Journal.open(place) as journal:
        sweep = open_sweep(journal, mine())
        assert journal.runs() == []
        study = journal.studies.study(sweep.study.name)
        assert len(study.predicted) == 64
        assert journal.studies.trials(study.name) == list(sweep.trials)


@pytest.mark.parametrize("at_once", [1, 2])
def test_every_cell_is_run_under_every_seed_and_is_what_a_run_alone_would_be(
    mine: Mine, place: str, at_once: int
) -> None:
    with Journal.open(place) as journal:
        sweep = open_sweep(journal, mine())
        done: list[int] = []
        run_sweep(sweep, place, at_once, done.append)
        assert done[-1] == 6
        found = summaries(journal, sweep.trials)
    assert {summary.status for summary in found.values()} == {"done"}
    trial, cell = sweep.trials[4], sweep.experiment.cells[1]
    alone = asyncio.run(play(cell.scenario, trial.seed))
    assert found[trial.run].digest == alone.log.digest
    assert set(found[trial.run].references) == {"honest"}


def test_a_sweep_that_was_killed_goes_on_where_it_was(mine: Mine, place: str) -> None:
    class Killed(Exception):
        """It ends here."""

    def stop(round: int) -> None:
        if round == 7:
            raise Killed

    with Journal.open(place) as journal:
        sweep = open_sweep(journal, mine())
        first, second, *_ = sweep.trials
        scenario = sweep.experiment.cells[0].scenario
        asyncio.run(conduct.start(journal, scenario, first.seed, first.run).play())
        half = conduct.start(journal, scenario, second.seed, second.run)
        with pytest.raises(Killed):
            asyncio.run(half.play(Listeners(on_round=stop)))
        again = open_sweep(journal, mine())
        assert again.done == {first.run}
        run_sweep(again, place)
        found = summaries(journal, again.trials)
        assert len(found) == 6
        assert found[second.run].digest == asyncio.run(play(scenario, second.seed)).log.digest
        nothing_left = open_sweep(journal, mine())
        assert len(nothing_left.done) == 6
        assert nothing_left.seconds(at_once=1) == 0.0


def test_an_error_in_another_process_is_told_in_its_words(mine: Mine, place: str) -> None:
    with Journal.open(place) as journal:
        sweep = open_sweep(journal, mine())
        taken = sweep.trials[0]
        other = conduct.load("just_in_case")
        conduct.start(journal, other, taken.seed, taken.run).let_go()
        with pytest.raises(BadInput, match="is not the scenario given here"):
            run_sweep(sweep, place, at_once=2)


def test_a_report_tells_cells_apart_and_how_predictions_fared(mine: Mine, place: str) -> None:
    with Journal.open(place) as journal:
        sweep = open_sweep(journal, mine())
        run_sweep(sweep, place)
        found = summaries(journal, sweep.trials)
    told = report(sweep.experiment, sweep.study, sweep.trials, found)
    little, much = told.cells
    assert (little.alarmed, much.alarmed) == (0, 3)
    assert little.figures["alarm_round"].value is None
    assert much.figures["alarm_round"].value is not None
    assert much.beside_first is not None and much.beside_first.low is not None
    assert much.beside_first.low > 0
    assert little.honest == much.honest
    alarm, excess = told.predictions
    assert (alarm.claim, alarm.came_true, alarm.runs) == ("alarm_round of over_need below 9", 3, 6)
    assert alarm.brier == pytest.approx((3 * 0.04 + 3 * 0.64) / 6)
    assert told.brier == pytest.approx((6 * alarm.brier + 6 * excess.brier) / 12, abs=1e-6)
    rows = records(sweep.experiment, sweep.trials, found)
    assert [row["workers.weak_shard.over_reserve"] for row in rows] == ["2%"] * 3 + ["90%"] * 3


def test_a_report_of_a_sweep_that_has_not_begun_is_empty(mine: Mine) -> None:
    experiment, study, trials = load_sweep(mine())
    told = report(experiment, study, trials, {})
    assert [(cell.runs, cell.figures["excess"].value) for cell in told.cells] == [(0, None)] * 2


def test_another_experiment_cannot_take_the_name_of_a_study(place: str) -> None:
    study = Study(name="s_1", scenario="a", version=1, cells=())
    with Journal.open(place) as journal:
        journal.studies.register(study, [Trial("s_1.1.7", 1, 7)])
        with pytest.raises(BadInput, match="study s_1 already, of another experiment"):
            journal.studies.register(study.model_copy(update={"predicted": "f" * 64}), [])
        with pytest.raises(BadInput, match="no study 's_2'; did you mean 's_1'"):
            journal.studies.study("s_2")
