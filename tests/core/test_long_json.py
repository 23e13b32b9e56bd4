"""Reading in turns gives what `json.loads` gives, whatever the text and wherever it is cut."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gemini_interactions._core.long_json import in_turns

ESCAPES = [
    *('\\"', "\\\\", "\\n", "\\u0000", "\\ud83d\\ude00", "\\ud83d", "\\ude00"),
    *("a", "é", "€", "😀", "\x7f", "\u2028"),
]
WRONG = ["\n", "\x00", "\\x", "\\u12", "\\", '"']
STRINGS = st.lists(st.sampled_from(ESCAPES), max_size=60).map(lambda parts: f'"{"".join(parts)}"')
ODD_STRINGS = st.lists(st.sampled_from(ESCAPES + WRONG), max_size=30).map(
    lambda parts: f'"{"".join(parts)}"'
)
SCALARS = st.sampled_from(["1", "-0.0", "1e400", "null", "true", "NaN", "-Infinity", "Infinity"])


def texts(strings: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.recursive(
        strings | SCALARS,
        lambda inner: (
            st.lists(inner, max_size=4).map(lambda items: f"[{', '.join(items)}]")
            | st.lists(st.tuples(strings, inner), max_size=4).map(
                lambda items: "{" + ",".join(f"{name}: {item}" for name, item in items) + "}"
            )
        ),
        max_leaves=8,
    )


def read(data: bytes, piece: int) -> tuple[Any, int]:
    """What comes out in the end, and after how many turns."""
    steps, turns = in_turns(bytearray(data), piece), 0
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value, turns
        turns += 1


def outcome(data: bytes, piece: int | None) -> str:
    """As text, as NaN is not equal to itself; what is no JSON is all the same error."""
    try:
        text = data.decode("utf-8", "replace")
        return repr(json.loads(text) if piece is None else read(data, piece)[0])
    except ValueError:
        return "not JSON"


@given(texts(STRINGS), st.integers(1, 40))
@example('["' + "a" * 50 + '", NaN]', 8)
@example('["NaN", "' + "a" * 50 + '"]', 8)
@example('{"' + "a" * 50 + '": 1}', 8)
@example('{"a": "' + "a" * 50 + '", "a": "' + "b" * 50 + '"}', 8)
def test_every_json(text: str, piece: int) -> None:
    assert outcome(text.encode(), piece) == outcome(text.encode(), None)


@given(texts(ODD_STRINGS), st.integers(1, 20), st.text(max_size=3), st.text(max_size=3))
def test_what_is_no_json(text: str, piece: int, before: str, after: str) -> None:
    data = (before + text + after).encode()
    assert outcome(data, piece) == outcome(data, None)


@given(st.lists(st.sampled_from([b"\xe2", b"\x82", b"\xac", b"\xff", b"\xf0\x9f", b"x"])))
def test_broken_utf_8(parts: list[bytes]) -> None:
    data = b'["' + b"".join(parts) * 3 + b'"]'
    for piece in (1, 2, 5):
        assert outcome(data, piece) == outcome(data, None)


@pytest.mark.parametrize("text", ["a" * 1000, "\\n" + "é" * 500, ("x" * 30 + '\\"') * 30])
def test_a_long_string_takes_turns(text: str) -> None:
    data = f'{{"a": {{"b": "{text}"}}, "c": "short"}}'.encode()
    found, turns = read(data, 100)
    assert found == json.loads(data)
    assert turns >= len(text.encode()) // 100


def test_many_short_strings_are_read_at_once() -> None:
    data = json.dumps(["short"] * 5000 + ["a" * 1000]).encode()
    assert read(data, 100) == (json.loads(data), 0)
