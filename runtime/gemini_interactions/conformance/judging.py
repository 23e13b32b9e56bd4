"""The spec's schema, rewritten so that what it refuses is refused at the right place.

A validator that tries the members of a union one after another can only say that none of them
fits. Here the tag chooses the member, and the JSON kind and the rules of the spec choose between
the arms of a choice; whatever is wrong inside is then reported where it is. Objects are closed,
so that unknown fields are found. The result is plain JSON Schema, with two notes for whoever
explains its errors: `x-rule` names the rule that a keyword stands for where that is not plain
from the keyword, and `x-open` says that the spec expects new values.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from .excerpts import is_array, is_object, kind_of
from .schemas import Json, Schema, target_of

Sender = Literal["caller", "service", "either"]
"""Who a payload comes from: a caller sends nothing that is `readOnly`, the service nothing that
is `writeOnly`."""

FORBIDDEN: Final = {"caller": ("readOnly", "read-only"), "service": ("writeOnly", "write-only")}
SCALARS: Final = frozenset({"string", "integer", "number", "boolean"})
ANYTHING: Final = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})
NOTES: Final = frozenset({"x-open"})


def judging_schema(schema: Schema, name: str, sender: Sender = "either") -> Json:
    """A schema for payloads of one type, with all that it needs."""
    rewriter = _Rewriter(schema, sender)
    reachable = _reachable(schema, name)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$ref": f"#/$defs/{name}",
        "$defs": {found: rewriter.definition(found) for found in reachable},
    }


def kinds_of(schema: Schema, part: Mapping[str, Any]) -> frozenset[str]:
    """The JSON kinds that a part of a schema allows."""
    if "$ref" in part:
        return kinds_of(schema, schema.definitions[target_of(part["$ref"])])
    if "discriminator" in part:
        return frozenset({"object"})
    if "anyOf" in part:
        return frozenset[str]().union(*(kinds_of(schema, arm) for arm in part["anyOf"]))
    if "const" in part or "enum" in part:
        return frozenset({"string"})
    return frozenset({part["type"]}) if "type" in part else ANYTHING


def members_of(schema: Schema, union: Mapping[str, Any]) -> dict[str, str]:
    """The members of a union by their tags."""
    mapping: dict[str, str] = union["discriminator"]["mapping"]
    return {tag: target_of(reference) for tag, reference in mapping.items()}


def is_free(union: Mapping[str, Any]) -> bool:
    """Whether a union also takes objects that are none of its members."""
    return any("$ref" not in arm for arm in (union.get("oneOf") or union["anyOf"]))


def arm_of(schema: Schema, choice: Mapping[str, Any], value: Any) -> Json | None:
    """The arm of a choice that a value belongs to: by its JSON kind, then by the rules."""
    arms: list[Json] = choice["anyOf"]
    kind = kind_of(value)
    kinds = {kind, "number"} if kind == "integer" else {kind}
    fitting = [n for n, arm in enumerate(arms) if not kinds.isdisjoint(kinds_of(schema, arm))]
    rules: list[Json] = choice.get("x-dispatch", []) if len(fitting) > 1 else []
    for rule in rules:
        number: int = rule["arm"]
        if number in fitting and _holds(schema, choice, rule, value):
            return arms[number]
    return arms[fitting[0]] if fitting else None


def _holds(schema: Schema, choice: Mapping[str, Any], rule: Mapping[str, Any], value: Any) -> bool:
    if "has" in rule:
        return all(key in value for key in rule["has"])
    if "first" not in rule:
        return True
    union = _deciding_union(schema, choice, rule)
    first: Any = value[0] if value else None
    tag: Any = first.get(union["discriminator"]["propertyName"]) if is_object(first) else None
    if rule["first"] == "tagged":
        return isinstance(tag, str) and tag in members_of(schema, union)
    return bool(value) and not isinstance(tag, str)


def _deciding_union(schema: Schema, choice: Mapping[str, Any], rule: Mapping[str, Any]) -> Json:
    """The union whose tag a rule looks for: that of its own arm, or the only one there is."""
    arms: list[Json] = choice["anyOf"]
    number: int = rule["arm"]
    looked_at = arms[number : number + 1] if rule["first"] == "tagged" else arms
    for arm in looked_at:
        items: Json = arm.get("items", {})
        reference: str | None = items.get("$ref")
        union = schema.definitions[target_of(reference)] if reference else {}
        if "discriminator" in union:
            return union
    raise ValueError("no arm of this choice is an array of a union")


def _reachable(schema: Schema, name: str) -> list[str]:
    found: dict[str, None] = {name: None}
    pending: list[Any] = [schema.definitions[name]]
    while pending:
        part: Any = pending.pop()
        if is_array(part):
            pending += part
        elif is_object(part):
            pending += part.values()
        elif isinstance(part, str) and part.startswith("#/$defs/"):
            other = target_of(part)
            if other not in found:
                found[other] = None
                pending.append(schema.definitions[other])
    return sorted(found)


class _Rewriter:
    def __init__(self, schema: Schema, sender: Sender) -> None:
        self._schema = schema
        self._flag, self._rule = FORBIDDEN.get(sender, ("", ""))

    def definition(self, name: str) -> Json:
        schema = self._schema.definitions[name]
        if schema.get("type") == "object":
            return self._object(schema)
        return self._part(schema)

    def _part(self, part: Mapping[str, Any]) -> Json:
        """A schema as it stands inside another."""
        if "$ref" in part:
            return {"$ref": part["$ref"]}
        if "discriminator" in part:
            return self._union(part)
        if "anyOf" in part:
            return self._choice(part)
        notes = {key: part[key] for key in NOTES & part.keys()}
        if "const" in part:
            return {"type": "string", "const": part["const"], "x-rule": "const"}
        if "enum" in part:
            rule = "unknown-value"
            return {"type": "string", "enum": part["enum"], "x-rule": rule, **notes}
        kind = part.get("type")
        if kind == "array":
            return {"type": kind, "items": self._part(part["items"])}
        if kind == "object":
            inner = part.get("additionalProperties", True)
            inner = self._part(inner) if is_object(inner) else inner
            return {"type": kind, "additionalProperties": inner}
        return {"type": kind} if kind else {}

    def _object(self, schema: Json) -> Json:
        """An object with a name: it has its fields, and no others unless it says so."""
        properties: dict[str, Json] = schema.get("properties", {})
        forbidden = {wire for wire, field in properties.items() if field.get(self._flag)}
        return {
            "type": "object",
            "properties": {
                wire: {"not": {}, "x-rule": self._rule} if wire in forbidden else self._part(field)
                for wire, field in properties.items()
            },
            "required": [wire for wire in schema.get("required", ()) if wire not in forbidden],
            "additionalProperties": schema.get("additionalProperties", False),
        }

    def _union(self, union: Mapping[str, Any]) -> Json:
        """The tag decides; without one there is nothing more to say."""
        tag = union["discriminator"]["propertyName"]
        members = members_of(self._schema, union)
        found: Json = {
            "type": "object",
            "allOf": [
                {"if": _tagged(tag, [value]), "then": {"$ref": f"#/$defs/{name}"}}
                for value, name in members.items()
            ],
        }
        if not is_free(union):
            notes = {key: union[key] for key in NOTES & union.keys()}
            rule = "unknown-variant"
            known = {"type": "string", "enum": [*members], "x-rule": rule, **notes}
            found |= {"required": [tag], "properties": {tag: known}}
        return found

    def _choice(self, choice: Mapping[str, Any]) -> Json:
        """The JSON kind decides, then the rules."""
        arms: list[Json] = choice["anyOf"]
        kinds = [kinds_of(self._schema, arm) for arm in arms]
        if ANYTHING in kinds:
            return {}
        every = frozenset[str]().union(*kinds)
        return {
            "type": sorted(every),
            "allOf": [
                {
                    "if": {"type": kind},
                    "then": self._decision(
                        choice, [n for n, own in enumerate(kinds) if kind in own]
                    ),
                }
                for kind in sorted(every)
            ],
        }

    def _decision(self, choice: Mapping[str, Any], numbers: list[int]) -> Json:
        """Which of the arms of one JSON kind it is."""
        arms: list[Json] = choice["anyOf"]
        rules: list[Json] = choice.get("x-dispatch", [])
        found: Json | None = None
        for rule in reversed(rules):
            number: int = rule["arm"]
            if number in numbers:
                arm = self._part(arms[number])
                condition = self._condition(choice, rule)
                found = (
                    arm
                    if found is None or condition is None
                    else {"if": condition, "then": arm, "else": found}
                )
        if found is not None:
            return found
        parts = [self._part(arms[number]) for number in numbers]
        return parts[0] if len(parts) == 1 else {"anyOf": parts}

    def _condition(self, choice: Mapping[str, Any], rule: Mapping[str, Any]) -> Json | None:
        if "has" in rule:
            return {"required": rule["has"]}
        if "first" not in rule:
            return None
        union = _deciding_union(self._schema, choice, rule)
        tag = union["discriminator"]["propertyName"]
        if rule["first"] == "tagged":
            first = _tagged(tag, [*members_of(self._schema, union)])
        else:
            first = {"not": {"properties": {tag: {"type": "string"}}, "required": [tag]}}
            first = {"anyOf": [{"not": {"type": "object"}}, first]}
        return {"prefixItems": [first], "minItems": 1}


def _tagged(tag: str, values: list[str]) -> Json:
    condition = {"const": values[0]} if len(values) == 1 else {"enum": values}
    return {"type": "object", "properties": {tag: condition}, "required": [tag]}
