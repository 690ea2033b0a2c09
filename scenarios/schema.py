"""The JSON Schema of scenarios as authors write them: what an editor completes and explains.

It is made from the types and docstrings of :mod:`scenarios.spec`, widened where an author may
write less: one word, a unit, a part of what another file says. ``schema.json`` beside this
module is its text; a test keeps the two the same.
"""

import json
from pathlib import Path
from typing import Any, TypeAlias

from scenarios.shape import BESIDE_AXES
from scenarios.spec import DOTTED, Scenario

FILE = Path(__file__).with_name("schema.json")

# JSON Schema is JSON of any depth; naming its type would say no more.
Schema: TypeAlias = dict[str, Any]

_WORD: Schema = {"type": "string", "minLength": 1}
_GROUPED: Schema = {
    "description": "A number such as 600_000, which YAML 1.2 itself calls a text.",
    "type": "string",
    "pattern": r"^-?[0-9]+(_[0-9]+)+(\.[0-9]+)?$",
}

_SHORT = {
    "LibrarySpec": "entries",
    "BillsSpec": "payees",
    "BriefSpec": "budget",
    "StuckSpec": "after",
    "BudgetSpec": "calls_per_life",
    "HarnessSpec": "grants",
}
"""Parts that may be one value: that of this key."""


def author_schema() -> Schema:
    """Return the JSON Schema of a scenario's YAML.

    Examples
    --------
    >>> schema = author_schema()
    >>> schema["required"], schema["$defs"]["WorkerSpec"]["anyOf"][0]["type"]
    (['scenario'], 'string')
    """
    schema: Schema = _eased(Scenario.model_json_schema())
    parts = schema.pop("$defs")
    roster = parts["RosterSpec"]["properties"]
    names = ("World", "Need", "Worker", "Tool", "Monitor", "Expect")
    fields_of = {name: parts[f"{name}Spec"]["properties"] for name in names}
    top, world, need, group, tool, monitor, expect = schema["properties"], *fields_of.values()
    del group["parameters"], tool["parameters"], expect["who"]
    tool_name, monitor_name = tool.pop("name"), monitor.pop("name")
    parts["WorkerSpec"] |= {"additionalProperties": True, "required": ["policy"]}
    parts["WorkerSpec"] = {"anyOf": [_WORD, parts["WorkerSpec"]]}
    parts["ToolSpec"] = _word_or_details(tool_name, parts["ToolSpec"])
    # A tool of the user's own has whatever dials its author gave it.
    own = {"anyOf": [{"type": "object"}, {"type": "null"}]}
    parts["ToolSpec"]["anyOf"][1]["patternProperties"] = {f"^{DOTTED}$": own}
    control = parts["ControlSpec"]
    control["properties"]["policy_parameters"] = {"type": "object"}
    parts["ControlSpec"] = _word_or_details(control["properties"].pop("name"), control)
    parts["MonitorSpec"] = _word_or_details(monitor_name, {"type": "object"})
    parts["Grouped"] = _GROUPED
    for name, key in _SHORT.items():
        parts[name] = {"anyOf": [parts[name]["properties"][key], parts[name]]}
    for fields, key in (
        *((world, "tools"), (need, "surge"), (roster, "surge")),
        *((top, "workers"), (top, "monitors"), (top, "controls")),
    ):
        _widen(fields[key])
    for key in ("extends", "claims", "score"):
        _widen(top[key])
    for key in ("reflexes", "knowledge"):
        _widen(parts["AssemblyLineSpec"]["properties"][key]["anyOf"][0])
    _experiment(top, parts)
    top["expect"] = {
        "description": top["expect"]["description"],
        "type": "object",
        "additionalProperties": {"$ref": "#/$defs/ExpectSpec"},
    }
    top["at"] = _timeline(top["at"]["description"], parts)
    del parts["JsonValue"]
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": dialect, **schema, "required": ["scenario"], "$defs": parts}


def _experiment(top: Schema, parts: Schema) -> None:
    """Let an experiment be written as people do: paths to values, figures to predictions."""
    cells = {
        "anyOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}],
    }
    vary = parts.pop("VarySpec")["properties"]
    axis = {"type": "array", "minItems": 1, "description": vary["axes"]["description"]}
    top["vary"] = {
        "description": top["vary"]["description"],
        "type": "object",
        "minProperties": 1,
        "properties": {
            key: {"description": vary[key]["description"], **cells} for key in BESIDE_AXES
        },
        "additionalProperties": axis,
    }
    prediction = parts["PredictSpec"]
    figure = prediction["properties"].pop("figure")
    one = {"$ref": "#/$defs/PredictSpec"}
    top["predict"] = {
        "description": top["predict"]["description"],
        "type": "object",
        "propertyNames": {key: each for key, each in figure.items() if key != "description"},
        "additionalProperties": {"anyOf": [one, {"type": "array", "items": one}, {"type": "null"}]},
    }


def schema_text() -> str:
    """Return the text of ``schema.json``."""
    return json.dumps(author_schema(), indent=2, ensure_ascii=False) + "\n"


def _widen(field: Schema) -> None:
    """Let a list also be one of its entries alone."""
    one, most = field.pop("items"), field.pop("maxItems", None)
    del field["type"]
    field.pop("minItems", None)
    many = {"type": "array", "items": one} | ({"maxItems": most} if most else {})
    field["anyOf"] = [one, many]


def _timeline(description: str, parts: Schema) -> Schema:
    """Return the form of a timeline: moments, each with one thing or several that are done."""
    del parts["EntrySpec"]
    act = parts["InterventionSpec"]
    for key in ("parameters", "take"):
        del act["properties"][key]
    # Either `owner` or `probe` says what is done, and each brings keys of its own.
    act["additionalProperties"] = True
    act.pop("required", None)
    one: Schema = {"$ref": "#/$defs/InterventionSpec"}
    return {
        "description": description,
        "type": "object",
        "propertyNames": {
            "type": "string",
            "pattern": "^(round|handoff|each handoff|task done|when)\\b",
        },
        "additionalProperties": {"anyOf": [one, {"type": "array", "items": one}]},
    }


def _word_or_details(word: Schema, details: Schema) -> Schema:
    """Return the forms ``word`` and ``word: {...}``."""
    detailed = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "propertyNames": word,
        "additionalProperties": {"anyOf": [details, {"type": "null"}]},
    }
    return {"anyOf": [word, detailed]}


def _eased(node: Any) -> Any:
    """Return a schema that demands no part, since another file may have said it."""
    if isinstance(node, list):
        return [_eased(each) for each in node]
    if not isinstance(node, dict):
        return node
    is_fields = "properties" not in node and all(isinstance(each, dict) for each in node.values())
    dropped = () if is_fields else ("title", "required", "default")
    eased = {key: _eased(each) for key, each in node.items() if key not in dropped}
    if isinstance(text := eased.get("description"), str):
        eased["description"] = " ".join(
            text.partition("\n\nExamples")[0].replace("``", "`").split()
        )
    if forms := eased.pop("oneOf", None):
        eased["anyOf"] = forms
    if eased.get("type") in ("integer", "number"):
        number = {key: eased.pop(key) for key in list(eased) if key != "description"}
        eased["anyOf"] = [number, {"$ref": "#/$defs/Grouped"}]
    return eased
