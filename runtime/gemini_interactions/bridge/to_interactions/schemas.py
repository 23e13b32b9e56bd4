"""The Schema of generateContent as JSON Schema, which is what interactions take."""

from __future__ import annotations

from typing import Any, Final

from ..fields import snake
from ..json_values import Json, is_array, is_object

__all__ = ["json_schema"]

_SPELLINGS: Final = {
    "any_of": "anyOf",
    "one_of": "oneOf",
    "all_of": "allOf",
    "prefix_items": "prefixItems",
    "additional_properties": "additionalProperties",
    "property_ordering": "propertyOrdering",
    "min_items": "minItems",
    "max_items": "maxItems",
    "min_length": "minLength",
    "max_length": "maxLength",
    "min_properties": "minProperties",
    "max_properties": "maxProperties",
    "defs": "$defs",
    "ref": "$ref",
}
_MAPS: Final = frozenset({"properties", "$defs"})
_LISTS: Final = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_SCHEMAS: Final = frozenset({"items", "additionalProperties"})


def json_schema(schema: Any) -> Any:
    """Types in lower case, `nullable` as a type, counts as numbers; the rest as it stands.

    A schema that is JSON Schema already stays what it is. An empty `required`, which says nothing
    and is refused, is left out.
    """
    if not is_object(schema):
        return schema
    found: Json = {}
    nullable = False
    for given, value in schema.items():
        key = _SPELLINGS.get(snake(given), given)
        if value is None and key not in ("default", "const", "example"):
            continue
        if key == "nullable":
            nullable = value is True
        elif key == "type":
            if (kind := _type(value)) is not None:
                found[key] = kind
        elif key == "example":
            found["examples"] = [value]
        elif key != "required" or value:
            found[key] = _value(key, value)
    return _with_null(found) if nullable else found


def _type(value: Any) -> Any:
    if is_array(value):
        return [_type(item) for item in value]
    if isinstance(value, str):
        return None if value == "TYPE_UNSPECIFIED" else value.lower()
    return value


def _value(key: str, value: Any) -> Any:
    if key in _MAPS and is_object(value):
        return {name: json_schema(item) for name, item in value.items()}
    if key in _LISTS and is_array(value):
        return [json_schema(item) for item in value]
    if key in _SCHEMAS:
        return json_schema(value)
    if key.startswith(("min", "max")) and isinstance(value, str) and value.isdecimal():
        return int(value)  # 64-bit integers travel as strings
    return value


def _with_null(schema: Json) -> Json:
    """The same schema, with null allowed."""
    if "enum" in schema and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    kind = schema.get("type")
    if isinstance(kind, str) and kind != "null":
        schema["type"] = [kind, "null"]
    elif is_array(kind) and "null" not in kind:
        schema["type"] = [*kind, "null"]
    if "anyOf" in schema and {"type": "null"} not in schema["anyOf"]:
        schema["anyOf"] = [*schema["anyOf"], {"type": "null"}]
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    return schema
