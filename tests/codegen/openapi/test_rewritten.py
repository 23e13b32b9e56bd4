"""Exported documents, rewritten the way other people write OpenAPI: the same API, said otherwise.

With its own revision as the base, each has to give that revision again, byte for byte: nothing of
what we know is lost, and nothing is taken from the document but its structure.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interactions_codegen.openapi.document import document_of
from interactions_codegen.openapi.exporting import openapi_of
from interactions_codegen.openapi.importing import draft
from interactions_codegen.source import load

SPEC = Path(__file__).parents[3] / "spec"
REVISIONS = ("2025-12-11", "2026-05-07", "2026-05-20")

Json = Any
Rewrite = Callable[[Json], Json]

SCHEMAS = "#/components/schemas/"
LISTS = ("oneOf", "anyOf", "allOf")


def plain(document: Json) -> Json:
    """Without anything of ours: no extensions, no descriptions."""
    return without(copy.deepcopy(document), lambda key: key.startswith("x-"), ("description",))


def without(value: Json, unwanted: Callable[[str], bool], words: tuple[str, ...]) -> Json:
    if isinstance(value, list):
        return [without(item, unwanted, words) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: {wire: without(part, unwanted, words) for wire, part in item.items()}
        if key in ("properties", "schemas")
        else without(item, unwanted, words)
        for key, item in value.items()
        if not unwanted(key) and not (key in words and isinstance(item, str))
    }


def schemas_in(document: Json) -> Iterator[Json]:
    """Every schema of a document, inner ones first, so that each may be changed in place."""
    for schema in document["components"]["schemas"].values():
        yield from below(schema)


def below(schema: Json) -> Iterator[Json]:
    for part in schema.get("properties", {}).values():
        yield from below(part)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from below(schema[key])
    for key in LISTS:
        for arm in schema.get(key, []):
            yield from below(arm)
    yield schema


def replace(schema: Json, new: Json) -> None:
    schema.clear()
    schema.update(new)


def target(schema: Json) -> str | None:
    reference = schema.get("$ref")
    return reference.removeprefix(SCHEMAS) if isinstance(reference, str) else None


# --- one way of writing each ---------------------------------------------------------------------


def shuffled(document: Json, seed: int = 1) -> Json:
    """Keys in another order, but for those of properties in new types there is none that counts."""
    numbers = random.Random(seed)

    def mixed(value: Json) -> Json:
        if isinstance(value, list):
            return [mixed(item) for item in value]
        if not isinstance(value, dict):
            return value
        keys = list(value)
        numbers.shuffle(keys)
        return {key: mixed(value[key]) for key in keys}

    return mixed(document)


def without_mappings(document: Json) -> Json:
    """Discriminators that leave the tags to the members."""
    for schema in schemas_in(document):
        schema.get("discriminator", {}).pop("mapping", None)
    return document


def without_discriminators(document: Json) -> Json:
    for schema in schemas_in(document):
        schema.pop("discriminator", None)
    return document


def enums_for_constants(document: Json) -> Json:
    """As OpenAPI 3.0 has to."""
    for schema in schemas_in(document):
        if "const" in schema:
            replace(schema, {**schema, "type": "string", "enum": [schema.pop("const")]})
    return document


def inline_enums(document: Json) -> Json:
    enums = {n: s for n, s in document["components"]["schemas"].items() if "enum" in s}
    for schema in schemas_in(document):
        if (name := target(schema)) in enums:
            rest = {key: value for key, value in schema.items() if key != "$ref"}
            replace(schema, {**copy.deepcopy(enums[name]), **rest})
    for name in enums:
        del document["components"]["schemas"][name]
    return document


def inline_members(document: Json) -> Json:
    """Members of unions that nothing else refers to, written in the union; so have no mapping."""
    document = without_mappings(document)
    schemas = document["components"]["schemas"]
    uses: dict[str, int] = {}
    for schema in schemas_in(document):
        if name := target(schema):
            uses[name] = uses.get(name, 0) + 1
    for schema in list(schemas_in(document)):
        if "discriminator" in schema:
            for arm in schema.get("oneOf", []):
                name = target(arm)
                if name is not None and uses[name] == 1 and name in schemas:
                    replace(arm, schemas.pop(name))
    return document


def named_fields(document: Json) -> Json:
    """A component of its own for every union that is written in a field."""
    schemas = document["components"]["schemas"]
    for owner, schema in list(schemas.items()):
        for wire, part in schema.get("properties", {}).items():
            if "anyOf" in part:
                name = f"{owner}.{wire}_union"
                schemas[name] = {"anyOf": part.pop("anyOf")}
                part["$ref"] = SCHEMAS + name
    return document


def split_objects(document: Json) -> Json:
    """`allOf`: the first half of each larger object is a base of its own."""
    schemas = document["components"]["schemas"]
    for name, schema in list(schemas.items()):
        properties = schema.get("properties", {})
        if len(properties) < 4 or "deprecated" in schema:
            continue
        half = dict(list(properties.items())[: len(properties) // 2])
        required = [wire for wire in schema.get("required", []) if wire in half]
        schemas[f"{name}Base"] = {"type": "object", "properties": half, "required": required}
        rest = {wire: part for wire, part in properties.items() if wire not in half}
        replace(
            schema,
            {
                "allOf": [
                    {"$ref": f"{SCHEMAS}{name}Base"},
                    {**schema, "properties": rest},
                ]
            },
        )
    return document


def nullable_3_0(document: Json) -> Json:
    """OpenAPI 3.0: `nullable`, flags beside a reference by `allOf`, no `const`."""
    document = enums_for_constants(document)
    document["openapi"] = "3.0.3"
    document.pop("jsonSchemaDialect", None)
    for schema in list(schemas_in(document)):
        if "$ref" in schema and len(schema) > 1:
            replace(schema, {"allOf": [{"$ref": schema.pop("$ref")}], **schema})
        elif schema.get("type") == "string" and "enum" not in schema:
            schema["nullable"] = True
        if schema.get("contentEncoding") == "base64":
            del schema["contentEncoding"]
            schema["format"] = "byte"
    return document


def nullable_3_1(document: Json) -> Json:
    """Fields that may be null: by type arrays, and by an arm of unions."""
    for owner in list(schemas_in(document)):
        for part in owner.get("properties", {}).values():
            if isinstance(part.get("type"), str) and "enum" not in part:
                part["type"] = [part["type"], "null"]
            elif "anyOf" in part and "x-dispatch" not in part:
                part["anyOf"] = [*part["anyOf"], {"type": "null"}]
            elif part.keys() == {"$ref"}:
                replace(part, {"oneOf": [dict(part), {"type": "null"}]})
    return document


def renamed(document: Json) -> Json:
    """Other names for everything, discriminators and all."""
    schemas = document["components"]["schemas"]
    names = {name: f"google.v9.{name}Thing" for name in schemas}

    def other(value: Json) -> Json:
        if isinstance(value, list):
            return [other(item) for item in value]
        if isinstance(value, dict):
            return {key: other(item) for key, item in value.items()}
        if isinstance(value, str) and value.startswith(SCHEMAS):
            return SCHEMAS + names[value.removeprefix(SCHEMAS)]
        return value

    document = other(document)
    document["components"]["schemas"] = {
        names[name]: schema for name, schema in document["components"]["schemas"].items()
    }
    return document


def open_enums(document: Json) -> Json:
    """Enums as generators write open ones: these values, or any string."""
    for schema in document["components"]["schemas"].values():
        if "enum" in schema and schema.get("x-open"):
            replace(schema, {"anyOf": [{"type": "string"}, {"type": "string", **schema}]})
    return document


def google_paths(document: Json) -> Json:
    """The version spelled out, ids named after the resource, and nothing within projects."""
    paths = {
        template.replace("{api_version}", "v1beta").replace("{id}", "{interactionsId}"): item
        for template, item in document["paths"].items()
        if "projects" not in template
    }
    return {**document, "paths": paths}


def noisy(document: Json) -> Json:
    """Everything that says nothing of types, everywhere it may stand."""
    for schema in list(schemas_in(document)):
        schema["title"] = "A Title"
        schema["description"] = "Words that are not ours."
        schema["example"] = {"$ref": "#/nowhere", "nullable": True}
        schema["x-speakeasy-name-override"] = "Other"
        if schema.get("type") in ("integer", "number"):
            schema["format"] = schema.get("format", "int32")
            schema["default"] = 3
    for item in document["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict):
                operation["x-codeSamples"] = [{"lang": "python", "source": "print()"}]
                operation["x-stainless-naming"] = {}
    document["paths"]["/{api_version}/agents"] = {
        "get": {
            "responses": {
                "200": {
                    "description": "",
                    "content": {"application/json": {"schema": {"$ref": SCHEMAS + "AgentThing"}}},
                }
            }
        }
    }
    document["components"]["schemas"]["AgentThing"] = {
        "type": "object",
        "properties": {"x": {"prefixItems": []}},
    }
    return document


REWRITES: tuple[Rewrite, ...] = (
    shuffled,
    without_mappings,
    without_discriminators,
    enums_for_constants,
    inline_enums,
    inline_members,
    named_fields,
    split_objects,
    nullable_3_0,
    nullable_3_1,
    renamed,
    google_paths,
    noisy,
)


def assert_gives(document: Json, revision: str) -> None:
    imported, _ = draft(document_of(document, "theirs.json"), revision, load(SPEC / revision))
    assert imported.files == {
        path.name: path.read_text("utf-8") for path in (SPEC / revision).iterdir()
    }
    for section in ("could_not_place", "gone", "deviations_dropped", "placed", "undescribed"):
        assert imported.report.subjects(section) == []


def exported(revision: str) -> Json:
    return openapi_of(load(SPEC / revision))


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize("rewrite", REWRITES, ids=lambda rewrite: rewrite.__name__)
def test_the_revision_comes_back(rewrite: Rewrite, revision: str) -> None:
    before = plain(exported(revision))
    document = rewrite(copy.deepcopy(before))
    assert repr(document) != repr(before)
    assert_gives(document, revision)


@pytest.mark.parametrize("revision", REVISIONS)
def test_the_revision_comes_back_without_anything_of_ours(revision: str) -> None:
    document = plain(exported(revision))
    schemas = list(schemas_in(document))
    assert not {key for schema in schemas for key in schema if key.startswith("x-")}
    assert not any(isinstance(schema.get("description"), str) for schema in schemas)
    assert_gives(document, revision)


@pytest.mark.parametrize("revision", REVISIONS)
def test_open_enums_are_recognised(revision: str) -> None:
    assert_gives(plain(open_enums(exported(revision))), revision)


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(
    st.sampled_from(REVISIONS),
    st.lists(st.sampled_from(REWRITES), min_size=2, max_size=7, unique=True),
)
def test_rewrites_add_up(revision: str, rewrites: list[Rewrite]) -> None:
    document = plain(exported(revision))
    for rewrite in rewrites:
        document = rewrite(document)
    assert_gives(document, revision)
