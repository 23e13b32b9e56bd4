"""What a stream adds up to, beside the interaction that the service keeps of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from attrs import frozen

from .excerpts import Path, is_array, is_object, kind_of
from .schemas import Json

CHANGES_LATER: Final = frozenset({"updated", "continuation_token"})
SENT_BY_CALLERS: Final = frozenset({"user_input", "function_result"})
"""Steps that a stored interaction may begin with, where the input was asked for."""
EMPTY: Final[tuple[Any, ...]] = ("", [], {}, False, 0, None)
"""The wire leaves out what is empty, or not: both say the same."""


@frozen
class Difference:
    path: Path
    """In the stored interaction."""
    streamed: Any
    stored: Any


def differences(streamed: Json, stored: Json, items: str) -> Iterator[Difference]:
    """Where the two differ. `items` is the field that lists steps, or outputs.

    Of the rest, only what both of them say is compared: a stream does not repeat the request.
    """
    for key in sorted(streamed.keys() & stored.keys() - CHANGES_LATER - {items}):
        yield from unequal((key,), streamed[key], stored[key])
    said, kept = as_list(streamed.get(items)), as_list(stored.get(items))
    skipped = leading(kept)
    said = said[leading(said) :]
    kept = kept[skipped:]
    yield from unequal_items((items,), said, kept, skipped)


def as_list(value: Any) -> list[Any]:
    return value if is_array(value) else []


def leading(steps: list[Any]) -> int:
    """How many steps a caller sent before the first of the service's own."""
    for number, step in enumerate(steps):
        if not is_object(step) or step.get("type") not in SENT_BY_CALLERS:
            return number
    return len(steps)


def unequal(path: Path, streamed: Any, stored: Any) -> Iterator[Difference]:
    if is_object(streamed) and is_object(stored):
        for key in dict.fromkeys([*stored, *streamed]):
            yield from unequal((*path, key), streamed.get(key), stored.get(key))
    elif is_array(streamed) and is_array(stored):
        yield from unequal_items(path, streamed, stored)
    elif not same(streamed, stored):
        yield Difference(path, streamed, stored)


def unequal_items(
    path: Path, streamed: list[Any], stored: list[Any], skipped: int = 0
) -> Iterator[Difference]:
    for number, (one, other) in enumerate(zip(streamed, stored, strict=False), start=skipped):
        yield from unequal((*path, number), one, other)
    common = min(len(streamed), len(stored))
    for number in range(common, len(streamed)):
        yield Difference((*path, skipped + number), streamed[number], None)
    for number in range(common, len(stored)):
        yield Difference((*path, skipped + number), None, stored[number])


def same(streamed: Any, stored: Any) -> bool:
    if is_empty(streamed) and is_empty(stored) and None in (streamed, stored):
        return True
    numbers = {kind_of(streamed), kind_of(stored)} <= {"integer", "number"}
    return streamed == stored and (numbers or kind_of(streamed) == kind_of(stored))


def is_empty(value: Any) -> bool:
    return any(value == empty and kind_of(value) == kind_of(empty) for empty in EMPTY)
