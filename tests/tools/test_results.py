"""What the model reads of a call: one table, accepted by every revision."""

from __future__ import annotations

import json
import math
from collections import deque
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from enum import Enum
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

import attrs
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gemini_interactions as genai
from gemini_interactions import types
from gemini_interactions._bindings import REVISIONS, bindings_of
from gemini_interactions.conformance import Validator
from gemini_interactions.testing import InteractionsServer
from gemini_interactions.tools import function_result

CALL = {"type": "function_call", "id": "call_1", "name": "look", "arguments": {}}
IMAGE = {"type": "image", "data": "aW1n", "mime_type": "image/png"}


class Colour(Enum):
    RED = "red"


@dataclass
class Point:
    x: int
    y: float


@attrs.define
class Stop:
    at: Point
    day: date


class Ticket(pydantic.BaseModel):
    number: int = pydantic.Field(alias="no")
    link: pydantic.AnyUrl


def result(value: Any) -> Any:
    return function_result(CALL, value)["result"]


def in_one_text(value: Any) -> list[dict[str, str]]:
    return [{"type": "text", "text": value}]


TABLE: list[tuple[Any, Any]] = [
    ("plain", "plain"),
    ("", ""),
    (None, "null"),
    (True, "true"),
    (3, "3"),
    (2.5, "2.5"),
    (Colour.RED, "red"),
    (date(2026, 5, 20), "2026-05-20"),
    (b"img", "aW1n"),
    ({"a": [1, None]}, {"a": [1, None]}),
    ({}, {}),
    ({1: "one", Colour.RED: 2}, {"1": "one", "red": 2}),
    ({"type": "sedan"}, {"type": "sedan"}),
    ({"type": "text"}, {"type": "text"}),
    ({"type": ["text"], "text": "x"}, {"type": ["text"], "text": "x"}),
    (Point(1, 2.0), {"x": 1, "y": 2.0}),
    (Stop(Point(1, 2.0), date(2026, 5, 20)), {"at": {"x": 1, "y": 2.0}, "day": "2026-05-20"}),
    (Ticket(no=1, link=pydantic.AnyUrl("https://a/b")), {"no": 1, "link": "https://a/b"}),
    ([], in_one_text("[]")),
    ([1, "zwei"], in_one_text('[1,"zwei"]')),
    (["ein", "Wort ü"], in_one_text('["ein","Wort ü"]')),
    ((1, 2), in_one_text("[1,2]")),
    ({7}, in_one_text("[7]")),
    ([IMAGE, 3], in_one_text(json.dumps([IMAGE, 3], separators=(",", ":")))),
    (IMAGE, [IMAGE]),
    ([IMAGE, IMAGE], [IMAGE, IMAGE]),
    (["see", IMAGE], [{"type": "text", "text": "see"}, IMAGE]),
    (types.TextContent(text="hi"), in_one_text("hi")),
    ([types.ImageContent(uri="gs://a")], [{"type": "image", "uri": "gs://a"}]),
    ({"type": "audio", "uri": "gs://a"}, [{"type": "audio", "uri": "gs://a"}]),
    ({"type": "function", "name": "other"}, [{"type": "function", "name": "other"}]),
]


@pytest.mark.parametrize(("value", "expected"), TABLE, ids=lambda case: str(case)[:40])
def test_the_table(value: Any, expected: Any) -> None:
    assert function_result(CALL, value) == {
        "type": "function_result",
        "call_id": "call_1",
        "name": "look",
        "result": expected,
    }


@pytest.mark.parametrize("value", [row[0] for row in TABLE], ids=lambda case: str(case)[:40])
def test_the_strict_server_takes_all_of_it(
    value: Any, interactions_server: InteractionsServer
) -> None:
    with genai.Client(api_key="any", base_url=interactions_server.url) as client:
        first = client.interactions.create(
            model="m", input="Look.", tools=[{"type": "function", "name": "look"}]
        )
        (call,) = (step for step in first.steps or [] if step.type == "function_call")
        answer = client.interactions.create(
            model="m", input=[function_result(call, value)], previous_interaction_id=first.id
        )
    assert answer.status == "completed"


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_revision_has_a_place_for_it(revision: str) -> None:
    validator = Validator(revision)
    kept = {"audio", "document", "function", "video"}  # what the two older ones do not list
    for value, expected in TABLE:
        newer = isinstance(expected, list) and any(item["type"] in kept for item in expected)
        if not newer or revision == REVISIONS[-1]:
            body = {"model": "gemini-2.5-flash", "input": [function_result(CALL, value)]}
            assert validator.request(body) == []


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_no_json_is_lost(value: Any) -> None:
    given = result(value)
    if isinstance(value, str):
        assert given == value
    else:
        text = given[0]["text"] if isinstance(given, list) else given
        assert json.loads(text) == value


# --- calls ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("revision", REVISIONS)
def test_the_call_may_be_typed(revision: str) -> None:
    bindings = bindings_of(revision)
    form: Any = bindings.types
    union = form.Step if hasattr(form, "Step") else form.Content
    call = bindings.structure(union, CALL)
    assert type(call).__name__.startswith("FunctionCall")
    assert function_result(call, "x") == function_result(CALL, "x")


@pytest.mark.parametrize("broken", [{"name": "f"}, {"id": "", "name": "f"}, {"id": "i"}, object()])
def test_a_call_without_id_or_name_is_refused(broken: Any) -> None:
    with pytest.raises(genai.InvalidRequestError, match=r"needs the (id|name) of its call"):
        function_result(broken, "x")


# --- errors --------------------------------------------------------------------------------------


def test_is_error_is_there_only_when_it_is_one() -> None:
    assert "is_error" not in function_result(CALL, "fine")
    assert function_result(CALL, "broken", is_error=True)["is_error"] is True


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ValueError("no such city"), "ValueError: no such city"),
        (KeyError(), "KeyError"),
        (genai.ToolError("no such city"), "no such city"),
        (genai.ToolError("see", result={"code": 7}), {"code": 7}),
        (genai.ToolError("see", result=[IMAGE]), [IMAGE]),
    ],
)
def test_exceptions_are_error_results(error: Exception, expected: Any) -> None:
    answer = function_result(CALL, error)
    assert answer["result"] == expected
    assert answer["is_error"] is True


# --- what has no form ----------------------------------------------------------------------------


def endless() -> list[Any]:
    inside: list[Any] = []
    inside.append(inside)
    return inside


@pytest.mark.parametrize(
    ("value", "where", "why"),
    [
        (object(), "the value cannot", "a Python object has no form"),
        ({"a": [1, object()]}, "the value['a'][1] cannot", "a Python object has no form"),
        (Point(1, math.nan), "the value['y'] cannot", "nan has no form"),
        ({None: 1}, "the value cannot", "the key None is not a string"),
        ({"a": {True: 1}}, "the value['a'] cannot", "the key True is not a string"),
        ({"a": {1: 2, "1": 3}}, "the value['a'] cannot", "two of its keys are '1' in JSON"),
        (deque([1]), "the value cannot", "a Python deque has no form"),
        (endless(), "the value cannot", "nested too deeply"),
    ],
)
def test_what_json_cannot_say_is_refused_where_it_is(value: Any, where: str, why: str) -> None:
    with pytest.raises(genai.InvalidRequestError) as caught:
        result(value)
    assert where in str(caught.value)
    assert why in str(caught.value)


def test_scalars_inside_of_objects() -> None:
    moment = datetime(2026, 5, 20, 17, 30, tzinfo=timezone.utc)
    identity = UUID(int=1)
    values = [moment, moment.time(), identity, Decimal("1.10"), PurePosixPath("/a/b"), b"\xff"]
    assert result(dict(enumerate(values))) == {
        "0": "2026-05-20T17:30:00+00:00",
        "1": "17:30:00",
        "2": str(identity),
        "3": "1.10",
        "4": "/a/b",
        "5": "/w==",
    }
