"""The base revision: its types as nodes, to compare those of a document with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ..source import REFERENCE, Source
from .nodes import Choice, Node, Reference, node_of
from .types import ERROR_ROOT

ERROR_RESPONSE = "ErrorResponse"
"""The type of error responses, which no route names."""


@frozen
class Inventory:
    source: Source
    nodes: Mapping[str, Node]
    roots: Mapping[str, Node]

    @property
    def family_of(self) -> Mapping[str, str]:
        return self.source.family_of

    def choices(self) -> list[Choice]:
        """All unions without a tag."""
        found: list[Choice] = []
        pending = list(self.nodes.values())
        while pending:
            node = pending.pop(0)
            pending += [child for _, child in node.children()]
            if isinstance(node, Choice) and node.tag is None:
                found.append(node)
        return found


def inventory_of(source: Source) -> Inventory:
    nodes = {
        name: node_of(schema, source.places[name]) for name, schema in source.definitions.items()
    }
    return Inventory(source, nodes, roots_of(source))


def roots_of(source: Source) -> dict[str, Node]:
    roots: dict[str, Node] = {}
    for name, route in source.routes["operations"].items():
        for part in ("response", "stream", "body"):
            if target := routed(route, part):
                roots[f"{name} {part}"] = Reference(place=source.places[target], name=target)
    if ERROR_RESPONSE in source.definitions:
        place = source.places[ERROR_RESPONSE]
        roots[ERROR_ROOT] = Reference(place=place, name=ERROR_RESPONSE)
    return roots


def routed(route: Mapping[str, Any], part: str) -> str | None:
    target = REFERENCE.fullmatch(route.get(part, ""))
    return None if target is None else target.group(2)
