"""Leases: an owner that nobody can see keeps its run while it lives, and not much longer."""

from collections.abc import Callable
from threading import Event
from typing import Any

import pytest

from memory.checks import Book, history
from memory.claim import Owner, this_process
from memory.errors import RunInUse, StaleClaim, StoreError
from memory.journal import Batch, Journal, Origin, RunHead
from memory.lease import LEASE_S, Heartbeat
from memory.tables import RUN
from memory.truth import Sealed

GiveTo = Callable[[Owner], None]
FAR = Owner(pid=7, host="a-host-far-away", born="")


@pytest.fixture
def place(postgres_place: str) -> str:
    return postgres_place


def left(journal: Journal) -> float:
    owner = journal.run("r_1").owner
    assert owner is not None
    assert owner.lease_s is not None
    return owner.lease_s


def lose_time(tamper: Callable[[Any], None], seconds: float) -> None:
    """Let a lease be as if so many seconds had passed."""
    tamper(RUN.update().values(lease_until=RUN.c.lease_until - seconds))


def test_an_owner_on_another_host_keeps_its_run_until_its_lease_has_run_out(
    journal: Journal, give_to: GiveTo, tamper: Any
) -> None:
    book = Book(journal, "r_1")
    book.write()
    give_to(FAR)
    gone = r"process 7 on a-host-far-away; if that one is gone, its lease runs out in (29|30) s"
    with pytest.raises(RunInUse, match=gone):
        journal.claim("r_1")
    assert journal.run("r_1").is_live
    lose_time(tamper, LEASE_S)
    assert not journal.run("r_1").is_live
    assert journal.claim("r_1").token == book.claim.token + 1
    assert left(journal) > LEASE_S - 5


def test_an_owner_that_comes_back_after_its_lease_was_taken_over_may_write_nothing(
    journal: Journal, place: str, tamper: Any
) -> None:
    book = Book(journal, "r_1")
    book.write()
    lose_time(tamper, LEASE_S)
    with Journal.open(place) as heir:
        heir.claim("r_1")
        with pytest.raises(StaleClaim, match="r_1 was taken over by process"):
            book.write()
        journal.renew()
        assert heir.verify("r_1").seq == len(book.written)


def test_an_owner_that_comes_back_before_anyone_took_over_goes_on(
    journal: Journal, tamper: Any
) -> None:
    book = Book(journal, "r_1")
    lose_time(tamper, 2 * LEASE_S)
    assert left(journal) < 0
    book.write()
    assert left(journal) > LEASE_S - 5


def test_a_process_that_is_seen_to_be_dead_keeps_no_run_whatever_its_lease(
    journal: Journal, other_process: Callable[[], Any]
) -> None:
    scribe = other_process()
    scribe.ask("create", "r_1")
    scribe.ask("commit", 1)
    with pytest.raises(RunInUse, match=f"process {scribe.pid} on "):
        journal.claim("r_1")
    scribe.kill()
    assert left(journal) > 0
    assert not journal.run("r_1").is_live
    journal.claim("r_1")


@pytest.mark.parametrize("born", ["", "another-boot/17"])
def test_another_host_of_the_same_name_is_not_taken_for_this_one(
    journal: Journal, give_to: GiveTo, born: str
) -> None:
    Book(journal, "r_1")
    give_to(this_process()._replace(pid=2**22 + 1, born=born))
    with pytest.raises(RunInUse, match="r_1 is in use"):
        journal.claim("r_1")


def test_each_commit_renews_the_lease_of_its_run_only(
    journal: Journal, tamper: Callable[[Any], None]
) -> None:
    first, second = Book(journal, "r_1"), Book(journal, "r_2")
    lose_time(tamper, 20)
    second.write()
    assert left(journal) < LEASE_S - 15
    first.write()
    assert left(journal) > LEASE_S - 5


def test_between_commits_the_leases_of_all_runs_are_renewed_and_nothing_else_changes(
    journal: Journal, tamper: Callable[[Any], None]
) -> None:
    Book(journal, "r_1")
    Book(journal, "r_2")
    lose_time(tamper, 20)
    before = journal.run("r_1")
    journal.renew()
    after = journal.run("r_1")
    assert left(journal) > LEASE_S - 5
    assert after.updated_at == before.updated_at
    assert all(record.owner and (record.owner.lease_s or 0) > 25 for record in journal.runs())


def test_a_fork_has_a_lease_of_its_own_that_is_renewed_too(
    journal: Journal, tamper: Callable[[Any], None]
) -> None:
    parent = Book(journal, "r_0")
    parent.write()
    journal.release(parent.claim)
    head = RunHead(run="r_1", scenario="s", version=1, seed=7, engine="0")
    journal.fork(head, Sealed(scenario={}), Origin("r_0", seq=2, round=1), [])
    assert left(journal) > LEASE_S - 5
    lose_time(tamper, 20)
    journal.renew()
    assert left(journal) > LEASE_S - 5


def test_a_run_that_was_let_go_of_has_no_lease_and_is_renewed_no_more(journal: Journal) -> None:
    journal.release(Book(journal, "r_1").claim)
    journal.renew()
    assert journal.run("r_1").owner is None
    journal.claim("r_1")


def test_an_owner_that_says_nothing_for_many_leases_keeps_its_run_while_its_process_lives(
    place: str,
) -> None:
    lease_s = 1.0
    with Journal.open(place, lease_s=lease_s) as mine, Journal.open(place) as other:
        book = Book(mine, "r_1")
        with other._store.reading() as connection:
            # A model that takes two leases to answer; the database's clock waits for it.
            connection.exec_driver_sql(f"SELECT pg_sleep({2 * lease_s})")
        assert other.run("r_1").is_live
        book.store.commit(book.claim, Batch(history(book.log), [], [], round=1))


def test_in_a_file_there_are_no_leases(file_place: str) -> None:
    with Journal.open(file_place) as journal:
        Book(journal, "r_1")
        journal.renew()
        owner = journal.run("r_1").owner
    assert owner == this_process()
    assert owner.lease_s is None


def test_a_heart_goes_on_after_a_beat_that_failed_until_it_is_stopped(
    caplog: pytest.LogCaptureFixture,
) -> None:
    beats: list[int] = []
    enough = Event()

    def beat() -> None:
        beats.append(1)
        if len(beats) == 1:
            raise StoreError("no connection")
        enough.set()

    heart = Heartbeat(beat, every_s=0.001)
    heart.start()
    heart.start()
    assert enough.wait(5)
    heart.stop()
    assert "a lease could not be renewed: no connection" in caplog.text
    count = len(beats)
    heart.start()
    heart.stop()
    assert len(beats) == count
