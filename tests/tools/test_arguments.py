"""Arguments: read strictly into the annotated types, or refused in words for the model."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Union
from uuid import UUID

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gemini_interactions as genai
from gemini_interactions.tools import FunctionTool

from .shapes import (
    Level,
    Metres,
    Node,
    Place,
    Route,
    Search,
    Shade,
    Ticket,
    Tree,
    Unit,
    Window,
)


def tool_for(annotation: Any) -> FunctionTool[..., Any]:
    def tool(it: Any) -> Any:
        return it

    tool.__annotations__["it"] = annotation
    return FunctionTool.of(tool)


def read(annotation: Any, value: Any) -> Any:
    return tool_for(annotation).prepare({"it": value})()


def problems(annotation: Any, value: Any) -> list[tuple[str, str]]:
    with pytest.raises(genai.ToolArgumentsError) as caught:
        tool_for(annotation).prepare({"it": value})
    return list(caught.value.problems)


# --- what fits -----------------------------------------------------------------------------------

UTC = timezone.utc
IDENTITY = UUID("12345678-1234-5678-1234-567812345678")

FITTING: list[tuple[Any, Any, Any]] = [
    (str, "3", "3"),
    (int, 3, 3),
    (int, 3.0, 3),
    (float, 3, 3.0),
    (bool, False, False),
    (None, None, None),
    (Any, {"a": [1]}, {"a": [1]}),
    (object, "x", "x"),
    (Metres, 2, 2.0),
    (Annotated[int, "text"], 3, 3),
    (bytes, "aW1nPw==", b"img?"),
    (bytes, "-_8=", b"\xfb\xff"),
    (date, "2026-05-20", date(2026, 5, 20)),
    (time, "17:30:00", time(17, 30)),
    (time, "17:30:00Z", time(17, 30, tzinfo=UTC)),
    (datetime, "2026-05-20T17:30:00", datetime(2026, 5, 20, 17, 30)),
    (datetime, "2026-05-20T17:30:00Z", datetime(2026, 5, 20, 17, 30, tzinfo=UTC)),
    (
        datetime,
        "2026-05-20T17:30:00+02:00",
        datetime(2026, 5, 20, 17, 30, tzinfo=timezone(timedelta(hours=2))),
    ),
    (UUID, str(IDENTITY), IDENTITY),
    (Decimal, "1.10", Decimal("1.10")),
    (Decimal, 1.1, Decimal("1.1")),
    (Path, "/a/b", Path("/a/b")),
    (Literal["a", 1, None], 1, 1),
    (Literal["a", 1, None], None, None),
    (Literal[Unit.CELSIUS], "celsius", Unit.CELSIUS),
    (Unit, "celsius", Unit.CELSIUS),
    (Level, 2, Level.HIGH),
    (Shade, 7, Shade.NUMBER),
    (int | None, None, None),
    (float | int, 3, 3),
    (int | float, 3.5, 3.5),
    (date | str, "2026-05-20", date(2026, 5, 20)),
    (date | str, "some day", "some day"),
    (Unit | str, "celsius", Unit.CELSIUS),
    (list[int] | int, [1], [1]),
    (Place | Search, {"text": "x"}, {"text": "x"}),
    (list, [1, "a"], [1, "a"]),
    (list[float], [1], [1.0]),
    (Sequence[int], [1], [1]),
    (Iterable[int], [1], [1]),
    (set[int], [1, 2], {1, 2}),
    (frozenset[int], [1], frozenset({1})),
    (AbstractSet[int], [1], frozenset({1})),
    (tuple[int, str], [1, "a"], (1, "a")),
    (tuple[int, ...], [1, 2], (1, 2)),
    (tuple, [1, "a"], (1, "a")),
    (dict, {"a": 1}, {"a": 1}),
    (dict[str, float], {"a": 1}, {"a": 1.0}),
    (Mapping[str, Place], {"a": {"lat": 1, "lon": 2}}, {"a": Place(1.0, 2.0)}),
    (Place, {"lat": 1, "lon": 2, "label": "x"}, Place(1.0, 2.0, "x")),
    (Route, {"stops": []}, Route([])),
    (Window, {"width": 3, "caption": "x"}, Window(width=3, caption="x")),
    (Search, {"text": "x", "options": {"depth": 1}}, {"text": "x", "options": {"depth": 1}}),
    (Tree, {"value": 1, "children": [{"value": 2}]}, Tree(1, [Tree(2)])),
    (Ticket, {"number": 3}, Ticket(number=3)),
    (Node, {"name": "a", "inner": {"name": "b"}}, Node(name="a", inner=Node(name="b"))),
]


@pytest.mark.parametrize(("annotation", "value", "expected"), FITTING, ids=str)
def test_what_fits_is_read(annotation: Any, value: Any, expected: Any) -> None:
    found = read(annotation, value)
    assert found == expected
    assert type(found) is type(expected)


# --- what does not -------------------------------------------------------------------------------

UNFIT: list[tuple[Any, Any, list[tuple[str, str]]]] = [
    (str, 3, [("it", "expected a string, got 3")]),
    (int, "3", [("it", 'expected an integer, got "3"')]),
    (int, True, [("it", "expected an integer, got true")]),
    (int, 3.5, [("it", "expected an integer, got 3.5")]),
    (float, True, [("it", "expected a number, got true")]),
    (float, "1", [("it", 'expected a number, got "1"')]),
    (bool, 1, [("it", "expected a boolean, got 1")]),
    (None, 0, [("it", "expected null, got 0")]),
    (bytes, "?", [("it", 'expected base64, got "?"')]),
    (bytes, "aGk", [("it", 'expected base64, got "aGk"')]),
    (date, "today", [("it", 'expected a date like 2026-01-31, got "today"')]),
    (date, 3, [("it", "expected a date like 2026-01-31, got 3")]),
    (datetime, "x", [("it", 'expected a date and time like 2026-01-31T17:30:00Z, got "x"')]),
    (UUID, "x", [("it", 'expected a UUID, got "x"')]),
    (Decimal, "x", [("it", 'expected a decimal number, as a string, got "x"')]),
    (Decimal, True, [("it", "expected a decimal number, as a string, got true")]),
    (Path, 3, [("it", "expected a path, got 3")]),
    (Literal["a", 1], True, [("it", 'expected one of "a", 1, got true')]),
    (Literal["a", "b"], "c", [("it", 'expected one of "a", "b", got "c"')]),
    (Unit, "CELSIUS", [("it", 'expected one of "celsius", "fahrenheit", got "CELSIUS"')]),
    (Level, True, [("it", "expected one of 1, 2, got true")]),
    (Level, "1", [("it", 'expected one of 1, 2, got "1"')]),
    (int | None, "x", [("it", 'expected an integer or null, got "x"')]),
    (list[int], "12", [("it", 'expected a list, got "12"')]),
    (list[int], {"0": 1}, [("it", 'expected a list, got {"0": 1}')]),
    (list[int], [1, "a", 2, None], [
        ("it[1]", 'expected an integer, got "a"'),
        ("it[3]", "expected an integer, got null"),
    ]),
    (set[int], 3, [("it", "expected a list, got 3")]),
    (tuple[int, str], [1], [("it", "expected a list of 2 items, got [1]")]),
    (tuple[int, str], ["a", "a"], [("it[0]", 'expected an integer, got "a"')]),
    (dict[str, int], [1], [("it", "expected an object, got [1]")]),
    (dict[str, int], {"a": "x"}, [("it.a", 'expected an integer, got "x"')]),
    (Place, "here", [("it", 'expected an object, got "here"')]),
    (Place, None, [("it", "expected an object, got null")]),
    (Place, {"lat": "1", "long": 2}, [
        ("it.lat", 'expected a number, got "1"'),
        ("it.lon", "is missing, expected a number"),
        ("it.long", "is unknown, did you mean lon?"),
    ]),
    (list[Place], [{"lat": 1}], [("it[0].lon", "is missing, expected a number")]),
    (Place | None, {"lat": 1}, [("it.lon", "is missing, expected a number")]),
    (Place | Search, {"a": 1}, [("it", 'expected an object, got {"a": 1}')]),
    (list[int] | str, ["x"], [("it[0]", 'expected an integer, got "x"')]),
    (Window, {"width": 1, "height": 0}, [("it", "'height' must be > 0: 0")]),
    (Window, {"_width": 1}, [
        ("it.width", "is missing, expected an integer"),
        ("it._width", "is unknown, did you mean width?"),
    ]),
    (Route, {"stops": [], "cached": 1}, [("it.cached", "is unknown")]),
    (Search, {"text": 1, "options": {"mode": "slow"}}, [
        ("it.text", "expected a string, got 1"),
        ("it.options.depth", "is missing, expected an integer"),
    ]),
    (Search, {"text": "", "option": {}}, [("it.option", "is unknown, did you mean options?")]),
    (Tree, {"value": 1, "children": [{"value": "x"}]}, [
        ("it.children[0].value", 'expected an integer, got "x"'),
    ]),
    (Ticket, {"number": "3"}, [("it.number", "Input should be a valid integer")]),
    (Ticket, 3, [("it", "expected an object, got 3")]),
    (int, [0] * 50, [("it", "expected an integer, got [" + "0, " * 19 + "0,…")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("annotation", "value", "expected"), UNFIT, ids=lambda case: str(case)[:40]
)
def test_what_does_not_fit_is_told(
    annotation: Any, value: Any, expected: list[tuple[str, str]]
) -> None:
    found = problems(annotation, value)
    assert sorted(path for path, _ in found) == sorted(path for path, _ in expected)
    for path, text in expected:
        assert any(where == path and said.startswith(text) for where, said in found), found


def plan(city: str, days: int, unit: Unit = Unit.CELSIUS) -> str:
    return f"{city} {days} {unit}"


def test_all_problems_are_told_at_once_in_words_for_the_model() -> None:
    with pytest.raises(genai.ToolArgumentsError) as caught:
        FunctionTool.of(plan).prepare({"city": 3, "unit": "kelvin", "dais": 2})
    error = caught.value
    assert str(error) == (
        "plan was not called, its arguments do not fit. dais: is unknown, did you mean days?;"
        " days: is missing, expected an integer; city: expected a string, got 3;"
        ' unit: expected one of "celsius", "fahrenheit", got "kelvin"'
    )
    assert error.tool == "plan"
    assert [path for path, _ in error.problems] == ["dais", "days", "city", "unit"]
    assert isinstance(error, genai.ToolError)
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.problems) == (str(error), error.problems)
    call = {"id": "1", "name": "plan"}
    assert genai.function_result(call, error)["result"] == str(error)


@pytest.mark.parametrize("arguments", [None, [], "{}", 3])
def test_arguments_are_an_object(arguments: Any) -> None:
    def anything(limit: int = 3) -> int:
        return limit

    with pytest.raises(genai.ToolArgumentsError, match="arguments: expected an object, got"):
        FunctionTool.of(anything).prepare(arguments)
    assert FunctionTool.of(anything).prepare({})() == 3


def test_preparing_runs_nothing() -> None:
    calls: list[str] = []

    def record(word: str) -> None:
        calls.append(word)

    call = FunctionTool.of(record).prepare({"word": "x"})
    assert calls == []
    call()
    assert calls == ["x"]


def test_a_tool_is_used_by_many_threads() -> None:
    tool = tool_for(list[Tree])
    tree = {"value": 1, "children": [{"value": 2}] * 5}
    barrier, failures = threading.Barrier(8), list[BaseException]()

    def work() -> None:
        try:
            barrier.wait()
            for _ in range(20):
                assert len(tool.prepare({"it": [tree]})()[0].children) == 5
                tool_for(dict[str, Place]).prepare({"it": {"a": {"lat": 1, "lon": 2}}})
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


# --- declaration and reading agree ---------------------------------------------------------------

LEAVES: list[Any] = [str, int, float, bool, None, Unit, Level, Literal["a", 1], Place, Search, Tree]
ANNOTATIONS: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: (
        st.builds(lambda a: list[a], inner)  # type: ignore[valid-type]
        | st.builds(lambda a: dict[str, a], inner)  # type: ignore[valid-type]
        | st.builds(lambda a, b: tuple[a, b], inner, inner)  # type: ignore[valid-type]
        | st.builds(lambda a, b: Union[a, b], inner, inner)  # noqa: UP007
    ),
    max_leaves=4,
)
KEYS = ("lat", "lon", "label", "text", "options", "depth", "mode", "value", "children")
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from([0.5, 2.0, "a", "celsius", "fast", ""])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
        | st.fixed_dictionaries({"lat": SCALARS, "lon": SCALARS})
        | st.fixed_dictionaries({"value": SCALARS}, optional={"children": st.lists(inner)})
        | st.fixed_dictionaries({"text": SCALARS}, optional={"options": inner})
    ),
    max_leaves=8,
)


def closed(schema: Any) -> Any:
    """The schema with what it leaves unsaid, that unknown fields are refused."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: item if key == "enum" else closed(item) for key, item in schema.items()}
    return {**inner, "additionalProperties": False} if "properties" in schema else inner


@settings(max_examples=400, deadline=None)
@given(ANNOTATIONS.filter(lambda form: form is not type(None)), VALUES)
def test_a_value_is_read_just_when_it_fits_what_was_declared(annotation: Any, value: Any) -> None:
    tool = tool_for(annotation)
    validator = jsonschema_rs.Draft202012Validator(closed(tool.declaration["parameters"]))
    arguments = {"it": value}
    try:
        tool.prepare(arguments)
    except genai.ToolArgumentsError:
        assert not validator.is_valid(arguments)
    else:
        assert validator.is_valid(arguments)
