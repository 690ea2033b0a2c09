"""Figures: which are drawn, that they can be read, and that the same figures are the same bytes."""

from pathlib import Path

import pytest

from memory.errors import BadInput
from orchestrator.evaluation.question import Question, answer, plan, play

pytest.importorskip("matplotlib")

from orchestrator.evaluation.plots import check_plots, draw
from orchestrator.evaluation.trial import Trial

SMALL = (
    "world.rounds=36",
    "chain.life=12",
    "workers.0.count=3",
    "workers.1.count=1",
    "workers.weak_shard.over_reserve=60%",
)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Path]]:
    folder = tmp_path_factory.mktemp("plots")
    question = Question("few_bad", "over_need, unaccounted", SMALL, repeats=2, dilutions=(1, 2))
    planned = plan(question._replace(with_reliability=True, with_baselines=False))
    trials = play(planned)
    found = answer(planned, trials)
    assert [level.alpha for level in found.reliability] == [0.01, 0.02, 0.05, 0.1, 0.2, 0.5]
    first = draw(found, trials, folder)
    bytes_before = [path.read_bytes() for path in first]
    assert [path.read_bytes() for path in draw(found, trials, folder)] == bytes_before
    return folder, first


def test_every_figure_is_there_as_svg_and_as_png(drawn: tuple[Path, list[Path]]) -> None:
    folder, paths = drawn
    names = ["alarm_curves", "damage_by_size", "wealth", "reliability", "precision"]
    assert [path.stem for path in paths] == names
    for name in names:
        assert (folder / f"{name}.svg").read_text().startswith("<?xml")
        assert (folder / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_what_there_is_nothing_for_is_not_drawn(tmp_path: Path) -> None:
    question = Question("all_honest", "unaccounted", ("world.rounds=6", "workers.0.count=2"))
    planned = plan(question._replace(repeats=1, with_baselines=False))
    trials: list[Trial] = play(planned)
    names = [path.stem for path in draw(answer(planned, trials), trials, tmp_path)]
    assert names == ["alarm_curves"]


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_played(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot be made"):
        check_plots(tmp_path / "file" / "plots")
