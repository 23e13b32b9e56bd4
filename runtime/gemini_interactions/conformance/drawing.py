"""Random payloads that a revision's schema allows, drawn from the schema alone."""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping
from typing import Any, Final, TypeAlias

try:
    from hypothesis import strategies as st
    from hypothesis.strategies import SearchStrategy
except ImportError:
    raise ImportError(
        "payloads are made by hypothesis: pip install 'gemini-interactions[conformance]'"
    ) from None

from .excerpts import is_object
from .judging import ANYTHING, FORBIDDEN, Sender, is_free, kinds_of, members_of
from .schemas import Json, Schema, target_of

__all__ = [
    "Draw",
    "Payloads",
    "SearchStrategy",
    "base64_texts",
    "json_objects",
    "takes_anything",
    "texts",
]

Draw: TypeAlias = st.DrawFn

DEEPEST: Final = 5
"""Below this, lists are empty and optional fields absent."""

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8)
base64_texts = st.binary(min_size=1, max_size=9).map(lambda data: base64.b64encode(data).decode())
integers = st.integers(-(2**31), 2**31 - 1)
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-9, 9)
json_values: SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | integers | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
said_values: SearchStrategy[Any] = json_values.filter(lambda value: value is not None)
"""What a field of any kind may hold: null would say that it is absent."""
json_objects: SearchStrategy[Json] = st.dictionaries(texts, json_values, max_size=4)
SCALARS: Final[dict[str, SearchStrategy[Any]]] = {
    "string": texts,
    "integer": integers,
    "number": numbers,
    "boolean": st.booleans(),
}


class Payloads:
    """Draws payloads that a side may send, by one revision."""

    def __init__(self, schema: Schema, sender: Sender = "either") -> None:
        self.schema = schema
        self._flag = FORBIDDEN.get(sender, ("",))[0]

    def of(self, name: str) -> SearchStrategy[Any]:
        """Payloads of a type."""

        @st.composite
        def payload(draw: Draw) -> Any:
            return self.named(draw, name)

        return payload()

    def named(self, draw: Draw, name: str, depth: int = 0) -> Any:
        schema = self.schema.definitions[name]
        if schema.get("type") == "object":
            return self.object(draw, name, depth=depth)
        return self.part(draw, schema, depth)

    def part(self, draw: Draw, part: Mapping[str, Any], depth: int) -> Any:
        """A value for a schema that stands inside another."""
        if "$ref" in part:
            return self.named(draw, target_of(part["$ref"]), depth)
        if "discriminator" in part:
            return self._member(draw, part, depth)
        if "anyOf" in part:
            return self.part(draw, draw(st.sampled_from(part["anyOf"])), depth)
        if "const" in part:
            return part["const"]
        if "enum" in part:
            return draw(st.sampled_from(part["enum"]))
        kind = part.get("type")
        if kind == "array":
            size = 0 if depth > DEEPEST else draw(st.integers(0, 2))
            return [self.part(draw, part["items"], depth + 1) for _ in range(size)]
        if kind == "object":
            return self._map(draw, part.get("additionalProperties", True), depth)
        if part.get("contentEncoding") == "base64":
            return draw(base64_texts)
        return draw(SCALARS[kind] if kind else said_values)

    def object(
        self,
        draw: Draw,
        name: str,
        *,
        only: Collection[str] | None = None,
        depth: int = 0,
    ) -> Json:
        """An object of a type, or only some of its fields; the required ones are always there."""
        schema = self.schema.definitions[name]
        required: list[str] = schema.get("required", [])
        fields: dict[str, Json] = {
            wire: field
            for wire, field in schema.get("properties", {}).items()
            if not field.get(self._flag) and (only is None or wire in only)
        }
        optional = [wire for wire in fields if wire not in required]
        chosen: list[str] = []
        if optional and depth <= DEEPEST:
            chosen = draw(st.lists(st.sampled_from(optional), max_size=4, unique=True))
        return {
            wire: self.part(draw, field, depth + 1)
            for wire, field in fields.items()
            if wire in required or wire in chosen
        }

    def _member(self, draw: Draw, union: Mapping[str, Any], depth: int) -> Json:
        tag = union["discriminator"]["propertyName"]
        members = members_of(self.schema, union)
        choices = [*members, None] if is_free(union) else [*members]
        value = draw(st.sampled_from(choices))
        if value is None:
            free = draw(json_objects)
            return {key: item for key, item in free.items() if key != tag}
        return {**self.object(draw, members[value], depth=depth), tag: value}

    def _map(self, draw: Draw, values: Any, depth: int) -> Json:
        if not is_object(values):
            return draw(json_objects)
        keys = draw(st.lists(texts, max_size=2, unique=True))
        return {key: self.part(draw, values, depth + 1) for key in keys}


def takes_anything(schema: Schema, part: Mapping[str, Any]) -> bool:
    """Whether a part of a schema says nothing."""
    arms = part.get("anyOf", [part])
    return any(kinds_of(schema, arm) == ANYTHING for arm in arms)
