"""Schemas as they are on their way into the inventory: one class a form, each with its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Set
from typing import Any

from attrs import define, evolve, field

from ..documents import Place, is_array, is_object
from ..source import target_of

FLAGS = ("writeOnly", "deprecated", "readOnly", "x-secret")
ABOUT = ("description", *FLAGS)


def nothing() -> dict[str, Any]:
    return {}


@define(kw_only=True)
class Node:
    """Any JSON, and what all other forms have in common."""

    place: Place
    about: dict[str, Any] = field(factory=nothing)
    """Description and flags."""

    def children(self) -> Iterator[tuple[str, Node]]:
        """The nodes inside, each with the property it belongs to, if it is one."""
        return iter(())

    def with_children(self, change: Callable[[Node], Node]) -> Node:
        return self


@define(kw_only=True)
class Reference(Node):
    name: str


@define(kw_only=True)
class Scalar(Node):
    type: str
    format: str | None = None
    encoding: str | None = None


@define(kw_only=True)
class Constant(Node):
    value: str


@define(kw_only=True)
class Enum(Node):
    values: list[str]
    open: bool = False


@define(kw_only=True)
class Object(Node):
    properties: dict[str, Node]
    required: list[str]
    further: bool = False

    def children(self) -> Iterator[tuple[str, Node]]:
        yield from self.properties.items()

    def with_children(self, change: Callable[[Node], Node]) -> Node:
        return evolve(self, properties={w: change(part) for w, part in self.properties.items()})


@define(kw_only=True)
class Array(Node):
    item: Node | None

    def children(self) -> Iterator[tuple[str, Node]]:
        if self.item is not None:
            yield "", self.item

    def with_children(self, change: Callable[[Node], Node]) -> Node:
        return self if self.item is None else evolve(self, item=change(self.item))


@define(kw_only=True)
class Map(Node):
    """An object without properties of its own; without a value, one that holds anything."""

    value: Node | None

    def children(self) -> Iterator[tuple[str, Node]]:
        if self.value is not None:
            yield "", self.value

    def with_children(self, change: Callable[[Node], Node]) -> Node:
        return self if self.value is None else evolve(self, value=change(self.value))


@define(kw_only=True)
class Choice(Node):
    """A union; with a tag it is one of objects that the tag tells apart."""

    arms: list[Node]
    tag: str | None = None
    mapping: dict[str, str] = field(factory=nothing)
    open: bool = False
    rules: list[dict[str, Any]] = field(factory=list[dict[str, Any]])

    def children(self) -> Iterator[tuple[str, Node]]:
        for arm in self.arms:
            yield "", arm

    def with_children(self, change: Callable[[Node], Node]) -> Node:
        return evolve(self, arms=[change(arm) for arm in self.arms])


def everywhere(node: Node) -> Iterator[Node]:
    """A node and all nodes inside it."""
    pending = [node]
    while pending:
        part = pending.pop()
        yield part
        pending += [child for _, child in part.children()]


def targets(node: Node) -> Iterator[str]:
    """The types that a node refers to, in order."""
    if isinstance(node, Reference):
        yield node.name
    for _, child in node.children():
        yield from targets(child)


def renamed(node: Node, name_of: Callable[[str], str]) -> Node:
    """The same with other names for the types it refers to."""
    if isinstance(node, Reference):
        return evolve(node, name=name_of(node.name))
    if isinstance(node, Choice):
        node = evolve(node, mapping={tag: name_of(name) for tag, name in node.mapping.items()})
    return node.with_children(lambda child: renamed(child, name_of))


def annotated(node: Node, about: Mapping[str, Any]) -> Node:
    """The same, about which more is said."""
    return evolve(node, about={**node.about, **about}) if about else node


# --- as schemas ----------------------------------------------------------------------------------


def schema_of(node: Node) -> dict[str, Any]:
    """A node as the spec writes it, references as `#/$defs/Name`."""
    flags = {key: node.about[key] for key in FLAGS if key in node.about}
    description = {"description": node.about["description"]} if "description" in node.about else {}
    if isinstance(node, Object):
        return {**description, "type": "object", **flags, **members_of(node)}
    return {**description, **form_of(node), **flags}


def members_of(node: Object) -> dict[str, Any]:
    schema: dict[str, Any] = {"properties": {w: schema_of(p) for w, p in node.properties.items()}}
    if required := [wire for wire in node.properties if wire in node.required]:
        schema["required"] = required
    if node.further:
        schema["additionalProperties"] = True
    return schema


def form_of(node: Node) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    if isinstance(node, Reference):
        schema["$ref"] = reference(node.name)
    elif isinstance(node, Scalar):
        schema["type"] = node.type
        if node.encoding is not None:
            schema["contentEncoding"] = node.encoding
        if node.format is not None:
            schema["format"] = node.format
    elif isinstance(node, Constant):
        schema["const"] = node.value
    elif isinstance(node, Enum):
        schema = {"type": "string", "enum": node.values}
    elif isinstance(node, Array):
        schema["type"] = "array"
        if node.item is not None:
            schema["items"] = schema_of(node.item)
    elif isinstance(node, Map):
        schema["type"] = "object"
        if node.value is not None:
            schema["additionalProperties"] = schema_of(node.value)
    elif isinstance(node, Choice):
        schema = arms_of(node)
    if isinstance(node, (Choice, Enum)) and node.open:
        schema["x-open"] = True
    return schema


def arms_of(node: Choice) -> dict[str, Any]:
    closed = node.tag is not None and all(isinstance(arm, Reference) for arm in node.arms)
    schema: dict[str, Any] = {"oneOf" if closed else "anyOf": [schema_of(a) for a in node.arms]}
    if node.tag is not None:
        mapping = {value: reference(name) for value, name in node.mapping.items()}
        schema["discriminator"] = {"propertyName": node.tag, "mapping": mapping}
    if node.rules:
        schema["x-dispatch"] = node.rules
    return schema


def reference(name: str) -> str:
    return f"#/$defs/{name}"


def shape_of(node: Node, *, flags: bool = False) -> str:
    """Two nodes of the same shape are the same but for their words and order, and their flags."""
    left_out = {"description", "x-open", "x-dispatch", *(() if flags else FLAGS)}
    return json.dumps(comparable(schema_of(node), left_out), sort_keys=True)


def comparable(schema: Any, left_out: Set[str]) -> Any:
    if is_array(schema):
        items = [comparable(part, left_out) for part in schema]
        return sorted(items, key=lambda part: json.dumps(part, sort_keys=True))
    if not is_object(schema):
        return schema
    return {
        key: {wire: comparable(part, left_out) for wire, part in value.items()}
        if key in ("properties", "mapping")
        else comparable(value, left_out)
        for key, value in schema.items()
        if key not in left_out
    }


def node_of(schema: Mapping[str, Any], place: Place) -> Node:
    """A node from a schema of the spec, references as `#/$defs/Name`."""
    about = {key: schema[key] for key in ABOUT if key in schema}
    if "$ref" in schema:
        return Reference(place=place, about=about, name=target_of(schema["$ref"]))
    if "const" in schema:
        return Constant(place=place, about=about, value=schema["const"])
    if "enum" in schema:
        values, is_open = list(schema["enum"]), schema.get("x-open", False)
        return Enum(place=place, about=about, values=values, open=is_open)
    for key in ("oneOf", "anyOf"):
        if key in schema:
            discriminator = schema.get("discriminator", {})
            mapping = {t: target_of(r) for t, r in discriminator.get("mapping", {}).items()}
            return Choice(
                place=place,
                about=about,
                arms=[node_of(arm, place.below(key, i)) for i, arm in enumerate(schema[key])],
                tag=discriminator.get("propertyName"),
                mapping=mapping,
                open=schema.get("x-open", False),
                rules=schema.get("x-dispatch", []),
            )
    return plain_node(schema, place, about)


def plain_node(schema: Mapping[str, Any], place: Place, about: dict[str, Any]) -> Node:
    kind, further = schema.get("type"), schema.get("additionalProperties", False)
    if kind is None:
        return Node(place=place, about=about)
    if kind == "array":
        items = schema.get("items")
        item = None if items is None else node_of(items, place.below("items"))
        return Array(place=place, about=about, item=item)
    if kind == "object" and "properties" in schema:
        below = place.below("properties")
        parts = {w: node_of(part, below.below(w)) for w, part in schema["properties"].items()}
        required = list(schema.get("required", []))
        return Object(
            place=place, about=about, properties=parts, required=required, further=bool(further)
        )
    if kind == "object":
        below = place.below("additionalProperties")
        value = node_of(further, below) if is_object(further) and further else None
        return Map(place=place, about=about, value=value)
    return Scalar(
        place=place,
        about=about,
        type=kind,
        format=schema.get("format"),
        encoding=schema.get("contentEncoding"),
    )
