"""Reading: what is no payload at all, what is no form, and what an error tells."""

from __future__ import annotations

import copy
import pickle
from collections import OrderedDict
from typing import Any

import pytest

from gemini_interactions_types import v2025_12_11 as launch
from gemini_interactions_types import v2026_05_07 as legacy
from gemini_interactions_types import v2026_05_20 as api
from gemini_interactions_types._support.binding import Binding
from gemini_interactions_types._support.errors import ConversionError, StructureError
from gemini_interactions_types._support.reading import unfit
from gemini_interactions_types._support.writing import Writers

UNIONS = ("Event", "Delta", "Content", "Tool", "AgentConfig")


@pytest.mark.parametrize("module", [launch, legacy, api])
@pytest.mark.parametrize("root", [[], "", None, 0, 1.5, False, b"{}", (), object()])
def test_a_root_that_is_no_object(module: Any, root: Any) -> None:
    for name in (*UNIONS, "Interaction", "TextContent", "CreateInteraction"):
        with pytest.raises(StructureError) as caught:
            module.structure(getattr(module, name), root)
        error = caught.value
        assert (error.pointer, error.type_name) == ("", name)
        assert error.problem.startswith("expected an object, got ")
        assert error.payload is root


def test_other_mappings_of_json_will_do() -> None:
    payload = OrderedDict(type="text", text="a", annotations=[OrderedDict(type="url_citation")])
    content = api.structure(api.Content, payload)
    assert content == api.TextContent(text="a", annotations=[api.URLCitation()])


@pytest.mark.parametrize(
    "form",
    [
        legacy.TextContent,
        legacy.Content,
        launch.Event,
        api.UnknownEvent,
        api.InteractionStatus,
        str,
        dict,
        api.Step | None,
        "Event",
        None,
    ],
)
def test_what_is_no_form_of_the_revision(form: Any) -> None:
    with pytest.raises(TypeError, match="is no type of revision 2026-05-20"):
        api.structure(form, {})


def test_the_type_error_names_the_form_and_where_it_comes_from() -> None:
    with pytest.raises(TypeError) as caught:
        api.structure(legacy.TextContent, {})
    assert "gemini_interactions_types.v2026_05_07.content.TextContent" in str(caught.value)


def test_structure_errors_are_ordinary_values() -> None:
    payload = {"type": "text", "text": {"a/b": 1}}
    with pytest.raises(StructureError) as caught:
        api.structure(api.TextContent, payload)
    error = caught.value
    assert isinstance(error, ConversionError)
    assert isinstance(error, ValueError)
    assert error.__cause__ is None
    assert error.__suppress_context__
    assert str(error) == "TextContent (2026-05-20) at /text: expected a string, got an object"
    for again in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert type(again) is StructureError
        assert (again.args, again.payload) == (error.args, payload)


def test_an_error_never_quotes_the_payload() -> None:
    with pytest.raises(StructureError) as caught:
        api.structure(api.TextContent, {"type": "x" * 10_000})
    assert len(str(caught.value)) < 250
    with pytest.raises(StructureError) as caught:
        api.structure(api.Interaction, {"id": ["s3cr3t"]})
    assert "s3cr3t" not in str(caught.value)


def test_a_payload_that_contains_itself_is_no_trap() -> None:
    payload: dict[str, Any] = {"usage": {"total_tokens": []}}
    payload["again"] = payload
    with pytest.raises(StructureError) as caught:
        api.structure(api.Interaction, payload)
    assert caught.value.pointer == "/usage/total_tokens"


def binding(read: Any) -> Binding:
    return Binding(
        revision="2026-05-20", objects={dict: read}, choices={}, names={}, writers=Writers({})
    )


def test_too_deep_a_payload_is_an_error_of_the_payload() -> None:
    def read(payload: Any) -> Any:
        return read(payload)

    with pytest.raises(StructureError, match="nested too deeply"):
        binding(read).structure(dict, {})


def test_a_fault_of_the_bindings_is_never_dressed_up_as_the_servers() -> None:
    def read(payload: Any) -> Any:
        return payload["no such key"]

    with pytest.raises(KeyError):
        binding(read).structure(dict, {})
    with pytest.raises(KeyError):
        unfit(api.UnknownDelta, {"type": "text"}, "type", KeyError("text"), {"text": read})


def test_free_form_values_are_shared_not_copied() -> None:
    payload = {"type": "function", "parameters": {"type": "object"}}
    tool = api.structure(api.Tool, payload)
    assert isinstance(tool, api.Function)
    assert tool.parameters is payload["parameters"]


def test_the_lists_and_maps_of_a_value_are_its_own() -> None:
    payload: dict[str, Any] = {
        "model": "m",
        "input": [{"type": "text", "text": "a"}],
        "labels": {"a": "b"},
        "response_modalities": ["text"],
    }
    before = copy.deepcopy(payload)
    request = api.structure(api.CreateInteraction, payload)
    assert isinstance(request, api.CreateModelInteraction)
    request.labels = {**(request.labels or {}), "c": "d"}
    assert isinstance(request.input, list)
    request.input.clear()
    assert request.response_modalities is not None
    request.response_modalities.append("audio")
    assert payload == before
