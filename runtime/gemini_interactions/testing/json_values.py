"""Plain JSON values: the only data model this server knows."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeAlias, TypeGuard

Json: TypeAlias = dict[str, Any]

compact: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def is_object(value: Any) -> TypeGuard[Json]:
    return isinstance(value, dict)


def is_array(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def as_object(value: Any) -> Json:
    """The value when it is a JSON object, an empty object otherwise."""
    return value if is_object(value) else {}


def as_list(value: Any) -> list[Any]:
    """The value when it is a JSON array, an empty one otherwise."""
    return value if is_array(value) else []


def objects(value: Any) -> list[Json]:
    """The objects among the items of an array; a lone object counts as an array of one."""
    items: list[Any] = [value] if is_object(value) else as_list(value)
    return [item for item in items if is_object(item)]
