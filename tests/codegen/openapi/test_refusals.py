"""Documents that are refused: exit code 2, the place and the reason, and nothing changed."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from interactions_codegen.cli import main

Json = Any

BASE = Path(__file__).parent / "base"
FIRST = "2026-01-02"
LABEL = "2026-09-09"
STRING: Json = {"type": "string"}
SCHEMAS = "/components/schemas"


def reference(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def document(**schemas: Json) -> Json:
    """A small document that would be imported, with more schemas or others."""
    tag: Json = {"type": "object", "properties": {"event_type": {"const": "error"}}}
    response = {
        "description": "",
        "content": {
            "application/json": {"schema": reference("Interaction")},
            "text/event-stream": {"schema": reference("Event")},
        },
    }
    create = {
        "requestBody": {"content": {"application/json": {"schema": reference("Create")}}},
        "responses": {"200": response},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "", "version": ""},
        "paths": {"/{api_version}/interactions": {"post": create}},
        "components": {
            "schemas": {
                "Interaction": {"type": "object", "properties": {"x": reference("X")}},
                "Create": {"type": "object", "properties": {"stream": {"type": "boolean"}}},
                "Event": {
                    "oneOf": [reference("ErrorEvent")],
                    "discriminator": {"propertyName": "event_type"},
                },
                "ErrorEvent": tag,
                "X": STRING,
                **schemas,
            }
        },
    }


def without(*keys: str) -> Json:
    content = part = document()
    for key in keys[:-1]:
        part = part[key]
    del part[keys[-1]]
    return content


def put(value: Json, *keys: str) -> Json:
    content = part = document()
    for key in keys[:-1]:
        part = part[key]
    part[keys[-1]] = value
    return content


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BASE, tmp_path / "spec"))


@pytest.fixture
def refused(spec: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """A document and options → the message; nothing may have changed."""

    def run(content: bytes, *options: str, revision: str = LABEL) -> str:
        path = tmp_path / "theirs.json"
        path.write_bytes(content)
        before = snapshot(tmp_path)
        arguments = [str(path), "--revision", revision, "--spec", str(spec), *options]
        assert main(["import", *arguments]) == 2
        assert snapshot(tmp_path) == before
        captured = capsys.readouterr()
        assert captured.out == ""
        message = captured.err.splitlines()[-1]
        assert message.startswith("interactions-codegen: ")
        assert message.isprintable()
        return message.removeprefix("interactions-codegen: ")

    return run


def snapshot(folder: Path) -> dict[str, bytes | None]:
    return {
        path.relative_to(folder).as_posix(): None if path.is_dir() else path.read_bytes()
        for path in folder.rglob("*")
    }


def test_the_document_of_these_tests_would_be_imported(spec: Path, tmp_path: Path) -> None:
    path = tmp_path / "theirs.json"
    path.write_text(json.dumps(document()), "utf-8")
    assert main(["import", str(path), "--revision", LABEL, "--spec", str(spec)]) == 0
    assert (spec / LABEL / "interaction.json").is_file()


@pytest.mark.parametrize(
    ("content", "place", "says"),
    [
        pytest.param(b"", "", "there is nothing in it", id="empty"),
        pytest.param(b" \n", "", "there is nothing in it", id="blank"),
        pytest.param(b"openapi: 3.1.0\n", "", "not JSON: ", id="yaml"),
        pytest.param(b"\xff\xfe{}", "", "not UTF-8", id="utf-16"),
        pytest.param(b'{"openapi": NaN}', "", "NaN is not JSON", id="nan"),
        pytest.param(b'{"openapi": "3.1.0"', "", "not JSON: ", id="cut-off"),
        pytest.param(b"[1]", "", "an OpenAPI document is an object", id="array"),
        pytest.param(b'{"a": 1}', "/openapi", "no OpenAPI document", id="other-json"),
        pytest.param(b'{"swagger": "2.0"}', "/swagger", "convert it to OpenAPI", id="swagger"),
        pytest.param(b'{"openapi": "2.0"}', "/openapi", "not '2.0'", id="version-2"),
        pytest.param(b'{"openapi": "3.2.0"}', "/openapi", "not '3.2.0'", id="version-3.2"),
        pytest.param(b'{"openapi": 3.1}', "/openapi", "not 3.1", id="version-number"),
        pytest.param(
            b'{"openapi": "3.1.0", "info": {"a": 1, "a": 2}}', "/info/a", "twice", id="key-twice"
        ),
        pytest.param(b"[" * 100_000, "", "nested too deeply", id="brackets"),
        pytest.param(
            b'{"openapi": "3.1.0", "x": ' + b"[" * 200 + b"]" * 200 + b"}",
            "/x" + "/0" * 128,
            "nested too deeply",
            id="deep",
        ),
        pytest.param(
            b'{"openapi": "3.1.0", "components": {"schemas": []}}',
            "/components/schemas",
            "it must be an object",
            id="schemas-array",
        ),
        pytest.param(b'{"openapi": "3.1.0"}', "/paths", "no operation", id="no-paths"),
        pytest.param(
            b'{"openapi": "3.1.0", "paths": {"/v1/models": {"get": {}}}}',
            "/paths",
            "there is no operation of interactions here",
            id="other-api",
        ),
        pytest.param(
            b'{"openapi": "3.1.0", "paths": {"/v1/interactions": {"post": []}}}',
            "/paths/~1v1~1interactions/post",
            "it must be an object",
            id="operation-array",
        ),
    ],
)
def test_no_document(content: bytes, place: str, says: str, refused: Callable[..., str]) -> None:
    message = refused(content)
    assert message.startswith(f"theirs.json#{place}: ")
    assert says in message


@frozen
class Case:
    content: Json
    place: str
    says: str


def schema(name: str, content: Json, place: str, says: str) -> Any:
    """A type that the interaction refers to."""
    return pytest.param(Case(document(X=content), f"{SCHEMAS}/X{place}", says), id=name)


def case(name: str, content: Json, place: str, says: str) -> Any:
    return pytest.param(Case(content, place, says), id=name)


def members(one: Json, other: Json, **more: Json) -> Json:
    """A union of two objects with a discriminator."""
    return document(
        X={
            "oneOf": [reference("One"), reference("Two")],
            "discriminator": {"propertyName": "type", **more},
        },
        One={"type": "object", "properties": one},
        Two={"type": "object", "properties": other},
    )


def chain(length: int, link: Callable[[int], Json]) -> Json:
    """Many schemas, each of which leads to the next."""
    schemas = {f"C{number}": link(number + 1) for number in range(length)}
    return document(X=reference("C0"), **schemas, **{f"C{length}": STRING})


HUGE = "x" * 400

REFERENCES = [
    schema("ref-nowhere", reference("Nothing"), "/$ref", "leads nowhere"),
    schema("ref-other-file", {"$ref": "other.json#/X"}, "/$ref", "leads out of the document"),
    schema("ref-url", {"$ref": "https://example.com/x"}, "/$ref", "leads out of the document"),
    schema("ref-number", {"$ref": 7}, "/$ref", "a reference is a string"),
    schema("ref-object", {"$ref": {}}, "/$ref", "a reference is a string"),
    case(
        "ref-itself",
        document(X=reference("X")),
        f"{SCHEMAS}/Interaction/properties/x",
        "leads back to itself",
    ),
    case(
        "ref-circle",
        document(X=reference("Y"), Y=reference("Z"), Z=reference("Y")),
        f"{SCHEMAS}/Interaction/properties/x",
        "leads back to itself",
    ),
    schema("array-of-itself", {"type": "array", "items": reference("X")}, "/items", "itself"),
    case(
        "union-of-itself",
        document(X={"anyOf": [STRING, reference("Y")]}, Y={"anyOf": [reference("X"), STRING]}),
        f"{SCHEMAS}/Y/anyOf/0",
        "contains itself",
    ),
    schema("all-of-itself", {"allOf": [reference("X"), {"properties": {}}]}, "/allOf/0", "itself"),
    schema("ref-into-itself", {"$ref": f"#{SCHEMAS}/X/items", "items": STRING}, "", ""),
    case(
        "arrays-too-deep",
        chain(300, lambda n: {"type": "array", "items": reference(f"C{n}")}),
        f"{SCHEMAS}/",
        "too large, once references are written out",
    ),
    case(
        "parts-too-deep",
        chain(300, lambda n: {"allOf": [reference(f"C{n}"), {"minLength": 1, "type": "string"}]}),
        f"{SCHEMAS}/",
        "nested too deeply, once references are written out",
    ),
    case(
        "unions-too-deep",
        chain(300, lambda n: {"anyOf": [reference(f"C{n}"), {"type": "integer"}]}),
        f"{SCHEMAS}/",
        "too deeply",
    ),
    case(
        "twice-as-much-each-time",
        chain(
            30,
            lambda n: {
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": {"anyOf": [reference(f"C{n}"), reference(f"C{n}")]},
                },
            },
        ),
        f"{SCHEMAS}/",
        "",
    ),
    case(
        "doubled-parts",
        chain(40, lambda n: {"allOf": [reference(f"C{n}"), reference(f"C{n}")]}),
        "",
        "schemas, once references are written out",
    ),
]

TYPES = [
    schema("number", 3, "", "a schema is an object"),
    schema("false", False, "", "a schema is an object"),
    schema("type-unknown", {"type": "file"}, "/type", "there is no type 'file'"),
    schema("type-object", {"type": {}}, "/type", "there is no type {}"),
    schema("pattern-properties", {"patternProperties": {"a": {}}}, "/patternProperties", "a map"),
    schema("if", {"if": {}, "then": {}}, "/if", "write a union"),
    schema("tuple", {"type": "array", "prefixItems": [STRING]}, "/prefixItems", "one type"),
    schema("dynamic", {"$dynamicRef": "#x"}, "/$dynamicRef", "refer by JSON pointer"),
    schema("id", {"$id": "https://example.com", "type": "string"}, "/$id", "address of its own"),
    schema("flag", {"type": "string", "readOnly": "yes"}, "/readOnly", "true or false"),
    schema("properties", {"properties": []}, "/properties", "it must be an object"),
    schema("required", {"properties": {}, "required": "a"}, "/required", "an array of names"),
    schema("further", {"additionalProperties": 1}, "/additionalProperties", "is an object"),
    schema("array-of-arrays", {"type": "array", "items": {"type": "array"}}, "", ""),
    schema("format", {"type": "string", "format": "a\nb"}, "/format", "one printable line"),
    schema("format-object", {"type": "string", "format": {}}, "/format", "one printable line"),
    schema("all-of-none", {"allOf": []}, "/allOf", "an array of schemas"),
    schema(
        "all-of-two-types",
        {"allOf": [STRING, {"type": "integer"}]},
        "",
        "the parts of allOf do not make one type",
    ),
    schema(
        "all-of-two-constants",
        {"allOf": [{"properties": {"a": {"const": "b"}}}, {"properties": {"a": {"const": "c"}}}]},
        "/allOf/1/properties/a",
        "the parts of allOf do not make one type",
    ),
    schema(
        "one-and-any",
        {"oneOf": [STRING], "anyOf": [STRING]},
        "",
        "oneOf and anyOf in one schema",
    ),
    schema(
        "union-and-properties",
        {"properties": {"a": STRING}, "oneOf": [STRING, {"type": "integer"}]},
        "",
        "oneOf beside properties",
    ),
    schema("union-of-none", {"anyOf": []}, "/anyOf", "an array of schemas"),
    schema("union-of-null", {"anyOf": [{"type": "null"}]}, "", "nothing but null"),
    schema("enum-of-none", {"enum": []}, "/enum", "an array of values"),
    schema("enum-of-all", {"enum": ["a", 1]}, "/enum", "of strings, numbers or booleans"),
    schema("enum-of-objects", {"enum": [{}]}, "/enum", "of strings, numbers or booleans"),
    schema("enum-twice", {"enum": ["a", "a"]}, "/enum", "a value stands here twice"),
    schema("enum-line", {"enum": ["a", 'b"""\nimport os']}, "/enum/1", "one printable line"),
    schema("enum-escape", {"enum": ["\x1b[2J"]}, "/enum/0", "one printable line"),
    schema("enum-surrogate", {"enum": ["\ud800"]}, "/enum/0", "one printable line"),
    schema("enum-empty", {"enum": [""]}, "/enum/0", "one printable line"),
    schema("enum-long", {"enum": [HUGE]}, "/enum/0", "400 characters"),
    schema("const-line", {"const": "a\nb"}, "/const", "one printable line"),
    schema(
        "property-name",
        {"type": "object", "properties": {"@type": STRING}},
        "/properties/@type",
        "cannot become a Python name",
    ),
    schema(
        "property-hostile",
        {"type": "object", "properties": {"a = __import__('os')": STRING}},
        "/properties/a = __import__('os')",
        "cannot become a Python name",
    ),
    schema(
        "properties-alike",
        {"type": "object", "properties": {"aB": STRING, "a_b": STRING}},
        "",
        "becomes 'a_b' in Python too",
    ),
    case(
        "name-hostile",
        document(X=reference("..~1..~1etc~1passwd"), **{"../../etc/passwd": {"enum": ["a"]}}),
        f"{SCHEMAS}/..~1..~1etc~1passwd",
        "no such name for a component",
    ),
    case(
        "name-number",
        document(X=reference("3D"), **{"3D": {"enum": ["a"]}}),
        f"{SCHEMAS}/3D",
        "'3D' cannot name a type",
    ),
    schema("family", {"enum": ["a"], "x-family": "../x"}, "/x-family", "can name a module"),
    schema("family-taken", {"enum": ["a"], "x-family": "routes"}, "/x-family", "name a module"),
]

UNIONS = [
    schema(
        "objects-alike",
        {
            "anyOf": [
                {"type": "object", "properties": {"a": STRING}},
                {"type": "object", "properties": {"b": STRING}},
            ]
        },
        "",
        "the arms 0, 1 are of one JSON kind: say in x-dispatch how to tell them apart",
    ),
    case(
        "objects-alike-in-a-field",
        put(
            {
                "type": "object",
                "properties": {
                    "y": {
                        "type": "array",
                        "items": {"oneOf": [reference("Interaction"), reference("Create")]},
                    }
                },
            },
            *("components", "schemas", "Interaction"),
        ),
        f"{SCHEMAS}/Interaction/properties/y/items",
        "the arms 0, 1 are of one JSON kind",
    ),
    schema(
        "rules",
        {"anyOf": [STRING, {"type": "object"}], "x-dispatch": {}},
        "/x-dispatch",
        "an array of rules",
    ),
    schema(
        "rules-arm",
        {"anyOf": [STRING, {"type": "object"}], "x-dispatch": [{"arm": 2}]},
        "/x-dispatch/0/arm",
        "there is no such arm",
    ),
    case(
        "rule-by-a-key-that-is-gone",
        document(
            Create={
                "oneOf": [reference("CreateModelInteraction"), reference("CreateAgentInteraction")]
            },
            CreateModelInteraction={"properties": {"model": STRING, "stream": {}}},
            CreateAgentInteraction={"properties": {"stream": {}}},
        ),
        f"{SCHEMAS}/Create",
        "the arms 0, 1 are of one JSON kind",
    ),
    case(
        "ruled-unions-of-themselves",
        document(
            X={"anyOf": [reference("Y"), STRING], "x-dispatch": [{"arm": 0}]},
            Y={"anyOf": [reference("X"), STRING], "x-dispatch": [{"arm": 0}]},
        ),
        f"{SCHEMAS}/Y/anyOf/0",
        "contains itself",
    ),
    case(
        "tag-twice",
        members({"type": {"const": "a"}}, {"type": {"const": "a"}}),
        f"{SCHEMAS}/X/oneOf/1",
        "One and Two both have the tag 'a'",
    ),
    case(
        "tag-unlike-the-mapping",
        members({"type": {"const": "a"}}, {"type": {"const": "b"}}, mapping={"c": "One"}),
        f"{SCHEMAS}/X/discriminator/mapping",
        "One says a, the mapping c",
    ),
    case(
        "mapping-to-a-stranger",
        members({"type": {"const": "a"}}, {"type": {"const": "b"}}, mapping={"c": "Create"}),
        f"{SCHEMAS}/X/discriminator",
        "the mapping leads 'c' to Create, which is no member",
    ),
    case(
        "mapping-nowhere",
        members({"type": {"const": "a"}}, {"type": {"const": "b"}}, mapping={"c": "Nothing"}),
        f"{SCHEMAS}/X/discriminator/mapping/c",
        "leads to no schema of this document",
    ),
    case(
        "mapping-to-a-file",
        members({}, {}, mapping={"c": "other.json"}),
        f"{SCHEMAS}/X/discriminator/mapping/c",
        "leads to no schema of this document",
    ),
    schema(
        "member-no-object",
        {"oneOf": [STRING, reference("Create")], "discriminator": {"propertyName": "type"}},
        "/oneOf/0",
        "a union with a discriminator is of objects",
    ),
    schema(
        "discriminator-string",
        {"oneOf": [reference("Create")], "discriminator": "type"},
        "/discriminator",
        "an object with a propertyName",
    ),
    case(
        "tag-of-our-unknown",
        members({"type": {"const": "unknown"}}, {"type": {"const": "b"}}),
        "",
        "the tag 'unknown' is taken by our unknown variants",
    ),
]

OPERATIONS = [
    case(
        "body-of-text",
        put(STRING, "components", "schemas", "Create"),
        f"{SCHEMAS}/Create",
        "the body of interactions.create is neither an object nor a union",
    ),
    case(
        "no-switch",
        put({"type": "object", "properties": {}}, "components", "schemas", "Create"),
        "/paths/~1{api_version}~1interactions/post/responses/200/content/text~1event-stream/schema",
        "it has no `stream`",
    ),
    case(
        "parameters",
        put({}, "paths", "/{api_version}/interactions", "parameters"),
        "/paths/~1{api_version}~1interactions/parameters",
        "it must be an array",
    ),
    case(
        "query-array",
        put(
            [{"in": "query", "name": "a", "schema": {"type": "array"}}],
            *("paths", "/{api_version}/interactions", "parameters"),
        ),
        "/paths/~1{api_version}~1interactions/parameters/0",
        "a query parameter is a string, a boolean or an integer",
    ),
    case(
        "responses",
        put([], "paths", "/{api_version}/interactions", "post", "responses"),
        "/paths/~1{api_version}~1interactions/post/responses",
        "it must be an object",
    ),
    case(
        "path-elsewhere",
        put({"$ref": "other.json"}, "paths", "/{api_version}/interactions"),
        "/paths/~1{api_version}~1interactions/$ref",
        "leads out of the document",
    ),
]


@pytest.mark.parametrize("fault", REFERENCES + TYPES + UNIONS + OPERATIONS)
def test_fault(fault: Case, refused: Callable[..., str]) -> None:
    message = refused(json.dumps(fault.content).encode())
    assert f"theirs.json#{fault.place}" in message
    assert fault.says in message


def test_families_in_a_circle(refused: Callable[..., str]) -> None:
    back = {"type": "object", "properties": {"i": reference("Interaction")}, "x-family": "other"}
    message = refused(json.dumps(document(X=back)).encode())
    assert message.startswith(f"{LABEL}/revision.json#/families: families import one another")


def test_all_faults_are_told_at_once(
    spec: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, report = tmp_path / "theirs.json", tmp_path / "report.json"
    content = document(X={"type": "object", "properties": {"@a": STRING, "b": {"enum": [{}]}}})
    path.write_text(json.dumps(content), "utf-8")
    arguments = [str(path), "--revision", LABEL, "--spec", str(spec), "--report", str(report)]
    assert main(["import", *arguments]) == 2
    shown = capsys.readouterr().err
    assert "Could not be placed (2):" in shown
    assert shown.splitlines()[-1].endswith("(and 1 more that could not be placed)")
    found = json.loads(report.read_bytes())["could_not_place"]
    assert [entry["subject"].rpartition("/")[2] for entry in found] == ["@a", "enum"]


# --- options -----------------------------------------------------------------------------------


GOOD = json.dumps(document()).encode()


@pytest.mark.parametrize("label", ["", "next", "2026-13-01", "2026-02-30", "../x", "2026-1-1"])
def test_no_label(label: str, refused: Callable[..., str]) -> None:
    assert "cannot name a revision: give a date" in refused(GOOD, revision=label)


def test_a_revision_that_is_there(refused: Callable[..., str]) -> None:
    assert "is there already: --force replaces it" in refused(GOOD, revision=FIRST)


@pytest.mark.parametrize("base", ["2020-01-01", "../base", "nonsense"])
def test_no_base(base: str, refused: Callable[..., str]) -> None:
    message = refused(GOOD, "--base", base)
    assert message.endswith(f"holds no revision {base!r} to be the base")


def test_nothing_to_be_a_base(refused: Callable[..., str], spec: Path) -> None:
    shutil.rmtree(spec / FIRST)
    assert refused(GOOD).endswith("give --base")


def test_a_damaged_base(refused: Callable[..., str], spec: Path) -> None:
    (spec / FIRST / "routes.json").unlink()
    assert refused(GOOD) == f"{FIRST}/routes.json#: the file is missing"


def test_a_damaged_base_with_force(refused: Callable[..., str], spec: Path) -> None:
    (spec / FIRST / "content.json").write_text("{", "utf-8")
    assert "not JSON" in refused(GOOD, "--force", revision=FIRST)


def test_no_spec(refused: Callable[..., str], spec: Path) -> None:
    shutil.rmtree(spec)
    assert refused(GOOD).endswith("is no folder: give the spec folder with --spec")


def test_no_file(spec: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path, says in ((tmp_path / "none.json", "No such file"), (tmp_path, "is a folder")):
        assert main(["import", str(path), "--revision", LABEL, "--spec", str(spec)]) == 2
        assert says in capsys.readouterr().err
    assert [path.name for path in spec.iterdir()] == [FIRST]


@pytest.mark.parametrize("content", [b"", b"{}", b"\x00"])
def test_standard_input(
    content: bytes,
    spec: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(content)))
    assert main(["import", "-", "--revision", LABEL, "--spec", str(spec)]) == 2
    assert capsys.readouterr().err.startswith("interactions-codegen: <stdin>#")
    assert [path.name for path in spec.iterdir()] == [FIRST]


MARKS = ("revision", "families", "backends", "vertex_default", "deviations")


@pytest.mark.parametrize("key", MARKS)
@pytest.mark.parametrize("value", [..., None, 3, [3], {"a": 3}, {"a": "b\n"}])
def test_damaged_marks(
    key: str, value: Any, spec: Path, tmp_path: Path, refused: Callable[..., str]
) -> None:
    exported = tmp_path / "openapi.json"
    assert main(["export", FIRST, "--spec", str(spec), "--to", str(exported)]) == 0
    content = json.loads(exported.read_bytes())
    if value is ...:
        del content["x-inventory"][key]
    else:
        content["x-inventory"][key] = value
    assert "#/" in refused(json.dumps(content).encode())
