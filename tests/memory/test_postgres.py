"""A journal on a PostgreSQL server: made once, told of at once, and silent about its password."""

import asyncio
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from threading import Thread
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import insert, make_url, select
from sqlalchemy.dialects import postgresql

from benchmarks.server import Postgres
from memory.answer import Turn
from memory.checks import Book, history
from memory.errors import BadInput, RunInUse, StoreError, UnknownRun
from memory.journal import Batch, Journal, Origin, RunHead
from memory.postgres import OLDEST
from memory.store import Store, database_at, shown
from memory.tables import RUN, SCHEMA, STAMP, TABLES
from memory.truth import Sealed

CANARY = "canary-7f3a"
HOSTILE = "nul \0, half a pair \ud800, a bell \a"


@pytest.fixture
def place(postgres_place: str) -> str:
    return postgres_place


@pytest.fixture
def other_server(postgres_server: Postgres) -> Iterator[Postgres]:
    """Start a server of one's own, that may be stopped."""
    with Postgres(fsync=False) as server:
        yield server


def told_of(error: BaseException) -> str:
    """Return everything that a log would hold of an error, its causes included."""
    return "".join(traceback.format_exception(error))


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_a_server_is_told_of_without_its_password(scheme: str) -> None:
    url = f"{scheme}://ada:{CANARY}@db.example:5433/runs?sslmode=require&password={CANARY}"
    assert database_at(url).name == "postgresql://ada@db.example:5433/runs"
    assert CANARY not in shown(url)
    assert "db.example:5433/runs" in shown(url)


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql:ada:{CANARY}@host/runs",
        f"postgresql://ada:x@host:{CANARY}/runs",
        f"postgresql+asyncpg://ada:{CANARY}@host/runs",
    ],
)
def test_a_url_that_cannot_be_used_is_not_repeated(url: str) -> None:
    with pytest.raises(BadInput) as refusal:
        database_at(url)
    assert CANARY not in told_of(refusal.value)
    assert CANARY not in shown(url)


def test_no_error_of_a_server_tells_the_password(place: str, postgres_server: Postgres) -> None:
    wrong = make_url(place).set(password=CANARY)
    for url, secret in (
        (wrong, CANARY),
        (make_url(place).set(database="nowhere"), postgres_server.password),
        (make_url(place).set(port=1), postgres_server.password),
        (make_url(place).update_query_dict({"nonsense": "1"}), postgres_server.password),
    ):
        with pytest.raises(StoreError, match=r"postgresql://ada@127\.0\.0\.1:\d+/") as refusal:
            Journal.open(url.render_as_string(hide_password=False))
        assert secret not in told_of(refusal.value)


def test_what_a_statement_held_is_not_told_when_it_fails(journal: Journal) -> None:
    store = journal._store
    with pytest.raises(StoreError) as refusal, store.writing() as connection:
        connection.execute(insert(STAMP), [{"version": 71_717_171, "identity": "x"}] * 2)
    assert "parameters hidden" in told_of(refusal.value)


def test_without_the_driver_the_way_to_it_is_told() -> None:
    code = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from memory.journal import Journal\n"
        f"Journal.open('postgresql://ada:{CANARY}@localhost/runs')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "PostgreSQL needs the driver psycopg" in done.stderr
    assert "pip install 'superorganism[postgres]'" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("memory.errors.StoreError: postgresql://ada@")


def test_a_missing_journal_is_made_only_where_that_is_wanted(place: str) -> None:
    with pytest.raises(BadInput, match="there is no journal here; the first run makes one"):
        Journal.open(place, create=False)
    Journal.open(place).close()
    Journal.open(place, create=False).close()


def test_somebody_elses_tables_are_left_as_they_are(place: str) -> None:
    Journal.open(place).close()
    store = Store(database_at(place))
    with store.writing() as connection:
        STAMP.drop(connection)
    store.close()
    with pytest.raises(StoreError, match="this is a database, but not a journal of runs"):
        Journal.open(place)


def test_a_journal_of_another_schema_is_refused(place: str, tamper: Callable[[Any], None]) -> None:
    Journal.open(place).close()
    tamper(STAMP.update().values(version=99))
    with pytest.raises(StoreError, match=f"has schema 99, and this version reads {SCHEMA}"):
        Journal.open(place)


def test_many_may_make_the_same_journal_at_once(place: str) -> None:
    opened: list[Store] = []
    threads = [Thread(target=lambda: opened.append(Store(database_at(place)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == len(threads)
    for store in opened:
        with store.reading() as connection:
            assert connection.execute(select(STAMP.c.version)).scalars().all() == [SCHEMA]
        store.close()


def test_of_many_who_begin_one_run_at_once_one_owns_it(place: str) -> None:
    begun: list[str] = []

    def begin() -> None:
        with Journal.open(place) as journal:
            try:
                journal.create(
                    RunHead(run="r_1", scenario="s", version=1, seed=1, engine="e"),
                    Sealed(scenario={}),
                )
                begun.append("mine")
            except RunInUse as error:
                begun.append(str(error))

    Journal.open(place).close()
    threads = [Thread(target=begin) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(line[:3] for line in begun) == ["min", *["r_1"] * 5]


def test_a_run_that_another_process_is_just_beginning_is_in_use(place: str) -> None:
    head = RunHead(run="r_1", scenario="s", version=1, seed=1, engine="e")
    said: list[str] = []
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"

    def begin() -> None:
        with Journal.open(place) as other:
            try:
                other.create(head, Sealed(scenario={}))
            except RunInUse as error:
                said.append(str(error))

    with Journal.open(place) as journal:
        late = Thread(target=begin)
        with journal._store.writing() as connection:
            journal._create(connection, head, Sealed(scenario={}))
            late.start()
            with journal._store.reading() as looking:
                while not looking.exec_driver_sql(waits).scalar_one():
                    pass
        late.join()
    assert said == ["r_1 was begun by another process just now"]


@pytest.mark.parametrize("synchronous", ["off", "local", "on"])
def test_a_commit_waits_for_the_disk_whatever_the_database_is_set_to(
    place: str, synchronous: str
) -> None:
    url = make_url(place)
    said = f"{url.query['options']} -csynchronous_commit={synchronous}"
    store = Store(database_at(url.update_query_dict({"options": said}).render_as_string(False)))
    with store.writing() as connection:
        setting = connection.exec_driver_sql("SHOW synchronous_commit").scalar_one()
    store.close()
    assert setting == ("on" if synchronous == "off" else synchronous)


def test_texts_that_the_database_cannot_hold_are_refused_or_kept_as_json(
    journal: Journal,
) -> None:
    for part in ("scenario", "engine"):
        head = RunHead(run="r_1", scenario="s", version=1, seed=1, engine="e")
        hostile = head.model_copy(update={part: HOSTILE})
        with pytest.raises(BadInput, match=f"{part} is .* a character that cannot be stored"):
            journal.create(hostile, Sealed(scenario={}))
    with pytest.raises(UnknownRun):
        journal.run(HOSTILE)
    with pytest.raises(UnknownRun):
        head = RunHead(run="f_1", scenario="s", version=1, seed=1, engine="e")
        journal.fork(head, Sealed(scenario={}), Origin(HOSTILE, 1, 1), [])
    book = Book(journal, "r_1")
    with pytest.raises(BadInput, match=r"agent is .* a character that cannot be stored"):
        journal.put_answer(book.claim, Turn(HOSTILE, 1, 1), b"")
    assert journal.put_answer(book.claim, Turn("w01.1", 1, 1), HOSTILE.encode(errors="replace"))
    book.write()
    journal.finish(book.claim, "done", {"said": HOSTILE})
    assert journal.run("r_1").summary == {"said": HOSTILE}


def test_every_column_of_text_is_accounted_for() -> None:
    """The bodies are bytes; a new column of text must be checked like those of this test."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    texts = {
        str(column)
        for table in TABLES.tables.values()
        for column in table.c
        if "CHAR" in column.type.compile(dialect)
    }
    assert texts == {
        *(f"run.{name}" for name in ("name", "scenario", "engine", "status", "digest")),
        *(f"run.{name}" for name in ("created_at", "updated_at", "host", "born", "parent")),
        *("answer.agent", "answer.about", "clock.committed_at", "stamp.identity"),
        *("study.name", "trial.study", "trial.run"),
        *("commons.name", "shared.commons", "shared.name", "offer.commons", "offer.op"),
        "command.op",
        *(f"acknowledged.{name}" for name in ("run", "moment", "note", "by_whom")),
        *(f"api_key.{name}" for name in ("id", "name", "scopes", "created_at", "revoked_at")),
        *(f"inquiry.{name}" for name in ("name", "scenario", "status", "reason")),
        *(f"inquiry.{name}" for name in ("created_at", "host", "born")),
        *("told.run", "told.id"),
    }


@pytest.mark.asyncio(loop_scope="function")
async def test_a_follower_hears_another_process_within_a_fifth_of_a_second(
    journal: Journal, other_process: Callable[[], Any]
) -> None:
    scribe = other_process()
    scribe.ask("create", "r_1")
    slices, took = journal.follow("r_1"), []
    async with asyncio.timeout(20):
        for _ in range(7):
            waiting = asyncio.ensure_future(anext(slices))
            await asyncio.sleep(0)
            await asyncio.to_thread(scribe.ask, "commit", 1)
            acknowledged = monotonic()
            await waiting
            took.append(monotonic() - acknowledged)
    assert sorted(took)[len(took) // 2] <= 0.2, took


def test_after_the_server_was_lost_the_journal_goes_on_with_every_acknowledged_event(
    other_server: Postgres,
) -> None:
    with Journal.open(other_server.make_schema("lost")) as journal:
        book = Book(journal, "r_1")
        book.write()
        other_server.stop()
        batch = Batch(history(book.log), [], [], round=2)
        with pytest.raises(StoreError, match="the server was lost; an unfinished commit is there"):
            journal.commit(book.claim, batch)
        with pytest.raises(StoreError, match="Connection refused"):
            journal.run("r_1")
        other_server.start()
        assert list(book.read()) == book.written
        journal.commit(book.claim, batch)
        assert journal.verify("r_1").seq == len(book.written) + len(batch.entries)


def test_a_reader_that_may_not_write_reads_and_is_told_when_it_tries(place: str) -> None:
    with Journal.open(place) as journal:
        book = Book(journal, "r_1")
        book.write()
    url = make_url(place)
    said = f"{url.query['options']} -cdefault_transaction_read_only=on"
    may_only_read = url.update_query_dict({"options": said}).render_as_string(False)
    with Journal.open(may_only_read, create=False) as journal:
        assert journal.verify("r_1").seq == len(book.written)
        with pytest.raises(StoreError, match="this server, or user, may only read"):
            journal.commit(book.claim, Batch(history(book.log), [], [], round=2))


def test_a_locked_run_is_waited_for_and_nothing_is_lost_by_it(journal: Journal, place: str) -> None:
    book = Book(journal, "r_1")
    with journal._store.writing() as connection:
        connection.exec_driver_sql("SET lock_timeout = '20ms'")
    batch = Batch(history(book.log), [], [], round=1)
    other = Store(database_at(place))
    with other.writing() as connection:
        connection.execute(RUN.update().values(round=0))
        with pytest.raises(StoreError, match="another process has kept the run locked for 30 s"):
            journal.commit(book.claim, batch)
    other.close()
    journal.commit(book.claim, batch)
    assert journal.verify("r_1").seq == len(batch.entries)


def test_runs_of_several_processes_do_not_wait_for_each_other(place: str) -> None:
    with Journal.open(place) as mine, Journal.open(place) as other:
        first, second = Book(mine, "r_1"), Book(other, "r_2")
        with mine._store.writing() as connection:
            connection.execute(RUN.update().where(RUN.c.name == "r_1").values(round=0))
            second.write()
            assert list(second.read()) == second.written
        first.write()


def test_without_its_driver_one_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"db\.example/runs: PostgreSQL needs the driver psycopg"):
        database_at("postgresql://ada:secret@db.example/runs").engines()


def test_a_release_that_does_not_tell_its_snapshot_is_refused(place: str) -> None:
    database = database_at(place)
    engines = database.engines()
    engines[0].connect().close()
    engines[0].dialect.server_version_info = (OLDEST - 1, 4)
    with pytest.raises(StoreError, match=f"PostgreSQL {OLDEST - 1} is older than {OLDEST}"):
        database.make_ready(engines[0], create=True)
    for engine in engines:
        engine.dispose()
