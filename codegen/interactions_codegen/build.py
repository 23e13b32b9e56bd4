"""Source → model: what the front end read, joined with what only the spec itself knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import frozen

from .documents import pointer
from .errors import SpecError
from .frontend import FrontField, read_schemas
from .lints import check
from .model import (
    AliasType,
    Answer,
    Choice,
    Definition,
    EnumType,
    Field,
    ListOf,
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
from .naming import attribute_name
from .source import DEVIATIONS_FILE, REFERENCE, ROUTES_FILE, Source, target_of


def build(source: Source) -> Revision:
    """The model of a checked source."""
    check(source)
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
    return Revision(
        label=source.label,
        header=source.revision.get("header"),
        families=tuple(source.families.items()),
        definitions=definitions,
        operations=tuple(operations_of(source)),
        backends=source.routes["backends"],
        aliases=source.revision.get("aliases", {}),
        spec_hash=source.hash,
    )


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
    family, text = source.family_of[name], schema["description"]
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
            readings=facts.readings.get(name, ()),
        )
    if "enum" in schema:
        return EnumType(name=name, family=family, description=text, values=tuple(schema["enum"]))
    if schema.get("type") != "object":
        type_ = with_rules(source, name, [], schema, front[""].type)
        return AliasType(name=name, family=family, description=text, type=type_)
    return object_type(source, name, schema, front, tag, facts)


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
    return ObjectType(
        name=name,
        family=source.family_of[name],
        description=schema["description"],
        deprecated=schema.get("deprecated", False),
        tag=tag,
        fields=tuple(
            field_of(source, name, wire, field, front[wire], facts)
            for wire, field in properties.items()
            if wire != single
        ),
        free=bool(schema.get("additionalProperties", False)),
        answer=answer_of(source, name),
    )


def answer_of(source: Source, name: str) -> Answer | None:
    """The answer that `revision.json` says a type holds."""
    answer = source.revision.get("answer")
    if answer is None or answer["type"] != name:
        return None
    return Answer(
        field=answer["field"],
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
        type=with_rules(source, owner, ["properties", wire], schema, front.type),
        also=facts.accepted.get((owner, wire), ()),
        presence=presence,
        description=schema.get("description", ""),
        read_only=front.read_only,
        write_only=front.write_only,
        deprecated=schema.get("deprecated", False),
        secret=schema.get("x-secret", False),
    )


def with_rules(
    source: Source, owner: str, where: list[str | int], schema: Mapping[str, Any], type_: Type
) -> Type:
    """Add the spec's dispatch rules to a choice at the top of a schema."""
    place = source.places[owner].below(*where)
    hints = schema.get("x-dispatch")
    if not isinstance(type_, Choice):
        if hints is not None:
            raise place.error("there is no choice to make", "x-dispatch")
        return type_
    rules: list[Rule] = []
    for index, hint in enumerate(hints or []):
        if not isinstance(hint, dict) or hint.keys() - {"arm", "has", "first"}:
            raise place.error("a rule has arm and has or first", "x-dispatch", index)
        if hint.get("arm") not in range(len(type_.arms)):
            raise place.error("there is no such arm", "x-dispatch", index, "arm")
        if hint.get("first") not in (None, "tagged", "untagged"):
            raise place.error("first is tagged or untagged", "x-dispatch", index, "first")
        if hint.get("first") and not isinstance(type_.arms[hint["arm"]], ListOf):
            raise place.error("only an array has a first item", "x-dispatch", index, "first")
        rules.append(Rule(hint["arm"], tuple(hint.get("has", ())), hint.get("first")))
    return Choice(type_.arms, tuple(rules))


def tags_of(source: Source) -> dict[str, str]:
    """The key that unions know each of their members by."""
    tags: dict[str, str] = {}
    for name, schema in source.definitions.items():
        if "discriminator" not in schema:
            continue
        tag = schema["discriminator"]["propertyName"]
        for reference in schema["discriminator"]["mapping"].values():
            member = target_of(reference)
            if tags.setdefault(member, tag) != tag:
                raise source.places[name].error(f"{member} is known by {tags[member]!r} elsewhere")
    return tags


def omitted_fields(source: Source) -> frozenset[tuple[str, str]]:
    """Required fields that the wire may leave out (deviations of kind `may-omit`)."""
    return frozenset(
        (name, wire)
        for where, treatment in treatments(source, "may-omit")
        for name, wires in treatment["fields"].items()
        for wire in declared(source, where, name, wires)
    )


def accepted_kinds(source: Source) -> dict[tuple[str, str], tuple[str, ...]]:
    """Other JSON kinds that a field may have (deviations of kind `also-accepts`)."""
    return {
        (name, wire): tuple(fields[wire])
        for where, treatment in treatments(source, "also-accepts")
        for name, fields in treatment["fields"].items()
        for wire in declared(source, where, name, fields)
    }


def readings_of(source: Source) -> dict[str, tuple[Reading, ...]]:
    """Other ways a member of a union may look (deviations `missing-tag` and `tag-alias`)."""
    readings: dict[str, tuple[Reading, ...]] = {}
    for kind, prefix in (("missing-tag", "Untagged"), ("tag-alias", "Renamed")):
        for where, treatment in treatments(source, kind):
            union, target = treatment["union"], treatment["read_as"]
            members = source.definitions.get(union, {}).get("discriminator", {}).get("mapping", {})
            if f"#/$defs/{target}" not in members.values():
                raise deviation_error(source, where, f"{target} is no member of {union}")
            reading = Reading(
                name=prefix + target,
                target=target,
                tag=treatment.get("tag"),
                requires=tuple(treatment.get("requires", ())),
                allows=tuple(treatment.get("allows", ())),
                description=source.deviations[where]["summary"],
            )
            readings[union] = (*readings.get(union, ()), reading)
    return readings


def treatments(source: Source, kind: str) -> Iterable[tuple[int, Mapping[str, Any]]]:
    for index, deviation in enumerate(source.deviations):
        if deviation["treatment"]["kind"] == kind:
            yield index, deviation["treatment"]


def declared(source: Source, where: int, name: str, wires: Iterable[str]) -> Iterable[str]:
    """The fields a deviation names, each of which its type must have."""
    properties = source.definitions.get(name, {}).get("properties", {})
    for wire in wires:
        if wire not in properties:
            raise deviation_error(source, where, f"there is no {name}.{wire}")
        yield wire


def deviation_error(source: Source, index: int, problem: str) -> SpecError:
    return SpecError(
        source.file(DEVIATIONS_FILE), pointer("deviations", index, "treatment"), problem
    )


def operations_of(source: Source) -> Iterable[Operation]:
    for name, route in source.routes["operations"].items():
        yield Operation(
            name=name,
            method=route["method"],
            paths=route["paths"],
            vertex_default=route["vertex_default"],
            query=tuple((part["name"], part["type"]) for part in route.get("query", [])),
            body=routed(source, name, route, "body"),
            response=routed(source, name, route, "response"),
            stream=routed(source, name, route, "stream"),
            stream_switch=route.get("stream_switch"),
        )


def routed(source: Source, operation: str, route: Mapping[str, Any], key: str) -> str | None:
    """The type a route names, as `family.json#/$defs/Name`."""
    reference = route.get(key)
    if reference is None:
        return None
    target = REFERENCE.fullmatch(reference)
    if target is None or source.family_of.get(target.group(2)) != target.group(1):
        raise SpecError(
            source.file(ROUTES_FILE),
            pointer("operations", operation, key),
            f"{reference!r} leads nowhere",
        )
    return target.group(2)
