"""What a spec may say: checks of the schemas themselves, before anything is made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from . import naming
from .source import Place, Source, check_text, target_of

KEYWORDS: Mapping[str, type | tuple[type, ...]] = {
    "$ref": str,
    "additionalProperties": (bool, dict),
    "anyOf": list,
    "const": str,
    "contentEncoding": str,
    "deprecated": bool,
    "description": str,
    "discriminator": dict,
    "enum": list,
    "format": str,
    "items": dict,
    "oneOf": list,
    "properties": dict,
    "readOnly": bool,
    "required": list,
    "type": str,
    "writeOnly": bool,
    "x-dispatch": list,
    "x-open": bool,
    "x-secret": bool,
}
TYPES = frozenset({"array", "boolean", "integer", "number", "object", "string"})


def check(source: Source) -> None:
    """Refuse a spec at its first fault."""
    for name, schema in source.definitions.items():
        place = source.places[name]
        check_text(place, schema, required=True)
        for where, part in schemas_in(schema):
            check_keywords(place, where, part)
            check_enum(place, where, part)
            check_properties(place, where, part)
        check_shape(place, schema)
    check_unions(source)
    check_alias_cycles(source)
    check_required_cycles(source)
    check_python_names(source)


def schemas_in(schema: dict[str, Any]) -> Iterator[tuple[list[str | int], dict[str, Any]]]:
    """A schema and every schema below it, with its way from the top."""
    pending: list[tuple[list[str | int], Any]] = [([], schema)]
    while pending:
        where, part = pending.pop()
        if not isinstance(part, dict):
            continue
        yield where, part
        properties = part.get("properties")
        if isinstance(properties, dict):
            pending += [([*where, "properties", key], item) for key, item in properties.items()]
        for key in ("items", "additionalProperties"):
            pending.append(([*where, key], part.get(key)))
        for key in ("anyOf", "oneOf"):
            arms = part.get(key)
            if isinstance(arms, list):
                pending += [([*where, key, index], arm) for index, arm in enumerate(arms)]


def check_keywords(place: Place, where: list[str | int], schema: Mapping[str, Any]) -> None:
    for keyword, value in schema.items():
        expected = KEYWORDS.get(keyword)
        if expected is None:
            raise place.error("the generator does not know this keyword", *where, keyword)
        if not isinstance(value, expected):
            raise place.error("the keyword's value is of the wrong kind", *where, keyword)
    if schema.get("type", "object") not in TYPES:
        raise place.error(f"{schema['type']!r} is no type", *where, "type")


def check_enum(place: Place, where: list[str | int], schema: Mapping[str, Any]) -> None:
    values = schema.get("enum", [])
    for index, value in enumerate(values):
        if not isinstance(value, str) or not value or not value.isprintable():
            raise place.error("an enum value is a printable string", *where, "enum", index)
    if "enum" in schema and not values:
        raise place.error("an enum has values", *where, "enum")
    if len(set(values)) != len(values):
        raise place.error("a value stands here twice", *where, "enum")
    if not schema.get("const", "-").isprintable():
        raise place.error("a const is a printable string", *where, "const")


def check_properties(place: Place, where: list[str | int], schema: Mapping[str, Any]) -> None:
    properties = schema.get("properties", {})
    taken: dict[str, str] = {}
    for wire, field in properties.items():
        here = [*where, "properties", wire]
        if not naming.WIRE_NAME.fullmatch(wire):
            raise place.error(f"{wire!r} cannot become a Python name", *here)
        if not isinstance(field, dict):
            raise place.error("a schema is an object", *here)
        check_text(place.below(*here), field)
        name = naming.attribute_name(wire)
        if name in taken:
            raise place.error(f"{taken[name]!r} becomes {name!r} in Python too", *here)
        taken[name] = wire
    for index, wire in enumerate(schema.get("required", [])):
        if wire not in properties:
            raise place.error(f"{wire!r} is no property", *where, "required", index)


def check_shape(place: Place, schema: Mapping[str, Any]) -> None:
    """Inline objects and enums have no name of their own, so they are only allowed at the top."""
    for where, part in schemas_in(dict(schema)):
        inline = bool(where)
        if inline and "properties" in part:
            raise place.error("an object with properties needs a name in $defs", *where)
        if inline and "enum" in part and where[-1] not in ("event_type", "type"):
            raise place.error("an enum needs a name in $defs", *where)
        if inline and ("oneOf" in part or "discriminator" in part):
            raise place.error("a union with a tag needs a name in $defs", *where)


def check_unions(source: Source) -> None:
    for name, schema in source.definitions.items():
        place = source.places[name]
        if "oneOf" in schema and "discriminator" not in schema:
            raise place.error("oneOf needs a discriminator", "oneOf")
        if "discriminator" in schema:
            check_union(source, place, schema)


def check_union(source: Source, place: Place, schema: Mapping[str, Any]) -> None:
    discriminator = schema["discriminator"]
    tag, mapping = discriminator.get("propertyName"), discriminator.get("mapping")
    if not isinstance(tag, str) or not isinstance(mapping, dict) or not mapping:
        raise place.error("it needs propertyName and mapping", "discriminator")
    arms = schema.get("oneOf") or schema.get("anyOf") or []
    members = {target_of(arm["$ref"]) for arm in arms if "$ref" in arm}
    if members != {target_of(ref) for ref in mapping.values()}:
        raise place.error(
            "the mapping and the arms name different types", "discriminator", "mapping"
        )
    for value, reference in mapping.items():
        where = ("discriminator", "mapping", value)
        if value == naming.UNKNOWN_TAG:
            raise place.error(f"the tag {value!r} is taken by our unknown variants", *where)
        member = source.definitions[target_of(reference)]
        field = member.get("properties", {}).get(tag, {})
        if value not in field.get("enum", [field.get("const")]):
            raise place.error(f"{target_of(reference)} says {field.get('const')!r} instead", *where)
        if tag not in member.get("required", []):
            raise source.places[target_of(reference)].error(f"the tag {tag!r} must be required")


def check_alias_cycles(source: Source) -> None:
    """A union or alias that contains nothing but itself describes no value."""

    def arms(name: str) -> Iterator[str]:
        schema = source.definitions[name]
        for part in [schema, *schema.get("oneOf", []), *schema.get("anyOf", [])]:
            if "$ref" in part:
                yield target_of(part["$ref"])

    refuse_cycles(source, arms, "refers to itself and to nothing else")


def check_required_cycles(source: Source) -> None:
    """Objects that require one another have no smallest value."""

    def needed(name: str) -> Iterator[str]:
        schema = source.definitions[name]
        for wire in schema.get("required", []):
            field = schema["properties"][wire]
            if "$ref" in field:
                yield target_of(field["$ref"])

    refuse_cycles(source, needed, "requires itself, without a way out")


def refuse_cycles(source: Source, leads: Callable[[str], Iterator[str]], problem: str) -> None:
    graph = {name: list(leads(name)) for name in source.definitions}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        cycle: list[str] = error.args[1]
        start = min(cycle)
        raise source.places[start].error(f"{start} {problem}: {' - '.join(cycle)}") from None


def check_python_names(source: Source) -> None:
    """Readers, writers and constants are named in snake_case: two types must not meet there."""
    taken: dict[str, str] = {}
    for name in source.definitions:
        function = naming.snake_case(name)
        if function in taken:
            raise source.places[name].error(f"{taken[function]} becomes {function!r} too")
        taken[function] = name
