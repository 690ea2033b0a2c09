"""What tests of every floor may ask for: a real PostgreSQL server."""

import os
from collections.abc import Iterator
from itertools import count

import pytest

from benchmarks.server import HOW_TO_INSTALL, Postgres, binaries

SCHEMAS = count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """Start one server for all tests of this process, where the system has one."""
    if binaries() is None:
        why = f"there is no PostgreSQL server here; {HOW_TO_INSTALL}"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    with Postgres(fsync=False) as server:
        yield server


@pytest.fixture
def postgres_place(postgres_server: Postgres) -> str:
    """Return the URL of a journal on the server that nobody has made yet."""
    return postgres_server.make_schema(f"test_{next(SCHEMAS)}")
