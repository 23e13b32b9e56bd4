"""What came, short enough for a report and without its secrets."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import islice
from typing import Any, Final, TypeAlias, TypeGuard

Path: TypeAlias = tuple[str | int, ...]
"""The keys and indices that lead to a place in a payload."""

LONGEST_TEXT: Final = 80
MOST_MEMBERS: Final = 6
DEEPEST: Final = 3
CUT: Final = "…"
HIDDEN: Final = "(secret)"


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def is_array(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def excerpt(value: Any, secrets: Collection[str], depth: int = 0) -> Any:
    """A JSON value, cut where it is long and emptied where it is deep. Bytes become text."""
    if isinstance(value, (bytes, bytearray)):
        value = bytes(value[: 4 * LONGEST_TEXT]).decode("utf-8", "replace")
    if isinstance(value, str):
        return value if len(value) <= LONGEST_TEXT else value[:LONGEST_TEXT] + CUT
    if is_object(value):
        if depth == DEEPEST:
            return {CUT: len(value)} if value else {}
        members = {
            excerpt(key, ()): HIDDEN if key in secrets else excerpt(item, secrets, depth + 1)
            for key, item in islice(value.items(), MOST_MEMBERS)
        }
        return {**members, CUT: len(value)} if len(value) > MOST_MEMBERS else members
    if is_array(value):
        if depth == DEEPEST:
            return [CUT] if value else []
        items = [excerpt(item, secrets, depth + 1) for item in value[:MOST_MEMBERS]]
        return [*items, CUT] if len(value) > MOST_MEMBERS else items
    return value


def pointer_of(path: Sequence[str | int]) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


def at(payload: Any, path: Sequence[str | int]) -> Any:
    """What is there."""
    for step in path:
        payload = payload[step]
    return payload


def kind_of(value: Any) -> str:
    """The JSON kind of a value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "integer" if isinstance(value, int) else "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"
