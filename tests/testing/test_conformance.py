"""Every byte the server says is what `spec/` allows, in every revision.

The schemas are taken at their word, and tightened: an object has no fields but the declared ones,
and open enums and unions no members but the known ones. What `deviations.json` lists is allowed
beside that, and nothing else.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from jsonschema import (  # type: ignore[import-untyped,unused-ignore]
    Draft202012Validator,
    FormatChecker,
    ValidationError,
    validators,
)
from jsonschema.exceptions import best_match  # type: ignore[import-untyped,unused-ignore]
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from gemini_interactions.testing import REVISIONS, SCENARIOS, InteractionsServer
from gemini_interactions.testing.pytest_plugin import ServerFactory

Json = dict[str, Any]
Problems = list[str]

SPEC = Path(__file__).parents[2] / "spec"
EVENT = "event.json#/$defs/Event"
INTERACTION = "interaction.json#/$defs/Interaction"
ERROR = "error.json#/$defs/ErrorResponse"


# --- the spec, tightened -----------------------------------------------------------------------


@cache
def documents(revision: str) -> dict[str, Json]:
    """The families of a revision, as they are."""
    names = json.loads((SPEC / revision / "revision.json").read_text())["families"]
    return {f"{n}.json": json.loads((SPEC / revision / f"{n}.json").read_text()) for n in names}


class Tightened:
    """A revision's schemas as this test reads them."""

    def __init__(self, revision: str) -> None:
        self.families: dict[str, Json] = json.loads(json.dumps(documents(revision)))
        self.types: Json = {}
        for document in self.families.values():
            self.types |= document["$defs"]
        for part in within(self.types):
            if "properties" in part:
                part.setdefault("additionalProperties", False)
        path = SPEC / revision / "deviations.json"
        for deviation in json.loads(path.read_text())["deviations"]:
            treatment = deviation["treatment"]
            getattr(self, treatment["kind"].replace("-", "_"))(treatment)

    def may_omit(self, treatment: Json) -> None:
        for name, fields in treatment["fields"].items():
            required = self.types[name]["required"]
            self.types[name]["required"] = [key for key in required if key not in fields]

    def undeclared(self, treatment: Json) -> None:
        for name, fields in treatment["fields"].items():
            for key in fields:
                self.types[name]["properties"][key] = True

    def also_accepts(self, treatment: Json) -> None:
        for name, fields in treatment["fields"].items():
            properties = self.types[name]["properties"]
            for key, kinds in fields.items():
                properties[key] = {"anyOf": [properties[key], {"type": kinds}]}

    def missing_tag(self, treatment: Json) -> None:
        member = self.types[treatment["read_as"]]["properties"]
        keys = [*treatment["requires"], *treatment.get("allows", [])]
        self.types[treatment["union"]]["oneOf"].append(
            {
                "type": "object",
                "required": treatment["requires"],
                "properties": {key: member[key] for key in keys},
                "additionalProperties": False,
            }
        )

    def tag_alias(self, treatment: Json) -> None:
        union = self.types[treatment["union"]]
        tag = union["discriminator"]["propertyName"]
        member = self.types[treatment["read_as"]]
        alias = {"properties": {**member["properties"], tag: {"const": treatment["tag"]}}}
        union["oneOf"].append({**member, **alias})

    def repaired(self, treatment: Json) -> None:
        """The spec has mended it."""

    def note(self, treatment: Json) -> None:
        """Not about what a schema can say."""


def within(schema: Any) -> Iterator[Json]:
    """A schema and those inside it."""
    if isinstance(schema, dict):
        yield schema
        yield from chain.from_iterable(map(within, schema.values()))
    elif isinstance(schema, list):
        yield from chain.from_iterable(map(within, schema))


def is_base64(_: Any, encoding: str, text: Any, schema: Json) -> Iterator[ValidationError]:
    try:
        assert encoding == "base64"
        base64.b64decode(text, validate=True)
    except ValueError as error:
        yield ValidationError(f"{text[:40]!r} is not base64: {error}")


Validator: Any = validators.extend(Draft202012Validator, {"contentEncoding": is_base64})


def is_moment(text: object) -> bool:
    return not isinstance(text, str) or datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ") is not None


FORMATS = FormatChecker(formats=())
FORMATS.checks("date-time", raises=ValueError)(is_moment)


@cache
def validator(revision: str, type_: str) -> Any:
    families = Tightened(revision).families
    resources = [(name, DRAFT202012.create_resource(it)) for name, it in families.items()]
    registry: Registry[Any] = Registry().with_resources(resources)
    return Validator({"$ref": type_}, registry=registry, format_checker=FORMATS)


def problems(revision: str, type_: str, payloads: Iterable[Any]) -> Problems:
    """What is wrong with some payloads; nothing, if they conform."""
    found: Problems = []
    for payload in payloads:
        error = best_match(validator(revision, type_).iter_errors(payload))
        if error is not None:
            found.append(f"{error.json_path}: {error.message[:300]} in {str(payload)[:300]}")
    return found


# --- the server --------------------------------------------------------------------------------

AGENTS = {"2025-12-11": "deep-research-pro-preview-12-2025"}
MODELS = {"2025-12-11": "gemini-2.5-flash"}
WEATHER: Json = {
    "type": "function",
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"location": {"type": "string"}}},
}
TOOLS: list[Json] = [
    *({"type": kind} for kind in ("google_search", "code_execution", "url_context")),
    *({"type": kind} for kind in ("google_maps", "file_search")),
    {"type": "mcp_server", "name": "files"},
]
SCHEMA: Json = {"type": "object", "properties": {"city": {"type": "string"}}}
SUMMARIES: Json = {"thinking_summaries": "auto"}
RUNNING = {"queued", "in_progress"}

REQUESTS: dict[str, Json] = {
    "text": {"input": "Hello."},
    "content": {"input": [{"type": "text", "text": "one\u2028two\u0085three"}]},
    "long": {"input": "Write a story."},
    "summaries": {"input": "A gcd of 4 and 6?", "generation_config": SUMMARIES},
    "function": {"input": "What is the weather in Paris?", "tools": [WEATHER]},
    "parallel": {"input": "Weather in Paris and London, in parallel.", "tools": [WEATHER]},
    "every tool": {"input": "Add 2 and 3, see https://example.com/a", "tools": TOOLS},
    "tool and function": {"input": "Elbrus?", "tools": [TOOLS[0], WEATHER]},
    "images": {"input": "Draw.", "response_modalities": ["image"]},
    "audio": {"input": "Sing.", "response_modalities": ["audio"]},
    "structured": {"input": "Paris", "response_format": SCHEMA},
    "not stored": {"input": "Hello.", "store": False},
    "tier": {"input": "Hello.", "service_tier": "flex"},
    "agent": {"agent": True, "input": "Tides.", "background": True},
    "agent with summaries": {
        "agent": True,
        "input": "Tides.",
        "background": True,
        "agent_config": {"type": "deep-research", **SUMMARIES},
    },
}
NOVELTIES = {
    "unknown-event": "sparkle",
    "unknown-step": "hologram",
    "unknown-delta": "scent",
    "status sparkling": "sparkling",
}


def each_case() -> Iterator[Any]:
    """Every request in every revision, and every marker that the revision has words for."""
    for revision in REVISIONS:
        statuses = documents(revision)["interaction.json"]["$defs"]["InteractionStatus"]["enum"]
        markers = [name for name in SCENARIOS if name not in NOVELTIES and "NAME" not in name]
        if "requires_continuation" not in statuses:
            markers.remove("continuation 2")
        markers += [f"status {name}" for name in statuses if name not in RUNNING]
        marked = {marker: {"input": f"[scenario: {marker}]"} for marker in markers}
        for name, fields in {**REQUESTS, **marked}.items():
            yield pytest.param(revision, fields, id=f"{revision}-{name}")


CASES = list(each_case())


class Checked:
    """Calls the server in one revision, and collects what does not conform."""

    def __init__(self, api: Any, revision: str) -> None:
        self.api = api
        self.revision = revision
        self.problems: Problems = []

    def call(self, method: str, path: str = "", body: Json | None = None) -> Json:
        """An answer, which is an interaction or an error."""
        target = f"/v1beta/interactions{path}"
        reply = self.api.call(method, target, json=body, headers={"Api-Revision": self.revision})
        answer: Json = reply.json()
        self.check(INTERACTION if reply.status == 200 else ERROR, [answer])
        return answer

    def stream(self, method: str, path: str = "", body: Json | None = None) -> list[Json]:
        """The events of an answer."""
        target = f"/v1beta/interactions{path}"
        reply = self.api.call(method, target, json=body, headers={"Api-Revision": self.revision})
        *frames, done, rest = reply.data.decode().split("\n\n")
        assert (done, rest) == ("event: done\ndata: [DONE]", "")
        events = [json.loads(frame.partition("\ndata: ")[2]) for frame in frames]
        self.check(EVENT, events)
        return events

    def create(self, **fields: Any) -> Json:
        return self.call("POST", body=self.body(fields))

    def stream_create(self, **fields: Any) -> list[Json]:
        return self.stream("POST", body={**self.body(fields), "stream": True})

    def body(self, fields: Json) -> Json:
        if fields.get("agent"):
            agent = AGENTS.get(self.revision, "deep-research-preview-04-2026")
            return {**fields, "agent": agent}
        return {"model": MODELS.get(self.revision, "gemini-3-flash-preview"), **fields}

    def check(self, type_: str, payloads: Iterable[Any]) -> None:
        self.problems += problems(self.revision, type_, payloads)


@pytest.fixture(params=REVISIONS)
def checked(api: Any, request: pytest.FixtureRequest) -> Checked:
    return Checked(api, request.param)


@pytest.mark.parametrize(("revision", "fields"), CASES)
def test_every_answer_conforms(api: Any, revision: str, fields: Json) -> None:
    checked = Checked(api, revision)
    created = checked.create(**fields)
    if "id" in created:
        checked.call("GET", f"/{created['id']}")
        checked.call("GET", f"/{created['id']}")
        checked.call("GET", f"/{created['id']}?include_input=true")

    assert checked.problems == []


@pytest.mark.parametrize(("revision", "fields"), CASES)
def test_every_event_conforms(api: Any, revision: str, fields: Json) -> None:
    checked = Checked(api, revision)
    events = checked.stream_create(**fields)
    identity = events[0]["interaction"]["id"]
    if identity:
        cursor = events[len(events) // 2]["event_id"]
        checked.stream("GET", f"/{identity}?stream=true&last_event_id={cursor}")
        checked.call("GET", f"/{identity}?include_input=true")

    assert checked.problems == []


def test_tool_rounds_conform(checked: Checked) -> None:
    request: Json = {"input": "[scenario: rounds 2x2]", "tools": [WEATHER]}
    for _ in range(2):
        asked = checked.create(**request)
        calls = [
            step
            for step in asked.get("steps") or asked["outputs"]
            if step["type"] == "function_call"
        ]
        results = [
            {"type": "function_result", "call_id": c["id"], "name": c["name"], "result": "sunny"}
            for c in calls
        ]
        request = {**request, "previous_interaction_id": asked["id"], "input": results}
    assert checked.create(**request)["status"] == "completed"
    identity = checked.stream_create(**request)[0]["interaction"]["id"]
    checked.call("GET", f"/{identity}?include_input=true")

    assert checked.problems == []


def test_a_cancelled_run_conforms(checked: Checked) -> None:
    running = checked.create(agent=True, input="Tides.", background=True)
    path = f"/{running['id']}"
    assert checked.call("POST", f"{path}/cancel")["status"] == "cancelled"
    checked.call("GET", path)
    checked.stream("GET", f"{path}?stream=true")
    checked.call("POST", f"{path}/cancel")

    assert checked.problems == []


def test_refusals_conform(checked: Checked) -> None:
    checked.call("GET", "/nobody")
    checked.call("PUT", "/nobody")
    checked.call("POST", body={"input": "Neither model nor agent."})
    checked.create(input=[{"type": "function_result", "call_id": "none", "result": "x"}])

    assert checked.problems == []


@pytest.mark.parametrize("options", [{"event_ids": False}, {"typeless_agents": False}])
@pytest.mark.parametrize("revision", REVISIONS)
def test_options_conform(
    make_interactions_server: ServerFactory,
    api_for: Callable[[InteractionsServer], Any],
    options: Json,
    revision: str,
) -> None:
    checked = Checked(api_for(make_interactions_server(**options)), revision)
    checked.stream_create(**REQUESTS["agent with summaries"])
    checked.stream_create(**REQUESTS["text"])

    assert checked.problems == []


@pytest.mark.parametrize(("marker", "novelty"), NOVELTIES.items())
def test_only_the_asked_novelty_does_not_conform(
    checked: Checked, marker: str, novelty: str
) -> None:
    created = checked.create(input=f"[scenario: {marker}]")
    checked.stream_create(input=f"[scenario: {marker}]")

    assert created["id"]
    assert checked.problems
    assert [problem for problem in checked.problems if novelty not in problem] == []


@pytest.mark.parametrize(
    ("type_", "payload"),
    [
        (INTERACTION, {"id": "a", "status": "completed", "odd": 1}),
        (INTERACTION, {"id": "a", "status": "odd"}),
        (INTERACTION, {"id": "a", "usage": {"total_tokens": "1"}}),
        (EVENT, {"event_type": "error", "error": {"code": "a", "message": "b", "odd": "c"}}),
        (EVENT, {"event_type": "interaction.status_update", "interaction_id": "a", "status": 1}),
        (ERROR, {"error": "odd"}),
    ],
)
@pytest.mark.parametrize("revision", REVISIONS)
def test_the_check_has_teeth(revision: str, type_: str, payload: Json) -> None:
    assert problems(revision, type_, [payload])
