"""What a tool gives, as plain JSON."""

from __future__ import annotations

import dataclasses
import math
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, time
from decimal import Decimal
from enum import Enum
from os import PathLike, fspath
from typing import Any, TypeAlias, TypeGuard, cast
from uuid import UUID

import attrs

from .._bindings import bindings_for
from ..errors import InvalidRequestError

Json: TypeAlias = Any


def is_object(value: Any) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(value, Mapping)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


class Unwritable(Exception):  # noqa: N818 - a signal inside this module, never seen outside
    """A part that JSON has no form for, and the way to it."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.path: list[str | int] = []


def as_json(value: Any) -> Json:
    """The JSON form of a value, or `InvalidRequestError` that says where there is none."""
    try:
        return written(value)
    except Unwritable as error:
        where = "".join(f"[{step!r}]" for step in reversed(error.path))
        raise InvalidRequestError(f"the value{where} cannot be sent: {error}") from None
    except RecursionError:
        raise InvalidRequestError(
            "the value cannot be sent: it is nested too deeply, or contains itself"
        ) from None


def written(value: Any) -> Json:
    if isinstance(value, Enum):
        return written(value.value)
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, float):
        return finite(value)
    if is_object(value):
        return written_object(value.items())
    if isinstance(value, (list, tuple, AbstractSet)):
        return written_list(cast("Iterable[Any]", value))
    typed = bindings_for(value)
    if typed is not None:
        return typed.unstructure(value)
    fields = fields_of(value)
    return written_scalar(value) if fields is None else written_object(fields)


def finite(value: float) -> float:
    if not math.isfinite(value):
        raise Unwritable(f"{value!r} has no form in JSON")
    return value


def written_object(items: Iterable[tuple[Any, Any]]) -> Json:
    found: dict[str, Json] = {}
    for given, item in items:
        key = key_of(given)
        if key in found:
            raise Unwritable(f"two of its keys are {key!r} in JSON")
        found[key] = written_part(key, item)
    return found


def written_list(items: Iterable[Any]) -> Json:
    return [written_part(index, item) for index, item in enumerate(items)]


def written_part(step: str | int, item: Any) -> Json:
    try:
        return written(item)
    except Unwritable as error:
        error.path.append(step)
        raise


def key_of(key: Any) -> str:
    plain = key.value if isinstance(key, Enum) else key
    if isinstance(plain, (str, int)) and not isinstance(plain, bool):
        return str(plain)
    raise Unwritable(f"the key {key!r} is not a string")


def fields_of(value: Any) -> Iterator[tuple[str, Any]] | None:
    """The fields of an object of a class that lists them: attrs, dataclasses, pydantic."""
    kind: type[Any] = value.__class__
    if attrs.has(kind):
        return ((field.name, getattr(value, field.name)) for field in attrs.fields(kind))
    if dataclasses.is_dataclass(kind):
        names = [field.name for field in dataclasses.fields(kind)]
        return ((name, getattr(value, name)) for name in names)
    if hasattr(kind, "model_dump"):
        dumped: dict[str, Any] = value.model_dump(mode="json", by_alias=True)
        return iter(dumped.items())
    return None


def written_scalar(value: Any) -> str:
    if isinstance(value, (date, time)):  # a datetime is a date
        return value.isoformat()
    if isinstance(value, (UUID, Decimal)):
        return str(value)
    if isinstance(value, (bytes, bytearray)):
        return b64encode(value).decode()
    if isinstance(value, PathLike):
        return str(fspath(cast("PathLike[str]", value)))
    raise Unwritable(f"a Python {type(value).__name__} has no form in JSON")
