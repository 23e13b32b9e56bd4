"""JSON objects, read key by key: what nobody takes is reported.

generateContent spells its keys in camelCase or snake_case, also mixed; here they have their
snake_case names, and losses the spelling that was given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias, TypeVar, cast

from .json_values import Json, is_object, pointer
from .losses import Report

__all__ = [
    "Fields",
    "Reader",
    "camel",
    "flag",
    "integer",
    "mapping",
    "number",
    "snake",
    "strings",
    "text",
    "word",
    "words",
]

KindT = TypeVar("KindT")

_HUMP: Final = re.compile(r"(?<=[a-z0-9])[A-Z]")
_KINDS: Final[dict[Any, str]] = {
    str: "a string",
    int: "an integer",
    float: "a number",
    bool: "a boolean",
    dict: "an object",
    list: "an array",
}
NO_COUNTERPART: Final = "it has no counterpart"


def snake(key: str) -> str:
    return _HUMP.sub(lambda hump: f"_{hump[0].lower()}", key)


def camel(key: str) -> str:
    head, *tail = key.split("_")
    return head + "".join(word.capitalize() for word in tail)


def fits(value: Any, kind: Any) -> bool:
    if kind in (int, float) and isinstance(value, bool):
        return False
    return isinstance(value, (int, float) if kind is float else kind)


class Fields:
    """One JSON object under translation. Nulls are absent."""

    __slots__ = ("_keys", "left", "path", "report")

    def __init__(self, value: Any, path: str, report: Report) -> None:
        self.path = path
        self.report = report
        self._keys: dict[str, str] = {}
        self.left: Json = {}
        """What nobody took yet."""
        if not is_object(value):
            report.dropped(path, f"expected an object, got a Python {type(value).__name__}")
            return
        for key, item in value.items():
            name = snake(key)
            if item is None:
                continue
            if name in self.left:
                report.dropped(pointer(path, key), f"it is given twice, as {self._keys[name]} too")
                continue
            self._keys[name] = key
            self.left[name] = item

    def __contains__(self, name: str) -> bool:
        return name in self.left

    def __iter__(self) -> Iterator[str]:
        """The names of what is left."""
        return iter([*self.left])

    def path_of(self, name: str) -> str:
        return pointer(self.path, self._keys.get(name) or camel(name))

    def any(self, name: str) -> Any:
        """A value of any kind, which is taken."""
        return self.left.pop(name, None)

    def take(self, name: str, kind: type[KindT]) -> KindT | None:
        """A value of a kind; one of another kind is reported, and absent."""
        value = self.left.pop(name, None)
        if value is None or fits(value, kind):
            return cast("KindT | None", value)
        self.report.dropped(self.path_of(name), f"expected {_KINDS[kind]}")
        return None

    def mapping(self, name: str) -> Json | None:
        """An object whose keys are nobody's business."""
        return cast("Json | None", self.take(name, dict))

    def array(self, name: str) -> list[Any] | None:
        return cast("list[Any] | None", self.take(name, list))

    def word(self, name: str, prefix: str = "") -> str | None:
        """A value of an enum as the Interactions API spells it: lower case, without its prefix."""
        value = self.take(name, str)
        word = (value or "").upper().removeprefix(prefix).lower()
        return word if word and not word.endswith("unspecified") else None

    def words(self, name: str) -> list[str] | None:
        """A list of values of an enum without a prefix."""
        found = self.strings(name)
        return None if found is None else [word.lower() for word in found]

    def strings(self, name: str) -> list[str] | None:
        """A list of strings; other items are reported."""
        items = self.array(name)
        if items is None:
            return None
        found: list[str] = []
        for number, item in enumerate(items):
            if isinstance(item, str):
                found.append(item)
            else:
                self.report.dropped(pointer(self.path_of(name), number), "expected a string")
        return found

    def object(self, name: str) -> Fields | None:
        path = self.path_of(name)
        value = self.left.pop(name, None)
        return None if value is None else Fields(value, path, self.report)

    def objects(self, name: str) -> list[Fields]:
        path = self.path_of(name)
        items = self.array(name) or []
        return [Fields(item, pointer(path, at), self.report) for at, item in enumerate(items)]

    def drop(self, name: str, reason: str) -> None:
        """Report a field for a reason of its own."""
        if name in self.left:
            self.report.dropped(self.path_of(name), reason)
            del self.left[name]

    def close(self, reason: str = NO_COUNTERPART) -> None:
        """Report what is left."""
        for name in self:
            self.drop(name, reason)


# --- ways to take a field, for tables of fields that have the same name on both sides --------

Reader: TypeAlias = Callable[[Fields, str], Any]


def text(fields: Fields, name: str) -> str | None:
    return fields.take(name, str)


def flag(fields: Fields, name: str) -> bool | None:
    return fields.take(name, bool)


def integer(fields: Fields, name: str) -> int | None:
    return fields.take(name, int)


def number(fields: Fields, name: str) -> float | None:
    return fields.take(name, float)


def mapping(fields: Fields, name: str) -> Json | None:
    return fields.mapping(name)


def strings(fields: Fields, name: str) -> list[str] | None:
    return fields.strings(name)


def words(fields: Fields, name: str) -> list[str] | None:
    return fields.words(name)


def word(prefix: str = "") -> Reader:
    def read(fields: Fields, name: str) -> str | None:
        return fields.word(name, prefix)

    return read
