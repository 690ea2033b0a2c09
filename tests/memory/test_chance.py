"""Chance: drawn anew from names, shared by nobody."""

import subprocess
import sys

from memory.chance import generator, seed_for, uniform


def test_a_draw_depends_on_every_name() -> None:
    names = [(7, "w07", "demand"), (8, "w07", "demand"), (7, "w08", "demand"), (7, "w07", "policy")]
    assert len({generator(*each).random() for each in names}) == len(names)


def test_single_numbers_are_spread_over_the_open_interval() -> None:
    drawn = sorted(uniform(7, "w07", number) for number in range(2000))
    assert drawn[0] > 0
    assert drawn[-1] < 1
    assert len(set(drawn)) == len(drawn)
    gaps = [abs(each - (rank + 0.5) / len(drawn)) for rank, each in enumerate(drawn)]
    assert max(gaps) < 1.63 / len(drawn) ** 0.5, "not uniform (Kolmogorov-Smirnov, 1%)"


def test_what_one_entity_draws_does_not_move_another() -> None:
    undisturbed = generator(7, "w01").random()
    generator(7, "w02").random()
    assert generator(7, "w01").random() == undisturbed


def test_a_seed_has_64_bits_and_is_the_same_in_every_version() -> None:
    assert 0 <= seed_for(7, "w07.3", 15) < 2**64
    assert seed_for(7, "w07", "demand/3") == SEED


def test_a_seed_is_the_same_in_another_process() -> None:
    code = "from memory.chance import seed_for; print(seed_for(7, 'w07', 'demand/3'))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "1"},
    )
    assert int(done.stdout) == SEED


SEED = 10931157397110339375
"""Changing it changes every run there is."""
