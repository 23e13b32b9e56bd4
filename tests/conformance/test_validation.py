"""Single payloads: what is reported, where, by which rule, and whether it is known."""

from __future__ import annotations

import builtins
import json
import pickle
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped,unused-ignore]
import pytest
from attrs import evolve

from gemini_interactions._bindings import REVISIONS
from gemini_interactions.conformance import Deviation, Validator, strategies, validation
from gemini_interactions.conformance.drawing import Payloads
from gemini_interactions.conformance.excerpts import excerpt
from gemini_interactions.conformance.judging import arm_of, judging_schema
from gemini_interactions.conformance.schemas import schema_of
from gemini_interactions.errors import ConfigurationError

from .proof import sampled

VECTORS = Path(__file__).parents[1] / "vectors" / "2026-05-20"
SPEC = Path(__file__).parents[2] / "spec"
LATEST, LEGACY, LAUNCH = "2026-05-20", "2026-05-07", "2025-12-11"
MODEL = {"model": "gemini-2.5-flash"}


def vectors(name: str) -> list[Any]:
    content = json.loads((VECTORS / name).read_text("utf-8"))
    return [pytest.param(vector, id=vector["name"]) for vector in content["vectors"]]


def told(found: list[Deviation]) -> list[tuple[str, str, str | None]]:
    return [(deviation.pointer, deviation.rule, deviation.known) for deviation in found]


def delta(**fields: Any) -> dict[str, Any]:
    return {"event_type": "step.delta", "index": 0, "delta": fields}


@pytest.mark.parametrize(
    ("kind", "payload", "expected"),
    [
        ("event", {"event_type": "step.stop", "index": 0}, []),
        ("event", {"event_type": "step.stop"}, [("/index", "required", None)]),
        ("event", {"event_type": "step.stop", "index": "0"}, [("/index", "type", None)]),
        ("event", {"event_type": "step.stop", "index": None}, [("/index", "type", None)]),
        ("event", {"event_type": 5, "index": 0}, [("/event_type", "type", None)]),
        ("event", {"index": 0}, [("/event_type", "required", None)]),
        ("event", {"event_type": "step.nap"}, [("/event_type", "unknown-variant", "x-open")]),
        ("event", None, [("", "type", None)]),
        ("event", delta(type="text"), [("/delta/text", "required", None)]),
        ("event", delta(type="text", text="a", x=1), [("/delta/x", "unknown-field", None)]),
        ("event", delta(type="scent"), [("/delta/type", "unknown-variant", "x-open")]),
        ("event", delta(text="a"), [("/delta/type", "required", "typeless-deltas")]),
        ("event", delta(text="a", x=1), [("/delta/type", "required", None)]),
        (
            "event",
            delta(text=5),
            [("/delta/type", "required", "typeless-deltas"), ("/delta/text", "type", None)],
        ),
        (
            "event",
            delta(type="text_annotation", annotations=[5]),
            [
                ("/delta/type", "unknown-variant", "old-annotation-tag"),
                ("/delta/annotations/0", "type", None),
            ],
        ),
        (
            "event",
            {"event_type": "step.start", "index": 0, "step": {"type": "function_call"}},
            [
                ("/step/arguments", "required", "bare-members"),
                ("/step/id", "required", "bare-members"),
                ("/step/name", "required", "bare-members"),
            ],
        ),
        (
            "interaction",
            {"status": "completed", "object": "x"},
            [("/object", "unknown-field", "object-constant")],
        ),
        ("interaction", {"status": "asleep"}, [("/status", "unknown-value", "x-open")]),
        ("interaction", {"status": "completed", "store": True}, [("/store", "write-only", None)]),
        ("error", {"error": {"code": 503}}, [("/error/code", "type", "error-codes")]),
        ("error", {"error": {"code": 5.5}}, [("/error/code", "type", None)]),
        ("error", {"error": {"a/b": 1}}, [("/error/a~1b", "unknown-field", None)]),
        ("error", {"error": {"~": 1}}, [("/error/~0", "unknown-field", None)]),
        ("request", {**MODEL, "input": [{"type": "text", "text": "a"}]}, []),
        ("request", {**MODEL, "input": [{"type": "user_input", "content": []}]}, []),
        ("request", {**MODEL, "status": "completed"}, [("/status", "read-only", None)]),
        ("request", {**MODEL, "input": 5}, [("/input", "type", None)]),
        (
            "request",
            {**MODEL, "input": [{"type": "text", "text": "a"}, {"type": "text"}]},
            [("/input/1/text", "required", None)],
        ),
        ("request", {**MODEL, "labels": {"": None}}, [("/labels/", "type", None)]),
        ("request", {**MODEL, "labels": {"a": "b", "": 5}}, [("/labels/", "type", None)]),
        ("request", {"input": "a"}, [("/model", "required", "requests-echoed")]),
        ("request", {"agent": "x", "generation_config": {}}, [
            ("/agent", "unknown-value", "x-open"), ("/generation_config", "unknown-field", None)]),
    ],
)  # fmt: skip
def test_what_is_reported(kind: Any, payload: Any, expected: list[Any]) -> None:
    assert sorted(told(Validator().judge(kind, payload))) == sorted(expected)


@pytest.mark.parametrize(
    ("revision", "name", "payload", "expected"),
    [
        (LEGACY, "Interaction", {"id": "a", "status": "asleep", "created": "", "updated": ""},
         [("/status", "unknown-value", None)]),
        (LEGACY, "Content", {"type": "hologram"}, [("/type", "unknown-variant", None)]),
        (LEGACY, "InteractionInput", [{"role": "user", "content": "a"}], []),
        (LEGACY, "InteractionInput", [{"role": 5}, {"role": "user", "type": "text"}],
         [("/0/role", "type", None), ("/1/type", "unknown-field", None)]),
        (LEGACY, "InteractionInput", [{"type": "text", "text": "a"}, {"role": "user"}],
         [("/1/type", "required", None)]),
        (LAUNCH, "FunctionResultContent",
         {"type": "function_result", "call_id": "a", "result": {"any": ["thing"]}}, []),
        (LEGACY, "FunctionResultContent",
         {"type": "function_result", "call_id": "a", "result": [1, {"type": "any"}]}, []),
        (LAUNCH, "FunctionResultContent",
         {"type": "function_result", "call_id": "a", "result": {"items": [5]}}, []),
        (LAUNCH, "StepStop", {}, None),
        (LATEST, "StepStop", {"event_type": "step.start", "index": 0},
         [("/event_type", "const", None)]),
        (LATEST, "ResponseFormat", {"type": "my own", "x": 1}, []),
        (LATEST, "ResponseFormat", {"type": "text", "x": 1}, [("/x", "unknown-field", None)]),
        (LATEST, "ToolChoice", "sometimes", [("", "unknown-value", "x-open")]),
        (LATEST, "ToolChoice", 5, [("", "type", None)]),
        (LATEST, "DynamicAgentConfig", {"type": "dynamic", "anything": 1}, []),
    ],
)  # fmt: skip
def test_values_of_any_type(
    revision: str, name: str, payload: Any, expected: list[Any] | None
) -> None:
    validator = Validator(revision)
    if expected is None:
        with pytest.raises(ConfigurationError, match=f"revision {revision} has no type '{name}'"):
            validator.value(name, payload)
        return
    assert sorted(told(validator.value(name, payload))) == sorted(expected)


@pytest.mark.parametrize("vector", vectors("guide_events.json") + vectors("guide_requests.json"))
def test_the_guide_has_no_unknown_deviation(vector: Any) -> None:
    found = Validator().value(vector["form"], vector["payload"])
    assert [deviation for deviation in found if deviation.known is None] == []


def test_every_deviation_that_a_payload_can_show_is_recognised() -> None:
    schema = schema_of(LATEST)
    visible = ("may-omit", "undeclared", "also-accepts", "missing-tag", "tag-alias")
    ids = {known for kind in visible for known, _ in schema.treatments(kind)}
    found = [
        deviation
        for param in vectors("deviations.json")
        for vector in param.values
        for deviation in Validator().value(vector["form"], vector["payload"])
    ]
    assert ids <= {deviation.known for deviation in found}
    assert {deviation.pointer for deviation in found if deviation.known is None} == {
        "/error/details"  # a vector of the bindings has more in it than its name says
    }


def test_other_kinds_of_a_field_are_not_those_of_its_items() -> None:
    accepted = {"Interaction": {"response_modalities": ["integer"]}}
    treatment = {"kind": "also-accepts", "fields": accepted}
    schema = evolve(schema_of(LATEST), deviations=({"id": "counted", "treatment": treatment},))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validation, "schema_of", lambda revision: schema)
        validator = Validator()
    for said, known in ((5, "counted"), ([5], None)):
        (found,) = validator.interaction({"status": "completed", "response_modalities": said})
        assert (found.rule, found.known) == ("type", known)


def test_messages_are_plain_and_excerpts_short() -> None:
    (found,) = Validator().interaction({"status": "completed", "id": ["x" * 500] * 50})
    assert found.message == "a string is expected, an array came"
    assert (found.type, found.got) == ("Interaction", ["x" * 80 + "…"] * 6 + ["…"])
    (found,) = Validator().interaction({"status": 5})
    assert (found.message, found.type) == (
        "a string is expected, an integer came",
        "InteractionStatus",
    )
    (found,) = Validator().interaction({})
    assert (found.message, found.got) == ("Interaction needs 'status'", None)


def test_excerpts_end_at_a_depth() -> None:
    assert excerpt({"a": {"b": {"c": {"d": 1}}, "e": [[[[1]]]]}}, ()) == {
        "a": {"b": {"c": {"…": 1}}, "e": [["…"]]}
    }


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "mcp_server", "headers": {"authorization": 5}},
        {"type": "mcp_server", "headers": ["s3cret"]},
        {"type": "mcp_server", "headers": {"authorization": "s3cret"}, "url": 5},
        ["mcp_server", {"headers": {"authorization": "s3cret"}}],
    ],
)
def test_secrets_are_not_shown(tool: Any) -> None:
    found = Validator().request({**MODEL, "tools": [tool]})
    assert found
    assert "s3cret" not in repr(found)


def test_halves_of_surrogate_pairs_are_judged_like_other_text() -> None:
    payload = {"status": "\ud83d", "id": "\ud83d", "\udc00": 1}
    assert told(Validator().interaction(payload)) == [
        ("/status", "unknown-value", "x-open"),
        ("/?", "unknown-field", None),
    ]


def test_a_validator_goes_to_other_processes() -> None:
    validator = pickle.loads(pickle.dumps(Validator(LEGACY)))
    assert validator.revision == LEGACY
    assert told(validator.error({})) == [("/error", "required", "answers-are-paid-for")]


def test_without_the_extra_the_message_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def refuse(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "jsonschema_rs":
            raise ImportError(name)
        return imported(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(ConfigurationError, match=r"gemini-interactions\[conformance\]"):
        Validator().request({})


# --- the schemas ----------------------------------------------------------------------------------


@pytest.mark.parametrize("revision", REVISIONS)
def test_the_schema_file_says_what_the_spec_says(revision: str) -> None:
    schema = schema_of(revision)
    spec: dict[str, Any] = {}
    for path in (SPEC / revision).glob("*.json"):
        text = path.read_text("utf-8")
        spec |= json.loads(text).get("$defs", {})
    inlined = json.loads(json.dumps(spec), object_hook=with_local_references)
    assert schema.definitions == inlined
    deviations = json.loads((SPEC / revision / "deviations.json").read_text("utf-8"))
    assert list(schema.deviations) == deviations["deviations"]
    document = {"$ref": "#/$defs/Interaction", "$defs": schema.definitions}
    jsonschema.Draft202012Validator.check_schema(document)


def with_local_references(part: dict[str, Any]) -> dict[str, Any]:
    return {
        key: f"#/{item.partition('#/')[2]}"
        if isinstance(item, str) and "#/$defs/" in item
        else item
        for key, item in part.items()
    }


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize("kind", ["request", "interaction", "event", "error"])
def test_another_validator_agrees(kind: Any, revision: str) -> None:
    """Python's jsonschema finds in the judging schema what jsonschema-rs finds."""
    validator, schema = Validator(revision), schema_of(revision)
    sender: Any = "caller" if kind == "request" else "service"
    judging = judging_schema(schema, schema.roots[kind], sender)
    jsonschema.Draft202012Validator.check_schema(judging)
    other = jsonschema.Draft202012Validator(judging)
    for payload in sampled(strategies.payloads(kind, revision), 10):
        assert other.is_valid(payload)
    for miss in sampled(strategies.near_misses(kind, revision), 25):
        assert not other.is_valid(miss.payload)
        assert validator.judge(kind, miss.payload) != []


def test_what_only_the_other_side_sends_is_forbidden_and_never_drawn() -> None:
    schema, name = schema_of(LATEST), "CreateModelInteraction"
    judging = judging_schema(schema, name, "service")
    drawn = sampled(Payloads(schema, "service").of(name), 60)
    assert all(jsonschema.Draft202012Validator(judging).is_valid(payload) for payload in drawn)
    assert not jsonschema.Draft202012Validator(judging).is_valid({**drawn[0], "store": True})


@pytest.mark.parametrize(
    ("revision", "choice", "value", "arm"),
    [
        (LATEST, "CreateInteraction", {"model": "m"}, 0),
        (LATEST, "CreateInteraction", {"agent": "a"}, 1),
        (LATEST, "InteractionInput", "a", 0),
        (LATEST, "InteractionInput", {"type": "text"}, 1),
        (LATEST, "InteractionInput", [{"type": "user_input"}], 2),
        (LATEST, "InteractionInput", [], 2),
        (LATEST, "InteractionInput", [{"type": 5}], 2),
        (LATEST, "InteractionInput", [{"type": "text"}], 3),
        (LATEST, "InteractionInput", 5, None),
        (LEGACY, "InteractionInput", [{"type": "text"}], 1),
        (LEGACY, "InteractionInput", [{"role": "user"}], 2),
        (LEGACY, "InteractionInput", [], 1),
    ],
)
def test_arms_are_told_apart(revision: str, choice: str, value: Any, arm: int | None) -> None:
    schema = schema_of(revision)
    definition = schema.definitions[choice]
    expected = None if arm is None else definition["anyOf"][arm]
    assert arm_of(schema, definition, value) == expected
