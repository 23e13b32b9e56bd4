"""Random JSON of any type of generateContent, made from the names of its fields.

Every leaf says a word of its own, so that a test can tell what became of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, Final

from hypothesis import strategies as st

SURFACE: Final[dict[str, dict[str, str]]] = json.loads(
    (Path(__file__).parent / "surface.json").read_text("utf-8")
)
DEEPEST: Final = 7
MIME_TYPES: Final = ("image", "audio", "video", "application")
ENUMS: Final = {
    "outcome": ["OUTCOME_OK", "OUTCOME_FAILED"],
    "tool_type": ["GOOGLE_SEARCH_WEB", "GOOGLE_SEARCH_IMAGE", "URL_CONTEXT", "FILE_SEARCH"],
}
"""Values that decide what else has a counterpart."""


def camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)


class Words:
    """Words that are base64 as well, and numbers, none of them twice."""

    def __init__(self) -> None:
        self._numbers = count(100)

    def next(self) -> str:
        return f"m{next(self._numbers)}"

    def number(self) -> int:
        return 1_000_000 + next(self._numbers)


@st.composite
def objects(draw: st.DrawFn, name: str, words: Words | None = None, depth: int = 0) -> Any:
    """An object of a type with some of its fields, in both spellings."""
    words = words or Words()
    known = SURFACE[name]
    names = draw(st.lists(st.sampled_from(sorted(known)), unique=True, max_size=6)) if known else []
    found = {
        camel(field) if draw(st.booleans()) else field: value(
            draw, field, known[field], words, depth + 1
        )
        for field in names
    }
    if draw(st.integers(0, 9)) == 7:
        found["notAField"] = words.next()
    return found


def value(draw: st.DrawFn, field: str, kind: str, words: Words, depth: int) -> Any:
    if kind.startswith("["):
        length = draw(st.integers(0, 2))
        return [value(draw, field, kind[1:-1], words, depth) for _ in range(length)]
    if kind in SURFACE:
        return {} if depth > DEEPEST else draw(objects(kind, words, depth))
    if field == "mime_type":
        return f"{draw(st.sampled_from(MIME_TYPES))}/{words.next()}"
    if field in ENUMS and draw(st.booleans()):
        return draw(st.sampled_from(ENUMS[field]))
    if field in ("labels", "headers"):
        return {"k": words.next()}
    if kind == "json":
        return draw(st.sampled_from([{"k": words.next()}, {"result": [{"url": words.next()}]}]))
    if kind in ("integer", "number"):
        return words.number()
    return draw(st.booleans()) if kind == "boolean" else words.next()


def leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The words and numbers of a tree, each with its JSON pointer."""
    if isinstance(tree, dict):
        for key, item in tree.items():
            yield from leaves(item, f"{path}/{key}")
    elif isinstance(tree, list):
        for at, item in enumerate(tree):
            yield from leaves(item, f"{path}/{at}")
    elif isinstance(tree, (str, int)) and not isinstance(tree, bool):
        yield path, tree


def is_word(leaf: Any) -> bool:
    """Whether a leaf is one that was made to be found again."""
    return isinstance(leaf, int) or leaf.rpartition("/")[2].startswith("m1")
