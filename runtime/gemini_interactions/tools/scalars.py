"""The values that are neither lists nor objects in JSON: how each is declared and read."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from attrs import frozen


class UnfitError(ValueError):
    """A value that is not what a type wants."""


@frozen
class Scalar:
    expected: str
    """What a value should be, in words for the model."""
    schema: Mapping[str, Any]
    read: Callable[[Any], Any]
    """Raises `ValueError` for what does not fit. Nothing is converted that JSON tells apart."""


def read_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise UnfitError


def read_integer(value: Any) -> int:
    """3.0 is an integer in JSON; true is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise UnfitError


def read_number(value: Any) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    raise UnfitError


def read_boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise UnfitError


def read_null(value: Any) -> None:
    if value is not None:
        raise UnfitError


def read_decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise UnfitError
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise UnfitError from None


def read_bytes(value: Any) -> bytes:
    """Base64, of either alphabet."""
    text = read_text(value).replace("-", "+").replace("_", "/")
    try:
        return b64decode(text, validate=True)
    except binascii.Error:
        raise UnfitError from None


def from_text(read: Callable[[str], Any]) -> Callable[[Any], Any]:
    return lambda value: read(read_text(value))


def from_iso(read: Callable[[str], Any]) -> Callable[[Any], Any]:
    """Z for UTC is as good as an offset, which Python 3.10 does not know."""
    return from_text(lambda text: read(text[:-1] + "+00:00" if text.endswith("Z") else text))


def text_of(format: str) -> Mapping[str, Any]:
    return {"type": "string", "format": format}


_SCALARS: Final[Mapping[Any, Scalar]] = {
    str: Scalar("a string", {"type": "string"}, read_text),
    int: Scalar("an integer", {"type": "integer"}, read_integer),
    float: Scalar("a number", {"type": "number"}, read_number),
    bool: Scalar("a boolean", {"type": "boolean"}, read_boolean),
    type(None): Scalar("null", {"type": "null"}, read_null),
    None: Scalar("null", {"type": "null"}, read_null),
    date: Scalar("a date like 2026-01-31", text_of("date"), from_text(date.fromisoformat)),
    time: Scalar("a time like 17:30:00", text_of("time"), from_iso(time.fromisoformat)),
    datetime: Scalar(
        "a date and time like 2026-01-31T17:30:00Z",
        text_of("date-time"),
        from_iso(datetime.fromisoformat),
    ),
    UUID: Scalar("a UUID", text_of("uuid"), from_text(UUID)),
    Decimal: Scalar("a decimal number, as a string", text_of("decimal"), read_decimal),
    Path: Scalar("a path", text_of("path"), from_text(Path)),
    bytes: Scalar("base64", {"type": "string", "contentEncoding": "base64"}, read_bytes),
}


def scalar_of(annotation: Any) -> Scalar | None:
    try:
        return _SCALARS.get(annotation)
    except TypeError:  # an annotation that cannot be hashed, `Literal[[]]`
        return None
