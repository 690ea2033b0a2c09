"""Keys: make one, list them, revoke one. Each takes a key that opens ``admin``."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import Field
from starlette.exceptions import HTTPException

from memory.apikey import LONGEST_NAME, KeyRecord, Scope
from memory.envelope import Frozen
from memory.errors import BadInput
from orchestrator.api.access import needs
from orchestrator.api.guard import wants_json
from orchestrator.api.service import Serving
from orchestrator.api.strict import Strict

router = APIRouter(prefix="/v1/keys", tags=["keys"], dependencies=[needs("admin")])

ID = Annotated[str, Path(description="A key's id.")]


class Wanted(Strict):
    """A key to be made: who will hold it, and what it is to open."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    scopes: list[Scope] = Field(min_length=1, max_length=5)


class MadeKey(KeyRecord):
    """A key that was made now. ``key`` is told this once; only its hash is kept."""

    key: str


class KeyList(Frozen):
    """Every key, revoked ones too, the oldest first."""

    items: list[KeyRecord]


@router.post("", status_code=201, dependencies=[Depends(wants_json)])
def make_key(wanted: Wanted, at: Serving) -> MadeKey:
    """Make a key; it is shown in this answer and never again."""
    made = at.journal.keys.make(wanted.name, wanted.scopes)
    return MadeKey(**made.record.model_dump(), key=made.secret)


@router.get("")
def list_keys(at: Serving) -> KeyList:
    """List the keys, without their secrets."""
    return KeyList(items=at.journal.keys.all())


@router.delete("/{key}")
def revoke_key(key: ID, at: Serving) -> KeyRecord:
    """Let a key open nothing from now on."""
    try:
        return at.journal.keys.revoke(key)
    except BadInput as error:
        raise HTTPException(404, "there is no key with such an id") from error
