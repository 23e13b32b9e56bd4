"""Our model of a revision: what the templates, the diff and the tests read. Frozen, no behaviour
beyond looking things up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from attrs import frozen

Presence = Literal["always", "sender", "optional"]
"""Always on the wire; required of senders while readers do without; optional for both."""


@frozen
class Scalar:
    kind: Literal["string", "integer", "number", "boolean"]


@frozen
class Constant:
    """One of a few fixed strings, written in place."""

    values: tuple[str, ...]


@frozen
class Anything:
    """Any JSON."""


@frozen
class Named:
    name: str


@frozen
class ListOf:
    item: Type


@frozen
class MapOf:
    value: Type


@frozen
class Rule:
    """When a payload belongs to an arm that others of its JSON kind compete with."""

    arm: int
    has: tuple[str, ...] = ()
    first: Literal["tagged", "untagged"] | None = None


@frozen
class Choice:
    """A union without a tag: told apart by JSON kind, then by rules."""

    arms: tuple[Type, ...]
    rules: tuple[Rule, ...] = ()


Type = Scalar | Constant | Anything | Named | ListOf | MapOf | Choice


@frozen(kw_only=True)
class Field:
    name: str
    wire: str
    type: Type
    also: tuple[str, ...]
    """JSON kinds that arrive although the schema declares another (a deviation)."""
    presence: Presence
    format: str
    """What kind of text or number it is, as `date-time`; empty where it is any."""
    description: str
    read_only: bool
    write_only: bool
    deprecated: bool
    secret: bool


@frozen(kw_only=True)
class Tag:
    """The key and value by which unions know an object. Several values make it a field."""

    wire: str
    values: tuple[str, ...]


@frozen(kw_only=True)
class Answer:
    """Where an object keeps what the model answered: the source of its `output_*` properties."""

    field: str
    container: str | None
    passed_over: str
    media: tuple[tuple[str, str], ...]


@frozen(kw_only=True)
class FormerField:
    """What a field was called before."""

    now: str
    """The field, by its name in Python."""
    name: str | None
    """Its former name in Python; `None` where that is the same."""
    wire: str | None
    """Its former name on the wire; `None` where that is the same."""


@frozen(kw_only=True)
class ObjectType:
    name: str
    family: str
    description: str
    deprecated: bool
    tag: Tag | None
    fields: tuple[Field, ...]
    free: bool
    answer: Answer | None
    former: tuple[FormerField, ...] = ()


@frozen(kw_only=True)
class Reading:
    """How a union reads a payload whose tag is missing or is an old name (a deviation)."""

    name: str
    target: str
    tag: str | None
    requires: tuple[str, ...]
    allows: tuple[str, ...]
    description: str


@frozen(kw_only=True)
class UnionType:
    name: str
    family: str
    description: str
    tag: str
    members: Mapping[str, str]
    free: bool
    open: bool
    """Whether the service may add members."""
    readings: tuple[Reading, ...]


@frozen(kw_only=True)
class EnumType:
    name: str
    family: str
    description: str
    values: tuple[str, ...]
    open: bool
    """Whether the service may add values."""


@frozen(kw_only=True)
class AliasType:
    name: str
    family: str
    description: str
    type: Type


Definition = ObjectType | UnionType | EnumType | AliasType


@frozen(kw_only=True)
class Operation:
    name: str
    method: str
    paths: Mapping[str, str]
    vertex_default: str
    query: tuple[tuple[str, str], ...]
    body: str | None
    response: str | None
    stream: str | None
    stream_switch: str | None


@frozen(kw_only=True)
class Revision:
    label: str
    header: str | None
    families: tuple[tuple[str, str], ...]
    definitions: Mapping[str, Definition]
    operations: tuple[Operation, ...]
    backends: Mapping[str, Mapping[str, Any]]
    aliases: Mapping[str, str]
    """Former names of types and fields, as `revision.json` has them."""
    spec_hash: str

    def of_family(self, family: str) -> Iterator[Definition]:
        return (d for d in self.definitions.values() if d.family == family)

    def objects(self) -> Iterator[ObjectType]:
        return (d for d in self.definitions.values() if isinstance(d, ObjectType))

    def unions(self) -> Iterator[UnionType]:
        return (d for d in self.definitions.values() if isinstance(d, UnionType))


def names_in(type_: Type) -> Iterator[str]:
    """Every type a type expression refers to."""
    if isinstance(type_, Named):
        yield type_.name
    elif isinstance(type_, ListOf):
        yield from names_in(type_.item)
    elif isinstance(type_, MapOf):
        yield from names_in(type_.value)
    elif isinstance(type_, Choice):
        for arm in type_.arms:
            yield from names_in(arm)


def names_of(definition: Definition) -> Iterator[str]:
    """Every type a definition refers to."""
    if isinstance(definition, ObjectType):
        for field in definition.fields:
            yield from names_in(field.type)
    elif isinstance(definition, UnionType):
        yield from definition.members.values()
    elif isinstance(definition, AliasType):
        yield from names_in(definition.type)
