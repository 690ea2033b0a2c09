"""The store: opened by path or URL, private, fully synchronised, and plain about its errors."""

import sqlite3
import stat
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import create_engine, insert, select

from memory.errors import BadInput, CorruptJournal, StoreError
from memory.sqlite import SqliteFile, check_schema
from memory.store import Store, database_at
from memory.tables import CLOCK, SCHEMA, STAMP

TICK = {"run": 1, "seq": 1, "round": 1, "committed_at": "", "place": 1, "verdicts": 0}


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("runs/journal.db", "runs/journal.db"),
        ("sqlite:///runs/journal.db", "runs/journal.db"),
        ("sqlite:////var/runs/journal.db", "/var/runs/journal.db"),
        ("/var/runs/a journal%20#1?.db", "/var/runs/a journal%20#1?.db"),
    ],
)
def test_a_path_and_a_url_name_the_same_file(url: str, path: str) -> None:
    assert database_at(url).name == path


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://ada:secret@host/runs", "a journal on mysql is not possible; give a path"),
        ("redis://host", "a journal on redis is not possible; give a path, sqlite:///path or"),
        ("sqlite+aiosqlite:///a.db", "not possible"),
        ("postgresql+asyncpg://ada:secret@host/a", "not possible"),
        ("postgresql:/ada:secret@host/runs", "lacks '//' behind its scheme"),
        ("postgresql://ada:x@host:secret/runs", "the journal's URL cannot be read"),
        ("sqlite://", "names none"),
        ("sqlite:///:memory:", "a journal is a file"),
        (":memory:", "a journal is a file"),
        ("", "a journal is a file"),
        ("://a b", "the journal's URL cannot be read; give a path"),
    ],
)
def test_a_url_that_names_no_file_is_refused_and_its_password_not_repeated(
    url: str, message: str
) -> None:
    with pytest.raises(BadInput, match=message) as refusal:
        database_at(url)
    assert "secret" not in str(refusal.value)


def test_a_new_file_and_its_folder_are_made_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "journal.db"
    store = Store(SqliteFile(path))
    with store.writing() as connection:
        connection.execute(insert(CLOCK), TICK)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    store.close()
    assert modes == {name: 0o600 for name in ("journal.db", "journal.db-wal", "journal.db-shm")}
    assert [file.name for file in path.parent.iterdir()] == ["journal.db"]


def test_commits_are_logged_ahead_and_fully_synchronised(tmp_path: Path) -> None:
    store = Store(SqliteFile(tmp_path / "journal.db"))
    with store.writing() as writer:
        said = [
            writer.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "busy_timeout")
        ]
    store.close()
    assert said == ["wal", 2, 30_000]


def test_without_leave_to_make_one_a_missing_journal_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no journal here; the first run makes one"):
        Store(SqliteFile(tmp_path / "journal.db"), create=False)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_becomes_a_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.touch()
    Store(SqliteFile(path)).close()
    Store(SqliteFile(path), create=False).close()


def test_a_folder_is_no_journal(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="a journal is a file, and this is a folder"):
        Store(SqliteFile(tmp_path))


def test_a_file_that_is_no_database_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("to buy: milk\n" * 100)
    with pytest.raises(StoreError, match=r"notes.txt: the file is not a SQLite database"):
        Store(SqliteFile(path))
    assert path.read_text() == "to buy: milk\n" * 100


def test_somebody_elses_database_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "bookmarks.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE bookmark (url TEXT)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="this is a database, but not a journal of runs"):
        Store(SqliteFile(path))
    assert path.read_bytes() == before


@pytest.mark.parametrize("schema", [SCHEMA - 1, 99])
def test_a_journal_of_another_schema_is_refused(tmp_path: Path, schema: int) -> None:
    path = tmp_path / "journal.db"
    Store(SqliteFile(path)).close()
    with sqlite3.connect(path) as other:
        other.execute("UPDATE stamp SET version = ?", (schema,))
    other.close()
    with pytest.raises(StoreError, match=f"has schema {schema}, and this version reads {SCHEMA}"):
        Store(SqliteFile(path))


@pytest.mark.parametrize("place", ["file/journal.db", "a\0b", "x" * 300, "/proc/journal.db"])
def test_a_place_where_no_file_can_be_made_is_named_with_the_reason(
    tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"there can be no journal here \(.+\)"):
        Store(SqliteFile(tmp_path / place))


def test_after_a_refused_write_nothing_more_is_written_until_it_is_opened_again(
    tmp_path: Path,
) -> None:
    path = tmp_path / "journal.db"
    store = Store(SqliteFile(path))
    refused = pytest.raises(StoreError, match="cannot be written; look at its permissions")
    with refused, store.writing() as writer:
        writer.exec_driver_sql("PRAGMA query_only=ON")
        writer.execute(insert(STAMP).values(version=98, identity="x"))
    stopped = pytest.raises(StoreError, match="Nothing more is written; open it again")
    with stopped, store.writing():
        pass
    with store.reading() as reader:
        assert reader.execute(select(STAMP.c.version)).scalars().all() == [SCHEMA]
    store.close()
    again = Store(SqliteFile(path))
    with again.writing() as writer:
        writer.execute(insert(STAMP).values(version=98, identity="x"))
    again.close()


def test_many_may_make_the_same_journal_at_once(tmp_path: Path) -> None:
    opened: list[Store] = []
    path = tmp_path / "journal.db"
    threads = [Thread(target=lambda: opened.append(Store(SqliteFile(path)))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == len(threads)
    for store in opened:
        with store.reading() as connection:
            assert connection.execute(select(STAMP.c.version)).scalars().all() == [SCHEMA]
        store.close()


def test_a_reader_does_not_wait_for_a_writer_and_sees_only_what_is_committed(
    tmp_path: Path,
) -> None:
    store = Store(SqliteFile(tmp_path / "journal.db"))
    count = select(CLOCK.c.seq)
    with store.writing() as writer:
        writer.execute(insert(CLOCK), TICK)
        with store.reading() as reader:
            assert reader.execute(count).all() == []
    with store.reading() as reader:
        assert reader.execute(count).all() == [(1,)]
    store.close()


def test_an_error_inside_a_transaction_undoes_all_of_it_and_closes_no_door(
    tmp_path: Path,
) -> None:
    store = Store(SqliteFile(tmp_path / "journal.db"))
    with pytest.raises(ZeroDivisionError), store.writing() as writer:
        writer.execute(insert(STAMP).values(version=98, identity="x"))
        _ = 1 / 0
    with store.writing() as writer:
        assert writer.execute(select(STAMP.c.version)).scalars().all() == [SCHEMA]
    store.close()


def test_the_number_of_changes_moves_with_every_commit_of_anyone(tmp_path: Path) -> None:
    mine, other = (
        Store(SqliteFile(tmp_path / "journal.db")),
        Store(SqliteFile(tmp_path / "journal.db")),
    )
    seen = [mine.changes(), mine.changes()]
    for number, store in enumerate((mine, other)):
        with store.writing() as writer:
            writer.execute(insert(STAMP).values(version=90 + number, identity="x"))
        seen.append(mine.changes())
    mine.close()
    other.close()
    assert seen[0] == seen[1]
    assert len(set(seen)) == 3


def test_a_damaged_database_is_called_corrupt(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    Store(SqliteFile(path)).close()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(CorruptJournal, match=r"journal.db: the database file is damaged"):
        Store(SqliteFile(path))


def test_a_database_that_cannot_log_ahead_is_refused() -> None:
    engine = create_engine("sqlite://")
    cannot = pytest.raises(StoreError, match="this file system cannot hold a write-ahead log")
    with cannot, engine.connect() as connection:
        check_schema("journal.db", connection)
    engine.dispose()


def test_a_closed_store_says_so_and_may_be_closed_again(tmp_path: Path) -> None:
    store = Store(SqliteFile(tmp_path / "journal.db"))
    store.close()
    store.close()
    for use in (store.writing, store.reading):
        with pytest.raises(StoreError, match="this journal has been closed"), use():
            pass
    with pytest.raises(StoreError, match="this journal has been closed"):
        store.changes()
