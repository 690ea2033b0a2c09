"""What there is to run and to watch with: policies and monitors, and their parameters."""

import inspect
from collections.abc import Mapping

from fastapi import APIRouter
from pydantic import JsonValue

from memory.envelope import Frozen
from memory.truth import Motive
from monitors import CATALOGUE as MONITORS
from orchestrator.api.access import needs
from orchestrator.compose import POLICIES
from subagents.organisms import CATALOGUE as ORGANISMS

router = APIRouter(prefix="/v1", tags=["catalogue"], dependencies=[needs("read")])


class Parameter(Frozen):
    """A parameter in YAML, its type in words, and its default where it has one."""

    name: str
    type: str
    is_required: bool
    default: JsonValue = None


class Entry(Frozen):
    """One name of the catalogue: what it is, in a sentence and in full."""

    name: str
    about: str
    details: str
    parameters: list[Parameter]


class PolicyEntry(Entry):
    """A policy. Of an organism it is known what it is for, and whether it takes too much."""

    is_organism: bool
    motive: Motive | None = None
    excess: bool | None = None


class Policies(Frozen):
    """Every policy under its name in YAML."""

    items: list[PolicyEntry]


class Monitors(Frozen):
    """Every monitor under its name in YAML."""

    items: list[Entry]


@router.get("/policies")
async def list_policies() -> Policies:
    """List the policies that a scenario may name."""
    return Policies(items=[_policy(name) for name in POLICIES])


@router.get("/monitors")
async def list_monitors() -> Monitors:
    """List the monitors that a scenario may name."""
    return Monitors(items=[Entry.model_validate(_told(name, MONITORS)) for name in MONITORS])


def _policy(name: str) -> PolicyEntry:
    organism = ORGANISMS.get(name)
    known = {"motive": organism.motive, "excess": organism.excess} if organism else {}
    told = _told(name, POLICIES) | {"is_organism": organism is not None}
    return PolicyEntry.model_validate(told | known)


def _told(name: str, catalogue: Mapping[str, object]) -> dict[str, object]:
    kind = catalogue[name]
    assert callable(kind)
    about, _, details = (inspect.getdoc(kind) or "").partition("\n")
    parameters = [_parameter(each) for each in inspect.signature(kind).parameters.values()]
    return {
        "name": name,
        "about": about,
        "details": details.strip(),
        "parameters": parameters,
    }


def _parameter(given: inspect.Parameter) -> Parameter:
    is_required = given.default is inspect.Parameter.empty
    default = None if is_required else given.default
    plain = default if isinstance(default, str | int | float | bool | type(None)) else str(default)
    return Parameter(
        name=given.name,
        type=inspect.formatannotation(given.annotation),
        is_required=is_required,
        default=plain,
    )
