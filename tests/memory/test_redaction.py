"""Redaction: secrets go, the sentence stays."""

import time

import pytest

from memory.redaction import LONGEST, redacted, secrets_of


@pytest.mark.parametrize(
    "secret",
    [
        "sk-proj-a1b2c3d4e5f6",
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_0123456789abcdefghij",
        "xoxb-123456-abcdef",
        "AIzaSyA1234567890",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc",
    ],
)
def test_what_has_the_form_of_a_key_goes(secret: str) -> None:
    assert redacted(f"the key {secret} is refused") == "the key [redacted] is refused"


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ("Authorization: Bearer abcdef.ghi", "Authorization: [redacted]"),
        ("authorization=Basic YWRhOmh1bnRlcg==", "authorization=[redacted]"),
        ('{"x-api-key": "0123abcd"}', '{"x-api-key": "[redacted]"}'),
        ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG", "aws_secret_access_key = [redacted]"),
        ("PGPASSWORD=hunter22 psql", "PGPASSWORD=[redacted] psql"),
        ("postgresql://ada:hunter22@db:5432/runs", "postgresql://ada:[redacted]@db:5432/runs"),
        ("redis://:hunter22@db:6379/0", "redis://:[redacted]@db:6379/0"),
        ("postgresql://ada:p@ss@db/runs", "postgresql://ada:[redacted]@db/runs"),
    ],
)
def test_what_is_named_as_a_secret_goes_and_its_name_stays(told: str, left: str) -> None:
    assert redacted(told) == left


@pytest.mark.parametrize(
    "sentence",
    [
        "catalogue/few_bad.yaml:10:21 workers.policy is 'shrad'; did you mean 'weak_shard'?",
        "runs/journal.db: the disk is full; http://127.0.0.1:8321/v1",
        "tokens used: 12; key 'amount' is missing; basic needs",
        "use/12/w07/compute of w07.3/15/1",
    ],
)
def test_an_ordinary_sentence_stays_as_it_is(sentence: str) -> None:
    assert redacted(sentence) == sentence


def test_known_secrets_go_wherever_they_stand_the_longest_first() -> None:
    assert redacted("ab-hunter22-more.", ["hunter22", "hunter22-more"]) == "ab-[redacted]."


def test_names_tell_which_values_of_an_environment_are_secret() -> None:
    environment = {
        "PATH": "/usr/bin:/bin",
        "ANTHROPIC_API_KEY": "sk-ant-123456",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI",
        "SUPERORGANISM_STORE": "postgresql://ada:in-a-url@db/runs",
        "TLS_PRIVATE_KEY": "-----BEGIN-----\nMIIEpAIBAAK\n",
        "KEY": "short",
    }
    found = secrets_of(environment)
    assert found == ["sk-ant-123456", "wJalrXUtnFEMI", "in-a-url", "-----BEGIN-----", "MIIEpAIBAAK"]


def test_a_long_text_is_cut_and_costs_little() -> None:
    before = time.process_time()
    for hostile in ("a" * 10**6, "token " * 10**5, "a://" * 10**5, "secret-" * 10**5, "-" * 10**6):
        assert len(redacted(hostile)) < 2 * LONGEST
    assert time.process_time() - before < 2
