"""Shapes of JSON: small checks that add up. Each is told its place, so that a refusal names it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from .documents import Place, is_array, is_object

Shape = Callable[[Place, Any], None]

LONGEST_LINE = 300


def anything(place: Place, value: Any) -> None:
    """No demands."""


def boolean(place: Place, value: Any) -> None:
    if not isinstance(value, bool):
        raise place.error("it must be true or false")


def index(place: Place, value: Any) -> None:
    if type(value) is not int or value < 0:
        raise place.error("it must be the index of an item")


def line(place: Place, value: Any) -> None:
    """One printable line."""
    if not isinstance(value, str) or not value.isprintable() or value.strip() != value or not value:
        raise place.error("it must be one printable line, without spaces around it")
    if len(value) > LONGEST_LINE:
        raise place.error(f"{len(value)} characters is more than the {LONGEST_LINE} of a line")


def line_or_nothing(place: Place, value: Any) -> None:
    """A line that somebody still has to write may be empty."""
    if value != "":
        line(place, value)


def text(pattern: str | re.Pattern[str], what: str) -> Shape:
    """A string of a certain form, all of it."""

    def check(place: Place, value: Any) -> None:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise place.error(f"it must be {what}")

    return check


def one_of(*values: str) -> Shape:
    return text("|".join(map(re.escape, values)), " or ".join(map(repr, values)))


def null_or(shape: Shape) -> Shape:
    def check(place: Place, value: Any) -> None:
        if value is not None:
            shape(place, value)

    return check


def sequence(item: Shape, least: int = 0) -> Shape:
    """An array, none of whose strings stands there twice."""

    def check(place: Place, value: Any) -> None:
        if not is_array(value) or len(value) < least:
            raise place.error("it must be an array" + (f" of {least} or more" if least else ""))
        seen: set[str] = set()
        for number, part in enumerate(value):
            item(place.below(number), part)
            if isinstance(part, str):
                if part in seen:
                    raise place.error("it stands here twice", number)
                seen.add(part)

    return check


def table(key: Shape, item: Shape, least: int = 0) -> Shape:
    """An object with keys of one shape and values of another."""

    def check(place: Place, value: Any) -> None:
        if not is_object(value) or len(value) < least:
            raise place.error("it must be an object" + (f" of {least} or more" if least else ""))
        for name, part in value.items():
            key(place.below(name), name)
            item(place.below(name), part)

    return check


def record(required: Mapping[str, Shape], optional: Mapping[str, Shape] | None = None) -> Shape:
    """An object with certain keys and no others."""
    known = {**required, **(optional or {})}

    def check(place: Place, value: Any) -> None:
        if not is_object(value):
            raise place.error("it must be an object")
        for name in required:
            if name not in value:
                raise place.error("the key is missing", name)
        for name, part in value.items():
            if name not in known:
                raise place.error("there is no such key", name)
            known[name](place.below(name), part)

    return check


def variants(tag: str, shapes: Mapping[str, Shape]) -> Shape:
    """An object of the shape that one of its keys names."""
    kind = one_of(*shapes)

    def check(place: Place, value: Any) -> None:
        if not is_object(value) or tag not in value:
            raise place.error(f"it must be an object with a {tag}")
        kind(place.below(tag), value[tag])
        shapes[value[tag]](place, value)

    return check
