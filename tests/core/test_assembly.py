"""The assembler: what a stream tells adds up to what a call without a stream returns."""

from __future__ import annotations

import base64
import itertools
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from types import FrameType
from typing import Any, TypeAlias

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from gemini_interactions._bindings import Bindings, bindings_of
from gemini_interactions._core.assembly import InteractionAssembler
from gemini_interactions.testing import REVISIONS, Conversation, Run
from gemini_interactions.testing.families import family_of
from gemini_interactions.testing.scenarios import answer

Json: TypeAlias = dict[str, Any]

LAUNCH, LAST_LEGACY, NEWEST = REVISIONS
LEGACY = (LAUNCH, LAST_LEGACY)


# --- helpers --------------------------------------------------------------------------------


def assembler_of(events: Iterable[Json], revision: str = NEWEST) -> InteractionAssembler:
    bindings = bindings_of(revision)
    assembler = InteractionAssembler(bindings)
    for event in events:
        assembler.add(bindings.read_event(event))
    return assembler


def written(assembler: InteractionAssembler, revision: str = NEWEST) -> Json:
    found: Json = bindings_of(revision).unstructure(assembler.interaction)
    return found


def assembled(events: Iterable[Json], revision: str = NEWEST) -> Json:
    return written(assembler_of(events, revision), revision)


def start(index: int, **step: Any) -> Json:
    return {"index": index, "step": step, "event_type": "step.start"}


def delta(index: int, **fields: Any) -> Json:
    return {"index": index, "delta": fields, "event_type": "step.delta"}


def stop(index: int, **fields: Any) -> Json:
    return {"index": index, **fields, "event_type": "step.stop"}


def text(index: int, words: str) -> Json:
    return delta(index, type="text", text=words)


def created(**fields: Any) -> Json:
    return {"interaction": {"id": "v1_a", **fields}, "event_type": "interaction.created"}


def updated(**fields: Any) -> Json:
    return {"interaction_id": "v1_a", **fields, "event_type": "interaction.status_update"}


def completed(**fields: Any) -> Json:
    interaction = {"id": "v1_a", "status": "completed", **fields}
    return {"interaction": interaction, "event_type": "interaction.completed"}


def step_of(*events: Json, **shell: Any) -> Json:
    """What a step becomes that starts as a shell and gets these events."""
    shell = shell or {"type": "model_output"}
    steps = assembled([start(0, **shell), *events])["steps"]
    assert len(steps) == 1
    found: Json = steps[0]
    return found


def content_of(*deltas: Json) -> list[Json]:
    found: list[Json] = step_of(*(delta(0, **fields) for fields in deltas))["content"]
    return found


# --- the events of the embedded server, and the resource it stores --------------------------

SEARCH: Json = {"type": "google_search"}
WEATHER: Json = {
    "type": "function",
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"location": {"type": "string"}}},
}
SERVER_TOOLS = ("code_execution", "url_context", "google_maps", "file_search", "mcp_server")
REQUESTS: dict[str, Json] = {
    "plain": {"input": "Hello."},
    "count": {"input": "Count to from 1 to 25."},
    "summaries": {
        "input": "What is the greatest common divisor of 1071 and 462?",
        "generation_config": {"thinking_summaries": "auto"},
    },
    "function": {"input": "What is the weather in Paris right now?", "tools": [WEATHER]},
    "parallel": {"input": "Weather in Paris and London, in parallel.", "tools": [WEATHER]},
    "three calls": {"input": "[scenario: parallel 3]"},
    "search": {"input": "Search for lakes.", "tools": [SEARCH]},
    "search and function": {"input": "Weather at Mount Elbrus?", "tools": [SEARCH, WEATHER]},
    "every tool": {
        "input": "Add 2 and 3, see https://example.com/a",
        "tools": [{"type": kind, "name": "files"} for kind in SERVER_TOOLS],
    },
    "agent": {
        "input": "Research quantum computing.",
        "agent": "deep-research-preview-04-2026",
        "agent_config": {"type": "deep-research", "thinking_summaries": "auto"},
    },
    "images": {"input": "A story.", "response_format": [{"type": "text"}, {"type": "image"}]},
    "audio": {"input": "Say hello.", "response_modalities": ["audio"]},
    "big": {"input": "[scenario: big 100000]"},
    "many": {"input": "[scenario: many 200]"},
    "unknown step": {"input": "[scenario: unknown-step]"},
    "unknown event": {"input": "[scenario: unknown-event]"},
    "unknown delta": {"input": "[scenario: unknown-delta]"},
    "empty": {"input": "[scenario: empty]"},
    "failed": {"input": "[scenario: failed]"},
    "incomplete": {"input": "[scenario: status incomplete]"},
    "no known status": {"input": "[scenario: status levitating]"},
    "continuation": {"input": "[scenario: continuation 2]"},
    "text around a tool": {"input": "[scenario: text-around-tool]"},
    "not stored": {"input": "Hello.", "store": False},
}


def run_of(request: Json, revision: str) -> Run:
    talk = Conversation(request)
    said = answer(talk)
    model: Json = {"agent": request["agent"]} if "agent" in request else {"model": "gemini-3-flash"}
    times = dict.fromkeys(("created", "updated"), "2026-05-20T12:00:00Z")
    usage = {"total_tokens": 3, "total_thought_tokens": 2}
    return Run(
        id="" if request.get("store") is False else "v1_a",
        request=request,
        input_steps=talk.turn,
        answer=said,
        statuses=["in_progress", said.status],
        family=family_of(revision),
        fields={**times, "usage": usage, "object": "interaction", "service_tier": "flex", **model},
    )


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize("name", REQUESTS)
def test_a_stream_adds_up_to_the_stored_interaction(name: str, revision: str) -> None:
    run = run_of(REQUESTS[name], revision)

    found = assembled(run.events(), revision)

    run.finish()
    stored = run.resource()
    stored.pop("errors", None)  # no event has a place for them
    assert found == stored


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize("name", REQUESTS)
def test_every_prefix_is_a_valid_prefix(name: str, revision: str) -> None:
    bindings = bindings_of(revision)
    assembler = InteractionAssembler(bindings)
    snapshots: list[tuple[Any, Json]] = []
    for event in run_of(REQUESTS[name], revision).events():
        assembler.add(bindings.read_event(event))
        snapshot = assembler.interaction
        snapshots.append((snapshot, bindings.unstructure(snapshot)))

    whole = snapshots[-1][1]
    for snapshot, then in snapshots:
        assert bindings.unstructure(snapshot) == then, "a later event touched a snapshot"
        assert bindings.structure(bindings.types.Interaction, then) == snapshot
        for field in ("steps", "outputs"):
            assert is_prefix(then.get(field, []), whole.get(field, []))


def is_prefix(part: Any, whole: Any) -> bool:
    """A text that begins another, and so on inwards; fragments of arguments count as none."""
    if isinstance(part, str):
        return isinstance(whole, str) and whole.startswith(part)
    if isinstance(part, list):
        return len(part) <= len(whole) and all(map(is_prefix, part, whole))
    if isinstance(part, dict):
        return all(
            is_prefix(item, whole.get(key)) for key, item in part.items() if key != "arguments_text"
        )
    return bool(part == whole)


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_stream_that_breaks_leaves_its_error_and_what_came(revision: str) -> None:
    run = run_of({"input": "[scenario: error-event]"}, revision)

    assembler = assembler_of(run.events(), revision)

    assert assembler.error.code == "gateway_timeout"
    assert assembler.status == "in_progress"
    assert (
        assembler.interaction.output_text
        == "This text is long enough to be streamed in more than one "
    )


# --- the streams of the guide ---------------------------------------------------------------

JPEG = "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAoHBwgHBgoICAgLCg"


def test_guide_text() -> None:
    usage = {"total_tokens": 346, "input_tokens_by_modality": [{"modality": "text", "tokens": 11}]}
    final = {
        "id": "v1_a",
        "status": "completed",
        "usage": usage,
        "created": "2026-05-12T18:44:51Z",
        "updated": "2026-05-12T18:44:51Z",
        "service_tier": "standard",
        "object": "interaction",
        "model": "gemini-3-flash-preview",
    }
    events = [
        created(status="in_progress", object="interaction", model="gemini-3-flash-preview"),
        updated(status="in_progress"),
        start(0, type="thought"),
        delta(0, signature="c2ln", type="thought_signature"),
        stop(0),
        start(1, type="model_output"),
        text(1, "1, 2, 3, 4, 5, 6, "),
        text(1, "7, 8, 9, 10, 11, 12, 13,"),
        stop(1),
        {"interaction": final, "event_type": "interaction.completed"},
    ]
    counted = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,"
    assert assembled(events) == {
        **final,
        "steps": [
            {"type": "thought", "signature": "c2ln"},
            {"type": "model_output", "content": [{"type": "text", "text": counted}]},
        ],
    }


def test_guide_tools_with_bare_shells() -> None:
    found = {"signature": "Yw==", "type": "google_search_result", "is_error": False}
    asked = {"queries": ["largest mountain in Europe"]}
    events = [
        start(0, id="mkutnkgn", signature="", type="google_search_call"),
        delta(0, signature="YQ==", type="google_search_call", arguments=asked),
        stop(0),
        start(1, call_id="mkutnkgn", signature="", type="google_search_result"),
        delta(1, **found),
        stop(1),
        start(2, type="thought"),
        delta(2, signature="Yg==", type="thought_signature"),
        stop(2),
        start(3, id="ktr5aysg", type="function_call", name="get_weather", arguments={}),
        delta(3, arguments='{"location":"Mount Elbrus, Russia"}', type="arguments_delta"),
        stop(3),
        completed(status="requires_action"),
    ]
    assembler = assembler_of(events)
    assert assembler.status == "requires_action"
    assert assembler.interaction.steps[3].arguments == {"location": "Mount Elbrus, Russia"}
    assert written(assembler)["steps"] == [
        {
            "type": "google_search_call",
            "id": "mkutnkgn",
            "signature": "YQ==",
            "arguments": {"queries": ["largest mountain in Europe"]},
        },
        {"call_id": "mkutnkgn", **found},
        {"type": "thought", "signature": "Yg=="},
        {
            "type": "function_call",
            "id": "ktr5aysg",
            "name": "get_weather",
            "arguments": {"location": "Mount Elbrus, Russia"},
        },
    ]


def test_guide_agent_without_types() -> None:
    events = [
        start(0, type="thought"),
        delta(0, content={"text": "***Generating research plan***"}, type="thought_summary"),
        delta(0, content={"text": "***Reading***"}, type="thought_summary"),
        stop(0),
        start(1, type="model_output"),
        delta(1, text="# The Quantum "),
        delta(1, text="Inflection Point"),
        stop(1),
        completed(agent="deep-research-preview-04-2026"),
    ]
    interaction = assembler_of(events).interaction
    assert interaction.output_text == "# The Quantum Inflection Point"
    assert interaction.agent == "deep-research-preview-04-2026"
    assert [item.type for item in interaction.steps[0].summary] == ["text", "text"]
    assert interaction.steps[0].summary[1].text == "***Reading***"


def test_guide_text_and_images_in_turn() -> None:
    image = {"type": "image", "mime_type": "image/jpeg", "data": JPEG}
    events = [
        start(0, type="model_output"),
        text(0, "### Part 1"),
        stop(0),
        start(1, type="thought"),
        delta(1, signature="c2ln", type="thought_signature"),
        stop(1),
        start(2, type="model_output"),
        delta(2, **image),
        text(2, "### Part 2: "),
        text(2, "The Hypogeum"),
        delta(2, **image),
        delta(2, **image),
        text(2, "The end."),
        stop(2),
        completed(),
    ]
    steps = assembled(events)["steps"]
    assert steps[0]["content"] == [{"type": "text", "text": "### Part 1"}]
    assert steps[2]["content"] == [
        image,
        {"type": "text", "text": "### Part 2: The Hypogeum"},
        image,
        image,
        {"type": "text", "text": "The end."},
    ]


# --- arguments ------------------------------------------------------------------------------

ARGUMENTS = '{"q":"\\u00e4\\"}","n":[1,2]}'


def fragments(index: int, *pieces: str) -> list[Json]:
    return [delta(index, type="arguments_delta", arguments=piece) for piece in pieces]


def call(*pieces: str, **shell: Any) -> Json:
    shell = {"type": "function_call", "id": "c", "name": "f", "arguments": {}, **shell}
    return step_of(*fragments(0, *pieces), stop(0), **shell)


def test_interleaved_calls_at_every_fragmentation() -> None:
    other = ARGUMENTS.replace("q", "other")
    cuts = range(len(ARGUMENTS) + 1)
    for first, second in itertools.combinations_with_replacement(cuts, 2):
        pieces = ARGUMENTS[:first], ARGUMENTS[first:second], ARGUMENTS[second:]
        others = other[:first], other[first:second], other[second:]
        rows = zip(fragments(0, *pieces), fragments(1, *others), strict=True)
        events = [
            start(0, type="function_call", id="a", name="f", arguments={}),
            start(1, type="function_call", id="b", name="f", arguments={}),
            *itertools.chain.from_iterable(rows),
            stop(1),
            stop(0),
        ]
        calls = assembled(events)["steps"]
        assert [call["arguments"] for call in calls] == [json.loads(ARGUMENTS), json.loads(other)]
        assert [call["id"] for call in calls] == ["a", "b"]


def test_a_call_without_fragments_keeps_what_it_started_with() -> None:
    assert call()["arguments"] == {}
    assert call("")["arguments"] == {}
    assert call(arguments={"a": 1})["arguments"] == {"a": 1}
    assert "arguments" not in step_of(type="function_call", id="c")


@pytest.mark.parametrize(
    "broken", ['{"a": ', '{"a": 1}{"b": 2}', "[1]", "null", "3", "nonsense", "[" * 100_000]
)
def test_a_text_that_is_no_object_is_kept_as_it_came(broken: str) -> None:
    found = call(broken[:1], broken[1:])
    assert "arguments" not in found
    assert found["arguments_text"] == broken


def test_arguments_are_a_text_until_they_are_whole() -> None:
    bindings = bindings_of()
    assembler = InteractionAssembler(bindings)
    shell = {"type": "function_call", "id": "c", "name": "f", "arguments": {}}
    seen: list[tuple[Any, Any]] = []
    for event in [start(0, **shell), *fragments(0, '{"a"', ":1", "}"), stop(0)]:
        assembler.add(bindings.read_event(event))
        step = assembler.interaction.steps[0]
        seen.append((step.arguments, step.extra_fields.get("arguments_text")))
    whole = ({"a": 1}, None)
    assert seen == [({}, None), (None, '{"a"'), (None, '{"a":1'), whole, whole]


# --- content blocks -------------------------------------------------------------------------


def test_annotations_join_the_last_text_and_doubles_stay() -> None:
    cited = {"type": "url_citation", "url": "https://example.com", "end_index": 2}
    found = content_of(
        {"type": "text", "text": "one "},
        {"type": "text_annotation_delta", "annotations": [cited]},
        {"type": "text", "text": "two"},
        {"type": "image", "data": JPEG},
        {"type": "text_annotation_delta", "annotations": [cited, {**cited, "end_index": 3}]},
        {"type": "text", "text": "three"},
        {"type": "text_annotation_delta", "annotations": [cited]},
    )
    assert found == [
        {
            "type": "text",
            "text": "one two",
            "annotations": [cited, cited, {**cited, "end_index": 3}],
        },
        {"type": "image", "data": JPEG},
        {"type": "text", "text": "three", "annotations": [cited]},
    ]


def test_annotations_before_any_text_wait_for_it() -> None:
    cited = {"type": "url_citation", "url": "https://example.com"}
    for name in ("text_annotation_delta", "text_annotation"):
        found = content_of({"type": name, "annotations": [cited]}, {"type": "text", "text": "a"})
        assert found == [{"type": "text", "text": "a", "annotations": [cited]}]


def audio(data: str | None, **fields: Any) -> Json:
    return {"type": "audio", **({} if data is None else {"data": data}), **fields}


def test_audio_fragments_are_one_block() -> None:
    sound = bytes(range(256))
    for size in (1, 2, 3, 4, 100):
        parts = [
            audio(base64.b64encode(sound[i : i + size]).decode(), mime_type="audio/l16", rate=24000)
            for i in range(0, len(sound), size)
        ]
        (block,) = content_of(*parts)
        assert base64.b64decode(block.pop("data"), validate=True) == sound
        assert block == {"type": "audio", "mime_type": "audio/l16", "rate": 24000}


def test_base64_cut_anywhere_is_whole_again() -> None:
    encoded = base64.b64encode(b"12345").decode()
    for cut in range(len(encoded) + 1):
        assert content_of(audio(encoded[:cut]), audio(encoded[cut:])) == [audio(encoded)]
    assert content_of(audio("a=*"), audio("b")) == [audio("a=*b")], "no base64: joined as it is"
    assert content_of(audio("QQ=="), audio("-_-_")) == [audio("QQ==-_-_")], "nor is this"
    assert content_of(audio("é=x")) == [audio("é=x")], "nor even ASCII"


@pytest.mark.parametrize(
    ("first", "second", "blocks"),
    [
        (audio("AAAA", mime_type="audio/l16"), audio("AAAA"), 1),
        (audio(None, mime_type="audio/l16", sample_rate=24000), audio("AAAA", channels=1), 1),
        (audio("AAAA", mime_type="audio/l16"), audio("AAAA", mime_type="audio/mp3"), 2),
        (audio("AAAA", sample_rate=24000), audio("AAAA", sample_rate=16000), 2),
        (audio("UklGRg=="), audio("AAAA"), 1),
        (audio("UklGRg=="), audio("UklGRg=="), 2),
        (audio("AAAA", uri="gs://a"), audio("AAAA"), 2),
        (audio("AAAA"), audio(None, uri="gs://a"), 2),
        ({"type": "video", "data": "AAAA"}, {"type": "video", "data": "AAAA"}, 2),
        ({"type": "document", "data": "AAAA"}, {"type": "document", "data": "AAAA"}, 2),
        (audio("AAAA"), {"type": "image", "data": "AAAA"}, 2),
    ],
)
def test_which_media_go_on(first: Json, second: Json, blocks: int) -> None:
    found = content_of(first, second)
    assert len(found) == blocks
    if blocks == 2:
        assert found == [first, second]


def test_content_in_the_start_is_gone_on_with() -> None:
    shell = {"type": "model_output", "content": [{"type": "text", "text": "Hel"}]}
    found = step_of(text(0, "lo"), delta(0, type="image", data=JPEG), **shell)
    assert found["content"] == [{"type": "text", "text": "Hello"}, {"type": "image", "data": JPEG}]
    shell = {"type": "thought", "summary": [{"type": "text", "text": "a"}]}
    more = {"type": "text", "text": "b"}
    found = step_of(delta(0, type="thought_summary", content=more), **shell)
    assert found["summary"] == [{"type": "text", "text": "a"}, more]


# --- what is said later ---------------------------------------------------------------------


def test_empty_signatures_and_nulls_take_nothing_back() -> None:
    shell = {"type": "google_search_call", "id": "a", "signature": "c2ln"}
    asked = {"queries": ["x"]}
    said = delta(0, type="google_search_call", signature="", arguments=asked)
    silent = delta(0, type="google_search_call", signature=None, arguments=None)
    assert step_of(said, silent, **shell) == {**shell, "arguments": asked}
    assert step_of(delta(0, type="thought_signature", signature=""), type="thought") == {
        "type": "thought",
        "signature": "",
    }


def test_a_whole_value_replaces_its_fragments() -> None:
    shell = {"type": "function_call", "id": "a", "name": "f", "arguments": {}}
    whole = delta(0, type="function_call", arguments={"a": 1})
    assert step_of(*fragments(0, '{"b'), whole, **shell) == {**shell, "arguments": {"a": 1}}
    part = {"type": "thought_summary", "content": {"type": "text", "text": "a"}}
    full = [{"type": "text", "text": "b"}]
    found = step_of(delta(0, **part), delta(0, type="thought", summary=full), type="thought")
    assert found["summary"] == full


def test_the_first_id_of_a_call_stays() -> None:
    shell = {"type": "function_call", "id": "first", "name": "f", "arguments": {}}
    events = [
        start(0, **shell),
        *fragments(0, '{"a":'),
        start(0, **{**shell, "id": "second", "name": "g"}),
        *fragments(0, '{"b":2}'),
    ]
    (found,) = assembled(events)["steps"]
    assert found == {"type": "function_call", "id": "first", "name": "g", "arguments": {"b": 2}}
    late = delta(0, type="function_call", id="third")
    assert step_of(late, **shell) == shell
    assert step_of(late, **{**shell, "id": ""}) == {**shell, "id": "third"}


def test_a_second_start_begins_anew() -> None:
    once = [start(0, type="model_output"), text(0, "a"), text(0, "b"), stop(0)]
    assert assembled(once + once) == assembled(once)
    assert assembled([*once[:2], *once]) == assembled(once)


# --- what nobody knows ----------------------------------------------------------------------


def test_unknown_fields_survive() -> None:
    found = assembled(
        [
            created(status="in_progress", mood="good", nothing=None),
            start(0, type="model_output", colour="blue"),
            text(0, "a"),
            delta(0, type="text", text="b", weight=1),
            delta(0, type="image", data=JPEG, depth=3),
            start(1, type="thought", age=2),
            delta(1, type="thought_signature", signature="c2ln", seal="red"),
            delta(
                1, type="thought_summary", content={"type": "text", "text": "t", "font": "serif"}
            ),
            start(2, type="google_search_call", id="a"),
            delta(2, type="google_search_call", arguments={"queries": [], "page": 2}, via="proxy"),
            updated(status="in_progress", error={"code": 3}),
            completed(usage={"total_tokens": 1, "raw_prompt_token": 2}, region="eu"),
        ]
    )
    steps = found.pop("steps")
    assert found == {
        "id": "v1_a",
        "status": "completed",
        "mood": "good",
        "nothing": None,
        "error": {"code": 3},
        "usage": {"total_tokens": 1, "raw_prompt_token": 2},
        "region": "eu",
    }
    assert steps == [
        {
            "type": "model_output",
            "colour": "blue",
            "content": [
                {"type": "text", "text": "ab", "weight": 1},
                {"type": "image", "data": JPEG, "depth": 3},
            ],
        },
        {
            "type": "thought",
            "age": 2,
            "signature": "c2ln",
            "seal": "red",
            "summary": [{"type": "text", "text": "t", "font": "serif"}],
        },
        {
            "type": "google_search_call",
            "id": "a",
            "arguments": {"queries": [], "page": 2},
            "via": "proxy",
        },
    ]


def test_unknown_steps_stay_raw_and_grow() -> None:
    assembler = assembler_of(
        [
            start(0, type="hologram", depth=3),
            delta(0, type="hologram", voxels=[1]),
            text(0, "a"),
            text(0, "b"),
        ]
    )
    (step,) = assembler.interaction.steps
    assert step.type == "unknown"
    assert step.raw == {
        "type": "hologram",
        "depth": 3,
        "voxels": [1],
        "content": [{"type": "text", "text": "ab"}],
    }
    assert assembler.unplaced == []


@pytest.mark.parametrize(
    "lost",
    [
        delta(0, type="scent", notes=["cedar"]),
        delta(0, type="google_search_call", arguments={"queries": []}),
        delta(0, type="text", text={"no": "text"}),
        delta(0, type="text", text=5),
        delta(0, type="arguments_delta", arguments=5),
        delta(0, what="no type at all"),
        delta(7, type="scent", notes=["cedar"]),
        delta(7, type="text", text=5),
        {**text(0, "x"), "index": "first"},
    ],
)
def test_a_delta_without_a_place_is_put_aside(lost: Json) -> None:
    events = [start(0, type="model_output"), text(0, "a"), lost, text(0, "b"), stop(0)]
    assembler = assembler_of(events)
    assert [bindings_of().unstructure(event) for event in assembler.unplaced] == [lost]
    assert written(assembler)["steps"] == [
        {"type": "model_output", "content": [{"type": "text", "text": "ab"}]}
    ]


def test_a_delta_that_does_not_fit_its_type_is_put_aside() -> None:
    shell = {"type": "google_search_call", "id": "a"}
    wrong = delta(0, type="google_search_call", arguments="lakes")
    assembler = assembler_of([start(0, **shell), wrong])
    assert written(assembler)["steps"] == [shell]
    assert [event.delta.tag for event in assembler.unplaced] == ["google_search_call"]
    assert step_of(delta(0, type="text", text=5)) == {"type": "model_output", "content": []}


def test_an_index_is_a_number() -> None:
    odd = {**start(0, type="thought"), "index": "first"}
    assert assembled([odd, start(1, type="thought"), start(0, type="thought")])["steps"] == [
        {"type": "thought"},
        {"type": "thought"},
    ]


def test_unknown_events_are_ignored() -> None:
    events = [start(0, type="model_output"), text(0, "a"), completed()]
    odd = {"event_type": "step.sparkle", "index": 0, "step": {"type": "thought"}}
    wrong = {"event_type": "step.start", "index": {}, "step": {"type": "thought"}}
    mixed = [part for event in events for part in (odd, event, wrong)]
    assert assembled(mixed) == assembled(events)


@pytest.mark.parametrize(
    ("first", "step"),
    [
        ({"type": "text", "text": "a"}, {"content": [{"type": "text", "text": "a"}]}),
        ({"type": "image", "data": JPEG}, {"content": [{"type": "image", "data": JPEG}]}),
        ({"type": "thought_signature", "signature": "c2ln"}, {"signature": "c2ln"}),
        ({"type": "arguments_delta", "arguments": '{"a":1}'}, {"arguments": {"a": 1}}),
        ({"type": "google_search_call", "arguments": {"queries": ["a"]}}, {}),
    ],
)
def test_a_delta_without_a_start_begins_what_it_implies(first: Json, step: Json) -> None:
    owners = {"thought_signature": "thought", "arguments_delta": "function_call"}
    owners |= dict.fromkeys(("text", "image"), "model_output")
    (found,) = assembled([delta(4, **first), stop(4)])["steps"]
    assert found == {**(step or first), "type": owners.get(first["type"], first["type"])}


# --- the header -----------------------------------------------------------------------------


def test_nothing_came() -> None:
    for revision in REVISIONS:
        assembler = assembler_of([], revision)
        assert written(assembler, revision) == {}
        assert (assembler.id, assembler.status, assembler.usage) == (None, None, None)
        assert assembler.error is None


def test_the_header_follows_the_events() -> None:
    bindings = bindings_of()
    assembler = InteractionAssembler(bindings)

    def after(event: Json) -> tuple[Any, ...]:
        assembler.add(bindings.read_event(event))
        usage = assembler.usage
        return assembler.id, assembler.status, usage and usage.total_tokens

    assert after(updated(status="queued")) == ("v1_a", "queued", None)
    assert after(created(status="in_progress")) == ("v1_a", "in_progress", None)
    counted = {**text(0, "a"), "metadata": {"total_usage": {"total_tokens": 1}}}
    assert after(counted) == ("v1_a", "in_progress", 1)
    assert after(stop(0, usage={"total_tokens": 2})) == ("v1_a", "in_progress", 2)
    assert after(updated(status="levitating", usage={"total_tokens": 3}))[1:] == ("levitating", 3)
    assert after(completed(usage={"total_tokens": 4})) == ("v1_a", "completed", 4)
    assert assembler.interaction.usage.total_tokens == 4


def test_a_closing_event_without_usage_keeps_the_count_so_far() -> None:
    events = [created(status="in_progress"), stop(0, usage={"total_tokens": 2}), completed()]
    assert assembled(events)["usage"] == {"total_tokens": 2}


def test_items_of_the_closing_event_replace_the_streamed_ones() -> None:
    streamed = [start(0, type="model_output"), text(0, "a")]
    stored = [{"type": "model_output", "content": [{"type": "text", "text": "all"}]}]
    assert assembled([*streamed, completed(steps=stored)])["steps"] == stored
    assert assembled([*streamed, completed(steps=[])]) == assembled([*streamed, completed()])
    assert assembled([*streamed, completed(steps=None)]) == assembled([*streamed, completed()])


def test_only_an_answer_has_an_empty_list_of_steps() -> None:
    assert assembled([completed()])["steps"] == []
    assert "steps" not in assembled([created(status="in_progress")])
    assert "steps" not in assembled([completed(status="failed")])


def test_a_field_of_the_wrong_kind_becomes_an_extra_one() -> None:
    events = [completed(errors="many", model="m"), start(0, type="model_output"), text(0, "a")]
    interaction = assembler_of(events).interaction
    assert interaction.extra_fields == {"errors": "many"}
    assert (interaction.model, interaction.output_text) == ("m", "a")


# --- the legacy family ----------------------------------------------------------------------


def legacy(event: Json) -> Json:
    """An event of the newer family in the older words."""
    names = {"interaction.created": "start", "interaction.completed": "complete"}
    kind = event["event_type"]
    renamed = {"step": "content"}
    kind = f"interaction.{names[kind]}" if kind in names else kind.replace("step.", "content.")
    return {renamed.get(key, key): item for key, item in event.items()} | {"event_type": kind}


def outputs_of(revision: str, *events: Json) -> Any:
    return assembled(map(legacy, events), revision)["outputs"]


@pytest.mark.parametrize("revision", LEGACY)
def test_legacy_interactions_are_merged(revision: str) -> None:
    first = created(status="in_progress", model="m", role="model", created="2025-12-11T00:00:00Z")
    last = completed(usage={"total_tokens": 1}, updated="2025-12-11T00:00:01Z", outputs=[])
    events = [first, start(0, type="text", text=""), text(0, "a"), text(0, "b"), stop(0), last]
    assert assembled(map(legacy, events), revision) == {
        "id": "v1_a",
        "status": "completed",
        "model": "m",
        "role": "model",
        "created": "2025-12-11T00:00:00Z",
        "updated": "2025-12-11T00:00:01Z",
        "usage": {"total_tokens": 1},
        "outputs": [{"type": "text", "text": "ab"}],
    }
    stored = [{"type": "text", "text": "all"}]
    assert outputs_of(revision, *events[:-1], completed(outputs=stored)) == stored


@pytest.mark.parametrize("revision", LEGACY)
def test_legacy_calls_and_media_are_laid_over_their_shells(revision: str) -> None:
    called = {"type": "function_call", "id": "c", "name": "f", "arguments": {"a": 1}}
    image = {"type": "image", "mime_type": "image/png", "data": "AAAA"}
    assert outputs_of(
        revision,
        start(0, **{**called, "arguments": {}}),
        delta(0, **{**called, "id": "other"}),
        start(1, type="image"),
        delta(1, **image),
        start(2, type="audio", mime_type="audio/wav"),
        delta(2, type="audio", data="QQ=="),
        delta(2, type="audio", data="Qg=="),
        start(3, type="thought"),
        delta(3, type="thought_summary", content={"type": "text", "text": "a"}),
        delta(3, type="thought_summary", content={"type": "text", "text": "b"}),
        delta(3, type="thought_signature", signature="c2ln"),
    ) == [
        called,
        image,
        {"type": "audio", "mime_type": "audio/wav", "data": "QUI="},
        {
            "type": "thought",
            "signature": "c2ln",
            "summary": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
        },
    ]


def test_launch_annotations_come_with_the_text() -> None:
    source = {"start_index": 0, "end_index": 1, "source": "https://example.com"}
    said = {"type": "text", "text": "b", "annotations": [source]}
    assert outputs_of(
        LAUNCH, start(0, type="text"), text(0, "a"), delta(0, **said), text(0, "c")
    ) == [{"type": "text", "text": "abc", "annotations": [source]}]


def test_launch_events_may_leave_out_all_but_their_type() -> None:
    zero: list[Json] = [
        {"event_type": "interaction.start"},
        {"event_type": "content.start", "content": {"type": "text"}},
        {"event_type": "content.delta", "delta": {"type": "text", "text": "a"}},
        {"event_type": "content.delta"},
        {"event_type": "content.start"},
        {"event_type": "content.stop"},
        {"event_type": "interaction.status_update"},
        {"event_type": "interaction.complete"},
        {"event_type": "error"},
    ]
    assert assembled(zero, LAUNCH) == {"outputs": [{"type": "text", "text": "a"}]}


@pytest.mark.parametrize("revision", LEGACY)
def test_legacy_deltas_without_a_start(revision: str) -> None:
    assembler = assembler_of(map(legacy, [text(0, "a"), text(0, "b"), text(0, "c")]), revision)
    assert written(assembler, revision)["outputs"] == [{"type": "text", "text": "abc"}]
    assembler = assembler_of(map(legacy, [start(0, type="image"), text(0, "a")]), revision)
    assert len(assembler.unplaced) == 1


# --- order and cost -------------------------------------------------------------------------


@st.composite
def interleaved(draw: st.DrawFn, revision: str) -> tuple[list[Json], list[Json]]:
    """The events of a run, and the same with steps in any order among one another."""
    name = draw(st.sampled_from(["parallel", "every tool", "images", "agent", "many"]))
    events = list(run_of(REQUESTS[name], revision).events())
    queues: dict[int, list[Json]] = {}
    for event in events:
        if "index" in event:
            queues.setdefault(event["index"], []).append(event)
    order = draw(st.permutations([i for i, queue in queues.items() for _ in queue]))
    iterators = {index: iter(queue) for index, queue in queues.items()}
    head, tail = events[:2], [events[-1]]
    return events, [*head, *(next(iterators[index]) for index in order), *tail]


@pytest.mark.parametrize("revision", REVISIONS)
@given(data=st.data())
def test_the_order_among_steps_does_not_matter(revision: str, data: st.DataObject) -> None:
    events, shuffled = data.draw(interleaved(revision))
    assert assembled(shuffled, revision) == assembled(events, revision)


@given(st.lists(st.text(), min_size=1), st.lists(st.text(min_size=1), min_size=1))
def test_any_texts_and_any_arguments(texts: list[str], keys: list[str]) -> None:
    arguments = json.dumps(dict.fromkeys(keys, texts))
    size = max(1, len(arguments) // len(texts))
    pieces = [arguments[i : i + size] for i in range(0, len(arguments), size)]
    assert call(*pieces)["arguments"] == json.loads(arguments)
    (block,) = content_of(*({"type": "text", "text": part} for part in texts))
    assert block == {"type": "text", "text": "".join(texts)}


WORDS = st.sampled_from(
    re.findall(
        r"\S+",
        "type text audio image thought function_call arguments_delta data id thought_summary"
        " thought_signature text_annotation content summary arguments signature annotations usage"
        " steps outputs errors total_tokens UklG=",
    )
)
SCALARS = st.none() | st.booleans() | st.integers(0, 3) | st.just(0.5) | WORDS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=8,
)
OBJECTS = st.dictionaries(WORDS, VALUES, max_size=4) | st.builds(
    lambda kind, rest: {**rest, "type": kind}, WORDS, st.dictionaries(WORDS, VALUES, max_size=4)
)
ACTIONS = ("start", "delta", "stop", "created", "completed", "complete", "status_update")
KINDS = [f"{n}.{a}" for n in ("interaction", "step", "content") for a in ACTIONS] + ["error"]
EVENTS = st.fixed_dictionaries(
    {"event_type": st.sampled_from(KINDS)},
    optional={
        "index": st.integers(0, 2) | SCALARS,
        "metadata": VALUES,
        "status": SCALARS,
        **dict.fromkeys(("step", "content", "delta", "interaction", "error", "usage"), OBJECTS),
    },
)


@pytest.mark.parametrize("revision", REVISIONS)
@given(events=st.lists(EVENTS, max_size=8))
def test_anything_goes(revision: str, events: list[Json]) -> None:
    bindings = bindings_of(revision)
    assembler = InteractionAssembler(bindings)
    before = json.dumps(events)
    for event in events:
        assembler.add(bindings.read_event(event))
        assert isinstance(assembler.interaction, bindings.types.Interaction)
    assert written(assembler, revision) == assembled(events, revision), "looking changes nothing"
    assert json.dumps(events) == before, "events are not touched"


def test_numbers_that_json_does_not_have() -> None:
    lost = delta(0, type="image", size=float("nan"))
    assembler = assembler_of([start(0, type="model_output"), text(0, "a"), lost, text(0, "b")])
    assert assembler.interaction.output_text == "ab"
    assert len(assembler.unplaced) == 1


def calls_made(work: Callable[[], object]) -> int:
    """How many Python functions ran."""
    count = 0

    def profile(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def long_events(count: int) -> Iterator[Json]:
    yield created(status="in_progress")
    yield start(0, type="model_output")
    yield start(1, type="function_call", id="c", name="f", arguments={})
    yield from fragments(1, '{"a":"')
    for number in range(count):
        yield text(0, f"w{number} ")
        if number % 10 == 0:
            yield from fragments(1, "x")
    yield from fragments(1, '"}')
    yield completed()


def test_cost_grows_with_the_events_alone() -> None:
    bindings = bindings_of()

    def cost(count: int) -> int:
        events = [bindings.read_event(event) for event in long_events(count)]
        assembler = InteractionAssembler(bindings)

        def work() -> None:
            for event in events:
                assembler.add(event)
            assert len(assembler.interaction.steps) == 2

        return calls_made(work)

    small, large = cost(1_000), cost(10_000)
    assert large < 10 * small


def test_plain_texts_take_the_short_way() -> None:
    bindings = bindings_of()
    converted: list[Any] = []

    def unstructure(value: Any) -> Any:
        converted.append(value)
        return bindings.unstructure(value)

    assembler = InteractionAssembler(evolve(bindings, unstructure=unstructure))
    for event in [start(0, type="model_output"), *(text(0, "a") for _ in range(100))]:
        assembler.add(bindings.read_event(event))
    assert assembler.interaction.output_text == "a" * 100
    assert len(converted) == 2, "the start and the first text"


def test_a_hundred_thousand_events() -> None:
    count = 100_000
    interaction = assembler_of(long_events(count)).interaction
    assert interaction.output_text == ""  # a function call is no answer
    assert interaction.steps[0].content[0].text == "".join(f"w{n} " for n in range(count))
    assert interaction.steps[1].arguments == {"a": "x" * (count // 10)}


def counting(bindings: Bindings) -> tuple[Bindings, list[Any]]:
    read: list[Any] = []

    def structure(form: Any, payload: Any) -> Any:
        read.append(form)
        return bindings.structure(form, payload)

    return evolve(bindings, structure=structure), read


def test_a_view_reads_only_what_changed() -> None:
    bindings, read = counting(bindings_of())
    assembler = InteractionAssembler(bindings)
    for index in range(1_000):
        assembler.add(bindings.read_event(start(index, type="model_output")))
        assembler.add(bindings.read_event(text(index, "a")))
    before = assembler.interaction
    assert assembler.interaction is before
    read.clear()

    assembler.add(bindings.read_event(text(500, "b")))
    after = assembler.interaction

    assert read == [bindings.types.Interaction, bindings.types.Step]
    same = [old is new for old, new in zip(before.steps, after.steps, strict=True)]
    assert same.count(False) == 1
    assert before.steps[500].content[0].text == "a"
    assert after.steps[500].content[0].text == "ab"
