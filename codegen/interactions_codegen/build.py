"""Source → model: what the front end read, joined with what only the spec itself knows."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import Any

from attrs import frozen

from . import expressions
from .documents import Place, is_object
from .errors import CodegenError
from .former import check_aliases, former_fields
from .frontend import FrontField, read_schemas
from .lints import check, tags_of
from .model import (
    AliasType,
    Answer,
    Choice,
    Definition,
    EnumType,
    Field,
    ListOf,
    MapOf,
    ObjectType,
    Operation,
    Presence,
    Reading,
    Revision,
    Rule,
    Tag,
    Type,
    UnionType,
)
from .naming import READING_PREFIXES, UNKNOWN_TAG, attribute_name
from .source import DEVIATIONS_FILE, REFERENCE, REVISION_FILE, ROUTES_FILE, Source, target_of


def build(source: Source) -> Revision:
    """The model of a checked source."""
    check(source)
    check_answer(source)
    check_deviations(source)
    front = read_schemas(source.definitions)
    tags = tags_of(source)
    facts = Facts(omitted_fields(source), accepted_kinds(source), readings_of(source))
    definitions: dict[str, Definition] = {}
    for family in source.families:
        for name, schema in source.definitions.items():
            if source.family_of[name] == family:
                definitions[name] = definition(
                    source, name, schema, front[name], tags.get(name), facts
                )
    revision = Revision(
        label=source.label,
        header=source.revision.get("header"),
        families=tuple((name, words(name, text)) for name, text in source.families.items()),
        definitions=definitions,
        operations=tuple(operations_of(source)),
        backends=source.routes["backends"],
        aliases=source.revision.get("aliases", {}),
        spec_hash=source.hash,
    )
    check_aliases(Place(source.file(REVISION_FILE)).below("aliases"), revision)
    check_readable(source, revision)
    return revision


@frozen
class Facts:
    """What the deviations add to the schemas."""

    omitted: frozenset[tuple[str, str]]
    accepted: Mapping[tuple[str, str], tuple[str, ...]]
    readings: Mapping[str, tuple[Reading, ...]]


def definition(
    source: Source,
    name: str,
    schema: Mapping[str, Any],
    front: Mapping[str, FrontField],
    tag: str | None,
    facts: Facts,
) -> Definition:
    family, text = source.family_of[name], words(name, schema["description"])
    if "discriminator" in schema:
        mapping = schema["discriminator"]["mapping"]
        arms = schema.get("oneOf") or schema["anyOf"]
        return UnionType(
            name=name,
            family=family,
            description=text,
            tag=schema["discriminator"]["propertyName"],
            members={value: target_of(ref) for value, ref in mapping.items()},
            free=any("$ref" not in arm for arm in arms),
            open=schema.get("x-open", False),
            readings=facts.readings.get(name, ()),
        )
    if "enum" in schema:
        return EnumType(
            name=name,
            family=family,
            description=text,
            values=tuple(schema["enum"]),
            open=schema.get("x-open", False),
        )
    if schema.get("type") != "object":
        type_ = with_rules(source.places[name], schema, front[""].type)
        return AliasType(name=name, family=family, description=text, type=type_)
    return object_type(source, name, schema, front, tag, facts)


def words(name: str, description: str) -> str:
    """The description, or what stands in for one that nobody has written yet."""
    return description or f"{name[0].upper()}{name[1:]}."


def object_type(
    source: Source,
    name: str,
    schema: Mapping[str, Any],
    front: Mapping[str, FrontField],
    tag_name: str | None,
    facts: Facts,
) -> ObjectType:
    properties = schema.get("properties", {})
    tag = None
    if tag_name is not None:
        field = properties[tag_name]
        tag = Tag(wire=tag_name, values=tuple(field.get("enum") or [field["const"]]))
    single = tag.wire if tag is not None and len(tag.values) == 1 else None
    fields = tuple(
        field_of(source, name, wire, field, front[wire], facts)
        for wire, field in properties.items()
        if wire != single
    )
    return ObjectType(
        name=name,
        family=source.family_of[name],
        description=words(name, schema["description"]),
        deprecated=schema.get("deprecated", False),
        tag=tag,
        fields=fields,
        free=bool(schema.get("additionalProperties", False)),
        answer=answer_of(source, name),
        former=tuple(former_fields(source.revision.get("aliases", {}), name, fields)),
    )


def answer_of(source: Source, name: str) -> Answer | None:
    """The answer that `revision.json` says a type holds."""
    answer = source.revision.get("answer")
    if answer is None or answer["type"] != name:
        return None
    return Answer(
        field=attribute_name(answer["field"]),
        container=answer.get("container"),
        passed_over=answer["passed_over"],
        media=tuple(answer["media"].items()),
    )


def field_of(
    source: Source,
    owner: str,
    wire: str,
    schema: Mapping[str, Any],
    front: FrontField,
    facts: Facts,
) -> Field:
    presence: Presence = "optional"
    if front.required:
        presence = "sender" if (owner, wire) in facts.omitted else "always"
    return Field(
        name=attribute_name(wire),
        wire=wire,
        type=with_rules(source.places[owner].below("properties", wire), schema, front.type),
        also=facts.accepted.get((owner, wire), ()),
        presence=presence,
        format=schema.get("format", ""),
        description=schema.get("description", ""),
        read_only=front.read_only,
        write_only=front.write_only,
        deprecated=schema.get("deprecated", False),
        secret=schema.get("x-secret", False),
    )


def with_rules(place: Place, schema: Mapping[str, Any], type_: Type) -> Type:
    """Add the spec's dispatch rules to the choices of a type."""
    if isinstance(type_, ListOf):
        return ListOf(with_rules(place.below("items"), schema.get("items", {}), type_.item))
    if isinstance(type_, MapOf):
        part: Any = schema.get("additionalProperties", {})
        below = place.below("additionalProperties")
        return MapOf(with_rules(below, part if is_object(part) else {}, type_.value))
    if not isinstance(type_, Choice):
        if "anyOf" in schema:
            raise place.error("there is no choice to make", "anyOf")
        return type_
    if len(set(type_.arms)) != len(schema.get("anyOf", [])):
        raise place.error("arms must differ, and be no choices themselves", "anyOf")
    rules: list[Rule] = []
    for index, hint in enumerate(schema.get("x-dispatch", [])):
        rule = Rule(hint["arm"], tuple(hint.get("has", ())), hint.get("first"))
        if rule.arm >= len(type_.arms):
            raise place.error("there is no such arm", "x-dispatch", index, "arm")
        if rule.first and not isinstance(type_.arms[rule.arm], ListOf):
            raise place.error("only an array has a first item", "x-dispatch", index, "first")
        if rule.first and rule.has:
            raise place.error("a rule has one condition", "x-dispatch", index)
        rules.append(rule)
    arms = zip(schema["anyOf"], type_.arms, strict=True)
    return Choice(
        tuple(with_rules(place.below("anyOf", i), *arm) for i, arm in enumerate(arms)),
        tuple(rules),
    )


def check_readable(source: Source, revision: Revision) -> None:
    """What the templates would refuse is refused here, where its place is still known."""
    for name, definition in revision.definitions.items():
        types: list[tuple[Place, Type]] = []
        if isinstance(definition, AliasType):
            types = [(source.places[name], definition.type)]
        elif isinstance(definition, ObjectType):
            place = source.places[name].below("properties")
            types = [(place.below(field.wire), field.type) for field in definition.fields]
        for place, type_ in types:
            with problems_at(place):
                expressions.check_readable(revision, type_)


@contextmanager
def problems_at(place: Place) -> Generator[None, None, None]:
    """Give a place to the problems of whoever knows none."""
    try:
        yield
    except CodegenError as error:
        raise place.error(str(error)) from None


def check_answer(source: Source) -> None:
    """The types and fields that hold the answer are there."""
    answer = source.revision.get("answer")
    if answer is None:
        return
    place = Place(source.file(REVISION_FILE)).below("answer")
    fields = source.definitions.get(answer["type"], {}).get("properties", {})
    if answer["field"] not in fields:
        raise place.error(f"there is no {answer['type']}.{answer['field']}", "field")
    for kind, name in answer["media"].items():
        if source.definitions.get(name, {}).get("type") != "object":
            raise place.error(f"there is no object {name}", "media", kind)
    taken = {attribute_name(wire) for wire in fields}
    for kind in ("text", *answer["media"]):
        if f"output_{kind}" in taken:
            raise place.error(f"{answer['type']} has an output_{kind} of its own", "type")
        taken.add(f"output_{kind}")


def check_deviations(source: Source) -> None:
    """The types and fields that deviations name are there."""
    ids: set[str] = set()
    for index, deviation in enumerate(source.deviations):
        place, treatment = deviation_place(source, index), deviation["treatment"]
        if deviation["id"] in ids:
            raise place.error("the id is taken", "id")
        ids.add(deviation["id"])
        for name, wires in treatment.get("fields", {}).items():
            if name not in source.definitions:
                raise place.error(f"there is no {name}", "treatment", "fields", name)
            declared = source.definitions[name].get("properties", {}).keys()
            if treatment["kind"] == "undeclared":
                continue
            for wire in wires:
                if wire not in declared:
                    problem = f"there is no {name}.{wire}"
                    raise place.error(problem, "treatment", "fields", name)


def omitted_fields(source: Source) -> frozenset[tuple[str, str]]:
    """Required fields that the wire may leave out (deviations of kind `may-omit`)."""
    return frozenset(
        (name, wire)
        for _, treatment in treatments(source, "may-omit")
        for name, wires in treatment["fields"].items()
        for wire in wires
    )


def accepted_kinds(source: Source) -> dict[tuple[str, str], tuple[str, ...]]:
    """Other JSON kinds that a field may have (deviations of kind `also-accepts`)."""
    return {
        (name, wire): tuple(kinds)
        for _, treatment in treatments(source, "also-accepts")
        for name, fields in treatment["fields"].items()
        for wire, kinds in fields.items()
    }


def readings_of(source: Source) -> dict[str, tuple[Reading, ...]]:
    """Other ways a member of a union may look (deviations `missing-tag` and `tag-alias`)."""
    readings: dict[str, tuple[Reading, ...]] = {}
    for kind, prefix in READING_PREFIXES.items():
        for place, treatment in treatments(source, kind):
            union, target = treatment["union"], treatment["read_as"]
            discriminator = source.definitions.get(union, {}).get("discriminator", {})
            mapping = discriminator.get("mapping", {})
            if f"#/$defs/{target}" not in mapping.values():
                raise place.error(f"{target} is no member of {union}", "read_as")
            properties = source.definitions[target]["properties"]
            if "const" not in properties[discriminator["propertyName"]]:
                raise place.error(f"{target} has several tags", "read_as")
            taken = {UNKNOWN_TAG, *mapping, *(r.tag for r in readings.get(union, ()))}
            if treatment.get("tag") in taken - {None}:
                raise place.error(f"{union} has that tag", "tag")
            for key in ("requires", "allows"):
                for index, wire in enumerate(treatment.get(key, ())):
                    if wire not in properties:
                        raise place.error(f"there is no {target}.{wire}", key, index)
            reading = Reading(
                name=prefix + target,
                target=target,
                tag=treatment.get("tag"),
                requires=tuple(treatment.get("requires", ())),
                allows=tuple(treatment.get("allows", ())),
                description=treatment["summary"],
            )
            readings[union] = (*readings.get(union, ()), reading)
    return readings


def treatments(source: Source, kind: str) -> Iterable[tuple[Place, Mapping[str, Any]]]:
    for index, deviation in enumerate(source.deviations):
        if deviation["treatment"]["kind"] == kind:
            place = deviation_place(source, index).below("treatment")
            yield place, {**deviation["treatment"], "summary": deviation["summary"]}


def deviation_place(source: Source, index: int) -> Place:
    return Place(source.file(DEVIATIONS_FILE)).below("deviations", index)


def operations_of(source: Source) -> Iterable[Operation]:
    constants: set[str] = set()
    for name, route in source.routes["operations"].items():
        place = Place(source.file(ROUTES_FILE)).below("operations", name)
        if name.replace(".", "_") in constants:
            raise place.error("another operation has that name in Python")
        constants.add(name.replace(".", "_"))
        if route["vertex_default"] not in route["paths"]:
            raise place.error("there is no such path", "vertex_default")
        if ("stream" in route) != ("stream_switch" in route):
            raise place.error("stream and stream_switch go together")
        if route.get("stream_switch") == "body" and "body" not in route:
            raise place.error("there is no body", "stream_switch")
        yield Operation(
            name=name,
            method=route["method"],
            paths=route["paths"],
            vertex_default=route["vertex_default"],
            query=tuple((part["name"], part["type"]) for part in route.get("query", [])),
            body=routed(source, place, route, "body"),
            response=routed(source, place, route, "response"),
            stream=routed(source, place, route, "stream"),
            stream_switch=route.get("stream_switch"),
        )


def routed(source: Source, place: Place, route: Mapping[str, Any], key: str) -> str | None:
    """The type a route names, as `family.json#/$defs/Name`."""
    target = REFERENCE.fullmatch(route.get(key, ""))
    if target is None:
        return None
    if source.family_of.get(target.group(2)) != target.group(1):
        raise place.error(f"{route[key]!r} leads nowhere", key)
    return target.group(2)
