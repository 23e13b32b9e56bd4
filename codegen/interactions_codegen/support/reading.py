"""What the generated readers share: kind checks that cost nothing until something is wrong.

A reader raises `Misfit` with the JSON object or array that holds the offending item. Only whoever
reports it works out the path, by looking for that container: nothing is tracked on the way down.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from .errors import StructureError, came, pointer_of
from .model import EMPTY, Unknown, shortened

Json = dict[str, Any]
ReadT = TypeVar("ReadT")
UnknownT = TypeVar("UnknownT", bound=Unknown)

SCALARS = frozenset({str, int, float, bool})

new = object.__new__


class Misfit(Exception):  # noqa: N818 - a signal between readers, never seen outside
    """`container[key]` is not what its type says."""

    def __init__(self, container: Any, key: str | int, problem: str) -> None:
        super().__init__(container, key, problem)
        self.container = container
        self.key = key
        self.problem = problem


UNFIT = (Misfit, KeyError, TypeError)


def misfit(container: Any, key: str | int, expected: str, item: Any) -> Misfit:
    if is_object(container) and key not in container:
        return Misfit(container, key, f"{expected} is required, nothing came")
    return Misfit(container, key, f"expected {expected}, got {came(item)}")


def tagged(read: Callable[[Any], ReadT], name: str, tag: str) -> Callable[[Any], ReadT]:
    """A reader for where no union has looked at the tag before."""

    def check_and_read(data: Any) -> ReadT:
        item = data.get(name)
        if item == tag:
            return read(data)
        if isinstance(item, str):
            raise Misfit(data, name, f"expected {tag!r}, got {shortened(item)}")
        raise misfit(data, name, repr(tag), item)

    return check_and_read


def is_object(item: Any) -> bool:
    return isinstance(item, dict)


def is_array(item: Any) -> bool:
    return isinstance(item, list)


def is_scalar(item: Any) -> bool:
    return item is not None and not isinstance(item, (dict, list))


def scalar(container: Any, key: str | int, expected: str, item: Any) -> None:
    """Called when an item is not of its declared class: another scalar is kept as it came."""
    if item is not None and not is_scalar(item):
        raise misfit(container, key, expected, item)


def required(container: Any, key: str | int, expected: str, item: Any) -> None:
    """Like `scalar`, for an item that must be there."""
    if not is_scalar(item):
        raise misfit(container, key, expected, item)


def mapping(container: Any, key: str | int, item: Any) -> Json:
    """Called when an item is not exactly a dict: a subclass of it will do."""
    if is_object(item):
        return item  # type: ignore[no-any-return]
    raise misfit(container, key, "an object", item)


def array(container: Any, key: str | int, item: Any) -> list[Any]:
    if item.__class__ is list or is_array(item):
        return item  # type: ignore[no-any-return]
    raise misfit(container, key, "an array", item)


def read_list(
    container: Any, key: str | int, item: Any, read: Callable[[Any], ReadT]
) -> list[ReadT]:
    items = array(container, key, item)
    return [
        read(part if part.__class__ is dict else mapping(items, index, part))
        for index, part in enumerate(items)
    ]


def read_scalars(container: Any, key: str | int, expected: str, item: Any) -> list[Any]:
    items = array(container, key, item)
    for index, part in enumerate(items):
        if part.__class__ not in SCALARS:
            scalar(items, index, expected, part)
    return list(items)


def read_map(
    container: Any, key: str | int, item: Any, read: Callable[[Any, str, Any], Any]
) -> Json:
    items = mapping(container, key, item)
    return {name: read(items, name, part) for name, part in items.items()}


def read_choices(
    container: Any, key: str | int, item: Any, read: Callable[[Any, int, Any], Any]
) -> list[Any]:
    items = array(container, key, item)
    return [read(items, index, part) for index, part in enumerate(items)]


def read_scalar_map(container: Any, key: str | int, expected: str, item: Any) -> Json:
    items = mapping(container, key, item)
    for name, part in items.items():
        if part.__class__ not in SCALARS:
            scalar(items, name, expected, part)
    return dict(items)


def leftover(data: Mapping[str, Any], known: frozenset[str]) -> Mapping[str, Any]:
    """What stays in `extra_fields`: unknown keys, and known ones that are explicitly null."""
    return {k: v for k, v in data.items() if v is None or k not in known} or EMPTY


def tag_of(items: Any, name: str) -> object:
    """The tag of an array's first item, `None` where there is none to see."""
    if is_array(items) and items and is_object(items[0]):
        tag = items[0].get(name)
        return tag if isinstance(tag, str) else None
    return None


def unfit(
    unknown: type[UnknownT], data: Json, tag_name: str, error: Exception, known: Mapping[str, Any]
) -> UnknownT:
    """The member a union keeps when nothing it knows fits."""
    tag = data.get(tag_name)
    if not isinstance(tag, str):
        return unknown(data, None, f"/{tag_name}: {misfit(data, tag_name, 'a tag', tag).problem}")
    if tag not in known:
        return unknown(data, tag, None)
    if not isinstance(error, Misfit):
        raise error  # a fault of ours: never dress it up as the server's
    return absorbed(unknown, data, tag, error)


def absorbed(unknown: type[UnknownT], data: Json, tag: str | None, error: Misfit) -> UnknownT:
    return unknown(data, tag, f"{pointer(data, error)}: {error.problem}")


def structure_error(revision: str, type_name: str, payload: Any, error: Misfit) -> StructureError:
    place = "" if error.container is None else pointer(payload, error)
    return StructureError(revision, type_name, place, error.problem, payload)


def pointer(root: Any, error: Misfit) -> str:
    found = path_to(root, error.container)
    return pointer_of([*found, error.key]) if found is not None else pointer_of([error.key])


def path_to(root: Any, wanted: Any) -> list[str | int] | None:
    """Where a container stands inside a payload; containers of parsed JSON are all distinct."""
    seen: set[int] = set()
    pending: list[tuple[Any, list[str | int]]] = [(root, [])]
    while pending:
        here, path = pending.pop()
        if here is wanted:
            return path
        if id(here) in seen:
            continue
        seen.add(id(here))
        if is_object(here):
            pending += [(item, [*path, key]) for key, item in here.items()]
        elif is_array(here):
            pending += [(item, [*path, index]) for index, item in enumerate(here)]
    return None
