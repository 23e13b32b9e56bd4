"""Streams in every revision: their order, and that they add up to the stored interaction."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemini_interactions.testing import REVISIONS, SCENARIOS, Answer, Conversation
from gemini_interactions.testing.families import family_of, pieces

Json = dict[str, Any]

WEATHER: Json = {
    "type": "function",
    "name": "get_weather",
    "description": "Get the current weather in a given location",
    "parameters": {"type": "object", "properties": {"location": {"type": "string"}}},
}
REQUESTS: dict[str, Json] = {
    "plain": {},
    "count": {"text": "Count to from 1 to 25."},
    "summaries": {
        "text": "What is the greatest common divisor of 1071 and 462?",
        "generation_config": {"thinking_summaries": "auto"},
    },
    "function": {"text": "What is the weather in Paris right now?", "tools": [WEATHER]},
    "parallel": {"text": "Weather in Paris and London, in parallel.", "tools": [WEATHER]},
    "search": {"text": "Search for lakes.", "tools": [{"type": "google_search"}]},
    "search and function": {
        "text": "What is the weather at Mount Elbrus?",
        "tools": [{"type": "google_search"}, WEATHER],
    },
    "every tool": {
        "text": "Add 2 and 3, see https://example.com/a",
        "tools": [
            {"type": kind}
            for kind in ("code_execution", "url_context", "google_maps", "file_search")
        ]
        + [{"type": "mcp_server", "name": "files"}],
    },
    "agent": {
        "text": "Research quantum computing.",
        "agent": "deep-research-preview-04-2026",
        "background": True,
        "agent_config": {"type": "deep-research", "thinking_summaries": "auto"},
    },
    "images": {"text": "A story.", "response_format": [{"type": "text"}, {"type": "image"}]},
    "audio": {"text": "Say hello.", "response_modalities": ["audio"]},
    "big": {"text": "[scenario: big 100000]"},
    "big image": {"text": "[scenario: image 100000]"},
    "many": {"text": "[scenario: many 200]"},
    "unknown step": {"text": "[scenario: unknown-step]"},
    "unknown event": {"text": "[scenario: unknown-event]"},
    "empty": {"text": "[scenario: empty]"},
    "failed": {"text": "[scenario: failed]"},
    "incomplete": {"text": "[scenario: status incomplete]"},
    "text around tools": {"text": "[scenario: text-around-tool]"},
    "line separators": {"text": "one\u2028two\u0085three\r\nfour \U0001f600"},
}


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize("name", REQUESTS)
def test_folded_events_are_the_stored_interaction(
    api: Any, fold: Callable[[list[Json]], Json], name: str, revision: str
) -> None:
    events = api.stream(**REQUESTS[name], headers={"Api-Revision": revision})

    told = fold([event for event in events if event["event_type"] != "step.sparkle"])
    stored = api.get(told["id"])
    # No event has a place for the errors of a failed interaction.
    stored.pop("errors", None)
    assert told == stored


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize("name", REQUESTS)
def test_every_index_starts_fills_and_stops_once(api: Any, name: str, revision: str) -> None:
    events = api.stream(**REQUESTS[name], headers={"Api-Revision": revision})

    open_now: set[int] = set()
    seen: list[int] = []
    for event in events:
        action = event["event_type"].rpartition(".")[2]
        if "index" not in event or action not in ("start", "delta", "stop"):
            continue
        if action == "start":
            seen.append(event["index"])
            open_now.add(event["index"])
        assert event["index"] in open_now
        if action == "stop":
            open_now.remove(event["index"])
    assert not open_now
    assert seen == list(range(len(seen)))


def test_guide_shapes(api: Any) -> None:
    events = api.stream("What is the weather in Paris right now?", tools=[WEATHER])

    created, update, *steps, completed = events
    assert list(created) == ["interaction", "event_type", "event_id"]
    assert set(created["interaction"]) == {"id", "status", "object", "model"}
    assert update["status"] == "in_progress"
    assert [event["step"]["type"] for event in steps if "step" in event] == [
        "thought",
        "function_call",
    ]
    shell = next(event["step"] for event in steps if event.get("index") == 1)
    assert shell["arguments"] == {}
    fragments = [e["delta"]["arguments"] for e in steps if "arguments" in e.get("delta", {})]
    assert len(fragments) > 2
    assert "".join(fragments) == '{"location":"Paris"}'
    assert list(steps[1]) == ["index", "delta", "event_type", "event_id"]
    assert completed["interaction"]["status"] == "requires_action"
    assert "steps" not in completed["interaction"]


def test_parallel_calls_interleave_their_fragments(api: Any) -> None:
    events = api.stream("[scenario: parallel 3]")

    indexes = [e["index"] for e in events if "arguments" in e.get("delta", {})]
    assert indexes[:6] == [1, 2, 3, 1, 2, 3]


def test_legacy_names(api: Any) -> None:
    events = api.stream("Count to 9", headers={"Api-Revision": "2026-05-07"})

    names = {event["event_type"] for event in events}
    assert names == {
        "interaction.start",
        "interaction.status_update",
        "content.start",
        "content.delta",
        "content.stop",
        "interaction.complete",
    }


def test_revision_comes_from_the_server_unless_the_request_knows_better(
    make_interactions_server: Any, api_for: Any
) -> None:
    api = api_for(make_interactions_server(revision="2025-12-11"))

    assert "outputs" in api.create()
    assert "outputs" in api.create(headers={"Api-Revision": "1999-01-01"})
    assert "steps" in api.create(headers={"Api-Revision": "2026-05-20"})


def test_agents_leave_types_out_unless_told_otherwise(
    make_interactions_server: Any, api_for: Any
) -> None:
    for typeless in (True, False):
        api = api_for(make_interactions_server(typeless_agents=typeless))
        events = api.stream(**REQUESTS["agent"])
        deltas = [event["delta"] for event in events if "delta" in event]
        summary = next(delta for delta in deltas if delta.get("type") == "thought_summary")
        assert ("type" in summary["content"]) is not typeless
        assert any("text" in delta and "type" not in delta for delta in deltas) is typeless


def test_event_ids_can_be_left_out(make_interactions_server: Any, api_for: Any) -> None:
    api = api_for(make_interactions_server(event_ids=False))

    events = api.stream()
    assert not [event for event in events if "event_id" in event]
    assert api.resume(events[0]["interaction"]["id"]) == events


def test_media_is_real(api: Any) -> None:
    steps = api.create(**REQUESTS["images"])["steps"]
    blocks = [block for step in steps for block in step.get("content", ())]
    picture = next(block for block in blocks if block["type"] == "image")
    assert base64.b64decode(picture["data"], validate=True).startswith(b"\x89PNG\r\n")

    steps = api.create(**REQUESTS["audio"])["steps"]
    tone = steps[-1]["content"][0]
    assert base64.b64decode(tone["data"], validate=True)[8:12] == b"WAVE"


def test_an_error_event_ends_the_stream_inside_the_text(api: Any) -> None:
    events = api.stream("[scenario: error-event]")

    assert events[-1]["error"]["code"] == "gateway_timeout"
    assert api.get(events[0]["interaction"]["id"])["status"] == "failed"


def test_an_unknown_delta_comes_inside_the_text(api: Any) -> None:
    events = api.stream("[scenario: unknown-delta]")

    kinds = [event["delta"]["type"] for event in events if "delta" in event]
    assert kinds[0] == "scent"
    assert set(kinds[1:]) == {"text"}


def test_every_marker_of_the_table_works(api: Any) -> None:
    for marker in SCENARIOS:
        answer = api.create(f"[scenario: {marker}]")
        assert "You said" not in str(answer.get("steps"))


def test_a_server_can_have_its_own_model(make_interactions_server: Any, api_for: Any) -> None:
    def shout(talk: Conversation) -> Answer:
        text = {"type": "text", "text": talk.prompt.upper()}
        return Answer([{"type": "model_output", "content": [text]}])

    api = api_for(make_interactions_server(scenario=shout))
    assert api.create("hey")["steps"][0]["content"][0]["text"] == "HEY"


@given(st.text(), st.integers(0, 5))
def test_pieces_lose_nothing(text: str, words: int) -> None:
    found = list(pieces(text, words))
    assert "".join(found) == text
    assert all(found)


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.booleans(), max_size=5))
def test_any_arguments_survive_their_fragments(arguments: Json) -> None:
    step: Json = {"type": "function_call", "id": "a", "name": "f", "arguments": arguments}
    events = family_of("2026-05-20").part_events(Answer([step]))
    text = "".join(e["delta"]["arguments"] for e in events if "delta" in e)
    assert json.loads(text) == arguments
