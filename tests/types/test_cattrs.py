"""The bindings inside cattrs: a converter of one's own, classes of one's own, no global state."""

from __future__ import annotations

import datetime
from typing import Any

import attrs
import cattrs
import pytest
from cattrs.preconf.json import JsonConverter
from cattrs.preconf.json import make_converter as make_json_converter

from gemini_interactions_types import v2026_05_07 as legacy
from gemini_interactions_types import v2026_05_20 as api
from gemini_interactions_types._support.errors import StructureError, UnstructureError


@attrs.define
class Record:
    """What a user may store."""

    when: datetime.date
    step: api.Step | None
    content: list[api.Content]
    input: api.InteractionInput | None = None
    delta: api.TextDelta | None = None
    by_name: dict[str, api.Tool] = attrs.Factory(dict)


PAYLOAD: dict[str, Any] = {
    "when": "2026-05-20",
    "step": {"type": "function_call", "id": "a", "name": "f", "arguments": {}, "signature": ""},
    "content": [{"type": "text", "text": "a", "new": 1}, {"type": "hologram", "x": [None]}],
    "input": [{"type": "user_input", "content": [{"text": "b"}]}],
    "delta": {"type": "text", "text": "c", "annotations": None},
    "by_name": {"t": {"type": "telescope"}, "u": {"type": "url_context"}},
}


def make_own_converter() -> JsonConverter:
    converter = make_json_converter()
    api.register(converter)
    return converter


def structured(converter: cattrs.Converter, payload: Any, form: Any) -> Any:
    """Type checkers do not take a union for a type yet."""
    return converter.structure(payload, form)


def test_a_users_class() -> None:
    converter = make_own_converter()
    record = converter.structure(PAYLOAD, Record)
    assert isinstance(record.step, api.FunctionCallStep)
    assert [type(part) for part in record.content] == [api.TextContent, api.UnknownContent]
    assert isinstance(record.input, list)
    assert record.delta == api.TextDelta(text="c", extra_fields={"annotations": None})
    assert isinstance(record.by_name["t"], api.UnknownTool)
    assert record.when == datetime.date(2026, 5, 20)
    assert converter.unstructure(record) == PAYLOAD
    assert converter.loads(converter.dumps(record), Record) == record


def test_none_for_an_optional_union() -> None:
    converter = make_own_converter()
    payload: dict[str, Any] = {"when": "2026-05-20", "step": None, "content": [], "input": None}
    record = converter.structure(payload, Record)
    assert (record.step, record.input) == (None, None)
    assert converter.unstructure(record)["step"] is None
    with pytest.raises(StructureError):
        structured(converter, None, api.Step)


def test_types_by_themselves() -> None:
    converter = api.make_converter()
    assert structured(converter, {"type": "text", "text": "a"}, api.Content) == api.TextContent(
        text="a"
    )
    assert structured(converter, "a", api.InteractionInput) == "a"
    assert structured(converter, [{"type": "thought"}], list[api.Step]) == [api.ThoughtStep()]
    assert structured(converter, {"text": "a"}, api.UntaggedTextDelta) == api.UntaggedTextDelta(
        text="a"
    )
    assert converter.unstructure([api.URLContext()]) == [{"type": "url_context"}]
    assert converter.unstructure(None, api.Step | None) is None


@pytest.mark.parametrize("used", [False, True])
def test_unknown_variants_and_subclasses_are_written_whatever_came_first(used: bool) -> None:
    class Own(api.TextDelta):
        pass

    values = [api.UnknownDelta({"type": "a"}), api.UntaggedTextDelta(text="b"), Own(text="c")]
    if used:
        api.unstructure(values)
    assert [api.make_converter().unstructure(value) for value in values] == [
        {"type": "a"},
        {"text": "b"},
        {"type": "text", "text": "c"},
    ]


def test_classes_without_a_payload_of_their_own_are_refused() -> None:
    class Own(api.TextDelta):
        pass

    for form in (Own, api.UnknownDelta):
        with pytest.raises(TypeError, match="is no type of revision"):
            api.make_converter().structure({"type": "text", "text": "a"}, form)


def test_errors_keep_their_place_in_the_payload() -> None:
    with pytest.raises(cattrs.ClassValidationError) as caught:
        make_own_converter().structure({**PAYLOAD, "delta": {"type": "text"}}, Record)
    (error,) = caught.value.exceptions
    assert isinstance(error, StructureError)
    assert (error.type_name, error.pointer) == ("TextDelta", "/text")
    with pytest.raises(UnstructureError):
        make_own_converter().unstructure(api.TextDelta(text=b""))  # type: ignore[arg-type]


def test_two_converters_do_not_touch_each_other() -> None:
    first, second, plain = api.make_converter(), api.make_converter(), cattrs.Converter()
    assert first is not second
    first.register_structure_hook(api.TextContent, lambda payload, _: "first")
    first.register_unstructure_hook(api.TextContent, lambda value: "first")
    payload = {"type": "text", "text": "a"}
    assert structured(first, payload, api.TextContent) == "first"
    assert second.structure(payload, api.TextContent) == api.TextContent(text="a")
    assert first.unstructure(api.TextContent(text="a")) == "first"
    assert second.unstructure(api.TextContent(text="a")) == payload
    assert api.unstructure(api.TextContent(text="a")) == payload
    for untouched in (plain, cattrs.global_converter):
        written = untouched.unstructure(api.TextContent(text="a"))
        assert "type" not in written  # no hook of ours: cattrs alone does not know the tag


def test_two_revisions_in_one_converter() -> None:
    converter = api.make_converter()
    legacy.register(converter)
    payload = {"type": "text", "text": "a"}
    new = structured(converter, payload, api.Content)
    old = structured(converter, payload, legacy.Content)
    assert type(new) is api.TextContent
    assert type(old) is legacy.TextContent
    assert converter.unstructure([new, old]) == [payload, payload]
    assert converter.unstructure(legacy.UnknownEvent({"a": 1})) == {"a": 1}
