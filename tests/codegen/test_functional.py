"""Inline specs → bindings → what these do."""

from __future__ import annotations

import json
from importlib import import_module
from types import GenericAlias
from typing import Any

import pytest
from attrs import evolve

from .conftest import Bind
from .lab import (
    FIXTURE,
    LABEL,
    STRING,
    Json,
    array,
    bindings_of,
    choice,
    deviation,
    enum,
    member,
    mini,
    obj,
    reference,
    spec_of,
    union,
)

INTEGER: Json = {"type": "integer"}


def fixture_documents() -> Json:
    return {path.name: json.loads(path.read_bytes()) for path in (FIXTURE / LABEL).iterdir()}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The bindings of the mini spec."""
    return bindings_of(mini(), tmp_path_factory.mktemp("mini"), "bindings_of_mini")


@pytest.fixture(scope="module")
def bindings(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The bindings of the fixture that uses every feature."""
    folder = tmp_path_factory.mktemp("fixture")
    return bindings_of(fixture_documents(), folder, "bindings_of_fixture")


def test_objects_are_read_and_written(small: Any) -> None:
    payload = {
        "id": "c1",
        "input": "Hello.",
        "parts": [{"type": "text", "text": "Hi."}, {"type": "blob"}],
        "color": "mauve",
        "note": {"text": "a", "next": {"text": "b"}},
        "labels": {"k": "v"},
        "either": {"text": "c"},
        "unheard-of": {"deep": [1, None]},
    }
    call = small.structure(small.Call, payload)

    assert [type(part) for part in call.parts] == [small.TextPart, small.BlobPart]
    assert call.parts[0].text == "Hi."
    assert call.parts[0].type == "text"
    assert call.note.next.text == "b"
    assert call.color == "mauve"
    assert call.either == small.Note(text="c")
    assert call.extra_fields == {"unheard-of": {"deep": [1, None]}}
    assert small.unstructure(call) == payload
    assert small.structure(small.Call, small.unstructure(call)) == call


def test_objects_are_made_by_hand(small: Any) -> None:
    call = small.Call(input=[small.TextPart(text="Hi.")], labels={"k": "v"})
    assert small.unstructure(call) == {
        "input": [{"type": "text", "text": "Hi."}],
        "labels": {"k": "v"},
    }
    assert small.unstructure(evolve(call, labels=None)).keys() == {"input"}
    with pytest.raises(TypeError, match="input"):
        small.Call()


@pytest.mark.parametrize(
    ("payload", "pointer", "problem"),
    [
        ({}, "/input", "is required, nothing came"),
        ({"input": None}, "/input", "got null"),
        ({"input": 3, "note": 3}, "/note", "expected an object, got a number"),
        ({"input": "x", "parts": {}}, "/parts", "expected an array, got an object"),
        ({"input": "x", "parts": [3]}, "/parts/0", "expected an object"),
        ({"input": "x", "labels": {"a": []}}, "/labels/a", "expected a string, got an array"),
        ({"input": "x", "note": {"next": {"next": 3}}}, "/note/next/next", "expected an object"),
        ({"input": "x", "either": []}, "/either", "expected a string or an object, got an array"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(
    small: Any, payload: Json, pointer: str, problem: str
) -> None:
    with pytest.raises(ValueError, match="at /") as caught:
        small.structure(small.Call, payload)
    error: Any = caught.value
    assert (error.pointer, error.type_name, error.revision) == (pointer, "Call", LABEL)
    assert problem in error.problem
    assert error.payload is payload


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ({"input": None}, "/input"),
        ({"input": "x", "labels": ["a"]}, "/labels"),
        ({"input": "x", "parts": [object()]}, "/parts/0"),
        ({"input": "x", "extra_fields": {"a": {1: 2}}}, "/extra_fields/a"),
    ],
)
def test_what_json_has_no_form_for_is_not_written(small: Any, value: Json, pointer: str) -> None:
    with pytest.raises(ValueError, match="at /") as caught:
        small.unstructure(small.Call(**value))
    error: Any = caught.value
    assert error.pointer == pointer


def test_unions_keep_what_they_do_not_know(small: Any) -> None:
    new = {"type": "video", "frames": [1, 2]}
    misfit = {"type": "text", "text": {"not": "a string"}}
    untagged = {"text": "?"}
    read = [small.structure(small.Part, part) for part in (new, misfit, untagged)]

    assert all(isinstance(part, small.UnknownPart) for part in read)
    assert [part.tag for part in read] == ["video", "text", None]
    assert read[0].problem is None
    assert read[1].problem == "/text: expected a string, got an object"
    assert "/type" in read[2].problem
    assert [small.unstructure(part) for part in read] == [new, misfit, untagged]
    assert {part.type for part in read} == {"unknown"}


def test_a_member_with_two_tags_keeps_which(bind: Bind) -> None:
    documents = spec_of(
        {
            "event": {
                "Event": union({"start": "Move", "end": "Move", "rest": "Rest"}, tag="kind"),
                "Move": obj({"kind": enum("start", "end"), "n": INTEGER}, "kind"),
                "Rest": obj({"kind": {"const": "rest"}}, "kind"),
            }
        }
    )
    bindings = bind(documents)
    for kind in ("start", "end"):
        move = bindings.structure(bindings.Event, {"kind": kind, "n": 1})
        assert type(move) is bindings.Move
        assert move.kind == kind
        assert bindings.unstructure(move) == {"kind": kind, "n": 1}
    assert bindings.unstructure(bindings.Move(kind="end")) == {"kind": "end"}
    assert bindings.unstructure(bindings.Rest()) == {"kind": "rest"}


def test_a_free_union_and_an_open_object(bindings: Any) -> None:
    free = {"anything": {"goes": True}}
    assert bindings.unstructure(bindings.structure(bindings.Shape, free)) == free
    loose = bindings.structure(bindings.Loose, {"id": "a", "more": 1})
    assert (loose.id, loose.extra_fields) == ("a", {"more": 1})


def test_keys_that_python_has_other_uses_for(bindings: Any) -> None:
    payload = {
        "class": "a",
        "from": "b",
        "list": ["c"],
        "str": "d",
        "self": "e",
        "field": "f",
        "property": "g",
        "match": "h",
        "HTTPHeaders": {"i": "j"},
        "extra_fields": {"k": "l"},
        "new": 1,
    }
    odd = bindings.structure(bindings.Odd, payload)
    assert (odd.class_, odd.from_, odd.list_, odd.str_, odd.self_) == ("a", "b", ["c"], "d", "e")
    assert (odd.field_, odd.property_, odd.match) == ("f", "g", "h")
    assert (odd.http_headers, odd.extra_fields_) == ({"i": "j"}, {"k": "l"})
    assert odd.extra_fields == {"new": 1}
    assert bindings.unstructure(odd) == payload
    call = bindings.CreateModelCall(model="m", input="Hi.", max_items=3)
    assert bindings.unstructure(call) == {"model": "m", "input": "Hi.", "maxItems": 3}
    assert bindings.unstructure(bindings.Odd(class_="a", str_="b", self_="c")) == {
        "class": "a",
        "str": "b",
        "self": "c",
    }


def test_python_types_of_params_have_the_wire_names(bindings: Any) -> None:
    params = import_module(f"{bindings.__name__}.params")
    assert params.OddParam.__annotations__.keys() >= {"class", "from", "str", "match"}
    assert params.CreateModelCallParam.__annotations__.keys() >= {"model", "maxItems", "stream"}


def test_secrets_stay_out_of_reprs(bindings: Any) -> None:
    shown = repr(bindings.Secrets(key="k3y", spare="sp4re"))
    assert "k3y" not in shown
    assert "sp4re" not in shown
    assert bindings.unstructure(bindings.Secrets(key="k3y")) == {"key": "k3y"}


def test_deviations(bindings: Any) -> None:
    for payload, kind in (
        ({"text": "x"}, bindings.UntaggedTextPart),
        ({"text": "x", "notes": []}, bindings.UntaggedTextPart),
        ({"data": "x"}, bindings.UntaggedImagePart),
        ({"type": "reasoning"}, bindings.RenamedThoughtPart),
        ({"type": "text"}, bindings.TextPart),
        ({"text": "x", "other": 1}, bindings.UnknownPart),
        ({"notes": []}, bindings.UnknownPart),
        ({}, bindings.UnknownPart),
    ):
        part = bindings.structure(bindings.Part, payload)
        assert type(part) is kind, payload
        assert bindings.unstructure(part) == payload
    call = bindings.structure(bindings.Call, {"id": "a", "total": "123"})
    assert (call.stage, call.total) == (None, "123")
    with pytest.raises(ValueError, match="/id"):
        bindings.structure(bindings.Call, {"stage": "completed"})
    with pytest.raises(TypeError, match="text"):
        bindings.TextPart()


def test_choices_follow_their_rules(bindings: Any) -> None:
    model = {"model": "m", "input": "Hi."}
    agent = {"agent": "a", "input": [{"type": "text", "text": "Hi."}]}
    assert type(bindings.structure(bindings.CreateCall, model)) is bindings.CreateModelCall
    read = bindings.structure(bindings.CreateCall, agent)
    assert type(read) is bindings.CreateAgentCall
    assert type(read.input[0]) is bindings.TextPart

    turns = [{"role": "user", "content": "Hi."}]
    assert type(bindings.structure(bindings.Input, turns)[0]) is bindings.Turn
    assert type(bindings.structure(bindings.Input, {"type": "image"})) is bindings.ImagePart
    assert bindings.structure(bindings.Input, "Hi.") == "Hi."
    assert bindings.structure(bindings.Input, []) == []

    for result in ("x", 3, [1], {"other": 1}, {"text": {"no": "note"}}):
        call = bindings.structure(bindings.Call, {"id": "a", "result": result})
        assert bindings.unstructure(call)["result"] == result
    call = bindings.structure(bindings.Call, {"id": "a", "result": {"text": "n"}})
    assert type(call.result) is bindings.Note


def test_every_kind_of_collection(bindings: Any) -> None:
    payload = {
        "id": "a",
        "metadata": {"deep": [None]},
        "scores": [1, 2.5],
        "rows": [{"a": "b"}],
        "values": [1, "2", None, {}],
        "speakers": {"one": "x", "two": {"text": "y"}},
        "mixed": ["x", 1],
        "loose": {},
        "empty": {"more": 1},
    }
    call = bindings.structure(bindings.Call, payload)
    assert type(call.speakers["two"]) is bindings.Note
    assert bindings.unstructure(call) == payload


def test_rules_inside_arrays_and_maps(bind: Bind) -> None:
    two = {
        "anyOf": [reference("Left"), reference("Right")],
        "x-dispatch": [{"arm": 1, "has": ["b"]}, {"arm": 0}],
    }
    documents = spec_of(
        {
            "only": {
                "Left": obj({"a": STRING}),
                "Right": obj({"b": STRING}),
                "Both": obj(
                    {"items": array(two), "map": {"type": "object", "additionalProperties": two}}
                ),
            }
        }
    )
    bindings = bind(documents)
    both = bindings.structure(
        bindings.Both, {"items": [{"a": "x"}, {"b": "y"}], "map": {"k": {"b": "z"}}}
    )
    assert [type(item) for item in both.items] == [bindings.Left, bindings.Right]
    assert type(both.map["k"]) is bindings.Right


def test_scalars_of_a_choice_inside_a_choice(bind: Bind) -> None:
    documents = spec_of(
        {
            "only": {
                "Inner": choice(STRING, array(STRING)),
                "Note": obj({"text": STRING}),
                "Outer": obj({"value": {"anyOf": [reference("Inner"), reference("Note")]}}),
            }
        }
    )
    bindings = bind(documents)
    for value in ("text", ["text"], {"text": "x"}):
        outer = bindings.structure(bindings.Outer, {"value": value})
        assert bindings.unstructure(outer) == {"value": value}


def test_properties_called_like_keywords_of_json_schema(bind: Bind) -> None:
    """None of these may be taken for what it is called like."""
    properties = dict.fromkeys(
        ("type", "properties", "items", "required", "enum", "const", "format"), STRING
    )
    documents = spec_of(
        {
            "only": {
                "Note": obj({"text": STRING}),
                "Odd": obj(
                    {
                        **properties,
                        "propertyName": STRING,
                        "mapping": reference("Note"),
                        "discriminator": reference("Note"),
                        "anyOf": array(STRING),
                    },
                    "type",
                ),
            }
        }
    )
    bindings = bind(documents)
    payload = {
        **dict.fromkeys(properties, "x"),
        "propertyName": "x",
        "mapping": {"text": "y"},
        "discriminator": {},
        "anyOf": ["x"],
    }
    odd = bindings.structure(bindings.Odd, payload)
    assert type(odd.mapping) is bindings.Note
    assert bindings.unstructure(odd) == payload


@pytest.mark.parametrize(
    "definitions",
    [
        pytest.param({"Color": enum("red")}, id="enum"),
        pytest.param({"Note": obj({})}, id="empty-object"),
        pytest.param({"Note": {"description": "A.", "type": "object"}}, id="bare-object"),
        pytest.param({"Input": choice(STRING, INTEGER)}, id="choice-of-scalars"),
        pytest.param({"Input": choice(STRING, {})}, id="choice-with-anything"),
        pytest.param({"One": union({"a": "A"}), "A": member("a")}, id="union-of-one"),
        pytest.param(
            {
                name: obj({"x": STRING})
                for name in ("Field", "BaseModel", "Optional", "Enum", "Dict")
            },
            id="names-of-other-libraries",
        ),
        pytest.param(
            {"Note": obj(dict.fromkeys(("copy", "json", "schema", "model_config"), STRING))},
            id="names-of-pydantic",
        ),
        pytest.param(
            {"Note": obj(dict.fromkeys(("data", "item", "value", "count", "new"), STRING))},
            id="names-of-readers",
        ),
        pytest.param(
            {"Note": obj(dict.fromkeys(("define", "attrs", "answer", "annotations"), STRING))},
            id="names-of-modules",
        ),
    ],
)
def test_small_specs(bind: Bind, definitions: Json) -> None:
    bindings = bind(spec_of({"only": definitions}))
    for name, schema in definitions.items():
        if schema.get("type") == "object" and "required" not in schema:
            payload = dict.fromkeys(schema.get("properties", ()), "x")
            value = bindings.structure(getattr(bindings, name), payload)
            assert bindings.unstructure(value) == payload


def test_nothing_is_lost_where_a_required_key_is_missing(bind: Bind) -> None:
    """A key that may hold anything is missed by nobody; others must not be taken for it."""
    note = obj({"any": {}, "text": STRING}, "any")
    bindings = bind(spec_of({"only": {"Note": note}}))
    read = bindings.structure(bindings.Note, {"text": "x"})
    assert (read.any, read.text, read.extra_fields) == (None, "x", {})
    read = bindings.structure(bindings.Note, {"new": 1})
    assert (read.text, read.extra_fields) == (None, {"new": 1})
    payload = {"any": 1, "text": None, "new": 2}
    assert bindings.unstructure(bindings.structure(bindings.Note, payload)) == payload


def test_an_old_tag_is_written_back(bind: Bind) -> None:
    treatment = {"kind": "tag-alias", "union": "Part", "tag": "txt", "read_as": "TextPart"}
    documents = {**mini(), "deviations.json": {"deviations": [deviation(treatment)]}}
    bindings = bind(documents)
    old = bindings.structure(bindings.Part, {"type": "txt", "text": "x"})
    assert isinstance(old, bindings.TextPart)
    assert old.type == "text"
    assert bindings.unstructure(old) == {"type": "txt", "text": "x"}


def test_cattrs_knows_the_types(small: Any) -> None:
    converter = small.make_converter()
    payload = {"input": [{"type": "text", "text": "x"}], "note": {"text": "y"}}
    call = converter.structure(payload, small.Call)
    assert converter.unstructure(call) == payload
    parts = converter.structure([{"type": "new"}], GenericAlias(list, (small.Part,)))
    assert [type(part).__name__ for part in parts] == ["UnknownPart"]


def test_routes_and_header_are_data(bindings: Any) -> None:
    create, get = bindings.ROUTES["calls.create"], bindings.ROUTES["calls.get"]
    assert (bindings.REVISION, bindings.HEADER) == (LABEL, None)
    assert create.body is bindings.CreateCall
    assert create.stream is bindings.Event
    assert (create.stream_switch, get.stream_switch) == ("body", "query")
    assert [parameter.name for parameter in get.query] == ["stream", "after", "limit"]
    assert list(bindings.ROUTES) == ["calls.create", "calls.get", "calls.delete"]
    assert bindings.BACKENDS["vertex"].hosts["*"] == "{location}-example.com"


def test_families_hold_what_their_files_hold(bindings: Any) -> None:
    documents = fixture_documents()
    for family in documents["revision.json"]["families"]:
        module = import_module(f"{bindings.__name__}.{family}")
        definitions = documents[f"{family}.json"]["$defs"]
        assert set(definitions) <= set(module.__all__) <= set(bindings.__all__)
        assert module.__doc__ == documents[f"{family}.json"]["description"]
        for name, schema in definitions.items():
            if schema.get("type") == "object":
                assert getattr(module, name).__doc__ == schema["description"]
