"""An editor's schema says what the loader accepts."""

import json
import re
from typing import Any

import pytest

from scenarios.catalogue import FOLDER, catalogue
from scenarios.document import read
from scenarios.loader import DEFAULTS
from scenarios.node import plain
from scenarios.problem import Faults
from scenarios.schema import FILE, author_schema, schema_text
from scenarios.shape import known_keys
from scenarios.spec import Scenario

SCHEMA = author_schema()
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "number": (int, float),
    "integer": int,
    "null": type(None),
}


def fits(value: Any, schema: dict[str, Any]) -> bool:
    """Judge ``value`` by the words of JSON Schema that ours uses."""
    if "$ref" in schema:
        return fits(value, SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema:
        return any(fits(value, each) for each in schema["anyOf"])
    if schema.get("type") == "boolean":
        return isinstance(value, bool)
    if not isinstance(value, TYPES[schema["type"]]) or isinstance(value, bool):
        return False
    if isinstance(value, dict):
        fields, rest = schema.get("properties", {}), schema.get("additionalProperties", True)
        shapes = schema.get("patternProperties", {})
        fields = fields | {k: s for k in value for p, s in shapes.items() if re.search(p, k)}
        return (
            all(key in value for key in schema.get("required", ()))
            and all(fits(key, schema.get("propertyNames", {"type": "string"})) for key in value)
            and schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", 1e9)
            and all(
                fits(each, fields[key])
                if key in fields
                else rest is True or (rest is not False and fits(each, rest))
                for key, each in value.items()
            )
        )
    if isinstance(value, list):
        return all(fits(each, schema["items"]) for each in value)
    if isinstance(value, str):
        return (
            value in schema.get("enum", [value])
            and re.search(schema.get("pattern", ""), value) is not None
            and schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 1e9)
        )
    return value is None or schema.get("minimum", value) <= value <= schema.get("maximum", value)


def data_of(text: str) -> Any:
    return plain(read("mine.yaml", text, Faults("mine.yaml")))


def test_the_committed_schema_is_the_generated_one() -> None:
    assert FILE.read_text(encoding="utf-8") == schema_text(), "write schema_text() to schema.json"


def test_its_keys_are_the_keys_that_are_accepted() -> None:
    assert set(SCHEMA["properties"]) == set(known_keys(Scenario))


def test_every_reference_leads_somewhere_and_every_part_is_used() -> None:
    used = set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(SCHEMA)))
    assert used == set(SCHEMA["$defs"])


def test_every_key_is_explained() -> None:
    parts = [SCHEMA, *SCHEMA["$defs"].values()]
    silent = [
        key
        for part in parts
        for key, field in part.get("properties", {}).items()
        if "description" not in field and "$ref" not in field
    ]
    assert silent == []


@pytest.mark.parametrize("path", [*sorted(FOLDER.glob("*.yaml"))], ids=catalogue())
def test_the_catalogue_fits(path: Any) -> None:
    assert fits(data_of(path.read_text(encoding="utf-8")), SCHEMA)


def test_the_defaults_fit_but_for_the_name() -> None:
    defaults = data_of(DEFAULTS.read_text(encoding="utf-8"))
    assert fits({"scenario": "defaults", **defaults}, SCHEMA)


@pytest.mark.parametrize(
    ("text", "is_fine"),
    [
        ("workers: honest", True),
        ("workers: [honest, {policy: ratchet, grip: 50%}]", True),
        ("workers: [{count: 3}]", False),
        ("chain: {life: 24 turns, handoff: 95%}", True),
        ("chain: {life: 24 rounds}", False),
        ("chain: {lief: 24}", False),
        ("world: {rounds: '1_000'}", True),
        ("world: {tools: [pay: {needs_approval_over: 5}]}", True),
        ("world: {tools: [buy]}", False),
        ("world: {need: {compute: {surge: {from: round 3, for: 2, times: 130%}}}}", True),
        ("world: {resources: {compute: {lot: 0}}}", False),
        ("monitors: [over_need: {pool: [fleet]}, unaccounted]", True),
        ("expect: {as written: {alarms: {over_need: loud}}}", False),
        ("vary: {}", False),
        ("extends: [just_in_case, ./mine.yaml]", True),
    ],
)
def test_it_tells_what_authors_may_write(text: str, is_fine: bool) -> None:
    assert fits({"scenario": "mine", **data_of(text)}, SCHEMA) is is_fine
