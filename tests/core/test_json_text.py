"""Reading a text is `json.loads`, in value, type and error, whatever the text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemini_interactions._core.json_text import read_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
AROUND = st.text(" \t\r\n\v\x00\u00a0\ufeff,]}1", max_size=3)


def outcome(read: Callable[[str], Any], text: str) -> str:
    """A value with its types, or an error with its place."""
    try:
        return repr(read(text))
    except (ValueError, RecursionError) as error:
        return f"{type(error)}: {error}"


@given(AROUND, VALUES, st.booleans(), AROUND)
def test_values_with_something_around(before: str, value: Any, ascii: bool, after: str) -> None:
    text = before + json.dumps(value, ensure_ascii=ascii) + after
    assert outcome(read_json, text) == outcome(json.loads, text)


@given(st.text() | st.text('{}[]":,0123456789.eE+-truefalsn\\/ \n'))
def test_any_text(text: str) -> None:
    assert outcome(read_json, text) == outcome(json.loads, text)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "{}", "{} ", " {}", "{}{}", "{", '"', "nul", "NaN", "-Infinity", "-0", "-0.0"),
        *("18446744073709551616", "-9223372036854775809", "1" * 400, "1e999", "1E400", "0.1e-999"),
        *('"\\ud800"', '"\ud800"', '"\\ud83d\\ude00"', '{"a": 1, "a": 2}', "\ufeff{}", "01"),
        *("[" * 100_000, "[" * 500 + "]" * 500, '{"a":' * 500 + "1" + "}" * 500, "9" * 5000),
    ],
    ids=lambda text: text[:20],
)
def test_hostile_texts(text: str) -> None:
    assert outcome(read_json, text) == outcome(json.loads, text)
