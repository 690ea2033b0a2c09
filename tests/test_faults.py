"""The reduced campaign of faults: each check notices what it is for, and spares a sound process.

``make prove`` puts every fault to every check and lists them.
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from benchmarks import trial
from benchmarks.faults import FAULTS, LEASES, REDUNDANT, ownership, reading, running, storage
from benchmarks.faults.fault import Fault
from benchmarks.kill import why_not_traced
from benchmarks.server import Postgres
from benchmarks.trial import CHECKS, Check, Court, hold_court, try_fault

pytestmark = pytest.mark.xdist_group("faults")

TRACED = (trial.syncs_before_it_says_so,)


def sound() -> AbstractContextManager[object]:
    """Break nothing."""
    return nullcontext()


@pytest.fixture(scope="module")
def court() -> Iterator[Court]:
    with TemporaryDirectory() as folder:
        yield hold_court(Path(folder))._replace(kills=24)


def need_strace(check: Check) -> None:
    why = why_not_traced()
    if why and check in TRACED:
        pytest.fail(why) if os.environ.get("CI") == "true" else pytest.skip(why)


# That it survives kills is test_proof's to say.
@pytest.mark.parametrize("check", CHECKS[:-1], ids=lambda check: check.__name__)
def test_a_sound_process_passes_every_check(court: Court, check: Check) -> None:
    need_strace(check)
    assert try_fault(sound, court, (check,)).said == ""


@pytest.mark.parametrize(
    ("fault", "check"),
    [
        (storage.skips_an_event, trial.plays_as_ever),
        (storage.chains_nothing, trial.plays_as_ever),
        (storage.acknowledges_one_too_many, trial.plays_as_ever),
        (storage.keeps_half_of_what_failed, trial.keeps_the_laws),
        (ownership.lets_a_stale_owner_write, trial.keeps_the_laws),
        (ownership.overwrites_an_answer, trial.keeps_the_laws),
        (storage.believes_every_hash, trial.tells_forgeries),
        (reading.compares_nothing, trial.tells_forgeries),
        (reading.forks_a_round_late, trial.forks_whole),
        (reading.pages_past_an_event, trial.feeds_whole),
        (storage.swallows_store_errors, trial.says_when_the_disk_is_full),
        (running.loses_an_error_on_its_way, trial.stops_where_an_agent_fails),
        (storage.syncs_at_checkpoints_only, trial.syncs_before_it_says_so),
        (running.resumes_without_results, trial.survives_kills),
    ],
    ids=lambda part: part.__name__,
)
def test_each_check_notices_what_it_is_for(court: Court, fault: Fault, check: Check) -> None:
    need_strace(check)
    assert try_fault(fault, court, (check,)).check == check.__name__


@pytest.mark.parametrize("fault", LEASES, ids=lambda fault: fault.__name__)
def test_a_lease_that_is_not_kept_is_noticed(
    court: Court, fault: Fault, postgres_server: Postgres
) -> None:
    held = court._replace(server=postgres_server)
    assert try_fault(sound, held, (trial.keeps_leases,)).said == ""
    assert try_fault(fault, held, (trial.keeps_leases,)).check == "keeps_leases"


def test_every_fault_has_a_name_of_its_own_and_says_what_is_wrong() -> None:
    assert len({fault.__name__ for fault in FAULTS}) == len(FAULTS) >= 40
    assert [fault for fault in FAULTS if not fault.__doc__] == []
    assert len(REDUNDANT) <= 0.05 * len(FAULTS)
