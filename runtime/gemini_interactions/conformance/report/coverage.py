"""Which types, fields and enum values of a revision payloads have shown.

Counts are kept under names: `TextContent` for a type, `TextContent.text` for one of its fields,
`InteractionStatus=completed` for a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, TypeAlias

from attrs import frozen

from ...testing.json_values import as_list, as_object, is_object
from ..excerpts import kind_of
from ..findings import Kind
from ..judging import kinds_of, members_of
from ..known import KnownDeviations
from ..schemas import Json, Schema, schema_of, target_of

__all__ = [
    "Counts",
    "Ground",
    "Share",
    "TypeCoverage",
    "Walker",
    "ground_of",
    "part_counts",
    "walker_of",
]

Counts: TypeAlias = dict[str, int]
See: TypeAlias = Callable[[Any, Counts], None]


class Walker:
    """Walks payloads along a schema. What does not fit it is passed over."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._known = KnownDeviations(schema)
        self._named: dict[str, See] = {}

    def see(self, kind: Kind, payload: Any, counts: Counts) -> None:
        self._of(self._schema.roots[kind])(payload, counts)

    def _of(self, name: str) -> See:
        """The walk of a named type; made on first use, as types refer to one another in circles."""
        if name not in self._named:
            self._named[name] = lambda value, counts: self._named[name](value, counts)
            self._named[name] = self._made(name, self._schema.definitions[name])
        return self._named[name]

    def _made(self, name: str, schema: Json) -> See:
        if schema.get("type") == "object":
            return self._object(name, schema)
        if "enum" in schema:
            return values_of(name, schema["enum"])
        return self._part(schema, name) or nothing

    def _part(self, part: Mapping[str, Any], name: str = "") -> See | None:
        """The walk of what stands inside a type; none for plain values."""
        if "$ref" in part:
            return self._reference(target_of(part["$ref"]))
        if "discriminator" in part:
            return self._union(part, name)
        if "anyOf" in part:
            return self._choice(part)
        inner = part.get("items") or part.get("additionalProperties")
        see = self._part(inner) if is_object(inner) else None
        return see and each(see)

    def _reference(self, name: str) -> See:
        """Looked up when it is walked: what it leads to may still be in the making."""
        return self._named.get(name) or (lambda value, counts: self._of(name)(value, counts))

    def _object(self, name: str, schema: Json) -> See:
        fields = {
            wire: (f"{name}.{wire}", self._part(field))
            for wire, field in schema.get("properties", {}).items()
        }

        def see(value: Any, counts: Counts) -> None:
            if value.__class__ is not dict:
                return
            counts[name] = counts.get(name, 0) + 1
            for wire, item in value.items():
                field = fields.get(wire)
                if field is not None:
                    key, inner = field
                    counts[key] = counts.get(key, 0) + 1
                    if inner is not None:
                        inner(item, counts)

        return see

    def _union(self, union: Mapping[str, Any], name: str) -> See:
        tag: str = union["discriminator"]["propertyName"]
        members = {
            value: self._reference(member)
            for value, member in members_of(self._schema, union).items()
        }

        def see(value: Any, counts: Counts) -> None:
            if value.__class__ is not dict:
                return
            said = value.get(tag)
            member = members.get(said) if isinstance(said, str) else None
            if member is None:
                other = self._known.renamed(name, said)
                reading = other or (None if tag in value else self._known.untagged(name, value))
                member = members.get(reading.tag) if reading else None
            if member is not None:
                member(value, counts)

        return see

    def _choice(self, choice: Mapping[str, Any]) -> See | None:
        """The first arm that has the JSON kind of the value; between several, the rules decide."""
        arms: list[Json] = choice["anyOf"]
        parts = [(kinds_of(self._schema, arm), self._part(arm)) for arm in arms]
        if not any(part for _, part in parts):
            return None

        def see(value: Any, counts: Counts) -> None:
            kind = kind_of(value)
            fitting = [number for number, (kinds, _) in enumerate(parts) if kind in kinds]
            if len(fitting) > 1:
                fitting = [n for n in self._ruled(choice, value) if n in fitting] or fitting
            part = parts[fitting[0]][1] if fitting else None
            if part is not None:
                part(value, counts)

        return see

    def _ruled(self, choice: Mapping[str, Any], value: Any) -> Iterator[int]:
        """The arms that the rules of a choice allow, in their order."""
        for rule in choice.get("x-dispatch", ()):
            if "has" in rule and not (isinstance(value, dict) and rule["has"][0] in value):
                continue
            if "first" in rule and self._is_tagged(choice, rule, value) != (
                rule["first"] == "tagged"
            ):
                continue
            yield rule["arm"]

    def _is_tagged(self, choice: Mapping[str, Any], rule: Json, value: Any) -> bool:
        """Whether the first item has a tag that the arm knows."""
        first = next(iter(as_list(value)), None)
        item = choice["anyOf"][rule["arm"]].get("items", {})
        union = self._schema.definitions[target_of(item["$ref"])] if "$ref" in item else {}
        if "discriminator" not in union:
            return False
        said = as_object(first).get(union["discriminator"]["propertyName"])
        return isinstance(said, str) and said in union["discriminator"]["mapping"]


def nothing(value: Any, counts: Counts) -> None:
    """A plain value has no parts."""


def values_of(name: str, values: list[str]) -> See:
    keys = {value: f"{name}={value}" for value in values}

    def see(value: Any, counts: Counts) -> None:
        key = keys.get(value) if isinstance(value, str) else None
        if key is not None:
            counts[key] = counts.get(key, 0) + 1

    return see


def each(see: See) -> See:
    """A walk of every item of an array, or every value of a map."""

    def see_all(value: Any, counts: Counts) -> None:
        if value.__class__ is list:
            for item in value:
                see(item, counts)
        elif value.__class__ is dict:
            for item in value.values():
                see(item, counts)

    return see_all


@cache
def walker_of(revision: str) -> Walker:
    return Walker(schema_of(revision))


# --- what there is to be seen ------------------------------------------------------------------


@frozen
class TypeCoverage:
    """One type, and which of its fields or values were seen how often."""

    name: str
    seen: int
    parts: Mapping[str, int]


@frozen
class Ground:
    """All that a revision has, with what was seen of it."""

    revision: str
    events: Mapping[str, int]
    types: tuple[TypeCoverage, ...]
    enums: tuple[TypeCoverage, ...]
    groups: Mapping[str, tuple[str, ...]]
    """The tagged unions, each with its members: events, steps, deltas and so on."""


def ground_of(revision: str, counts: Mapping[str, int]) -> Ground:
    schema = schema_of(revision)
    unions = {name: d for name, d in schema.definitions.items() if "discriminator" in d}
    events = members_of(schema, unions[schema.roots["event"]])
    return Ground(
        revision=revision,
        events={tag: counts.get(member, 0) for tag, member in events.items()},
        types=tuple(
            TypeCoverage(
                name,
                counts.get(name, 0),
                {wire: counts.get(f"{name}.{wire}", 0) for wire in d.get("properties", {})},
            )
            for name, d in schema.definitions.items()
            if d.get("type") == "object"
        ),
        enums=tuple(
            enum_coverage(name, d, counts) for name, d in schema.definitions.items() if "enum" in d
        ),
        groups={
            name: tuple(dict.fromkeys(members_of(schema, d).values())) for name, d in unions.items()
        },
    )


def enum_coverage(name: str, definition: Json, counts: Mapping[str, int]) -> TypeCoverage:
    values = {value: counts.get(f"{name}={value}", 0) for value in definition["enum"]}
    return TypeCoverage(name, sum(values.values()), values)


@frozen
class Share:
    """So many of so many."""

    seen: int
    all: int

    def __str__(self) -> str:
        return f"{self.seen} of {self.all}"


def part_counts(ground: Ground) -> tuple[Share, Share, Share, Share]:
    """How much was seen: types, fields, enum values, events."""
    fields = [count for each in ground.types for count in each.parts.values()]
    values = [count for each in ground.enums for count in each.parts.values()]
    types = [each.seen for each in ground.types]
    return share_of(types), share_of(fields), share_of(values), share_of(ground.events.values())


def share_of(counts: Iterable[int]) -> Share:
    found = list(counts)
    return Share(sum(count > 0 for count in found), len(found))
