"""Interactions as responses: what the answer rests on, why it ended, what went wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gemini_interactions import bridge
from gemini_interactions._bindings import bindings_of
from gemini_interactions.bridge.json_values import base64_text
from gemini_interactions.conformance import strategies

from .surface import SURFACE, camel
from .whole import BLOCKED, COMPLETED, OLD, TEXT

REVISIONS = ("2025-12-11", "2026-05-07", "2026-05-20")
slow = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
every_revision = pytest.mark.parametrize("revision", REVISIONS)
DRAWN = {revision: strategies.interactions(revision) for revision in REVISIONS}


def candidate(interaction: Any, revision: str = "2026-05-20") -> Any:
    return bridge.to_response(interaction, revision=revision).value["candidates"][0]


def refuse_unknown_fields(value: Any, name: str) -> None:
    kinds = {camel(known): kind for known, kind in SURFACE[name].items()}
    for field, item in value.items():
        assert field in kinds, f"{name}.{field}"
        inner = kinds[field].strip("[]")
        for one in item if isinstance(item, list) else [item]:
            if inner in SURFACE:
                refuse_unknown_fields(one, inner)


@every_revision
@slow
@given(st.data())
def test_any_interaction_is_a_response(revision: str, data: st.DataObject) -> None:
    interaction = data.draw(DRAWN[revision])
    before = json.dumps(interaction)

    response = bridge.to_response(interaction, revision=revision)

    refuse_unknown_fields(response.value, "GenerateContentResponse")
    assert json.dumps(interaction) == before
    bindings = bindings_of(revision)
    typed = bindings.structure(bindings.types.Interaction, interaction)
    assert bridge.to_response(typed, revision=revision) == response


@every_revision
@slow
@given(st.data())
def test_what_is_said_can_be_said_again(revision: str, data: st.DataObject) -> None:
    """The content of a response goes back into a request, and comes out of it the same."""
    content = candidate(data.draw(DRAWN[revision]), revision)["content"]

    sent = bridge.to_create([content], revision=revision)
    again = bridge.to_contents(sent.value["input"], revision=revision)

    assume(not sent.losses)
    said = [part for one in again.value for part in one["parts"]]
    assert [with_one_base64(part) for part in said] == [*map(with_one_base64, content["parts"])]


def with_one_base64(part: Any) -> Any:
    """Older revisions do not say that data is base64, so any text is drawn for it."""
    found = dict(part)
    if "thoughtSignature" in part:
        found["thoughtSignature"] = base64_text(part["thoughtSignature"])
    if "inlineData" in part:
        data = base64_text(part["inlineData"]["data"])
        found["inlineData"] = {**part["inlineData"], "data": data}
    return found


# --- why it ended -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("completed", "STOP"),
        ("requires_action", "STOP"),
        ("incomplete", "MAX_TOKENS"),
        ("budget_exceeded", "MAX_TOKENS"),
        ("requires_continuation", "CONTINUATION"),
        ("failed", "OTHER"),
        ("cancelled", "OTHER"),
        ("paused", "OTHER"),
        ("in_progress", None),
        ("queued", None),
    ],
)
def test_every_status_has_its_reason(status: str, reason: str | None) -> None:
    ended = candidate({"id": "i", "status": status})

    assert ended.get("finishReason") == reason
    assert ("finishMessage" in ended) == (reason not in (None, "STOP"))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"errors": [{"code": "x", "message": "one"}]}, {"code": "x", "message": "one"}),
        ({"error": {"code": 503, "message": "two"}}, {"code": 503, "message": "two"}),
        ({"error": "three"}, {"message": "three"}),
        ({"error": {"code": "x"}}, {"code": "x", "message": "the service gives no reason"}),
        ({}, {"message": "the service gives no reason"}),
        (
            {"errors": [{"code": "x", "message": "one"}, {"code": "y", "message": "two"}]},
            {"code": "x", "message": "one; two"},
        ),
        (
            {"steps": [{"type": "model_output", "error": {"code": 8, "message": "four"}}]},
            {"code": 8, "message": "four"},
        ),
    ],
)
def test_failures_are_told_wherever_they_are(said: Any, expected: Any) -> None:
    interaction = {"id": "i", "status": "failed", **said}

    assert bridge.failure(interaction) == expected
    assert expected["message"] in candidate(interaction)["finishMessage"]


def test_an_interaction_that_went_well_has_no_failure() -> None:
    assert bridge.failure({"id": "i", "status": "completed"}) is None


def test_a_blocked_prompt_has_feedback() -> None:
    response = bridge.to_response(BLOCKED).value

    assert response["candidates"][0]["finishReason"] == "PROHIBITED_CONTENT"
    assert response["promptFeedback"] == {
        "blockReason": "PROHIBITED_CONTENT",
        "blockReasonMessage": "prohibited_content: Not this.",
    }


# --- what it rests on -------------------------------------------------------------------------


def test_citations_are_chunks_and_supports() -> None:
    found = candidate(COMPLETED)
    grounding = found["groundingMetadata"]

    assert grounding["webSearchQueries"] == ["q"]
    assert grounding["imageSearchQueries"] == ["picture"]
    assert grounding["searchEntryPoint"] == {"renderedContent": "<div>q</div>"}
    assert grounding["groundingSupports"] == [
        {
            "segment": {"partIndex": 8, "startIndex": 0, "endIndex": 6, "text": "Ünder"},
            "groundingChunkIndices": [1, 2],
        }
    ]
    assert found["content"]["parts"][8] == {"text": TEXT, "thoughtSignature": "c2ln"}
    assert grounding["groundingChunks"][1:3] == [
        {"web": {"uri": "https://a.example/", "title": "A"}},
        {"web": {"uri": "https://b.example/"}},
    ]
    file = grounding["groundingChunks"][3]["retrievedContext"]
    assert {entry["key"]: entry for entry in file["customMetadata"]} == {
        "year": {"key": "year", "numericValue": 2026},
        "tag": {"key": "tag", "stringValue": "x"},
        "all": {"key": "all", "stringListValue": {"values": ["y"]}},
    }


def test_pages_that_were_looked_at() -> None:
    assert candidate(COMPLETED)["urlContextMetadata"] == {
        "urlMetadata": [
            {
                "retrievedUrl": "https://a.example/",
                "urlRetrievalStatus": "URL_RETRIEVAL_STATUS_SUCCESS",
            }
        ]
    }


def test_launch_has_sources_in_its_own_way() -> None:
    grounding = candidate(OLD, "2025-12-11")["groundingMetadata"]

    assert grounding["groundingChunks"] == [
        {"web": {"uri": "https://c.example/", "title": "C"}},
        {"web": {"uri": "https://d.example/"}},
    ]
    assert grounding["groundingSupports"][0]["segment"]["text"] == "It"
    assert bridge.to_response(OLD, revision="2025-12-11").value["usageMetadata"] == {
        "thoughtsTokenCount": 7
    }


def test_tool_steps_are_parts_as_well() -> None:
    parts = candidate(COMPLETED)["content"]["parts"]

    assert [next(iter(part)) for part in parts[:8]] == ["toolCall", "toolResponse"] * 4
    assert [part["toolCall"]["toolType"] for part in parts[:8:2]] == [
        "GOOGLE_SEARCH_WEB",
        "GOOGLE_SEARCH_IMAGE",
        "URL_CONTEXT",
        "GOOGLE_MAPS",
    ]
    assert parts[3]["toolResponse"]["toolType"] == "GOOGLE_SEARCH_IMAGE"


def test_a_token_goes_there_and_back() -> None:
    token = candidate(COMPLETED)["continuationToken"]

    sent = bridge.to_create("x", {"continuationToken": token}).value
    assert sent["continuation_token"] == "töken"


def test_words_of_a_transcript() -> None:
    words = [
        {"type": "word_info", "text": "Hi", "start_offset": "0s", "speaker": "A"},
        {"type": "word_info", "text": "you", "end_offset": "1s", "speaker": "B"},
    ]
    block = {"type": "text", "text": "Hi you", "annotations": words}
    response = bridge.to_response(
        {"id": "i", "status": "completed", "steps": [{"type": "model_output", "content": [block]}]}
    )

    assert response.value["candidates"][0]["content"]["parts"][0]["audioTranscription"] == {
        "speakerLabel": "A",
        "words": [{"word": "Hi", "startOffset": "0s"}, {"word": "you", "endOffset": "1s"}],
    }
    assert [loss.path for loss in response.losses] == [
        "/steps/0/content/0/annotations/1/speaker",
    ]


# --- what has no counterpart ------------------------------------------------------------------


def test_what_a_response_cannot_say_is_reported() -> None:
    response = bridge.to_response(
        {
            "id": "i",
            "status": "completed",
            "service_tier": "flex",
            "usage": {"total_tokens": 3, "raw_prompt_token": 2},
            "steps": [
                {"type": "user_input", "content": []},
                {"type": "mcp_server_tool_call", "id": "a", "name": "f", "signature": "c2ln"},
                {"type": "hologram"},
            ],
        }
    )

    assert {loss.path for loss in response.losses} == {
        "/service_tier",
        "/usage/raw_prompt_token",
        "/steps/0",
        "/steps/1",
        "/steps/1/signature",
        "/steps/2",
    }


def test_contents_have_the_input_first() -> None:
    interaction = {
        "id": "i",
        "status": "completed",
        "input": "Hi",
        "steps": [{"type": "model_output", "content": [{"type": "text", "text": "Hello"}]}],
    }

    assert bridge.to_contents(interaction).value == [
        {"role": "user", "parts": [{"text": "Hi"}]},
        {"role": "model", "parts": [{"text": "Hello"}]},
    ]


def test_contents_report_citations() -> None:
    assert "/steps/9/content/0/annotations/0" in {
        loss.path for loss in bridge.to_contents(COMPLETED).losses
    }


@pytest.mark.parametrize(
    ("result", "is_error", "response"),
    [
        ("sunny", None, {"output": "sunny"}),
        ("broken", True, {"error": "broken"}),
        ({"a": 1}, None, {"a": 1}),
        ({"a": 1}, True, {"error": {"a": 1}}),
        ({"error": "no"}, True, {"error": "no"}),
        ([{"type": "text", "text": '{"a": 1}'}], None, {"a": 1}),
        ([{"type": "text", "text": "[1]"}], None, {"output": "[1]"}),
        (
            [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
            None,
            {"output": ["a", "b"]},
        ),
        (None, None, {}),
    ],
)
def test_results_of_functions(result: Any, is_error: bool | None, response: Any) -> None:
    step = {"type": "function_result", "call_id": "1", "result": result, "is_error": is_error}

    [content] = bridge.to_contents([step]).value
    assert content == {
        "role": "user",
        "parts": [{"functionResponse": {"id": "1", "response": response}}],
    }


@pytest.mark.parametrize("name", ["signature", "thought_signature", "thoughtSignature"])
def test_a_signature_by_any_name(name: str) -> None:
    call = {"type": "function_call", "id": "1", "name": "f", "arguments": {}, name: "c2ln"}

    [content] = bridge.to_contents([call]).value

    assert content["parts"][0]["thoughtSignature"] == "c2ln"


def test_an_empty_signature_is_none() -> None:
    steps = [
        {"type": "thought", "signature": ""},
        {"type": "thought", "signature": "c2ln"},
        {"type": "function_call", "id": "1", "name": "f", "arguments": {}, "signature": ""},
    ]

    [content] = bridge.to_contents(steps).value
    assert content["parts"] == [
        {"functionCall": {"id": "1", "name": "f", "args": {}}, "thoughtSignature": "c2ln"}
    ]
