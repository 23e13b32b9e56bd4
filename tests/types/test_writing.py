"""Writing is strict: nothing goes out that JSON or the revision has no form for."""

from __future__ import annotations

import copy
import datetime
import enum
import json
import pickle
from collections import OrderedDict
from types import MappingProxyType
from typing import Any

import pytest

from gemini_interactions_types import v2026_05_07 as legacy
from gemini_interactions_types import v2026_05_20 as api
from gemini_interactions_types._support.errors import ConversionError, UnstructureError


class Status(str, enum.Enum):
    DONE = "completed"


class Level(enum.Enum):
    LOW = "low"


class Number(enum.IntEnum):
    THREE = 3


class Share(float):
    """Like the floats of numeric libraries."""


circle: list[Any] = []
circle.append({"again": circle})


def step(content: Any) -> api.StepStart:
    return api.StepStart(index=0, step=api.ModelOutputStep(content=content))


@pytest.mark.parametrize(
    ("value", "pointer", "problem"),
    [
        (api.TextDelta(text=b"a"), "/text", "a Python bytes has no form in JSON"),  # type: ignore[arg-type]
        (api.TextDelta(text={"a"}), "/text", "a Python set has no form in JSON"),  # type: ignore[arg-type]
        (api.TextDelta(text=None), "/text", "it is required, None cannot be sent"),  # type: ignore[arg-type]
        (
            step([api.TextContent(text=None)]),  # type: ignore[arg-type]
            "/step/content/0/text",
            "it is required, None cannot be sent",
        ),
        (
            api.StepDelta(index=0, delta=None),  # type: ignore[arg-type]
            "/delta",
            "it is required, None cannot be sent",
        ),
        (
            api.StepStop(index=0, extra_fields={"a": [1, b""]}),
            "/extra_fields/a/1",
            "a Python bytes has no form in JSON",
        ),
        (
            api.StepStop(index=0, extra_fields=[1]),  # type: ignore[arg-type]
            "/extra_fields",
            "expected a dict, got a Python list",
        ),
        (
            api.StepStop(index=0, extra_fields=MappingProxyType({"a": b""})),
            "/extra_fields/a",
            "a Python bytes has no form in JSON",
        ),
        (
            api.GenerationConfig(temperature=float("nan")),
            "/temperature",
            "nan has no form in JSON",
        ),
        (api.GenerationConfig(seed=float("inf")), "/seed", "inf has no form in JSON"),  # type: ignore[arg-type]
        (
            api.Interaction(
                status="x",
                steps=[
                    api.ThoughtStep(),
                    api.FunctionCallStep(id="a", name="f", arguments={"x/y": [float("-inf")]}),
                ],
            ),
            "/steps/1/arguments/x~1y/0",
            "-inf has no form in JSON",
        ),
        (
            step([legacy.TextContent(text="a")]),
            "/step/content/0",
            "gemini_interactions_types.v2026_05_07.content belongs to another revision",
        ),
        (
            step([legacy.UnknownContent({"type": "a"})]),
            "/step/content/0",
            "gemini_interactions_types.v2026_05_07.content belongs to another revision",
        ),
        (
            step("abc"),
            "/step/content",
            "expected a list, got a Python str",
        ),
        (
            step({"a"}),
            "/step/content",
            "a Python set has no form in JSON",
        ),
        (
            api.CreateModelInteraction(model="m", labels=[("a", "b")]),  # type: ignore[arg-type]
            "/labels",
            "expected a dict, got a Python list",
        ),
        (
            api.CreateModelInteraction(model="m", labels={1: "a"}),  # type: ignore[dict-item]
            "/labels",
            "the key 1 is not a string",
        ),
        (
            api.Function(parameters={"properties": {Number.THREE: 1}}),
            "/parameters/properties",
            "the key <Number.THREE: 3> is not a string",
        ),
        (
            api.Function(parameters={"when": datetime.date(2026, 5, 20)}),
            "/parameters/when",
            "a Python date has no form in JSON",
        ),
        (api.UnknownStep({"type": "a", "b": b""}), "/raw/b", "a Python bytes has no form in JSON"),
        (
            api.Function(parameters=circle),
            "/parameters/0/again",
            "it is nested too deeply, or contains itself",
        ),
        ({"steps": [api.StepStop(index=None)]}, "/steps/0/index", ""),  # type: ignore[arg-type]
        ([1, object()], "/1", "a Python object has no form in JSON"),
        (b"", "", "a Python bytes has no form in JSON"),
        ({1: 2}, "", "the key 1 is not a string"),
    ],
)
def test_refused(value: Any, pointer: str, problem: str) -> None:
    with pytest.raises(UnstructureError) as caught:
        api.unstructure(value)
    error = caught.value
    assert error.pointer == pointer
    assert problem in error.problem
    assert (error.revision, error.type_name) == ("2026-05-20", type(value).__name__)
    assert str(error).startswith(f"{type(value).__name__} (2026-05-20) at ")


def test_what_the_error_does_not_say() -> None:
    server = api.MCPServer(headers={"Authorization": b"s3cr3t"})  # type: ignore[dict-item]
    with pytest.raises(UnstructureError) as caught:
        api.unstructure(server)
    assert "s3cr3t" not in str(caught.value)
    assert caught.value.pointer == "/headers/Authorization"


def test_a_nesting_that_is_too_deep_is_an_error_and_no_crash() -> None:
    deep: list[Any] = []
    for _ in range(5_000):
        deep = [deep]
    with pytest.raises(UnstructureError, match="nested too deeply") as caught:
        api.unstructure(api.Function(parameters=deep))
    assert caught.value.pointer.startswith("/parameters/0/0/")
    assert len(caught.value.pointer) < 50


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (api.EventInteraction(id="a", status=Status.DONE), {"id": "a", "status": "completed"}),
        (
            api.GenerationConfig(thinking_level=Level.LOW, seed=Number.THREE),  # type: ignore[arg-type]
            {"thinking_level": "low", "seed": 3},
        ),
        ({Status.DONE: Status.DONE, Level.LOW: 1}, {"completed": "completed", "low": 1}),
        (OrderedDict(b=1, a=(1, 2)), {"b": 1, "a": [1, 2]}),
        (MappingProxyType({"a": MappingProxyType({"b": 1})}), {"a": {"b": 1}}),
        (api.UnknownStep(MappingProxyType({"type": "a"})), {"type": "a"}),
        (
            api.CreateModelInteraction(model="m", labels=MappingProxyType({"a": "b"})),  # type: ignore[arg-type]
            {"model": "m", "labels": {"a": "b"}},
        ),
        (
            api.CreateModelInteraction(model="m", input=({"type": "text", "text": "a"},)),  # type: ignore[arg-type]
            {"model": "m", "input": [{"type": "text", "text": "a"}]},
        ),
        (
            api.CreateModelInteraction(
                model="m",
                tools=[{"type": "url_context"}, api.GoogleSearch()],  # type: ignore[list-item]
            ),
            {"model": "m", "tools": [{"type": "url_context"}, {"type": "google_search"}]},
        ),
        (
            {"model": "m", "input": [api.TextContent(text="a")]},
            {"model": "m", "input": [{"type": "text", "text": "a"}]},
        ),
        ([api.URLContext(), None, 1.5, True, "a"], [{"type": "url_context"}, None, 1.5, True, "a"]),
        (None, None),
    ],
)
def test_written(value: Any, written: Any) -> None:
    found = api.unstructure(value)
    assert json.dumps(found, sort_keys=True) == json.dumps(written, sort_keys=True)


def test_a_subclass_is_written_like_its_base() -> None:
    class Marked(api.TextDelta):
        """What a user may derive for purposes of their own."""

        __slots__ = ("mark",)

    assert api.unstructure([Marked(text="a"), Marked(text="b")]) == [
        {"type": "text", "text": "a"},
        {"type": "text", "text": "b"},
    ]


def test_what_is_written_is_not_shared_with_the_value() -> None:
    arguments: dict[str, Any] = {"a": [1]}
    extra: dict[str, Any] = {"b": [2]}
    raw: dict[str, Any] = {"type": "c", "d": [3]}
    call = api.FunctionCallStep(id="i", name="f", arguments=arguments, extra_fields=extra)
    written = api.unstructure([call, api.UnknownStep(raw)])
    written[0]["arguments"]["a"].append(0)
    written[0]["b"].append(0)
    written[1]["d"].append(0)
    assert (arguments, extra, raw) == ({"a": [1]}, {"b": [2]}, {"type": "c", "d": [3]})


def test_errors_are_ordinary_values() -> None:
    with pytest.raises(UnstructureError) as caught:
        api.unstructure(api.TextDelta(text=None))  # type: ignore[arg-type]
    error = caught.value
    assert isinstance(error, ConversionError)
    assert isinstance(error, ValueError)
    assert str(error) == ("TextDelta (2026-05-20) at /text: it is required, None cannot be sent")
    for again in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert type(again) is UnstructureError
        assert (again.args, str(again)) == (error.args, str(error))


def test_subclasses_of_what_json_has() -> None:
    """A member of an enum goes as its value, whatever else its class is; a float by its rules."""
    plain = [Status.DONE, Number.THREE, [Status.DONE], {"a": Status.DONE}]
    written = api.unstructure(plain)
    assert written == ["completed", 3, ["completed"], {"a": "completed"}]
    assert [type(item) for item in (written[0], written[1], written[3]["a"])] == [str, int, str]
    assert api.unstructure(api.GenerationConfig(temperature=Share(0.5))) == {"temperature": 0.5}
    with pytest.raises(UnstructureError, match="inf has no form in JSON"):
        api.unstructure(api.GenerationConfig(temperature=Share("inf")))
