# Copied by interactions-codegen 0.1.0: the same for every revision.

"""What goes wrong between JSON and typed objects, with the place where it went wrong."""

from __future__ import annotations

from typing import Any

WORDS: tuple[tuple[str, tuple[type, ...]], ...] = (
    ("a boolean", (bool,)),
    ("a number", (int, float)),
    ("a string", (str,)),
    ("an array", (list, tuple)),
    ("an object", (dict,)),
)


class ConversionError(ValueError):
    """A value could not be converted; `pointer` says where it stands (JSON pointer)."""

    def __init__(self, revision: str, type_name: str, pointer: str, problem: str) -> None:
        super().__init__(revision, type_name, pointer, problem)
        self.revision = revision
        self.type_name = type_name
        self.pointer = pointer
        self.problem = problem

    def __str__(self) -> str:
        place = self.pointer or "the value itself"
        return f"{self.type_name} ({self.revision}) at {place}: {self.problem}"


class StructureError(ConversionError):
    """JSON that does not fit its type. `payload` is what came, whole and untouched."""

    def __init__(
        self, revision: str, type_name: str, pointer: str, problem: str, payload: Any
    ) -> None:
        super().__init__(revision, type_name, pointer, problem)
        self.payload = payload

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (*self.args, self.payload)


class UnstructureError(ConversionError):
    """A value that cannot go on the wire."""


def is_a(item: Any, *classes: type) -> bool:
    """A plain bool, so that an item stays `Any`: nothing more is known of what comes in."""
    return isinstance(item, classes)


def came(item: Any) -> str:
    """What an item is, in JSON's words and without its content, which may be secret or huge."""
    if item is None:
        return "null"
    for word, classes in WORDS:
        if is_a(item, *classes):
            return word
    return f"a Python {type(item).__name__}"


def pointer_of(parts: list[str | int]) -> str:
    """RFC 6901."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)
