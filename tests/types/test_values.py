"""Values: absent, null and unknown; classes that unions fall back on; equality, repr, copies."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import attrs
import pytest

from gemini_interactions_types import v2025_12_11 as launch
from gemini_interactions_types import v2026_05_07 as legacy
from gemini_interactions_types import v2026_05_20 as api
from gemini_interactions_types._support.model import EMPTY

# --- absent, null, unknown ---------------------------------------------------------------------


def test_absent_is_none() -> None:
    event: Any = api.structure(api.Event, {"event_type": "step.stop", "index": 0})
    assert event.event_id is None
    assert event.extra_fields is EMPTY
    assert "event_id" not in api.unstructure(event)


def test_null_is_none_too_but_comes_back() -> None:
    payload = {"event_type": "step.stop", "index": 0, "event_id": None}
    event: Any = api.structure(api.Event, payload)
    assert event.event_id is None
    assert event.extra_fields == {"event_id": None}
    assert api.unstructure(event) == payload


def test_a_field_set_later_replaces_the_null_that_came() -> None:
    event: Any = api.structure(
        api.Event, {"event_type": "step.stop", "index": 0, "event_id": None, "new": 1}
    )
    event.event_id = "e"
    assert api.unstructure(event) == {
        "event_type": "step.stop",
        "index": 0,
        "event_id": "e",
        "new": 1,
    }


def test_a_caller_sends_null_and_new_fields_through_extra_fields() -> None:
    request = api.CreateModelInteraction(
        model="m", input="x", extra_fields={"store": None, "colour": "red"}
    )
    assert api.unstructure(request) == {
        "model": "m",
        "input": "x",
        "store": None,
        "colour": "red",
    }


def test_known_fields_win_over_extra_fields() -> None:
    delta = api.TextDelta(text="a", extra_fields={"text": "b", "type": "c"})
    assert api.unstructure(delta) == {"type": "text", "text": "a"}


def test_none_is_never_written_by_itself() -> None:
    assert api.unstructure(api.TextContent(text="a", annotations=None)) == {
        "type": "text",
        "text": "a",
    }
    assert api.unstructure(api.FunctionCallStep(id=None, name=None, arguments=None)) == {
        "type": "function_call"
    }


@pytest.mark.parametrize(
    "write",
    [
        lambda: EMPTY.update(a=1),
        lambda: EMPTY.setdefault("a", 1),
        lambda: EMPTY.__setitem__("a", 1),
        lambda: EMPTY.__delitem__("a"),
        lambda: EMPTY.__ior__({"a": 1}),
        lambda: EMPTY.pop("a", None),
        lambda: EMPTY.popitem(),
        lambda: EMPTY.clear(),
    ],
)
def test_the_shared_extra_fields_refuse_writes(write: Any) -> None:
    with pytest.raises(TypeError, match="assign a new dict instead"):
        write()
    assert EMPTY == {}


def test_the_shared_extra_fields_survive_every_copy_as_themselves() -> None:
    for again in (
        copy.copy(EMPTY),
        copy.deepcopy(EMPTY),
        *(pickle.loads(pickle.dumps(EMPTY, protocol)) for protocol in range(6)),
    ):
        assert again is EMPTY
    value = api.TextDelta(text="a")
    for made in (value, copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
        assert made.extra_fields is EMPTY


# --- unknown variants --------------------------------------------------------------------------


def test_an_unknown_variant_keeps_the_payload_itself() -> None:
    payload = {"type": "hologram", "data": {"a": [1]}}
    delta = api.structure(api.Delta, payload)
    assert isinstance(delta, api.UnknownDelta)
    assert delta.raw is payload
    assert delta.tag == "hologram"
    assert delta.problem is None
    assert delta.type == "unknown"
    assert api.unstructure(delta) == payload


def test_an_unfit_variant_says_why() -> None:
    delta = api.structure(api.Delta, {"type": "text", "text": []})
    assert isinstance(delta, api.UnknownDelta)
    assert (delta.type, delta.tag) == ("unknown", "text")
    assert delta.problem == "/text: expected a string, got an array"


def test_an_unknown_variant_can_be_made_and_sent() -> None:
    tool = api.UnknownTool({"type": "telescope", "power": 3})
    request = api.CreateModelInteraction(model="m", tools=[tool])
    assert api.unstructure(request) == {
        "model": "m",
        "tools": [{"type": "telescope", "power": 3}],
    }


def test_unknown_variants_of_different_unions_differ() -> None:
    assert api.UnknownDelta({}) == api.UnknownDelta({})
    assert api.UnknownDelta({}) != api.UnknownDelta({}, "a")
    assert api.UnknownDelta({}) != api.UnknownStep({})
    with pytest.raises(TypeError, match="unhashable"):
        hash(api.UnknownDelta({}))


# --- deviations --------------------------------------------------------------------------------


def test_typeless_text_from_agents_is_text() -> None:
    event: Any = api.structure(
        api.Event, {"event_type": "step.delta", "index": 0, "delta": {"text": "a"}}
    )
    assert isinstance(event.delta, api.TextDelta)
    assert (event.delta.type, event.delta.text) == ("text", "a")
    assert api.unstructure(event.delta) == {"text": "a"}

    content: Any = api.structure(api.Content, {"text": "a", "annotations": []})
    assert isinstance(content, api.TextContent)
    assert (content.type, content.text, content.annotations) == ("text", "a", [])
    assert api.unstructure(content) == {"text": "a", "annotations": []}


def test_a_typeless_payload_differs_from_a_typed_one() -> None:
    typeless = api.structure(api.Delta, {"text": "a"})
    assert typeless != api.TextDelta(text="a")
    assert typeless == api.UntaggedTextDelta(text="a")
    assert attrs.evolve(typeless, text="b") == api.UntaggedTextDelta(text="b")
    assert pickle.loads(pickle.dumps(typeless)) == typeless


def test_readings_can_be_asked_for_by_class() -> None:
    assert api.structure(api.UntaggedTextDelta, {"text": "a"}) == api.UntaggedTextDelta(text="a")


def test_annotations_under_their_old_tag() -> None:
    payload = {"type": "text_annotation", "annotations": [{"type": "url_citation"}]}
    delta: Any = api.structure(api.Delta, payload)
    assert isinstance(delta, api.TextAnnotationDelta)
    assert delta.type == "text_annotation_delta"
    assert delta.annotations == [api.URLCitation()]
    assert api.unstructure(delta) == payload
    assert api.unstructure(api.TextAnnotationDelta()) == {"type": "text_annotation_delta"}


@pytest.mark.parametrize("module", [launch, legacy])
def test_a_camel_case_name(module: Any) -> None:
    tool = module.ComputerUse(excluded_predefined_functions=["a"])
    written = {"type": "computer_use", "excludedPredefinedFunctions": ["a"]}
    assert module.unstructure(tool) == written
    assert module.structure(module.Tool, written) == tool


def test_the_same_name_is_snake_case_in_the_latest_revision() -> None:
    tool = api.ComputerUse(excluded_predefined_functions=["a"])
    written = {"type": "computer_use", "excluded_predefined_functions": ["a"]}
    assert api.unstructure(tool) == written


def test_one_class_for_two_events() -> None:
    event: Any = launch.structure(launch.Event, {"event_type": "interaction.complete"})
    assert isinstance(event, launch.InteractionEvent)
    assert event.event_type == "interaction.complete"
    event.event_type = "interaction.start"
    assert launch.unstructure(event) == {"event_type": "interaction.start"}


def test_function_result_items() -> None:
    payload = {"type": "function_result", "call_id": "c", "result": {"items": ["a"]}}
    content: Any = launch.structure(launch.Content, payload)
    assert isinstance(content.result, launch.FunctionResultItems)
    payload["result"] = {"items": "no list"}
    content = launch.structure(launch.Content, payload)
    assert content.result == {"items": "no list"}


# --- equality, repr, copies --------------------------------------------------------------------


def test_equality() -> None:
    assert api.TextDelta(text="a") == api.TextDelta(text="a")
    assert api.TextDelta(text="a") != api.TextDelta(text="b")
    assert api.TextDelta(text="a") != api.TextDelta(text="a", extra_fields={"b": None})
    assert api.TextDelta(text="a") != legacy.TextDelta(text="a")
    assert api.TextDelta(text="a") != {"type": "text", "text": "a"}


def test_values_are_mutable_and_have_no_room_for_misspelt_names() -> None:
    delta = api.TextDelta(text="a")
    delta.text = "b"
    assert delta == api.TextDelta(text="b")
    with pytest.raises(AttributeError):
        delta.txet = "c"  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        api.UnknownDelta({}).txet = "c"  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match="txet"):
        api.TextDelta(txet="c")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="text"):
        api.TextDelta()  # type: ignore[call-arg]


def test_repr_is_that_of_a_call_without_what_is_absent() -> None:
    event = api.StepDelta(index=0, delta=api.TextDelta(text="a"))
    assert repr(event) == "StepDelta(delta=TextDelta(text='a'), index=0)"
    assert repr(api.URLContext()) == "URLContext()"


def test_repr_cuts_what_is_long() -> None:
    image = repr(api.ImageDelta(data="A" * 1_000_000))
    assert image == f"ImageDelta(data='{'A' * 60}'… (1000000 characters))"
    assert len(repr(api.ImageContent(data=b"A" * 1_000_000))) < 200  # type: ignore[arg-type]
    steps = repr(api.Interaction(status="x", steps=[api.ThoughtStep()] * 500))
    assert steps.endswith("ThoughtStep(), … (500 items)])")
    many = repr(api.Function(parameters={f"k{i}": "v" * 99 for i in range(500)}))
    assert many.endswith("… (500 items)})")
    assert len(many) < 2_000


def test_repr_survives_deep_and_cyclic_values() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert repr(api.Function(parameters=deep)) == "Function(parameters=[[[[[[…]]]]]])"
    circle: dict[str, Any] = {}
    circle["a"] = circle
    assert repr(api.Function(parameters=circle)).endswith("{…}}}}}})")
    while deep:  # taken apart by hand: the interpreter would do it recursively
        deep = deep.pop()


def test_repr_keeps_secrets() -> None:
    values = [
        api.MCPServer(headers={"Authorization": "s3cr3t"}),
        api.EnvVar(value="s3cr3t", credential="s3cr3t"),
        api.AllowlistEntry(domain="a", credential="s3cr3t", transform={"X-Key": "s3cr3t"}),
        api.ExaAISearchConfig(api_key="s3cr3t"),
        api.ParallelAISearchConfig(api_key="s3cr3t"),
        api.UnknownTool({"type": "vault", "api_key": "s3cr3t"}, "vault"),
        # What an older revision does not know may be a secret of a newer one.
        api.MCPServer(extra_fields={"token": "s3cr3t"}),
        legacy.structure(
            legacy.CreateInteraction, {"environment": {"env": {"K": {"value": "s3cr3t"}}}}
        ),
    ]
    for value in values:
        assert "s3cr3t" not in repr(value)
    assert repr(values[0]) == "MCPServer(headers=***)"
    assert repr(values[5]) == "UnknownTool(tag='vault', keys=['type', 'api_key'])"
    assert repr(values[6]) == "MCPServer(extra_fields=['token'])"


def test_repr_of_unknown_variants_is_short() -> None:
    raw = {f"{'k' * 500}{i}": 0 for i in range(500)}
    assert len(repr(api.UnknownDelta(raw, "t" * 5_000))) < 1_500


def test_copies() -> None:
    value = api.ModelOutputStep(content=[api.TextContent(text="a", extra_fields={"b": [1]})])
    deep = copy.deepcopy(value)
    assert deep == value
    assert deep.content is not value.content
    changed = attrs.evolve(value, content=[])
    assert changed.content == []
    assert value == deep


def test_classes_are_declared_for_attrs() -> None:
    assert attrs.has(api.StepDelta)
    assert [a.name for a in attrs.fields(api.StepDelta)] == [
        "extra_fields",
        "delta",
        "index",
        "event_id",
        "metadata",
    ]
    match api.TextDelta(text="a"):
        case api.TextDelta(text=text):
            assert text == "a"
