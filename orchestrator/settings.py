"""Settings: read once from the environment at the doors, and passed down from there."""

import os
from typing import NamedTuple

from memory.redaction import secrets_of

DEFAULT_STORE = ".superorganism/journal.db"


class Settings(NamedTuple):
    """What the environment says.

    ``store`` is the journal's place, a path or a URL; ``redis`` the URL of the server between
    processes, if there is to be one.
    """

    store: str = DEFAULT_STORE
    redis: str | None = None


def read_settings(store: str | None = None, redis: str | None = None) -> Settings:
    """Return the settings: what the door was given, else the environment, else the default."""
    return Settings(
        store=store or os.environ.get("SUPERORGANISM_STORE") or DEFAULT_STORE,
        redis=redis or os.environ.get("SUPERORGANISM_REDIS") or None,
    )


def read_secrets() -> list[str]:
    """Return the values of the environment that must not be shown to anyone."""
    return secrets_of(os.environ)


def read_model_keys() -> list[str]:
    """Return the names of the environment's variables that hold a model provider's key."""
    return sorted(name for name in os.environ if name.endswith("_API_KEY") and os.environ[name])
