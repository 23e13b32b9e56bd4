# Copied by interactions-codegen 0.1.0: the same for every revision.

"""What the generated writers share: strict checks of everything that leaves for the wire."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from attrs import fields

from .errors import UnstructureError, is_a, pointer_of
from .model import Model, Unknown

Json = dict[str, Any]
# How much of the way is named where its length is what is wrong.
LONGEST_PATH = 12


class Unwritable(Exception):  # noqa: N818 - a signal between writers, never seen outside
    """Something that JSON, or this revision, has no form for; `key` where its owner knows it."""

    def __init__(self, problem: str, key: str | None = None) -> None:
        super().__init__(problem)
        self.key = key


def unset(key: str) -> Unwritable:
    return Unwritable("it is required, None cannot be sent", key)


def unchanged(item: Any) -> Any:
    return item


def finite(item: float) -> float:
    if math.isfinite(item):
        return item
    raise Unwritable(f"{item!r} has no form in JSON")


class Writers(dict[type, Callable[[Any], Any]]):
    """Writers by exact class; a subclass is written like its base.

    Plain JSON is checked to the bottom and copied; typed objects inside are written too.
    """

    def __init__(self, writers: dict[type, Callable[[Any], Any]]) -> None:
        super().__init__(writers)
        self.json: dict[type, Callable[[Any], Any]] = {
            **dict.fromkeys((str, int, bool, type(None)), unchanged),
            float: finite,
            dict: self.object,
            list: self.array,
            tuple: self.array,
        }
        self.update(self.json)

    def __missing__(self, cls: type) -> Callable[[Any], Any]:
        for base in cls.__mro__[1:]:
            if base in self:
                self[cls] = self.plain if base in self.json else self[base]
                return self[cls]
        return self.plain

    def object(self, item: Any) -> Json:
        return {
            name if name.__class__ is str else self.name(name): self[part.__class__](part)
            for name, part in item.items()
        }

    def array(self, item: Any) -> list[Any]:
        return [self[part.__class__](part) for part in item]

    def plain(self, item: Any) -> Any:
        """What is not of JSON's own classes, but goes as one of them."""
        if is_a(item, Enum):
            return self[item.value.__class__](item.value)
        if is_a(item, str, int):
            return item
        if is_a(item, float):
            return finite(item)
        if is_a(item, dict, Mapping):
            return self.object(item)
        if is_a(item, list, tuple):
            return self.array(item)
        if is_a(item, Model, Unknown):
            raise Unwritable(f"{item.__class__.__module__} belongs to another revision")
        raise Unwritable(f"a Python {item.__class__.__name__} has no form in JSON")

    def name(self, name: Any) -> str:
        text = name.value if is_a(name, Enum) else name
        if not is_a(text, str):
            raise Unwritable(f"the key {name!r} is not a string")
        return str(text)

    def sequence(self, key: str, items: Any) -> list[Any]:
        if items.__class__ is not list and not is_a(items, list, tuple):
            raise Unwritable(f"expected a list, got a Python {type(items).__name__}", key)
        return self.array(items)

    def mapping(self, key: str, items: Any) -> Json:
        if items.__class__ is not dict and not is_a(items, Mapping):
            raise Unwritable(f"expected a dict, got a Python {type(items).__name__}", key)
        return self.object(items)

    def extended(self, extra_fields: Any, data: Json) -> Json:
        """What the type could not hold, overlaid by what it does."""
        return {**self.mapping("extra_fields", extra_fields), **data}


def unstructure(writers: Writers, revision: str, value: Any) -> Any:
    try:
        return writers[value.__class__](value)
    except (Unwritable, RecursionError) as error:
        path, problem = culprit(writers, value, error)
        name = type(value).__name__
        raise UnstructureError(revision, name, pointer_of(path), problem) from None


def culprit(writers: Writers, value: Any, error: Exception) -> tuple[list[str | int], str]:
    """The innermost part that cannot be written by itself: looked for only once it failed."""
    path: list[str | int] = []
    above: set[int] = set()
    found = True
    while found and id(value) not in above:
        above.add(id(value))
        found = False
        for step, part in parts(value):
            failure = failure_of(writers, part)
            if failure is not None:
                path.append(step)
                value, error, found = part, failure, True
                break
        if isinstance(error, RecursionError) and len(path) == LONGEST_PATH:
            break
    if isinstance(error, RecursionError):
        return path, "it is nested too deeply, or contains itself"
    key = error.key if isinstance(error, Unwritable) else None
    return (path if key is None else [*path, key]), str(error)


def failure_of(writers: Writers, part: Any) -> Exception | None:
    try:
        writers[part.__class__](part)
    except (Unwritable, RecursionError) as error:
        return error
    return None


def parts(value: Any) -> list[tuple[str | int, Any]]:
    if is_a(value, Model):
        return [(a.name, getattr(value, a.name)) for a in fields(value.__class__)]
    if is_a(value, Unknown):
        return [("raw", value.raw)]
    if is_a(value, dict, Mapping):
        return list(value.items())
    if is_a(value, list, tuple):
        return [(index, value[index]) for index in range(len(value))]
    return []
