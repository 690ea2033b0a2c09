"""What tests of every floor may ask for: real servers, of PostgreSQL and of Redis."""

import os
from collections.abc import Iterator
from itertools import count
from typing import NoReturn

import pytest

from benchmarks.server import (
    HOW_TO_INSTALL,
    HOW_TO_INSTALL_REDIS,
    Postgres,
    Redis,
    binaries,
    redis_binary,
)

SCHEMAS = count(1)


def lacking(why: str) -> NoReturn:
    """Skip what cannot be tested here; where everything must be, fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """Start one server for all tests of this process, where the system has one."""
    if binaries() is None:
        lacking(f"there is no PostgreSQL server here; {HOW_TO_INSTALL}")
    with Postgres(fsync=False) as server:
        yield server


@pytest.fixture
def postgres_place(postgres_server: Postgres) -> str:
    """Return the URL of a journal on the server that nobody has made yet."""
    return postgres_server.make_schema(f"test_{next(SCHEMAS)}")


@pytest.fixture
def redis_server() -> Iterator[Redis]:
    """Start a Redis server of the test's own, for it to ask, to flush and to kill."""
    if redis_binary() is None:
        lacking(f"there is no Redis server here; {HOW_TO_INSTALL_REDIS}")
    with Redis() as server:
        yield server
