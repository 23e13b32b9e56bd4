"""The front end: what it makes of the spec is held here, whatever its internals do."""

from __future__ import annotations

import ast
import hashlib
import json
from importlib.metadata import version
from typing import Any

import pytest

from interactions_codegen.errors import CodegenError
from interactions_codegen.frontend import FrontField, read_schemas
from interactions_codegen.model import Anything, Choice, Constant, ListOf, MapOf, Named, Scalar
from interactions_codegen.source import load

from .lab import FIXTURE, LABEL, REPOSITORY, REVISIONS, SPEC, STRING, Json

HASHES = {
    "2025-12-11": "d46564b7303e260765e1247c1cd0d2bfd4eab9bada3aaaa88057adf7b74956d1",
    "2026-05-07": "c332bff08c0ce96b61f1e7e6b5d21fac204997f721b8d6c49d7bbc2fa3f638ab",
    "2026-05-20": "ae995bcfc32bab00d37508ba7d98f6906b4792efa1d949997b68fb83784b9e8f",
    LABEL: "87956e9df8b8f300014704d4b761b86ad394ff2a71d364a956d76cd0fe0bfe3c",
}
ADVICE = """\
What the front end makes of {revision} is not what this test holds.

If the spec of that revision changed, read the difference in the generated bindings, then put the
new hash into this test: {found}

If datamodel-code-generator {version} is new here and the spec is not, that release reads schemas
in another way. Do not touch the hash: find what changed with `interactions-codegen check`, and
mend `frontend.py` until the hash holds again, or keep the `codegen` extra at the release before.
"""
STRINGS = Scalar("string")


@pytest.mark.parametrize("revision", [*REVISIONS, LABEL])
def test_the_model_is_the_one_we_know(revision: str) -> None:
    source = load((FIXTURE if revision == LABEL else SPEC) / revision)
    models = read_schemas(source.definitions)
    text = json.dumps(
        {
            name: {wire: repr(field) for wire, field in fields.items()}
            for name, fields in models.items()
        },
        sort_keys=True,
    )
    found = hashlib.sha256(text.encode()).hexdigest()
    release = version("datamodel-code-generator")
    assert found == HASHES.get(revision), ADVICE.format(
        revision=revision, found=found, version=release
    )


def test_one_module_imports_it() -> None:
    importers = set()
    for path in (REPOSITORY / "codegen").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            if any(name.partition(".")[0] == "datamodel_code_generator" for name in names):
                importers.add(path.name)
    assert importers == {"frontend.py"}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (STRING, STRINGS),
        ({"type": "integer", "format": "int64"}, Scalar("integer")),
        ({"type": "number"}, Scalar("number")),
        ({"type": "boolean"}, Scalar("boolean")),
        ({"type": "string", "format": "date-time"}, STRINGS),
        ({"type": "string", "format": "uri"}, STRINGS),
        ({"type": "string", "contentEncoding": "base64"}, STRINGS),
        ({}, Anything()),
        ({"const": "a"}, Constant(("a",))),
        ({"type": "string", "enum": ["a", "b"]}, Constant(("a", "b"))),
        ({"$ref": "#/$defs/Other"}, Named("Other")),
        ({"type": "array", "items": STRING}, ListOf(STRINGS)),
        ({"type": "array", "items": {}}, ListOf(Anything())),
        ({"type": "array"}, ListOf(Anything())),
        ({"type": "array", "items": {"$ref": "#/$defs/Other"}}, ListOf(Named("Other"))),
        ({"type": "object"}, MapOf(Anything())),
        ({"type": "object", "additionalProperties": True}, MapOf(Anything())),
        ({"type": "object", "additionalProperties": STRING}, MapOf(STRINGS)),
        ({"anyOf": [STRING, {"type": "number"}]}, Choice((STRINGS, Scalar("number")))),
        ({"anyOf": [STRING, {}]}, Choice((STRINGS, Anything()))),
    ],
)
def test_schemas(schema: Json, expected: Any) -> None:
    definitions = {
        "Other": {"type": "object", "properties": {"x": STRING}},
        "It": {"type": "object", "properties": {"some": schema}, "required": ["some"]},
    }
    assert read_schemas(definitions)["It"] == {"some": FrontField(expected, True, False, False)}


def test_flags_and_wire_names() -> None:
    properties = {
        "camelCase": {**STRING, "readOnly": True},
        "class": {**STRING, "writeOnly": True},
        "schema": STRING,
    }
    fields = read_schemas({"It": {"type": "object", "properties": properties}})["It"]
    assert fields == {
        "camelCase": FrontField(STRINGS, False, True, False),
        "class": FrontField(STRINGS, False, False, True),
        "schema": FrontField(STRINGS, False, False, False),
    }


def test_texts_never_reach_it() -> None:
    """Formats, descriptions and our own keywords stay with us: they cannot change what it reads."""
    bare = {"It": {"type": "object", "properties": {"a": STRING}}}
    told = {
        "It": {
            "description": '"""',
            "type": "object",
            "x-open": True,
            "properties": {"a": {**STRING, "description": "x", "format": "uuid", "x-secret": True}},
        }
    }
    assert read_schemas(bare) == read_schemas(told)


def test_what_it_cannot_express_is_refused() -> None:
    with pytest.raises(CodegenError, match="the front end"):
        read_schemas({"It": {"type": "object", "properties": {"a": {"type": "null"}}}})
