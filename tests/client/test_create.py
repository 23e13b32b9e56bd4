"""What a create puts on the wire, and what it refuses to put there."""

from __future__ import annotations

import json
from collections import UserDict
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from gemini_interactions import InvalidRequestError, UnexpectedAnswerError
from gemini_interactions._bindings import REVISIONS, bindings_of
from gemini_interactions.testing import InteractionsServer

MODEL = "gemini-3-flash-preview"
SPEC = Path(__file__).parents[2] / "spec"
HEADERS = {"2025-12-11": None, "2026-05-07": "2026-05-07", "2026-05-20": "2026-05-20"}


def body(server: InteractionsServer) -> Any:
    return server.requests[-1].json


def request_schemas(revision: str) -> dict[str, dict[str, Any]]:
    defs = json.loads((SPEC / revision / "interaction.json").read_text())["$defs"]
    return {
        "model": defs["CreateModelInteraction"]["properties"],
        "agent": defs["CreateAgentInteraction"]["properties"],
    }


PROPERTIES = [
    (revision, addressed, name)
    for revision in REVISIONS
    for addressed, properties in request_schemas(revision).items()
    for name in properties
    if name not in ("model", "agent", "stream")
]


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_revision_speaks_with_its_own_types(
    make_interactions_server: Any, client: Any, revision: str
) -> None:
    server = make_interactions_server(revision=revision)  # the launch revision has no header
    interactions = client(server, api_revision=revision).interactions
    created = interactions.create(model=MODEL, input="Hello.")
    types = bindings_of(revision).types
    assert isinstance(created, types.Interaction)
    assert created.output_text == 'You said: "Hello.".'
    assert server.requests[0].headers.get("api-revision") == HEADERS[revision]
    assert type(interactions.get(created.id)) is types.Interaction


@pytest.mark.parametrize(("revision", "addressed", "name"), PROPERTIES)
def test_every_property_of_the_schema_reaches_the_wire(
    server: InteractionsServer, client: Any, revision: str, addressed: str, name: str
) -> None:
    value = {"probe": [1, {"deep": "ü"}, None]}
    server.script_response({"id": "i", "status": "completed"})
    target = {addressed: MODEL}
    client(server, api_revision=revision).interactions.create(**target, **{name: value})
    assert body(server) == {**target, name: value}


@pytest.mark.parametrize("revision", REVISIONS)
def test_the_generated_keys_are_those_of_the_schema(revision: str) -> None:
    for addressed, properties in request_schemas(revision).items():
        assert bindings_of(revision).body_keys[addressed] == set(properties)


class TestForms:
    """TypedDicts, attrs objects, other mappings: the same bytes."""

    api = bindings_of().types
    WIRE: Mapping[str, Any] = {
        "model": MODEL,
        "input": [{"type": "user_input", "content": [{"type": "text", "text": "Hi"}]}],
        "generation_config": {"temperature": 0.5, "thinking_level": "low"},
        "tools": [{"type": "function", "name": "f", "parameters": {"type": "object"}}],
        "labels": {"team": "a"},
    }

    def forms(self) -> list[dict[str, Any]]:
        api = self.api
        text = api.TextContent(text="Hi")
        objects = {
            "input": [api.UserInputStep(content=[text])],
            "generation_config": api.GenerationConfig(temperature=0.5, thinking_level="low"),
            "tools": [api.Function(name="f", parameters={"type": "object"})],
        }
        mixture = {
            "input": ({"type": "user_input", "content": (text,)},),
            "generation_config": UserDict({"temperature": 0.5, "thinking_level": "low"}),
            "tools": [MappingProxyType(dict(self.WIRE["tools"][0]))],
            "labels": MappingProxyType({"team": "a"}),
        }
        return [dict(self.WIRE), {**self.WIRE, **objects}, {**self.WIRE, **mixture}]

    def test_all_forms_are_equal(self, server: InteractionsServer, client: Any) -> None:
        create = client(server).interactions.create
        for form in self.forms():
            create(**form)
            assert body(server) == self.WIRE

    def test_the_answer_of_one_turn_is_the_input_of_the_next(
        self, server: InteractionsServer, client: Any
    ) -> None:
        create = client(server).interactions.create
        first = create(model=MODEL, input="My name is Ada.")
        asked = {"type": "user_input", "content": [{"type": "text", "text": "Say it again."}]}
        create(model=MODEL, input=[*first.steps, asked])
        sent = body(server)["input"]
        assert sent == [*bindings_of().unstructure(first)["steps"], asked]

    def test_none_means_absent_and_extra_body_sends_nulls(
        self, server: InteractionsServer, client: Any
    ) -> None:
        create = client(server).interactions.create
        create(model=MODEL, input="x", tools=None, store=None, agent=None, extra_body=None)
        assert body(server) == {"model": MODEL, "input": "x"}
        create(model=MODEL, input="x", extra_body={"probe": None})
        assert body(server) == {"model": MODEL, "input": "x", "probe": None}


class TestExtras:
    def test_extra_body_holds_anything_and_wins(
        self, server: InteractionsServer, client: Any
    ) -> None:
        api = bindings_of().types
        extra = {"tool_config": {"a": [1]}, "input": api.TextContent(text="x"), "model": "other"}
        server.script_response({"id": "i", "status": "completed"})
        client(server).interactions.create(model=MODEL, input="lost", extra_body=extra)
        wire = {**extra, "input": {"type": "text", "text": "x"}}
        assert body(server) == wire

    def test_extra_body_alone_names_the_model(
        self, server: InteractionsServer, client: Any
    ) -> None:
        client(server).interactions.create(input="x", extra_body={"model": MODEL})
        assert body(server)["model"] == MODEL

    @pytest.mark.parametrize("extra", ["text", [("a", 1)], 3])
    def test_extra_body_is_a_mapping(
        self, server: InteractionsServer, client: Any, extra: Any
    ) -> None:
        with pytest.raises(InvalidRequestError, match="extra_body must be a mapping"):
            client(server).interactions.create(model=MODEL, extra_body=extra)

    def test_a_stream_cannot_be_asked_for_in_secret(
        self, server: InteractionsServer, client: Any
    ) -> None:
        with pytest.raises(InvalidRequestError, match="stream is an argument"):
            client(server).interactions.create(model=MODEL, extra_body={"stream": True})
        assert server.requests == []

    def test_headers_and_query(self, server: InteractionsServer, client: Any) -> None:
        interactions = client(server, headers={"x-own": "client", "x-kept": "1"}).interactions
        interactions.create(
            model=MODEL,
            input="x",
            extra_headers={"X-Own": "call", "Api-Revision": None},
            extra_query={"a": "b c&d", "many": [1, 2], "flag": True, "none": None},
        )
        request = server.requests[-1]
        assert (request.headers["x-own"], request.headers["x-kept"]) == ("call", "1")
        assert "api-revision" not in request.headers
        assert request.raw_query == "a=b%20c%26d&many=1&many=2&flag=true"

    def test_own_credentials_take_the_place_of_the_clients(
        self, server: InteractionsServer, client: Any
    ) -> None:
        interactions = client(server).interactions
        interactions.create(model=MODEL, input="x", extra_headers={"Authorization": "Bearer t"})
        assert server.requests[-1].headers["authorization"] == "Bearer t"
        assert "x-goog-api-key" not in server.requests[-1].headers

    def test_every_operation_takes_them(self, server: InteractionsServer, client: Any) -> None:
        interactions = client(server).interactions
        server.script_statuses(["in_progress"])
        created = interactions.create(model=MODEL, input="x", background=True)
        extras = {"extra_headers": {"x-a": "1"}, "extra_query": {"q": "2"}}
        for call in (interactions.get, interactions.cancel, interactions.delete):
            call(created.id, **extras)
            assert server.requests[-1].headers["x-a"] == "1"
            assert server.requests[-1].raw_query == "q=2"


AGENT = {"agent": "deep-research-pro-preview-12-2025"}
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({}, "neither model nor agent"),
    ({"model": MODEL, **AGENT}, "both model and agent"),
    ({"model": MODEL, "extra_body": AGENT}, "both model and agent"),
    ({"model": MODEL, "agent_config": {"type": "dynamic"}}, "agent_config goes with agent"),
    ({**AGENT, "generation_config": {}}, "generation_config goes with model"),
    ({"model": MODEL, "inptu": "x"}, "'inptu': did you mean input?"),
    ({"model": MODEL, "timeot": 1}, "'timeot': did you mean timeout?"),
    ({"model": MODEL, "qqqqqq": 1}, "no argument 'qqqqqq' "),
    ({"model": MODEL, "input": b"bytes"}, "input cannot be sent.*bytes"),
    ({"model": MODEL, "input": [{"text": {1, 2}}]}, "input cannot be sent.*/0/text"),
    ({"model": MODEL, "tools": [{"a": float("nan")}]}, "tools cannot be sent.*/0/a.*nan"),
    ({"model": MODEL, "extra_body": {"x": float("inf")}}, "x cannot be sent.*inf"),
    ({"model": MODEL, "extra_body": {"x": object()}}, "x cannot be sent.*object"),
    ({"model": MODEL, "tools": [{1: "a"}]}, "tools cannot be sent"),
    ({"model": MODEL, "input": "\ud800"}, "not JSON|cannot be sent"),
    ({"model": MODEL, "extra_headers": {"x": "a\nb"}}, "extra_headers: x holds characters"),
    ({"model": MODEL, "extra_query": {"x": object()}}, "query parameter x"),
]


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("arguments", "problem"), REFUSED)
def test_what_cannot_be_is_refused_before_a_byte_is_sent(
    server: InteractionsServer,
    client: Any,
    arguments: dict[str, Any],
    problem: str,
    stream: bool,
    revision: str,
) -> None:
    interactions = client(server, api_revision=revision).interactions
    with pytest.raises(InvalidRequestError, match=problem):
        interactions.create(stream=stream, **arguments)
    assert server.requests == []


def test_a_value_that_contains_itself_is_refused(server: InteractionsServer, client: Any) -> None:
    knot: dict[str, Any] = {}
    knot["again"] = knot
    with pytest.raises(InvalidRequestError, match="labels cannot be sent"):
        client(server).interactions.create(model=MODEL, labels=knot)


def test_a_body_longer_than_all_buffers_arrives_whole(
    server: InteractionsServer, client: Any
) -> None:
    text = "0123456789ü" * 900_000
    client(server, timeout=60).interactions.create(model=MODEL, input=text)
    assert body(server)["input"] == text
    assert server.requests[-1].headers["content-length"] == str(len(server.requests[-1].body))


class TestAnswers:
    def test_outputs_are_properties(self, server: InteractionsServer, client: Any) -> None:
        create = client(server).interactions.create
        assert create(model=MODEL, input="What is the capital of France?").output_text == (
            "The capital of France is Paris."
        )
        illustrated = create(model="gemini-3-pro-image-preview", input="A train.")
        assert illustrated.output_image.mime_type.startswith("image/")
        spoken = create(model="gemini-2.5-flash-preview-tts", input="Hello.")
        assert spoken.output_audio.data
        assert "output_text" not in bindings_of().unstructure(illustrated)

    def test_the_raw_response(self, server: InteractionsServer, client: Any) -> None:
        server.faults.add("header", name="x-request-id", value="r-1")
        raw = client(server).interactions.with_raw_response.create(model=MODEL, input="x")
        assert (raw.status, raw.request_id) == (200, "r-1")
        assert raw.headers["content-type"].startswith("application/json")
        assert raw.parse().output_text == raw.value.output_text

    @pytest.mark.parametrize("answer", [b"", b"[]", b'"text"', b"null", b"<html>", b"\xff"])
    def test_an_answer_that_is_no_object(
        self, server: InteractionsServer, client: Any, answer: bytes
    ) -> None:
        server.script_response(answer)
        with pytest.raises(UnexpectedAnswerError, match="expected a JSON object") as caught:
            client(server).interactions.create(model=MODEL, input="x")
        assert caught.value.body == answer
        assert caught.value.status == 200
        assert len(server.requests) == 1
