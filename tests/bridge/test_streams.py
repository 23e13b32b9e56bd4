"""Chunks of a stream add up to the response of the finished interaction."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gemini_interactions import bridge
from gemini_interactions.conformance import strategies

from .merging import Json, merged

REVISIONS = ("2025-12-11", "2026-05-07", "2026-05-20")

slow = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
every_revision = pytest.mark.parametrize("revision", REVISIONS)
EXCHANGES = {revision: strategies.exchanges(revision) for revision in REVISIONS}


def told(events: list[Any], revision: str = "2026-05-20") -> list[Json]:
    stream = bridge.ResponseStream(revision)
    chunks = [chunk for event in events for chunk in stream.add(event)]
    return [*chunks, *stream.close()]


def texts(chunks: list[Json]) -> list[str]:
    parts = [part for chunk in chunks for part in chunk["candidates"][0]["content"]["parts"]]
    return [part["text"] for part in parts if "text" in part]


@every_revision
@slow
@given(st.data())
def test_chunks_add_up_to_the_response(revision: str, data: st.DataObject) -> None:
    exchange = data.draw(EXCHANGES[revision])
    stream = bridge.ResponseStream(revision)

    chunks = [chunk for event in exchange.events for chunk in stream.add(event)]

    assert stream.is_over
    assert stream.close() == []
    whole = bridge.to_response(stream.interaction, revision=revision)
    assert merged(chunks) == merged([whole.value])
    assert stream.losses == whole.losses


@every_revision
@slow
@given(st.data())
def test_a_cut_stream_tells_what_it_knows(revision: str, data: st.DataObject) -> None:
    exchange = data.draw(EXCHANGES[revision])
    events = exchange.events[: data.draw(st.integers(1, len(exchange.events)))]
    stream = bridge.ResponseStream(revision)

    chunks = [chunk for event in events for chunk in stream.add(event)] + stream.close()

    whole = bridge.to_response(stream.interaction, revision=revision)
    assert merged(chunks) == merged([whole.value])


@every_revision
@slow
@given(st.data())
def test_nobody_changes_a_chunk_that_was_given(revision: str, data: st.DataObject) -> None:
    events = data.draw(EXCHANGES[revision]).events
    calm = told(copy.deepcopy(events), revision)
    stream = bridge.ResponseStream(revision)
    seen: list[str] = []
    for event in events:
        for chunk in stream.add(event):
            seen.append(json.dumps(chunk))
            for part in chunk["candidates"][0]["content"]["parts"]:
                for inner in part.values():
                    if isinstance(inner, dict):
                        inner.clear()
                part.clear()

    assert seen == [json.dumps(chunk) for chunk in calm]


# --- how soon ---------------------------------------------------------------------------------

CREATED: Json = {
    "event_type": "interaction.created",
    "interaction": {"id": "i", "model": "m", "status": "in_progress"},
}
COMPLETED: Json = {
    "event_type": "interaction.completed",
    "interaction": {"id": "i", "status": "completed"},
}


def start(index: int, **step: Any) -> Json:
    return {"event_type": "step.start", "index": index, "step": step}


def delta(index: int, **delta: Any) -> Json:
    return {"event_type": "step.delta", "index": index, "delta": delta}


def stop(index: int) -> Json:
    return {"event_type": "step.stop", "index": index}


def parts_after_each(events: list[Json]) -> list[list[Json]]:
    stream = bridge.ResponseStream()
    return [
        [part for chunk in stream.add(event) for part in chunk["candidates"][0]["content"]["parts"]]
        for event in events
    ]


def test_texts_come_as_they_arrive_and_signatures_last() -> None:
    events = [
        CREATED,
        start(0, type="thought", signature="c2ln"),
        stop(0),
        start(1, type="model_output"),
        delta(1, type="text", text="Hel"),
        delta(1, type="text", text="lo"),
        stop(1),
        COMPLETED,
    ]

    assert parts_after_each(events) == [
        [],
        [],
        [],
        [],
        [{"text": "Hel"}],
        [{"text": "lo"}],
        [{"text": "", "thoughtSignature": "c2ln"}],
        [],
    ]


def test_thoughts_come_as_they_arrive() -> None:
    events = [
        CREATED,
        start(0, type="thought"),
        delta(0, type="thought_summary", content={"type": "text", "text": "Hm. "}),
        delta(0, type="thought_summary", content={"type": "text", "text": "Yes."}),
        delta(0, type="thought_signature", signature="c2ln"),
        stop(0),
    ]

    assert parts_after_each(events)[2:] == [
        [{"thought": True, "text": "Hm. "}],
        [{"text": "Yes.", "thought": True}],
        [],
        [{"text": "", "thought": True, "thoughtSignature": "c2ln"}],
    ]


def test_audio_comes_as_it_arrives_in_whole_bytes() -> None:
    wav = {"mime_type": "audio/l16", "sample_rate": 24000}
    events = [
        CREATED,
        start(0, type="thought", signature="c2ln"),
        stop(0),
        start(1, type="model_output"),
        delta(1, type="audio", data="AAEC", **wav),
        delta(1, type="audio", data="AwQFBg", **wav),
        delta(1, type="audio", data="cI", **wav),
        stop(1),
    ]
    mime_type = "audio/l16;rate=24000"

    assert parts_after_each(events)[4:] == [
        [{"inlineData": {"mimeType": mime_type, "data": "AAEC"}}],
        [{"inlineData": {"mimeType": mime_type, "data": "AwQF"}}],
        [{"inlineData": {"mimeType": mime_type, "data": "BgcI"}}],
        [{"inlineData": {"mimeType": mime_type, "data": ""}, "thoughtSignature": "c2ln"}],
    ]


def test_images_come_between_texts() -> None:
    events = [
        CREATED,
        start(0, type="model_output"),
        delta(0, type="text", text="Look: "),
        delta(0, type="image", data="AAAA", mime_type="image/png"),
        delta(0, type="text", text="nice"),
        stop(0),
    ]

    assert parts_after_each(events)[2:] == [
        [{"text": "Look: "}],
        [{"inlineData": {"data": "AAAA", "mimeType": "image/png"}}],
        [{"text": "nice"}],
        [],
    ]


def test_calls_come_whole_and_in_order_though_their_fragments_interleave() -> None:
    events = [
        CREATED,
        start(0, type="function_call", id="a", name="f", arguments={}),
        start(1, type="function_call", id="b", name="g", arguments={}),
        delta(0, type="arguments_delta", arguments='{"x"'),
        delta(1, type="arguments_delta", arguments='{"y": 2}'),
        stop(1),
        delta(0, type="arguments_delta", arguments=": 1}"),
        stop(0),
    ]

    *before, last = parts_after_each(events)
    assert before == [[]] * 7
    assert last == [
        {"functionCall": {"id": "a", "name": "f", "args": {"x": 1}}},
        {"functionCall": {"id": "b", "name": "g", "args": {"y": 2}}},
    ]


def test_arguments_in_the_start_of_a_call_are_kept() -> None:
    events = [
        CREATED,
        start(0, type="function_call", id="a", name="f", arguments={"x": 1}),
        stop(0),
    ]

    assert parts_after_each(events)[-1] == [
        {"functionCall": {"id": "a", "name": "f", "args": {"x": 1}}}
    ]


def test_arguments_that_are_no_json_make_no_call() -> None:
    *chunks, last = told(
        [
            CREATED,
            start(0, type="function_call", id="a", name="f", arguments={}),
            delta(0, type="arguments_delta", arguments='{"x": '),
            stop(0),
            COMPLETED,
        ]
    )

    assert chunks == []
    candidate = last["candidates"][0]
    assert candidate["content"]["parts"] == []
    assert candidate["finishReason"] == "MALFORMED_FUNCTION_CALL"
    assert '{"x": ' in candidate["finishMessage"]


def test_a_signature_that_nothing_follows_is_a_thought() -> None:
    events = [CREATED, start(0, type="thought", signature="c2ln"), stop(0), COMPLETED]

    first, last = told(events)
    assert first["candidates"][0]["content"]["parts"] == [
        {"thought": True, "thoughtSignature": "c2ln"}
    ]
    assert last["candidates"][0]["finishReason"] == "STOP"


def test_steps_that_come_with_the_end_alone_are_told() -> None:
    steps = [{"type": "model_output", "content": [{"type": "text", "text": "Hello"}]}]
    end = {**COMPLETED, "interaction": {**COMPLETED["interaction"], "steps": steps}}

    assert texts(told([CREATED, end])) == ["Hello"]


def test_every_chunk_names_its_response() -> None:
    chunks = told([CREATED, start(0, type="text"), delta(0, type="text", text="x"), COMPLETED])

    assert chunks
    assert {chunk["responseId"] for chunk in chunks} == {"i"}
    assert {chunk["modelVersion"] for chunk in chunks} == {"m"}


def test_what_is_not_known_is_reported_and_hurts_nothing() -> None:
    stream = bridge.ResponseStream()
    events: list[Json] = [
        CREATED,
        {"event_type": "interaction.paused"},
        start(0, type="hologram"),
        start(1, type="model_output"),
        delta(1, type="smell", smell="rose"),
        delta(1, type="text", text="Hello"),
        delta(9, type="unheard", x=1),
        stop(0),
        stop(1),
        COMPLETED,
    ]
    chunks = [chunk for event in events for chunk in stream.add(event)]

    assert texts(chunks) == ["Hello"]
    assert {loss.path for loss in stream.losses} == {
        "/events/1",
        "/events/4",
        "/events/6",
        "/steps/0",
    }


def test_an_error_ends_the_stream() -> None:
    stream = bridge.ResponseStream()
    stream.add(CREATED)
    [last] = stream.add(
        {"event_type": "error", "error": {"code": "safety", "message": "It is not allowed."}}
    )

    assert stream.is_over
    candidate = last["candidates"][0]
    assert candidate["finishReason"] == "SAFETY"
    assert candidate["finishMessage"] == "safety: It is not allowed."
    assert last["promptFeedback"]["blockReason"] == "SAFETY"


def test_a_stream_of_nothing_tells_nothing() -> None:
    assert bridge.ResponseStream().close() == []


SPOKEN = [{"type": "speech_metadata", "style": "calm"}]
THOUGHT = {"type": "text", "text": "Hm."}


@pytest.mark.parametrize(
    ("kind", "deltas"),
    [
        ("model_output", [{"type": "image", "data": "AAAA"}, {"type": "audio"}]),
        (
            "model_output",
            [
                {"type": "text", "text": "a"},
                {"type": "image"},
                {"type": "text", "text": "b"},
            ],
        ),
        (
            "thought",
            [
                {"type": "thought_summary", "content": {**THOUGHT, "annotations": SPOKEN}},
                {"type": "thought_summary", "content": THOUGHT},
                {"type": "thought_signature", "signature": "c2ln"},
            ],
        ),
        (
            "thought",
            [
                {"type": "thought_summary", "content": {"type": "image", "data": "AAAA"}},
                {"type": "thought_signature", "signature": "c2ln"},
            ],
        ),
    ],
)
def test_odd_steps_add_up_as_well(kind: str, deltas: list[Json]) -> None:
    grown = [delta(0, **one) for one in deltas]
    stream = bridge.ResponseStream()
    events = [CREATED, start(0, type=kind), *grown, stop(0), COMPLETED]

    chunks = [chunk for event in events for chunk in stream.add(event)]

    assert merged(chunks) == merged([bridge.to_response(stream.interaction).value])
