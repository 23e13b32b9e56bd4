"""Nothing of the spec is missing from the generated code: by count, then name by name.

`inventory_counts.json` says what each revision of the API has; a change of the spec that changes
a count is meant to be seen here.
"""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import attrs
import pytest

import gemini_interactions_types as types
from gemini_interactions_types._support.model import Unknown

SPEC = Path(__file__).parents[2] / "spec"
COUNTS = json.loads((Path(__file__).parent / "inventory_counts.json").read_text("utf-8"))
UNIONS = {
    "content_types": "Content",
    "delta_types": "Delta",
    "step_types": "Step",
    "tool_types": "Tool",
    "event_types": "Event",
    "annotation_types": "Annotation",
    "agent_config_types": "AgentConfig",
    "response_format_types": "ResponseFormat",
}

each_revision = pytest.mark.parametrize("revision", types.REVISIONS)


def definitions(revision: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path in sorted((SPEC / revision).glob("*.json")):
        found.update(json.loads(path.read_text("utf-8")).get("$defs", {}))
    return found


def kind_of(schema: dict[str, Any]) -> str:
    if "discriminator" in schema:
        return "unions"
    if "enum" in schema:
        return "enums"
    return "objects" if schema.get("type") == "object" else "choices"


def of_kind(revision: str, kind: str) -> dict[str, Any]:
    return {n: s for n, s in definitions(revision).items() if kind_of(s) == kind}


def target_of(reference: str) -> str:
    return reference.rpartition("/")[2]


def mapping_of(schema: dict[str, Any]) -> dict[str, str]:
    mapping = schema.get("discriminator", {}).get("mapping", {})
    return {tag: target_of(reference) for tag, reference in mapping.items()}


def submodule(revision: str, name: str) -> Any:
    return import_module(f".{name}", types.load(revision).__name__)


def values_name(enum: str) -> str:
    words = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", enum)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", words).upper() + "_VALUES"


def members(module: Any, union: str) -> set[type]:
    return {c for c in get_args(getattr(module, union, None)) if not issubclass(c, Unknown)}


def tags_of(cls: type) -> list[tuple[str, str]]:
    """The constant tag of a class."""
    names = attrs.fields_dict(cls)
    return [
        (name, cls.__dict__[name])
        for name in ("type", "event_type")
        if name not in names and name in cls.__dict__
    ]


# --- counts ------------------------------------------------------------------------------------


def counts_of_spec(revision: str) -> dict[str, int]:
    known = definitions(revision)
    kinds = {kind: of_kind(revision, kind) for kind in ("objects", "unions", "choices", "enums")}
    return {
        **{
            key: len(set(mapping_of(known.get(union, {})).values()))
            for key, union in UNIONS.items()
        },
        "event_type_values": len(mapping_of(known["Event"])),
        "statuses": len(known["InteractionStatus"]["enum"]),
        **{kind: len(found) for kind, found in kinds.items()},
        "types": len(known),
        "fields": sum(len(schema.get("properties", {})) for schema in kinds["objects"].values()),
        "enum_values": sum(len(schema["enum"]) for schema in kinds["enums"].values()),
    }


def counts_of_code(revision: str) -> dict[str, int]:
    module: Any = types.load(revision)
    reading = submodule(revision, "reading")
    classes = {
        form for form in reading.OBJECT_READERS if isinstance(form, type) and is_declared(form)
    }
    unions = [form for form in reading.OBJECT_READERS if not isinstance(form, type)]
    enums = [getattr(module, name) for name in module.__all__ if name.endswith("_VALUES")]
    counts = {
        **{key: len(members(module, union)) for key, union in UNIONS.items()},
        "event_type_values": len(reading.EVENT_READERS),
        "statuses": len(module.INTERACTION_STATUS_VALUES),
        "objects": len(classes),
        "unions": len(unions),
        "choices": len(reading.CHOICE_READERS),
        "enums": len(enums),
        "fields": sum(len(attrs.fields(c)) - 1 + len(tags_of(c)) for c in classes),
        "enum_values": sum(map(len, enums)),
    }
    if revision == "2025-12-11":  # its only annotation is a plain object
        counts["annotation_types"] = 0
    counts["types"] = sum(counts[kind] for kind in ("objects", "unions", "choices", "enums"))
    return counts


def is_declared(cls: type) -> bool:
    """A class of the spec, not one of our readings of it."""
    return not cls.__name__.startswith(("Untagged", "Renamed"))


@each_revision
def test_counts(revision: str) -> None:
    assert counts_of_spec(revision) == COUNTS[revision]
    assert counts_of_code(revision) == COUNTS[revision]


def test_counts_are_of_the_revisions_there_are() -> None:
    assert set(COUNTS) == set(types.REVISIONS)
    assert {path.parent.name for path in SPEC.glob("*/revision.json")} == set(types.REVISIONS)


# --- names -------------------------------------------------------------------------------------


@each_revision
def test_every_object_has_its_fields(revision: str) -> None:
    module: Any = types.load(revision)
    known = definitions(revision)
    for name, schema in of_kind(revision, "objects").items():
        cls = getattr(module, name)
        declared = {
            wire: wire in schema.get("required", []) for wire in schema.get("properties", {})
        }
        tags = dict(tags_of(cls))
        for tag, value in tags.items():
            assert declared.pop(tag), f"{name}.{tag}"
            assert schema["properties"][tag]["const"] == value
        found = {a.name.replace("_", ""): a for a in attrs.fields(cls)[1:]}
        assert found.keys() == {wire.replace("_", "").lower() for wire in declared}, name
        for wire, required in declared.items():
            field = found[wire.replace("_", "").lower()]
            constant = "const" in schema["properties"][wire]
            assert (field.default is attrs.NOTHING) == (required and not constant), (name, wire)
            assert field.repr != schema["properties"][wire].get("x-secret", False), (name, wire)
        assert (tags != {}) == (
            any(
                name in mapping_of(union).values()
                and "const" in schema["properties"][union["discriminator"]["propertyName"]]
                for union in known.values()
                if "discriminator" in union
            )
        ), name


@each_revision
def test_every_union_has_its_members(revision: str) -> None:
    module: Any = types.load(revision)
    for name, schema in of_kind(revision, "unions").items():
        mapping = mapping_of(schema)
        assert {cls.__name__ for cls in members(module, name)} == set(mapping.values())
        assert getattr(module, f"Unknown{name}") in get_args(getattr(module, name))
        tag = schema["discriminator"]["propertyName"]
        for value, target in mapping.items():
            read = module.structure(getattr(module, name), least(revision, target, tag, value))
            assert type(read).__name__ == target, (name, value)
            assert getattr(read, tag) == value


def least(revision: str, name: str, tag: str, value: str) -> dict[str, Any]:
    """The least payload that fits a member: its tag and whatever is required."""
    known = definitions(revision)
    schema = known[name]
    kinds = {"string": "x", "integer": 1, "number": 1.5, "boolean": True, "array": []}
    found: dict[str, Any] = {}
    for wire in schema["required"]:
        field = schema["properties"][wire]
        while "$ref" in field or "anyOf" in field:
            field = field["anyOf"][0] if "anyOf" in field else known[target_of(field["$ref"])]
        found[wire] = kinds.get(field.get("type", "object"), {})
    return {**found, tag: value}


@each_revision
def test_every_enum_has_its_values(revision: str) -> None:
    module: Any = types.load(revision)
    for name, schema in of_kind(revision, "enums").items():
        assert getattr(module, values_name(name)) == tuple(schema["enum"])
        literal, open_end = get_args(getattr(module, name))
        assert set(get_args(literal)) == set(schema["enum"])
        assert open_end is str


@each_revision
def test_params_have_the_fields_a_caller_may_send(revision: str) -> None:
    params = submodule(revision, "params")
    objects = of_kind(revision, "objects")
    found = [name for name in params.__all__ if name.removesuffix("Param") in objects]
    assert {"TextContentParam", "FunctionParam", "GenerationConfigParam"} <= set(found)
    for name in found:
        schema = objects[name.removesuffix("Param")]
        sent = {w for w, f in schema.get("properties", {}).items() if not f.get("readOnly")}
        cls = getattr(params, name)
        assert set(cls.__annotations__) == sent, name
        # Annotations are strings here, which `__required_keys__` does not see through.
        required = {key for key, text in cls.__annotations__.items() if is_required(text)}
        assert required == sent.intersection(schema.get("required", [])), name


def is_required(annotation: Any) -> bool:
    return str(getattr(annotation, "__forward_arg__", annotation)).startswith("Required[")


@each_revision
def test_every_name_is_exported(revision: str) -> None:
    module: Any = types.load(revision)
    assert set(definitions(revision)) <= set(module.__all__)
