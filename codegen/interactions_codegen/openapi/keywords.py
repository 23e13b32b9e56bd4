"""What becomes of each keyword of a schema. Whatever is not listed is left out and counted."""

from __future__ import annotations

ANNOTATIONS = frozenset({"deprecated", "readOnly", "writeOnly", "x-secret"})
"""Flags; `description` is our own business."""

READ = ANNOTATIONS | {
    *("$ref", "additionalProperties", "allOf", "anyOf", "const", "contentEncoding"),
    *("description", "discriminator", "enum", "format", "items", "nullable", "oneOf"),
    *("properties", "required", "type", "x-dispatch", "x-family", "x-open"),
    "x-speakeasy-unknown-values",
}
STRUCTURE = frozenset(
    {"additionalProperties", "allOf", "anyOf", "const", "contentEncoding", "discriminator"}
    | {"enum", "format", "items", "oneOf", "properties", "required", "type"}
)
"""What makes a schema more than a remark beside a reference."""

REFUSED = {
    "$anchor": "anchors are not followed: refer by JSON pointer",
    "$dynamicAnchor": "anchors are not followed: refer by JSON pointer",
    "$dynamicRef": "dynamic references are not followed: refer by JSON pointer",
    "$id": "a schema with an address of its own is not read: refer by JSON pointer",
    "$recursiveRef": "recursive references are not followed: refer by JSON pointer",
    "dependentSchemas": "the inventory cannot say it: write the properties themselves",
    "else": "the inventory cannot say it: write a union",
    "if": "the inventory cannot say it: write a union",
    "patternProperties": "the inventory cannot say it: write a map",
    "prefixItems": "the inventory cannot say it: write an array of one type",
    "then": "the inventory cannot say it: write a union",
}
"""They say what an object or array consists of, in a way that the inventory has no words for."""

NARROWING = frozenset({"description", "not", "required", "title", "type"})
"""Arms that say no more than these forbid combinations of properties; they are no types."""

MEANINGLESS_FORMATS = frozenset({"double", "float", "int32"})
"""They say how a service stores a number, not what it looks like in JSON."""
