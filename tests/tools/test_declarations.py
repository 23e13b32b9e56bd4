"""Declarations: from a signature, its annotations and its docstring to what a model is told."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Dict, List, Literal, Optional, TypeVar, Union  # noqa: UP035
from uuid import UUID

import jsonschema_rs
import pytest

import gemini_interactions as genai
from gemini_interactions.tools import FunctionTool

from .shapes import (
    Level,
    Lost,
    Metres,
    Node,
    Odd,
    Place,
    Route,
    Search,
    Shade,
    Ticket,
    Tree,
    Unit,
    Window,
)

T = TypeVar("T")
Json = Any

STRING = {"type": "string"}
INTEGER = {"type": "integer"}
NUMBER = {"type": "number"}
PLACE = {
    "type": "object",
    "properties": {
        "lat": NUMBER,
        "lon": NUMBER,
        "label": {"anyOf": [STRING, {"type": "null"}], "default": None},
    },
    "required": ["lat", "lon"],
}


def schema_of(annotation: Any) -> Json:
    def tool(it: Any) -> None: ...

    tool.__annotations__["it"] = annotation
    parameters: Json = FunctionTool.of(tool).declaration["parameters"]
    jsonschema_rs.meta.validate(parameters)
    assert parameters["required"] == ["it"]
    return parameters["properties"]["it"]


def parameters_of(function: Callable[..., Any]) -> Json:
    return FunctionTool.of(function).declaration["parameters"]


def refusal(function: Any, **options: Any) -> genai.ToolDeclarationError:
    with pytest.raises(genai.ToolDeclarationError) as caught:
        FunctionTool.of(function, **options)
    return caught.value


# --- annotations ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("annotation", "schema"),
    [
        (str, STRING),
        (int, INTEGER),
        (float, NUMBER),
        (bool, {"type": "boolean"}),
        (None, {"type": "null"}),
        (Any, {}),
        (object, {}),
        (bytes, {"type": "string", "contentEncoding": "base64"}),
        (date, {"type": "string", "format": "date"}),
        (datetime, {"type": "string", "format": "date-time"}),
        (time, {"type": "string", "format": "time"}),
        (UUID, {"type": "string", "format": "uuid"}),
        (Decimal, {"type": "string", "format": "decimal"}),
        (Path, {"type": "string", "format": "path"}),
        (Metres, NUMBER),
        ("int", INTEGER),
        ("list[Place]", {"type": "array", "items": PLACE}),
        (Optional[int], {"anyOf": [INTEGER, {"type": "null"}]}),  # noqa: UP045
        (Union[int, str], {"anyOf": [INTEGER, STRING]}),  # noqa: UP007
        (int | None, {"anyOf": [INTEGER, {"type": "null"}]}),
        (Literal["a", "b"], {"type": "string", "enum": ["a", "b"]}),
        (Literal[1, 2], {"type": "integer", "enum": [1, 2]}),
        (Literal["a", 1, None], {"enum": ["a", 1, None]}),
        (Literal[Unit.CELSIUS], {"type": "string", "enum": ["celsius"]}),
        (Unit, {"type": "string", "enum": ["celsius", "fahrenheit"]}),
        (Level, {"type": "integer", "enum": [1, 2]}),
        (Shade, {"enum": ["dark", 7]}),
        (list, {"type": "array"}),
        (list[int], {"type": "array", "items": INTEGER}),
        (List[int], {"type": "array", "items": INTEGER}),  # noqa: UP006
        (Sequence[int], {"type": "array", "items": INTEGER}),
        (Iterable[int], {"type": "array", "items": INTEGER}),
        (list[Any], {"type": "array", "items": {}}),
        (set[int], {"type": "array", "items": INTEGER, "uniqueItems": True}),
        (frozenset[int], {"type": "array", "items": INTEGER, "uniqueItems": True}),
        (AbstractSet[int], {"type": "array", "items": INTEGER, "uniqueItems": True}),
        (tuple[int, ...], {"type": "array", "items": INTEGER}),
        (
            tuple[int, str],
            {"type": "array", "prefixItems": [INTEGER, STRING], "minItems": 2, "maxItems": 2},
        ),
        (dict, {"type": "object"}),
        (dict[str, Any], {"type": "object"}),
        (dict[str, int], {"type": "object", "additionalProperties": INTEGER}),
        (Dict[str, int], {"type": "object", "additionalProperties": INTEGER}),  # noqa: UP006
        (Mapping[str, int], {"type": "object", "additionalProperties": INTEGER}),
        (Place, PLACE),
        (Annotated[int, "How many"], {"type": "integer", "description": "How many"}),
        (Annotated[int, 3, "How many", "x"], {"type": "integer", "description": "How many"}),
        (
            list[Annotated[int, "One"]],
            {"type": "array", "items": {**INTEGER, "description": "One"}},
        ),
        (
            Window,
            {
                "type": "object",
                "properties": {
                    "width": INTEGER,
                    "height": {**INTEGER, "default": 1},
                    "caption": {**STRING, "default": ""},
                },
                "required": ["width"],
            },
        ),
        (
            Route,
            {
                "type": "object",
                "description": "A way through places.",
                "properties": {
                    "stops": {
                        "type": "array",
                        "items": PLACE,
                        "description": "Where it passes.",
                    },
                    "length": {**NUMBER, "description": "In metres", "default": 0.0},
                    "notes": {"type": "array", "items": STRING},
                },
                "required": ["stops"],
            },
        ),
        (
            Search,
            {
                "type": "object",
                "properties": {
                    "text": STRING,
                    "options": {
                        "type": "object",
                        "properties": {
                            "depth": INTEGER,
                            "mode": {"type": "string", "enum": ["fast", "slow"]},
                        },
                        "required": ["depth"],
                    },
                },
                "required": ["text"],
            },
        ),
    ],
    ids=str,
)
def test_schemas(annotation: Any, schema: Json) -> None:
    assert schema_of(annotation) == schema


def test_what_contains_itself_is_defined_once() -> None:
    def plant(first: Tree, rest: list[Tree]) -> None: ...

    parameters = parameters_of(plant)
    reference = {"$ref": "#/$defs/Tree"}
    assert parameters["properties"] == {
        "first": reference,
        "rest": {"type": "array", "items": reference},
    }
    assert parameters["$defs"] == {
        "Tree": {
            "type": "object",
            "properties": {"value": INTEGER, "children": {"type": "array", "items": reference}},
            "required": ["value"],
        }
    }
    jsonschema_rs.meta.validate(parameters)


def test_two_classes_of_one_name_are_two_definitions() -> None:
    other: Any = dataclasses.make_dataclass("Tree", [("branches", list)])
    other.__annotations__["branches"] = list[other]

    def plant(one: Tree, two: Any) -> None: ...

    plant.__annotations__["two"] = other
    parameters = parameters_of(plant)
    assert [part["$ref"] for part in parameters["properties"].values()] == [
        "#/$defs/Tree",
        "#/$defs/Tree2",
    ]
    assert list(parameters["$defs"]["Tree2"]["properties"]) == ["branches"]


def test_models_of_pydantic_declare_themselves() -> None:
    def book(ticket: Ticket, node: Node) -> None: ...

    parameters = parameters_of(book)
    assert parameters["properties"]["ticket"]["required"] == ["number"]
    assert parameters["properties"]["node"] == {"$ref": "#/$defs/Node"}
    jsonschema_rs.Draft202012Validator(parameters).validate(
        {"ticket": {"number": 1}, "node": {"name": "a", "inner": {"name": "b"}}}
    )


@pytest.mark.parametrize(
    ("annotation", "where", "why"),
    [
        (complex, "it", "complex"),
        (list[complex], "it[]", "complex"),
        (dict[str, list[complex]], "it[][]", "complex"),
        (Odd, "it.number", "complex"),
        (list[Odd], "it[].number", "complex"),
        (Callable[[], int], "it", "Callable"),
        (T, "it", "~T"),
        (dict[int, str], "it", "keys in JSON are strings, and cannot be int"),
        (Literal[b"x"], "it", "a choice in JSON cannot be b'x'"),
        (Lost, "it", "in Lost, name 'Nowhere' is not defined"),
        (type, "it", "type"),
        ([1], "it", "[1]"),
        (datetime | range, "it", "range"),
    ],
    ids=str,
)
def test_what_json_schema_cannot_say_is_refused_by_name(
    annotation: Any, where: str, why: str
) -> None:
    def tool(it: Any) -> None: ...

    tool.__annotations__["it"] = annotation
    error = refusal(tool)
    assert (error.tool, error.parameter) == ("tool", "it")
    assert str(error).startswith(f"tool: parameter {where} cannot be declared: ")
    assert why in str(error)


# --- signatures ----------------------------------------------------------------------------------


def weather(city: str, days: int = 3, *, unit: Unit = Unit.CELSIUS, tag: str | None = None) -> str:
    """The weather of a city.

    As forecast.

    Args:
        city: Which city.
        days: How many
            days.
    """
    return f"{city} {days} {unit.value} {tag}"


def test_a_whole_declaration() -> None:
    assert FunctionTool.of(weather).declaration == {
        "type": "function",
        "name": "weather",
        "description": "The weather of a city.\n\nAs forecast.",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "Which city."},
                "days": {"type": "integer", "description": "How many days.", "default": 3},
                "unit": {
                    "type": "string",
                    "enum": ["celsius", "fahrenheit"],
                    "default": "celsius",
                },
                "tag": {"anyOf": [STRING, {"type": "null"}], "default": None},
            },
            "required": ["city"],
        },
    }


def test_name_and_description_can_be_given() -> None:
    tool = FunctionTool.of(weather, name="forecast.v2", description="What comes.")
    assert tool.name == tool.declaration["name"] == "forecast.v2"
    assert tool.declaration["description"] == "What comes."


def test_nothing_is_said_that_is_empty() -> None:
    def now() -> None: ...

    def later(hours: int = 1) -> None: ...

    assert FunctionTool.of(now).declaration == {"type": "function", "name": "now"}
    assert "required" not in parameters_of(later)


def test_annotated_wins_over_the_docstring() -> None:
    def find(word: Annotated[str, "The word itself"], limit: int) -> None:
        """Find.

        :param word: Something else.
        :param limit: How many.
        """

    properties = parameters_of(find)["properties"]
    assert properties["word"]["description"] == "The word itself"
    assert properties["limit"]["description"] == "How many."


def test_defaults_that_json_cannot_say_or_that_do_not_fit_are_left_out() -> None:
    def find(key: Any = object(), text: str = None, size: int = 1.5) -> None: ...  # type: ignore[assignment]  # noqa: B008, RUF013

    properties = parameters_of(find)["properties"]
    assert properties == {"key": {}, "text": STRING, "size": INTEGER}


class Desk:
    """A desk."""

    def search(self, text: str) -> str:
        """Search it."""
        return f"{type(self).__name__}: {text}"

    @classmethod
    def build(cls, legs: int) -> str:
        return f"{cls.__name__} on {legs}"

    @staticmethod
    def weigh(load: float) -> float:
        return load

    def __call__(self, drawer: int) -> str:
        return f"drawer {drawer}"


def logged(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return ("logged", function(*args, **kwargs))

    return wrapper


@logged
def decorated(place: Place) -> Place:
    """Decorated."""
    return place


CALLABLES: list[tuple[Any, str, str | None, dict[str, Any], Any]] = [
    (Desk().search, "search", "Search it.", {"text": "x"}, "Desk: x"),
    (Desk.build, "build", None, {"legs": 4}, "Desk on 4"),
    (Desk.weigh, "weigh", None, {"load": 2}, 2.0),
    (Desk(), "Desk", "A desk.", {"drawer": 1}, "drawer 1"),
    (
        decorated,
        "decorated",
        "Decorated.",
        {"place": {"lat": 1, "lon": 2}},
        ("logged", Place(1, 2)),
    ),
    (
        functools.partial(weather, "Rome"),
        "weather",
        "The weather",
        {"days": 1},
        "Rome 1 celsius None",
    ),
    (
        functools.partial(weather, days=9, tag="secret"),
        "weather",
        "The weather",
        {"city": "Rome"},
        "Rome 9 celsius secret",
    ),
    (functools.partial(Desk().search), "search", "Search it.", {"text": "x"}, "Desk: x"),
    (
        logged(functools.partial(decorated)),
        "decorated",
        "Decorated.",
        {"place": {"lat": 1, "lon": 2}},
        ("logged", ("logged", Place(1, 2))),
    ),
]


@pytest.mark.parametrize(("function", "name", "description", "arguments", "answer"), CALLABLES)
def test_every_kind_of_callable(
    function: Any, name: str, description: str | None, arguments: Any, answer: Any
) -> None:
    tool = FunctionTool.of(function)
    assert tool.name == name
    if description is None:
        assert "description" not in tool.declaration
    else:
        assert tool.declaration["description"].startswith(description)
    assert tool.declaration["parameters"]["properties"].keys() >= arguments.keys()
    assert tool.prepare(arguments)() == answer


def test_what_a_partial_gives_by_name_is_not_told() -> None:
    told = repr(FunctionTool.of(functools.partial(weather, tag="secret")).declaration)
    assert "tag" not in told
    assert "secret" not in told


def test_positional_only_parameters() -> None:
    def divide(top: int, bottom: int = 2, /, rounded: bool = False) -> Any:
        return top // bottom if rounded else top / bottom

    tool = FunctionTool.of(divide)
    assert list(tool.declaration["parameters"]["properties"]) == ["top", "bottom", "rounded"]
    assert tool.prepare({"top": 9})() == 4.5
    assert tool.prepare({"bottom": 4, "rounded": True, "top": 9})() == 2


def test_a_decorator_makes_a_tool_that_can_still_be_called() -> None:
    @FunctionTool.of
    def double(number: int) -> int:
        return 2 * number

    assert double(4) == 8
    assert double.prepare({"number": 4})() == 8
    assert repr(double) == "FunctionTool('double')"


# --- refusals ------------------------------------------------------------------------------------


def no_annotation(text, size=1) -> None: ...  # type: ignore[no-untyped-def]


def many(*words: str) -> None: ...


def anything(text: str, **options: int) -> None: ...


def one_by_one(count: int) -> Iterator[int]:
    yield from range(count)


async def bit_by_bit(count: int) -> AsyncIterator[int]:
    yield count


def nowhere(text: str, place: Nowhere) -> None: ...  # type: ignore[name-defined]  # noqa: F821


def nested(place: list[Nowhere]) -> None: ...  # type: ignore[name-defined]  # noqa: F821


@pytest.mark.parametrize(
    ("function", "parameter", "text"),
    [
        (no_annotation, "text", "no_annotation: parameter text has no annotation"),
        (many, "words", "many: a model cannot fill in *words"),
        (anything, "options", "anything: a model cannot fill in **options"),
        (nowhere, "place", "the annotation of parameter place cannot be resolved: name 'Nowhere'"),
        (nested, "place", "the annotation of parameter place cannot be resolved: name 'Nowhere'"),
        (Desk.search, "self", "search: parameter self has no annotation"),
        (lambda: None, None, "<lambda>: the name of a tool begins with"),
        (Desk, None, "Desk: a tool is a function or a method, not a class"),
        (3, None, "a tool: a tool is a function or a method, not a int"),
        (min, None, "min: its signature is not known"),
        (one_by_one, None, "one_by_one: a generator has no result to tell"),
        (functools.partial(bit_by_bit, 2), None, "bit_by_bit: a generator has no result to tell"),
    ],
)
def test_what_cannot_be_declared_is_refused_by_name(
    function: Any, parameter: str | None, text: str
) -> None:
    error = refusal(function)
    assert error.parameter == parameter
    assert text in str(error)
    assert isinstance(error, (genai.InteractionsError, ValueError))


@pytest.mark.parametrize("name", ["", "with space", "1st", "-x", "a/b", "é", "x" * 129])
def test_names_that_the_api_does_not_admit(name: str) -> None:
    def tool() -> None: ...

    tool.__name__ = name
    assert "the name of a tool begins with" in str(refusal(tool))
    if name:
        assert refusal(weather, name=name).tool == name


@pytest.mark.parametrize("name", ["a", "_x", "A.b:c-d_9", "x" * 128])
def test_names_that_it_does(name: str) -> None:
    assert FunctionTool.of(weather, name=name).name == name


# --- what is asynchronous ------------------------------------------------------------------------


async def fetch(url: str) -> str:
    return url


class Fetcher:
    async def __call__(self, url: str) -> str:
        return url

    async def fetch(self, url: str) -> str:
        return url


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (fetch, True),
        (Fetcher(), True),
        (Fetcher().fetch, True),
        (functools.partial(fetch, "x"), True),
        (functools.partial(Fetcher(), "x"), True),
        (logged(fetch), True),
        (weather, False),
        (Desk(), False),
        (functools.partial(weather), False),
        (logged(weather), False),
    ],
)
def test_what_gives_an_awaitable(function: Any, expected: bool) -> None:
    assert FunctionTool.of(function).is_async is expected
