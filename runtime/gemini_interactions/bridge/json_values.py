"""JSON values, and how what programs hold becomes them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any, Final, TypeAlias, TypeGuard

__all__ = [
    "Json",
    "array_of",
    "base64_text",
    "given",
    "is_array",
    "is_mapping",
    "is_object",
    "objects_in",
    "plain",
    "pointer",
]

Json: TypeAlias = dict[str, Any]

_STANDARD: Final = str.maketrans("-_", "+/")


def is_object(value: Any) -> TypeGuard[Json]:
    return isinstance(value, dict)


def is_array(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def is_sequence(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, (list, tuple))


def is_mapping(value: Any) -> TypeGuard[Mapping[Any, Any]]:
    return isinstance(value, Mapping)


def array_of(value: Any) -> list[Any]:
    """A list, or an empty one for anything else."""
    return value if is_array(value) else []


def objects_in(value: Any) -> list[Json]:
    """The objects of a list."""
    return [item for item in array_of(value) if is_object(item)]


def given(**values: Any) -> Json:
    """The values that are not `None`."""
    return {name: value for name, value in values.items() if value is not None}


def pointer(path: str, *steps: str | int) -> str:
    """A JSON pointer, some steps further."""
    escaped = (str(step).replace("~", "~0").replace("/", "~1") for step in steps)
    return "/".join([path, *escaped])


def base64_text(text: str) -> str:
    """Base64 in its standard alphabet and padded; the URL-safe one is read as well."""
    standard = text.translate(_STANDARD)
    return standard + "=" * (-len(standard) % 4)


def plain(value: Any) -> Any:
    """JSON out of what programs hold: bytes become base64, objects of google-genai their fields.

    What has no form in JSON, such as a function, stays what it is: whoever reads it reports it.
    """
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (bytes, bytearray)):
        return b64encode(value).decode()
    if is_mapping(value):
        return {str(key): plain(item) for key, item in value.items()}
    if is_sequence(value):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, type) else _dumped(value)


def _dumped(value: Any) -> Any:
    names: Any = getattr(value.__class__, "model_fields", None)
    if is_mapping(names):  # not `model_dump`: it fails on functions and classes inside
        return plain(given(**{name: getattr(value, name) for name in names}))
    for method in ("to_json_dict", "model_dump"):
        dump = getattr(value, method, None)
        if callable(dump):
            return plain(dump())
    return value
