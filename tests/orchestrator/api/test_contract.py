"""The reduced form of ``python -m benchmarks.contract``: every operation, a few examples each."""

from benchmarks.contract import check


def test_the_service_keeps_to_its_description() -> None:
    assert check(examples=3, seed=7) == 0
