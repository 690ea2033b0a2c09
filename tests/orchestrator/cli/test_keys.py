"""The verbs ``keys``: a key is told once, on standard output alone."""

import json
from collections.abc import Callable
from typing import Any

import pytest

Call = Callable[..., Any]


def test_a_key_is_printed_once_and_listed_without_its_secret(cli: Call) -> None:
    made = cli("keys", "new", "nightly", "--scope", "run", "--scope", "read")
    key = made.out.strip()
    assert made.code == 0 and key.startswith("key_") and "\n" not in key
    assert "opens read, run" in made.err and key not in made.err
    listed = cli("keys", "list").out
    assert "nightly" in listed and key[-20:] not in listed
    (record,) = json.loads(cli("keys", "list", "--json").out)
    assert record["scopes"] == ["read", "run"] and set(record) >= {"id", "created_at"}


def test_a_key_reads_by_default(cli: Call) -> None:
    told = json.loads(cli("keys", "new", "ada", "--json").out)
    assert told["scopes"] == ["read"] and told["key"].startswith(f"key_{told['id']}_")


def test_a_revoked_key_says_since_when(cli: Call) -> None:
    id = json.loads(cli("keys", "new", "ada", "--json").out)["id"]
    assert "opens nothing any more" in cli("keys", "revoke", id).out
    assert json.loads(cli("keys", "list", "--json").out)[0]["revoked_at"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("new", "ada", "--scope", "raed"), "did you mean 'read'"),
        (("revoke", "0" * 12), "there is no key"),
    ],
)
def test_what_cannot_be_done_is_told(cli: Call, words: tuple[str, ...], said: str) -> None:
    cli("keys", "new", "bob")
    answer = cli("keys", *words)
    assert answer.code == 2 and said in answer.err
