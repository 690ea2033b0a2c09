"""Keys: shown once, kept as a hash, of no use once revoked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from memory.apikey import SCOPES
from memory.errors import BadInput
from memory.journal import Journal


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(str(tmp_path / "journal.db")) as journal:
        yield journal


def test_the_store_holds_no_secret(journal: Journal, tmp_path: Path) -> None:
    made = journal.keys.make("nightly", SCOPES)
    tail = made.secret.rpartition("_")[2][-20:]
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert made.record.id.encode() in stored
    assert tail.encode() not in stored
    assert tail not in repr(journal.keys.all())


def test_only_the_very_key_opens(journal: Journal) -> None:
    made = journal.keys.make("ada", ["read"])
    other = journal.keys.make("bob", ["admin"])
    head, _, tail = made.secret.rpartition("_")
    assert journal.keys.find(made.secret) == made.record
    wrong = [f"key_{other.record.id}_{tail[:43]}", made.secret[:-1], f"{made.secret} ", ""]
    wrong += [made.secret.upper(), head, f"{head}_{'A' * 43}", f"key_{'0' * 12}_{'A' * 43}"]
    assert [key for key in wrong if journal.keys.find(key)] == []


def test_a_revoked_key_opens_nothing_and_stays_in_the_list(journal: Journal) -> None:
    made = journal.keys.make("ada", ["read"])
    assert journal.keys.are_there
    gone = journal.keys.revoke(made.record.id)
    assert journal.keys.find(made.secret) is None
    assert not journal.keys.are_there
    assert journal.keys.revoke(made.record.id) == gone
    assert journal.keys.all() == [gone]


def test_scopes_are_kept_in_one_order_and_once(journal: Journal) -> None:
    assert journal.keys.make("ada", ["truth", "read", "read"]).record.scopes == ("read", "truth")


@pytest.mark.parametrize(
    ("name", "scopes", "said"),
    [
        ("ada", ["rea"], "scope is 'rea'; known: read, run, act, truth, admin"),
        ("ada", [], "a key opens something: name at least one scope"),
        ("", ["read"], "a key's name has 1 to 64 characters, not 0"),
        ("x" * 65, ["read"], "a key's name has 1 to 64 characters, not 65"),
        ("a\0", ["read"], "holds a character that cannot be stored"),
    ],
)
def test_what_makes_no_key_is_told(
    journal: Journal, name: str, scopes: list[str], said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        journal.keys.make(name, scopes)
    assert journal.keys.all() == []


def test_a_key_that_is_not_there_cannot_be_revoked(journal: Journal) -> None:
    made = journal.keys.make("ada", ["read"]).record
    with pytest.raises(BadInput, match=f"there is no key .*{made.id}"):
        journal.keys.revoke(f"{made.id[:-1]}x")
