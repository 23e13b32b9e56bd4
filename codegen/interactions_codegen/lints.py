"""What a spec may say: checks of the schemas themselves, before anything is made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from . import naming
from .documents import Place, is_object
from .shapes import (
    Shape,
    anything,
    boolean,
    index,
    line,
    line_or_nothing,
    one_of,
    record,
    sequence,
    table,
    text,
)
from .source import REVISION_FILE, Source, references, schemas_in, target_of

SCHEMA = table(line, anything)
WIRE = text(naming.WIRE_NAME, "a name that can become a Python name")

KEYWORDS: Mapping[str, Shape] = {
    "$ref": line,
    "additionalProperties": lambda place, value: (
        SCHEMA(place, value) if is_object(value) else boolean(place, value)
    ),
    "anyOf": sequence(SCHEMA, least=2),
    "const": line,
    "contentEncoding": line,
    "deprecated": boolean,
    "description": line_or_nothing,
    "discriminator": record({"propertyName": WIRE, "mapping": table(line, line, least=1)}),
    "enum": sequence(line, least=1),
    "format": line,
    "items": SCHEMA,
    "oneOf": sequence(SCHEMA, least=1),
    "properties": table(WIRE, SCHEMA),
    "readOnly": boolean,
    "required": sequence(line),
    "type": one_of("array", "boolean", "integer", "number", "object", "string"),
    "writeOnly": boolean,
    "x-dispatch": sequence(
        record(
            {"arm": index},
            {"has": sequence(WIRE, least=1), "first": one_of("tagged", "untagged")},
        ),
        least=1,
    ),
    "x-open": boolean,
    "x-secret": boolean,
}
# What a schema is, and the keywords that may say more about it.
FORMS: Mapping[str, frozenset[str]] = {
    "$ref": frozenset(),
    "const": frozenset(),
    "enum": frozenset({"type", "x-open"}),
    "oneOf": frozenset({"discriminator", "x-open"}),
    "anyOf": frozenset({"discriminator", "x-dispatch", "x-open"}),
    "array": frozenset({"items"}),
    "boolean": frozenset(),
    "integer": frozenset({"format"}),
    "number": frozenset({"format"}),
    "object": frozenset({"additionalProperties", "properties", "required"}),
    "string": frozenset({"contentEncoding", "format"}),
    "anything": frozenset(),
}
ABOUT = frozenset({"deprecated", "description", "readOnly", "writeOnly", "x-secret"})


def check(source: Source) -> None:
    """Refuse a spec at its first fault."""
    tags = tags_of(source)
    for name, schema in source.definitions.items():
        place = source.places[name]
        for where, part in schemas_in(schema):
            check_keywords(place.below(*where), part)
            check_form(place.below(*where), part)
            check_properties(place.below(*where), part)
        check_shape(place, schema, tags.get(name))
    check_unions(source)
    check_alias_cycles(source)
    check_required_cycles(source)
    check_family_cycles(source)
    check_python_names(source)


def check_keywords(place: Place, schema: Mapping[str, Any]) -> None:
    for keyword, value in schema.items():
        if keyword not in KEYWORDS:
            raise place.error("the generator does not know this keyword", keyword)
        KEYWORDS[keyword](place.below(keyword), value)


def form_of(schema: Mapping[str, Any]) -> str:
    """Which of the forms a schema has."""
    forms = ("$ref", "const", "enum", "oneOf", "anyOf")
    return next((form for form in forms if form in schema), schema.get("type", "anything"))


def check_form(place: Place, schema: Mapping[str, Any]) -> None:
    form = form_of(schema)
    for keyword in schema:
        if keyword not in FORMS[form] | ABOUT | {form if form in schema else "type"}:
            raise place.error(f"the keyword has no meaning beside {form}", keyword)
    if form == "enum" and schema.get("type", "string") != "string":
        raise place.error("an enum is of strings", "type")


def check_properties(place: Place, schema: Mapping[str, Any]) -> None:
    properties = schema.get("properties", {})
    taken: dict[str, str] = {}
    for wire in properties:
        name = naming.attribute_name(wire)
        if name in taken:
            problem = f"{taken[name]!r} becomes {name!r} in Python too"
            raise place.error(problem, "properties", wire)
        taken[name] = wire
    for number, wire in enumerate(schema.get("required", [])):
        if wire not in properties:
            raise place.error(f"{wire!r} is no property", "required", number)


def check_shape(place: Place, schema: Mapping[str, Any], tag: str | None) -> None:
    """Objects, enums and unions have names, and stand at the top alone; nothing else does."""
    if "description" not in schema:
        raise place.error("the key is missing", "description")
    if form_of(schema) not in ("anyOf", "enum", "object", "oneOf"):
        raise place.error("only an object, an enum or a union has a name: write this in place")
    if is_object(schema.get("additionalProperties")):
        raise place.error("a map has no name: write it in place", "additionalProperties")
    for where, part in schemas_in(schema):
        if not where:
            continue
        if "properties" in part:
            raise place.error("an object with properties needs a name in $defs", *where)
        if "enum" in part and where != ["properties", tag]:
            raise place.error("an enum needs a name in $defs", *where)
        if "oneOf" in part or "discriminator" in part:
            raise place.error("a union with a tag needs a name in $defs", *where)


def tags_of(source: Source) -> dict[str, str]:
    """The key that unions know each of their members by."""
    tags: dict[str, str] = {}
    for name, schema in source.definitions.items():
        if "discriminator" not in schema:
            continue
        place = source.places[name].below("discriminator")
        KEYWORDS["discriminator"](place, schema["discriminator"])
        tag = schema["discriminator"]["propertyName"]
        for reference in schema["discriminator"]["mapping"].values():
            member = target_of(reference)
            if tags.setdefault(member, tag) != tag:
                problem = f"{member} is known by {tags[member]!r} elsewhere"
                raise place.error(problem, "propertyName")
    return tags


def check_unions(source: Source) -> None:
    for name, schema in source.definitions.items():
        place = source.places[name]
        if "oneOf" in schema and "discriminator" not in schema:
            raise place.error("oneOf needs a discriminator", "oneOf")
        if "discriminator" in schema:
            check_union(source, place, schema)


def check_union(source: Source, place: Place, schema: Mapping[str, Any]) -> None:
    tag, mapping = schema["discriminator"]["propertyName"], schema["discriminator"]["mapping"]
    if naming.attribute_name(tag) != tag or tag in naming.UNKNOWN_ATTRIBUTES:
        raise place.error(f"{tag!r} cannot be a tag", "discriminator", "propertyName")
    arms = "oneOf" if "oneOf" in schema else "anyOf"
    for number, arm in enumerate(schema[arms]):
        if arm.keys() != {"$ref"} and arm != {"type": "object"}:
            raise place.error("a union with a tag is of objects", arms, number)
    members = {target_of(arm["$ref"]) for arm in schema[arms] if "$ref" in arm}
    if members != {target_of(reference) for reference in mapping.values()}:
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
    """A union is written after those it refers to: a circle of them has to pass an object."""

    def unions(name: str) -> Iterator[str]:
        schema = source.definitions[name]
        if form_of(schema) in ("anyOf", "oneOf"):
            yield from (target_of(holder[key]) for _, holder, key in references(schema))

    refuse_cycles(source, unions, "contains itself, with no object between")


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
    if cycle := cycle_in({name: list(leads(name)) for name in source.definitions}):
        start = min(cycle)
        raise source.places[start].error(f"{start} {problem}: {' - '.join(cycle)}")


def check_family_cycles(source: Source) -> None:
    """Each family is a module, so families must not import one another in a circle."""
    answer = source.revision.get("answer", {})
    graph: dict[str, set[str]] = {family: set() for family in source.families}
    for name, schema in source.definitions.items():
        family = source.family_of[name]
        needed = {source.family_of[target_of(holder[key])] for _, holder, key in references(schema)}
        if name == answer.get("type"):
            needed |= {source.family_of.get(kind, family) for kind in answer["media"].values()}
        graph[family] |= needed - {family}
    if cycle := cycle_in(graph):
        problem = f"families import one another in a circle: {' - '.join(cycle)}"
        raise Place(source.file(REVISION_FILE)).error(problem, "families")


def cycle_in(graph: Mapping[str, Any]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        cycle: list[str] = error.args[1]
        return cycle
    return []


def check_python_names(source: Source) -> None:
    """What the generated modules call their classes, functions and constants must not meet."""
    taken: dict[str, str] = {}
    for name, schema in source.definitions.items():
        if naming.snake_case(name) in naming.RESERVED_FUNCTIONS:
            raise source.places[name].error(f"{name!r} cannot name a type")
        for made in python_names(source, name, schema):
            if made in taken:
                problem = f"{taken[made]} and {name} both lead to the Python name {made!r}"
                raise source.places[name].error(problem)
            taken[made] = name


def python_names(source: Source, name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    """Classes as they are called; functions and constants without what all of a kind share."""
    readings = [
        naming.READING_PREFIXES[treatment["kind"]] + treatment["read_as"]
        for treatment in (deviation["treatment"] for deviation in source.deviations)
        if treatment.get("union") == name
    ]
    for made in (name, *readings):
        yield from (made, naming.snake_case(made))
    yield from (f"{name}Param", f"{name}Fields")
    if "discriminator" in schema:
        yield f"Unknown{name}"
    for wire, field in schema.get("properties", {}).items():
        if any("anyOf" in part for _, part in schemas_in(field)):
            yield f"{naming.snake_case(wire)}_of_{naming.snake_case(name)}"
