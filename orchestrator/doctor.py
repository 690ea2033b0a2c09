"""What is installed here, what can be reached and written, and what that is needed for."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from typing import Literal, NamedTuple

from memory.errors import BadInput, BusDown, SuperorganismError
from memory.journal import Journal
from memory.redis_bus import bus_at
from memory.sqlite import SqliteFile
from memory.store import database_at
from orchestrator.settings import Settings, read_model_keys

State = Literal["ok", "absent", "broken"]

NEEDS = {
    "litellm": "ask real models",
    "langgraph": "carry a worker from life to life",
    "matplotlib": "draw figures of judgements: monitor eval --plots",
    "numba": "bet on millions of rounds a second: monitors.batch",
    "pyarrow": "write Parquet: sweeps, judgements, a run's artifacts",
    "pandas": "hand events over as data frames; without it they come as lists of records",
    "psycopg": "keep the journal on a PostgreSQL server",
}
"""The libraries that somebody may ask about, and what each is for."""

INSTALL = {
    "matplotlib": "pip install 'superorganism[analysis]'",
    "numba": "pip install 'superorganism[fast]'",
    "pyarrow": "pip install 'superorganism[analysis]'",
    "pandas": "pip install 'superorganism[frames]'",
    "psycopg": "pip install 'superorganism[postgres]'",
}
"""How the optional ones are had."""


class Finding(NamedTuple):
    """One thing that was looked at.

    ``absent`` is what nobody has asked for and something would need; ``broken`` is what was
    asked for, or must be there, and does not work: ``found`` then says what to do.
    """

    what: str
    state: State
    found: str
    needed_to: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Look at everything that a run may need; nothing is written, and no model is asked.

    Examples
    --------
    >>> for finding in examine(Settings("/nowhere/at/all/journal.db"))[:2]:
    ...     print(finding.what, finding.state)
    python ok
    superorganism ok
    """
    return [
        Finding("python", "ok", platform.python_version()),
        Finding("superorganism", "ok", version("superorganism")),
        _journal(settings.store),
        _redis(settings.redis),
        _page(),
        _api_keys(settings.store),
        *(_library(name) for name in NEEDS),
        _keys(),
    ]


def is_fit(findings: list[Finding]) -> bool:
    """Whether everything that was asked for works."""
    return all(finding.state != "broken" for finding in findings)


def _journal(store: str) -> Finding:
    needed = "keep runs"
    try:
        database = database_at(store)
        problem = _unwritable(database.path) if isinstance(database, SqliteFile) else ""
        if problem:
            return Finding("journal", "broken", problem, needed)
        if isinstance(database, SqliteFile) and not database.path.exists():
            found = f"{database.name}: not there yet; the first run makes it"
            return Finding("journal", "ok", found, needed)
        with Journal.open(store, create=False) as journal:
            runs = len(journal.runs())
    except SuperorganismError as error:
        return Finding("journal", "broken", str(error), needed)
    return Finding(
        "journal", "ok", f"{database.name}: {runs} run{'' if runs == 1 else 's'}", needed
    )


def _unwritable(path: Path) -> str:
    """Return why nobody could write a journal at a path, or nothing."""
    nearest = path
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if nearest != path and not nearest.is_dir():
        return f"{path}: {nearest} is not a folder"
    if os.access(nearest, os.W_OK):
        return ""
    return f"{path}: {nearest} may not be written by you; choose another place with --store"


def _redis(url: str | None) -> Finding:
    needed = "tell other processes of a commit at once"
    if url is None:
        found = "not asked for: processes look for one another's commits 20 times a second"
        return Finding("redis", "absent", found, needed)
    try:
        bus = bus_at(url)
        assert bus is not None
        bus.newest("doctor")
        bus.close()
    except (BadInput, BusDown) as error:
        return Finding("redis", "broken", str(error), needed)
    return Finding("redis", "ok", bus.name, needed)


def _page() -> Finding:
    """Look whether the page was built into this package."""
    needed = "look through runs in a browser: serve"
    page = files("orchestrator") / "static" / "index.html"
    if page.is_file():
        return Finding("page", "ok", "built", needed)
    return Finding("page", "broken", "not built: install superorganism again", needed)


def _api_keys(store: str) -> Finding:
    """Look whether anyone from beyond this machine could be let in."""
    needed = "serve others: serve --host"
    try:
        with Journal.open(store, create=False) as journal:
            count = sum(record.revoked_at is None for record in journal.keys.all())
    except SuperorganismError:
        count = 0
    if count:
        return Finding("api keys", "ok", f"{count}", needed)
    return Finding("api keys", "absent", "none: superorganism keys new NAME", needed)


def _library(name: str) -> Finding:
    try:
        return Finding(name, "ok", version(name), NEEDS[name])
    except PackageNotFoundError:
        state: State = "absent" if name in INSTALL else "broken"
        found = f"not installed: {INSTALL.get(name, 'install superorganism again')}"
        return Finding(name, state, found, NEEDS[name])


def _keys() -> Finding:
    names = read_model_keys()
    if not names:
        found = (
            "no provider's key is in the environment, such as OPENAI_API_KEY; organisms need none"
        )
        return Finding("model keys", "absent", found, "ask real models")
    return Finding("model keys", "ok", ", ".join(names), "ask real models")
