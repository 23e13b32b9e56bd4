"""Requests: the forms that contents have, and what becomes of config and tools."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

import gemini_interactions as genai
from gemini_interactions import bridge
from gemini_interactions.errors import InvalidRequestError, TranslationLossError

LEGACY = "2026-05-07"


def steps(contents: Any) -> Any:
    return bridge.to_create(contents).value["input"]


def said(*texts: str) -> dict[str, Any]:
    return {"type": "user_input", "content": [{"type": "text", "text": text} for text in texts]}


CALL = {"functionCall": {"name": "f", "id": "1", "args": {}}}


@pytest.mark.parametrize(
    ("contents", "expected"),
    [
        ("a", [said("a")]),
        ({"text": "a"}, [said("a")]),
        (["a", {"text": "b"}], [said("a", "b")]),
        ({"parts": [{"text": "a"}]}, [said("a")]),
        ({"role": "user", "parts": ["a"]}, [said("a")]),
        ([{"role": "user", "parts": {"text": "a"}}], [said("a")]),
        ([["a", "b"], "c"], [said("a", "b"), said("c")]),
        (None, []),
        (
            ["a", CALL, "b"],
            [
                said("a"),
                {"type": "function_call", "id": "1", "name": "f", "arguments": {}},
                said("b"),
            ],
        ),
    ],
)
def test_all_forms_of_contents(contents: Any, expected: Any) -> None:
    assert steps(contents) == expected


def test_files_stand_for_parts() -> None:
    file = {"name": "files/1", "uri": "https://f/1", "mimeType": "image/png", "sizeBytes": "3"}

    sent = bridge.to_create(["look", file])
    assert sent.losses == []
    assert sent.value["input"][0]["content"][1] == {
        "type": "image",
        "uri": "https://f/1",
        "mime_type": "image/png",
    }


@pytest.mark.parametrize(
    ("uri", "kind"),
    [
        ("https://www.youtube.com/watch?v=1", "video"),
        ("gs://a/b.png?x=1", "image"),
        ("gs://a/b.mp3", "audio"),
        ("gs://a/b", "document"),
    ],
)
def test_an_address_alone_suggests_what_it_is(uri: str, kind: str) -> None:
    assert steps({"fileData": {"fileUri": uri}}) == [
        {"type": "user_input", "content": [{"type": kind, "uri": uri}]}
    ]


class Model:
    """As much of a pydantic model as google-genai's have."""

    model_fields: ClassVar[Any] = {"role": None, "parts": None, "text": None, "inline_data": None}

    def __init__(self, **fields: Any) -> None:
        for name in self.model_fields:
            setattr(self, name, fields.get(name))


def test_objects_of_google_genai_are_read_by_their_fields() -> None:
    blob = {"mime_type": "image/png", "data": b"\xfb\xff"}
    content = Model(role="user", parts=[Model(text="a"), Model(inline_data=blob)])

    assert steps(content)[0]["content"] == [
        {"type": "text", "text": "a"},
        {"type": "image", "mime_type": "image/png", "data": "+/8="},
    ]


def test_results_find_their_calls() -> None:
    def call(name: str) -> Any:
        return {"functionCall": {"name": name, "args": {}}}

    def result(name: str) -> Any:
        return {"functionResponse": {"name": name, "response": {}}}

    sent = steps(
        [
            {"role": "model", "parts": [call("f"), call("g"), call("f")]},
            {"role": "user", "parts": [result("f"), result("f"), result("g")]},
        ]
    )
    assert [step.get("id") or step["call_id"] for step in sent] == [
        *("call_1", "call_2", "call_3"),
        *("call_1", "call_3", "call_2"),
    ]


def test_contents_of_one_role_join_in_steps_alone() -> None:
    contents = [{"role": "user", "parts": ["a"]}, {"role": "user", "parts": ["b"]}]

    [loss] = bridge.to_create(contents).losses
    assert (loss.path, loss.kind) == ("/contents/1", "changed")
    legacy = bridge.to_create(contents, revision=LEGACY)
    assert legacy.losses == []
    assert [turn["role"] for turn in legacy.value["input"]] == ["user", "user"]


def test_thoughts_never_become_plain_output() -> None:
    audio = {"mimeType": "audio/wav", "data": "AAAA"}
    sent = bridge.to_create(
        {
            "role": "model",
            "parts": [{"thought": True, "inlineData": audio, "thoughtSignature": "AA"}],
        }
    )

    assert sent.value["input"] == [{"type": "thought", "signature": "AA==", "summary": []}]
    assert [loss.path for loss in sent.losses] == ["/contents/parts/0/inlineData"]


def test_signatures_go_where_the_revision_has_them() -> None:
    content = {"role": "model", "parts": [{**CALL, "thoughtSignature": "c2ln"}]}

    assert [step["type"] for step in steps(content)] == ["thought", "function_call"]
    [turn] = bridge.to_create(content, revision=LEGACY).value["input"]
    assert [(item["type"], item["signature"]) for item in turn["content"]] == [
        ("function_call", "c2ln")
    ]


# --- schemas ----------------------------------------------------------------------------------


STRING = {"type": "STRING"}
TEXT = {"type": "string"}
NULL = {"type": "null"}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (
            {**STRING, "format": "date", "enum": ["a"]},
            {**TEXT, "format": "date", "enum": ["a"]},
        ),
        ({**STRING, "nullable": True}, {"type": ["string", "null"]}),
        (
            {**STRING, "enum": ["a"], "nullable": True},
            {"type": ["string", "null"], "enum": ["a", None]},
        ),
        ({"anyOf": [STRING, {"type": "INTEGER"}]}, {"anyOf": [TEXT, {"type": "integer"}]}),
        ({"any_of": [STRING], "nullable": True}, {"anyOf": [TEXT, NULL]}),
        ({"ref": "#/$defs/A", "nullable": True}, {"anyOf": [{"$ref": "#/$defs/A"}, NULL]}),
        ({"defs": {"A": {"type": "OBJECT"}}}, {"$defs": {"A": {"type": "object"}}}),
        (
            {"type": "ARRAY", "items": STRING, "minItems": "1"},
            {"type": "array", "items": TEXT, "minItems": 1},
        ),
        (
            {"type": "OBJECT", "properties": {"minItems": STRING}, "required": []},
            {"type": "object", "properties": {"minItems": TEXT}},
        ),
        ({"type": "TYPE_UNSPECIFIED", "example": 3}, {"examples": [3]}),
        ({"type": ["string", "null"], "const": None}, {"type": ["string", "null"], "const": None}),
        ({"additional_properties": STRING}, {"additionalProperties": TEXT}),
    ],
)
def test_schemas_become_json_schema(schema: Any, expected: Any) -> None:
    declaration = {"name": "f", "parameters": schema}

    [tool] = bridge.to_create("x", {"tools": [{"functionDeclarations": [declaration]}]}).value[
        "tools"
    ]
    assert tool == {"type": "function", "name": "f", "parameters": expected}


def test_a_class_with_a_schema_is_one() -> None:
    schema = SimpleNamespace(model_json_schema=lambda: {"type": "object"})

    sent = bridge.to_create("x", {"response_schema": schema}).value
    assert sent["response_format"] == {
        "type": "text",
        "mime_type": "application/json",
        "schema": {"type": "object"},
    }
    assert bridge.to_create("x", {"response_schema": list[int]}).losses[0].path == (
        "/config/response_schema"
    )


# --- tools ------------------------------------------------------------------------------------


def test_tools_of_interactions_pass_through() -> None:
    native = {"type": "google_search"}
    typed = genai.types.Function(name="f")
    declared = SimpleNamespace(declaration={"type": "function", "name": "g"})

    sent = bridge.to_create("x", {"tools": [native, typed, declared]})
    assert sent.losses == []
    assert sent.value["tools"] == [native, typed, {"type": "function", "name": "g"}]


def test_a_function_is_not_dropped_silently() -> None:
    sent = bridge.to_create("x", {"tools": [print]})

    assert "tools" not in sent.value
    assert [loss.path for loss in sent.losses] == ["/config/tools/0"]


def test_the_place_of_the_user_goes_to_the_maps() -> None:
    where = {"retrievalConfig": {"latLng": {"latitude": 1.5, "longitude": 2.5}}}

    sent = bridge.to_create("x", {"tools": [{"googleMaps": {}}], "toolConfig": where})
    assert sent.value["tools"] == [{"type": "google_maps", "latitude": 1.5, "longitude": 2.5}]
    alone = bridge.to_create("x", {"toolConfig": where})
    assert [loss.path for loss in alone.losses] == ["/config/toolConfig/retrievalConfig/latLng"]


@pytest.mark.parametrize(
    ("calling", "choice"),
    [
        ({"mode": "ANY"}, "any"),
        (
            {"mode": "VALIDATED", "allowedFunctionNames": ["f"]},
            {"allowed_tools": {"mode": "validated", "tools": ["f"]}},
        ),
    ],
)
def test_tool_choice(calling: Any, choice: Any) -> None:
    sent = bridge.to_create("x", {"toolConfig": {"functionCallingConfig": calling}}).value
    assert sent["generation_config"] == {"tool_choice": choice}


def test_a_search_for_enterprises_never_becomes_another() -> None:
    sent = bridge.to_create("x", {"tools": [{"enterpriseWebSearch": {}}]}, revision="2025-12-11")

    assert "tools" not in sent.value
    assert [loss.path for loss in sent.losses] == ["/config/tools/0/enterpriseWebSearch"]


# --- config -----------------------------------------------------------------------------------


def test_a_system_instruction_of_several_parts() -> None:
    instruction = [{"text": "Be kind."}, "Be short.", {"inlineData": {"data": "AA"}}]

    sent = bridge.to_create("x", {"systemInstruction": instruction})
    assert sent.value["system_instruction"] == "Be kind.\nBe short."
    assert {(loss.path, loss.kind) for loss in sent.losses} == {
        ("/config/systemInstruction", "changed"),
        ("/config/systemInstruction/2/inlineData", "dropped"),
    }


def test_speakers() -> None:
    voices = [
        {"speaker": name, "voiceConfig": {"prebuiltVoiceConfig": {"voiceName": voice}}}
        for name, voice in (("Ann", "Kore"), ("Bob", "Puck"))
    ]
    speech = {
        "languageCode": "en-GB",
        "multiSpeakerVoiceConfig": {"speakerVoiceConfigs": voices},
    }

    sent = bridge.to_create("x", {"speechConfig": speech}).value
    assert sent["generation_config"]["speech_config"] == [
        {"voice": "Kore", "speaker": "Ann", "language": "en-GB"},
        {"voice": "Puck", "speaker": "Bob", "language": "en-GB"},
    ]


def test_a_resolution_for_all_is_one_for_each() -> None:
    blob = {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}
    own = {**blob, "mediaResolution": {"level": "MEDIA_RESOLUTION_HIGH"}}

    sent = bridge.to_create([blob, own], {"mediaResolution": "MEDIA_RESOLUTION_LOW"})
    assert [block["resolution"] for block in sent.value["input"][0]["content"]] == ["low", "high"]


def test_options_of_the_request_are_arguments_of_the_call() -> None:
    options = {"timeout": 1500, "headers": {"a": "b"}, "extraBody": {"c": 1}, "apiVersion": "v1"}

    sent = bridge.to_create("x", {"httpOptions": options})
    assert sent.value["timeout"] == 1.5
    assert sent.value["extra_headers"] == {"a": "b"}
    assert sent.value["extra_body"] == {"c": 1}
    assert [loss.path for loss in sent.losses] == ["/config/httpOptions/apiVersion"]


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="cannot be sent"):
        bridge.to_create({"functionCall": {"name": "f", "args": {"x": float("nan")}}})


@pytest.mark.parametrize(
    "contents", [5, [5], [{"parts": [5]}], {"text": 5}, {"role": 5, "parts": 6}]
)
def test_nonsense_is_reported(contents: Any) -> None:
    assert bridge.to_create(contents).losses


def test_losses_can_be_refused() -> None:
    sent = bridge.to_create("x", {"logprobs": 3, "mediaResolution": "MEDIA_RESOLUTION_LOW"})

    with pytest.raises(TranslationLossError, match="/config/logprobs") as caught:
        sent.lossless()
    assert [loss.path for loss in caught.value.losses] == ["/config/logprobs"]
    assert bridge.to_create("x").lossless() == {"input": [said("x")]}
