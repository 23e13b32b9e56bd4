"""Random payloads of any type of a revision, derived from the spec alone.

`Payloads(revision).of(name)` gives payloads that fit the type; `wild=True` also gives ones with
unknown fields, explicit nulls, unknown variants and enum values, missing keys and wrong kinds.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from hypothesis import strategies as st

SPEC = Path(__file__).parents[2] / "spec"
SECRET = "s3cr3t"
"""Part of every value of a field that is marked `x-secret`, and of no other."""
DEEPEST = 5

Draw: TypeAlias = Callable[[st.SearchStrategy[Any]], Any]
Schema: TypeAlias = dict[str, Any]

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
json_objects = st.dictionaries(texts, json_values, max_size=4)
chance = st.integers(0, 23).map(lambda number: number == 7)
BY_TYPE: dict[str, st.SearchStrategy[Any]] = {
    "string": texts,
    "integer": st.integers(-(2**31), 2**31),
    "number": st.floats(allow_nan=False, allow_infinity=False) | st.integers(-9, 9),
    "boolean": st.booleans(),
}


@cache
def definitions(revision: str) -> dict[str, Schema]:
    """All types of a revision by name; references end in the name of their target."""
    found: dict[str, Schema] = {}
    for path in sorted((SPEC / revision).glob("*.json")):
        found.update(json.loads(path.read_text("utf-8")).get("$defs", {}))
    return found


def treatments(revision: str) -> list[Schema]:
    text = (SPEC / revision / "deviations.json").read_text("utf-8")
    return [deviation["treatment"] for deviation in json.loads(text)["deviations"]]


def target(reference: str) -> str:
    return reference.rpartition("/")[2]


class Payloads:
    def __init__(self, revision: str) -> None:
        self.definitions = definitions(revision)
        self.unions = [n for n, s in self.definitions.items() if "discriminator" in s]
        self.objects = [
            name
            for name, schema in self.definitions.items()
            if schema.get("type") == "object" and name not in self.unions
        ]
        self.choices = [
            name
            for name, schema in self.definitions.items()
            if "anyOf" in schema and name not in self.unions
        ]
        self.tags = {
            target(reference): schema["discriminator"]["propertyName"]
            for schema in self.definitions.values()
            if "discriminator" in schema
            for reference in schema["discriminator"]["mapping"].values()
        }

        self.untagged = [
            (treatment["union"], [*treatment["requires"], *treatment["allows"]])
            for treatment in treatments(revision)
            if treatment["kind"] == "missing-tag"
        ]

    def of(self, name: str, *, wild: bool = False) -> st.SearchStrategy[Any]:
        @st.composite
        def payload(draw: Any) -> Any:
            return self.draw(draw, self.definitions[name], name, wild, 0)

        return payload()

    def draw(self, draw: Draw, schema: Schema, name: str, wild: bool, depth: int) -> Any:
        if wild and depth and draw(chance):
            return draw(json_values)
        if "$ref" in schema:
            name = target(schema["$ref"])
            return self.draw(draw, self.definitions[name], name, wild, depth)
        if schema.get("x-secret"):
            return self.secret(draw, schema)
        if "discriminator" in schema:
            return self.member(draw, schema, wild, depth)
        if "anyOf" in schema:
            # An arm that takes anything is drawn only where it is told apart by its JSON kind.
            arms = [arm for arm in schema["anyOf"] if arm.keys() - {"description"}]
            return self.draw(draw, draw(st.sampled_from(arms)), "", wild, depth)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return draw(st.sampled_from(schema["enum"]) | (texts if wild else st.nothing()))
        if schema.get("type") == "array":
            size = 0 if depth > DEEPEST else draw(st.integers(0, 2))
            return [self.draw(draw, schema["items"], "", wild, depth + 1) for _ in range(size)]
        if schema.get("type") == "object":
            return self.object(draw, schema, name, wild, depth)
        if "type" in schema:
            return draw(BY_TYPE[schema["type"]])
        return draw(json_values.filter(lambda value: value is not None))

    def member(self, draw: Draw, union: Schema, wild: bool, depth: int) -> Any:
        mapping, tag = union["discriminator"]["mapping"], union["discriminator"]["propertyName"]
        value = draw(st.sampled_from(sorted(mapping)))
        name = target(mapping[value])
        found = self.draw(draw, self.definitions[name], name, wild, depth)
        if isinstance(found, dict) and tag in found:
            fresh = wild and not draw(st.integers(0, 7))
            found[tag] = draw(texts | st.just("brand_new")) if fresh else value
        return found

    def object(self, draw: Draw, schema: Schema, name: str, wild: bool, depth: int) -> Any:
        properties, required = schema.get("properties", {}), schema.get("required", [])
        optional = [wire for wire in properties if wire not in required]
        chosen: list[str] = []
        if optional and depth <= DEEPEST:
            chosen = draw(st.lists(st.sampled_from(optional), max_size=4, unique=True))
        found = {
            wire: self.draw(draw, properties[wire], "", wild, depth + 1)
            for wire in properties
            if wire in required or wire in chosen
        }
        more = schema.get("additionalProperties")
        if isinstance(more, dict):
            for key in draw(st.lists(texts, max_size=2, unique=True)):
                found[key] = self.draw(draw, more, "", wild, depth + 1)
        elif not properties:
            found = draw(json_objects) if name not in self.definitions else found
        return self.spoilt(draw, found) if wild else found

    def spoilt(self, draw: Draw, found: dict[str, Any]) -> dict[str, Any]:
        """One key gone, null or of the wrong kind, or one too many; mostly none of it."""
        if not draw(st.integers(0, 5)):
            how = draw(st.sampled_from(["gone", "null", "wrong", "more"]))
            key = draw(st.sampled_from(sorted(found)) if found else texts)
            if how == "gone":
                found.pop(key, None)
            elif how == "more":
                found[draw(texts)] = draw(json_values)
            elif how == "null":
                found[key] = None
            else:
                found[key] = draw(json_values)
        return found

    def secret(self, draw: Draw, schema: Schema) -> Any:
        value = SECRET + draw(texts)
        arm = draw(st.sampled_from(schema["anyOf"])) if "anyOf" in schema else schema
        if arm["type"] == "array":
            return [{"name": value}]
        return {"name": value} if arm["type"] == "object" else value
