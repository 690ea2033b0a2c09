"""The highest score in each monitor's pool."""

from memory.verdicts import Verdict
from orchestrator.cli.scores import Pool, Scores

WORKER = Pool("over_need", "worker")


def said(key: str, round: int, score: float, monitor: str = "over_need") -> Verdict:
    return Verdict(monitor=monitor, pool="worker", key=key, seq=1, round=round, score=score)


def test_the_highest_of_all_keys_counts() -> None:
    scores = Scores([WORKER])
    for verdict in (said("w01", 1, 0.5), said("w02", 2, 0.7), said("w01", 3, 0.6)):
        scores.hear(verdict)
    assert scores.now(WORKER) == 0.7


def test_it_falls_when_the_highest_falls() -> None:
    scores = Scores([WORKER])
    for verdict in (said("w01", 1, 0.5), said("w02", 2, 0.7), said("w02", 3, 0.1)):
        scores.hear(verdict)
    assert scores.now(WORKER) == 0.5
    assert scores.by_column(WORKER, rounds=4, columns=4, filled=4) == [0.5, 0.7, 0.7, 0.5]


def test_a_score_is_held_until_it_moves() -> None:
    scores = Scores([WORKER])
    scores.hear(said("w01", 3, 0.5))
    assert scores.by_column(WORKER, rounds=10, columns=5, filled=4) == [0.0, 0.5, 0.5, 0.5]


def test_columns_that_have_not_begun_are_left_out() -> None:
    scores = Scores([WORKER])
    scores.hear(said("w01", 9, 0.5))
    assert scores.by_column(WORKER, rounds=10, columns=10, filled=2) == [0.0, 0.0]


def test_a_monitor_that_names_no_pool_has_one_row() -> None:
    scores = Scores([Pool("z_agent")])
    scores.hear(said("w01", 1, 0.3, monitor="z_agent"))
    assert scores.pools == [Pool("z_agent")]
    assert scores.now(Pool("z_agent")) == 0.3


def test_a_monitor_nobody_knew_of_does_no_harm() -> None:
    scores = Scores([WORKER])
    scores.hear(said("w01", 1, 0.3, monitor="stranger"))
    assert scores.now(WORKER) == 0.0
