"""Arguments made from a schema and the words of a prompt."""

from __future__ import annotations

from typing import Any

import pytest

from gemini_interactions.testing.arguments import example, names_in


@pytest.mark.parametrize(
    ("prompt", "names"),
    [
        ("What is the weather in Paris right now?", ["Paris"]),
        ("Compare New York and Paris. Then Rome.", ["New York", "Paris", "Rome"]),
        ("no names here", []),
    ],
)
def test_names(prompt: str, names: list[str]) -> None:
    assert names_in(prompt) == names


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string"}, "Paris"),
        ({"type": "integer"}, 3),
        ({"type": "number"}, 3.0),
        ({"type": "boolean"}, True),
        ({"type": ["null", "integer"]}, 3),
        ({"enum": ["kelvin", "celsius"]}, "celsius"),
        ({"enum": ["a-z", "b-z"]}, "a-z"),
        ({"const": 7}, 7),
        ({"default": "x", "type": "string"}, "x"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, 3),
        ({"type": "array", "items": {"type": "string"}}, ["Paris"]),
        (
            {"properties": {"n": {"$ref": "#/$defs/N"}}, "$defs": {"N": {"type": "integer"}}},
            {"n": 3},
        ),
        ({"type": "OBJECT", "properties": {"city": {"type": "STRING"}}}, {"city": "Paris"}),
    ],
)
def test_examples(schema: Any, value: Any) -> None:
    assert example(schema, "The weather in Paris for 3 days, in celsius?") == value


def test_a_schema_that_contains_itself_ends() -> None:
    node: Any = {"type": "object", "properties": {"next": {"$ref": "#"}}}
    assert "next" in example(node, "x")
