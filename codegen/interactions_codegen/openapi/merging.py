"""`allOf`: several nodes that hold at once, as one."""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve

from ..documents import Place
from .nodes import (
    Array,
    Choice,
    Constant,
    Enum,
    Map,
    Node,
    Object,
    Reference,
    Scalar,
    annotated,
    shape_of,
)
from .report import Report

Expand = Callable[[Reference], Node]


def merged(nodes: list[Node], place: Place, expand: Expand, report: Report) -> Node:
    """All of them as one node; what cannot be one is reported."""
    result = nodes[0]
    for node in nodes[1:]:
        both = both_of(result, node, expand, report)
        if both is None:
            report.could_not_place(place, "the parts of allOf do not make one type")
            return result
        result = both
    return evolve(result, place=place)


def both_of(one: Node, other: Node, expand: Expand, report: Report) -> Node | None:
    about = {**one.about, **other.about}
    if type(one) is Node or type(other) is Node:
        return evolve(other if type(one) is Node else one, about=about)
    if isinstance(one, Object) and isinstance(other, Object):
        return objects(one, other, expand, report)
    if isinstance(one, (Constant, Enum)) and isinstance(other, (Constant, Enum)):
        return values(one, other)
    if shape_of(one) == shape_of(other):
        return evolve(one, about=about)
    for node, rest in ((one, other), (other, one)):
        if isinstance(node, Reference):
            target = expand(node)
            both = both_of(target, rest, expand, report)
            if both is not None and shape_of(both) == shape_of(target):
                both = node
            return None if both is None else evolve(both, about=about)
        if isinstance(node, Scalar) and (both := narrowed(node, rest)):
            return evolve(both, about=about)
        if isinstance(node, Map) and isinstance(rest, Object):
            if node.value is not None:
                report.note("loosened", node.place, "the type of further keys")
            return evolve(rest, about=about, further=rest.further or node.value is not None)
        if isinstance(node, Map) and node.value is None and isinstance(rest, (Map, Choice)):
            return evolve(rest, about=about)
        if isinstance(node, Array) and node.item is None and isinstance(rest, Array):
            return evolve(rest, about=about)
    return None


def objects(one: Object, other: Object, expand: Expand, report: Report) -> Object:
    """The properties of the first, then those the second adds."""
    properties = dict(one.properties)
    for wire, node in other.properties.items():
        if wire in properties:
            both = merged([properties[wire], node], node.place, expand, report)
            properties[wire] = both
        else:
            properties[wire] = node
    required = [*one.required, *(wire for wire in other.required if wire not in one.required)]
    node = annotated(one, other.about)
    assert isinstance(node, Object)
    further = one.further or other.further
    return evolve(node, properties=properties, required=required, further=further)


def values(one: Constant | Enum, other: Constant | Enum) -> Node | None:
    both = [value for value in values_of(one) if value in values_of(other)]
    if not both:
        return None
    about = {**one.about, **other.about}
    if len(both) == 1:
        return Constant(place=other.place, about=about, value=both[0])
    return Enum(place=other.place, about=about, values=both)


def values_of(node: Constant | Enum) -> list[str]:
    return node.values if isinstance(node, Enum) else [node.value]


def narrowed(scalar: Scalar, rest: Node) -> Node | None:
    """A scalar of which another part says more."""
    if isinstance(rest, (Constant, Enum)) and scalar.type == "string" and not scalar.encoding:
        return rest
    if not isinstance(rest, Scalar) or rest.type != scalar.type:
        return None
    if None not in (scalar.format, rest.format) or None not in (scalar.encoding, rest.encoding):
        return None
    return evolve(
        rest, format=rest.format or scalar.format, encoding=rest.encoding or scalar.encoding
    )
