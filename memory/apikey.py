"""Keys to the service: made once, shown once, kept as a hash, revoked at any time.

A key is ``key_<id>_<secret>``. The id is public and finds the row; of the secret the store
holds the SHA-256 alone. A secret of 256 random bits needs no slow hash: there is nothing to
guess. Whoever reads the store cannot come in with what it holds.
"""

import re
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest
from typing import Literal, NamedTuple, get_args

from pydantic import AwareDatetime
from sqlalchemy import insert, select, update

from memory.envelope import Frozen
from memory.errors import BadInput, did_you_mean
from memory.record import check_text
from memory.store import Store
from memory.tables import API_KEY, AnyRow

Scope = Literal["read", "run", "act", "truth", "admin"]
"""What a key opens: ``read`` looks at runs; ``run`` begins, stops and feeds them; ``act`` is the
owner's hand in them; ``truth`` shows what is sealed; ``admin`` makes and revokes keys. None
includes another."""

SCOPES: tuple[Scope, ...] = get_args(Scope)

LONGEST_NAME = 64

_KEY = re.compile(r"key_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_NOBODY = bytes(32)


class KeyRecord(Frozen):
    """A key, without its secret.

    Attributes
    ----------
    id
        What it is called; it stands in the key itself and opens nothing.
    name
        Who or what holds it, in its maker's words.
    scopes
        What it opens.
    revoked_at
        Since when it opens nothing any more.
    """

    id: str
    name: str
    scopes: tuple[Scope, ...]
    created_at: AwareDatetime
    revoked_at: AwareDatetime | None = None


class NewKey(NamedTuple):
    """A key that was made now; nobody can read its ``secret`` again."""

    record: KeyRecord
    secret: str


class Keys:
    """The keys of a store.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from memory.store import database_at
    >>> with TemporaryDirectory() as folder:
    ...     store = Store(database_at(f"{folder}/journal.db"))
    ...     keys = Keys(store)
    ...     made = keys.make("nightly", ["run", "read"])
    ...     found = keys.find(made.secret)
    ...     _ = keys.revoke(made.record.id)
    ...     found == made.record, found.scopes, keys.find(made.secret), keys.find("key_1_2")
    ...     store.close()
    (True, ('read', 'run'), None, None)
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def make(self, name: str, scopes: Iterable[str]) -> NewKey:
        """Make a key.

        Parameters
        ----------
        name
            Who or what will hold it: 1 to 64 characters.
        scopes
            What it opens, at least one of :data:`SCOPES`.

        Raises
        ------
        BadInput
            If the name cannot be kept, or a scope is unknown.
        """
        check_text("a key's name", name)
        if not 1 <= len(name) <= LONGEST_NAME:
            raise BadInput(f"a key's name has 1 to {LONGEST_NAME} characters, not {len(name)}")
        opened = _checked(scopes)
        id, tail = secrets.token_hex(6), secrets.token_urlsafe(32)
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        row = {"id": id, "name": name, "scopes": " ".join(opened), "created_at": now}
        with self._store.writing() as connection:
            connection.execute(insert(API_KEY).values(digest=_digest(tail), **row))
        record = KeyRecord(id=id, name=name, scopes=opened, created_at=datetime.fromisoformat(now))
        return NewKey(record, f"key_{id}_{tail}")

    def all(self) -> list[KeyRecord]:
        """Return every key, revoked ones too, the oldest first."""
        query = select(API_KEY).order_by(API_KEY.c.created_at, API_KEY.c.id)
        with self._store.reading() as connection:
            return [_record(row) for row in connection.execute(query)]

    def revoke(self, id: str) -> KeyRecord:
        """Let a key open nothing from now on; revoking it twice is once.

        Raises
        ------
        BadInput
            If there is no such key.
        """
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        held = API_KEY.c.id == id
        with self._store.writing() as connection:
            fresh = update(API_KEY).where(held, API_KEY.c.revoked_at.is_(None))
            connection.execute(fresh.values(revoked_at=now))
            row = connection.execute(select(API_KEY).where(held)).one_or_none()
        if row is None:
            hint = did_you_mean(id, (record.id for record in self.all()))
            raise BadInput(f"there is no key {id!r}{hint}")
        return _record(row)

    def find(self, key: str) -> KeyRecord | None:
        """Return the record of a key that opens something, or None.

        It takes as long for a wrong secret as for a right one.
        """
        shape = _KEY.fullmatch(key)
        if shape is None:
            return None
        id, tail = shape.groups()
        with self._store.reading() as connection:
            row = connection.execute(select(API_KEY).where(API_KEY.c.id == id)).one_or_none()
        is_right = compare_digest(row.digest if row else _NOBODY, _digest(tail))
        return _record(row) if row and is_right and row.revoked_at is None else None

    @property
    def are_there(self) -> bool:
        """Whether any key opens anything."""
        return any(record.revoked_at is None for record in self.all())


def _checked(scopes: Iterable[str]) -> tuple[Scope, ...]:
    asked = list(scopes)
    for scope in asked:
        if scope not in SCOPES:
            hint = did_you_mean(scope, SCOPES)
            raise BadInput(f"scope is {scope!r}; known: {', '.join(SCOPES)}{hint}")
    if not asked:
        raise BadInput(f"a key opens something: name at least one scope of {', '.join(SCOPES)}")
    return tuple(scope for scope in SCOPES if scope in asked)


def _digest(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def _record(row: AnyRow) -> KeyRecord:
    return KeyRecord(
        id=row.id,
        name=row.name,
        scopes=_checked(row.scopes.split()),
        created_at=datetime.fromisoformat(row.created_at),
        revoked_at=datetime.fromisoformat(row.revoked_at) if row.revoked_at else None,
    )
