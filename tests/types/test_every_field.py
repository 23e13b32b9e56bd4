"""Every field of every type, one by one: read, null, of every wrong kind, written, refused."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

import gemini_interactions_types as types
from gemini_interactions_types._support.errors import StructureError, UnstructureError

sys.path.insert(0, str(Path(__file__).parent))
from spec_payloads import Payloads, target

PAYLOADS = {revision: Payloads(revision) for revision in types.REVISIONS}
KINDS: list[Any] = ["x", 7, 1.5, True, [], ["x"], [[]], [{}], {}, {"x": "y"}, {"x": []}]


def load() -> list[Any]:
    return [
        pytest.param(revision, name, id=f"{revision}-{name}")
        for revision in types.REVISIONS
        for name in PAYLOADS[revision].objects
    ]


every_type = pytest.mark.parametrize(("revision", "name"), load())


class Samples:
    """Payloads of a type with all its fields, and all the ways to fill a single field."""

    def __init__(self, revision: str) -> None:
        self.definitions = PAYLOADS[revision].definitions
        self.tags = PAYLOADS[revision].tags

    def full(self, name: str) -> dict[str, Any]:
        properties = self.definitions[name].get("properties", {})
        return {wire: next(self.ways(schema, 0)) for wire, schema in properties.items()}

    def ways(self, schema: dict[str, Any], depth: int) -> Iterator[Any]:
        """At least one value for every arm of a schema."""
        if "$ref" in schema:
            yield from self.ways(self.definitions[target(schema["$ref"])], depth + 1)
        elif "discriminator" in schema:
            for reference in schema["discriminator"]["mapping"].values():
                yield from self.ways(self.definitions[target(reference)], depth + 1)
        elif "anyOf" in schema:
            for arm in schema["anyOf"]:
                yield from self.ways(arm, depth)
        elif "const" in schema:
            yield schema["const"]
        elif "enum" in schema:
            yield from schema["enum"]
        elif schema.get("type") == "array":
            yield from ([item] for item in self.ways(schema["items"], depth))
        elif schema.get("type") == "object":
            yield from self.objects(schema, depth)
        else:
            yield {"string": "x", "integer": 7, "number": 1.5, "boolean": True}.get(
                schema.get("type", ""), {"free": [None, 1]}
            )

    def objects(self, schema: dict[str, Any], depth: int) -> Iterator[Any]:
        if isinstance(schema.get("additionalProperties"), dict):
            yield from ({"k": value} for value in self.ways(schema["additionalProperties"], depth))
        elif not schema.get("properties"):
            yield {"free": 1} if schema.get("additionalProperties") else {}
        else:
            wanted = schema.get("required", []) if depth > 1 else schema["properties"]
            yield {wire: next(self.ways(schema["properties"][wire], depth + 1)) for wire in wanted}


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def attribute_of(module: Any, name: str, wire: str) -> Any:
    """The attribute that holds a field, `None` for the tag of a class."""
    for attribute in attrs.fields(getattr(module, name))[1:]:
        if attribute.name.replace("_", "") == wire.replace("_", "").lower():
            return attribute
    return None


@every_type
def test_fields_are_read_and_written(revision: str, name: str) -> None:
    module: Any = types.load(revision)
    samples = Samples(revision)
    payload = samples.full(name)
    value = module.structure(getattr(module, name), payload)
    assert not value.extra_fields
    assert canonical(module.unstructure(value)) == canonical(payload)
    for wire, schema in samples.definitions[name].get("properties", {}).items():
        attribute = attribute_of(module, name, wire)
        if attribute is None:
            continue
        assert getattr(value, attribute.name) is not None
        for way in samples.ways(schema, 0):
            one = {**payload, wire: way}
            assert canonical(module.unstructure(read(module, name, one))) == canonical(one)


def read(module: Any, name: str, payload: Any) -> Any:
    """The value or the error."""
    try:
        return module.structure(getattr(module, name), payload)
    except StructureError as error:
        return error


@every_type
def test_nulls(revision: str, name: str) -> None:
    module: Any = types.load(revision)
    payload = Samples(revision).full(name)
    for wire in payload:
        null = {**payload, wire: None}
        attribute = attribute_of(module, name, wire)
        value = read(module, name, null)
        if isinstance(value, StructureError):
            assert value.pointer == "/" + wire
            assert value.problem.endswith("got null")
            continue
        assert getattr(value, attribute.name) is None
        assert value.extra_fields == {wire: None}
        assert canonical(module.unstructure(value)) == canonical(null)


@every_type
def test_missing_keys(revision: str, name: str) -> None:
    module: Any = types.load(revision)
    schema = PAYLOADS[revision].definitions[name]
    payload = Samples(revision).full(name)
    for wire in payload:
        rest = {key: item for key, item in payload.items() if key != wire}
        value = read(module, name, rest)
        if isinstance(value, StructureError):
            assert wire in schema["required"]
            assert value.pointer == "/" + wire
            assert value.problem.endswith("is required, nothing came")
            continue
        assert not value.extra_fields
        assert canonical(module.unstructure(value)) == canonical(rest)


@every_type
def test_wrong_kinds(revision: str, name: str) -> None:
    module: Any = types.load(revision)
    payload = Samples(revision).full(name)
    for wire in payload:
        for kind in KINDS:
            wrong = {**payload, wire: kind}
            value = read(module, name, wrong)
            if isinstance(value, StructureError):
                assert f"{value.pointer}/".startswith(f"/{wire}/")
                assert value.payload is wrong
            else:
                assert canonical(module.unstructure(value)) == canonical(wrong)


@every_type
def test_what_has_no_form_in_json_is_named(revision: str, name: str) -> None:
    module: Any = types.load(revision)
    value = module.structure(getattr(module, name), Samples(revision).full(name))
    for attribute in attrs.fields(type(value)):
        for unwritable in (b"x", float("nan"), [object()], {"k": {1, 2}}):
            with pytest.raises(UnstructureError) as caught:
                module.unstructure(attrs.evolve(value, **{attribute.name: unwritable}))
            assert caught.value.pointer.split("/")[1] == attribute.name
    assert canonical(module.unstructure(value)) == canonical(Samples(revision).full(name))
