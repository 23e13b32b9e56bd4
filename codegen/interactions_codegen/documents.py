"""Read JSON files strictly: a spec that says something twice, or not in JSON, is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

from attrs import frozen

from .errors import SpecError

LARGEST_FILE = 4 * 1024 * 1024
DEEPEST_NESTING = 64


class RepeatedKeys(dict[str, Any]):
    """An object in which a key stood twice; kept until its place in the file is known."""

    repeated: str = ""


def pointer(*parts: str | int) -> str:
    """RFC 6901."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def is_object(value: Any) -> bool:
    """A plain bool, so that the value stays `Any`: nothing more is known of what a file holds."""
    return isinstance(value, dict)


def is_array(value: Any) -> bool:
    return isinstance(value, list)


@frozen
class Place:
    """Where something stands, for errors."""

    file: str
    pointer: str = ""

    def below(self, *parts: str | int) -> Place:
        return Place(self.file, self.pointer + pointer(*parts))

    def error(self, problem: str, *below: str | int) -> SpecError:
        return SpecError(self.file, self.pointer + pointer(*below), problem)


def read_document(path: Path, name: str) -> Any:
    """The content of one JSON file; `name` is what errors call it."""
    with path.open("rb") as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise SpecError(name, "", f"a spec file holds no more than {LARGEST_FILE} bytes")
    return parse_document(data, name)


def parse_document(data: bytes, name: str, *, deepest: int = DEEPEST_NESTING) -> Any:
    try:
        document = json.loads(
            data.decode("utf-8"), object_pairs_hook=as_object, parse_constant=refuse_constant
        )
    except UnicodeDecodeError as error:
        raise SpecError(name, "", f"not UTF-8: byte {error.start}") from None
    except RecursionError:
        raise SpecError(name, "", "nested too deeply") from None
    except ValueError as error:
        raise SpecError(name, "", f"not JSON: {error}") from None
    check_document(Place(name), document, deepest)
    return document


def as_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) == len(pairs):
        return document
    repeated = RepeatedKeys(document)
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            repeated.repeated = key
        seen.add(key)
    return repeated


def refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


def check_document(root: Place, document: Any, deepest: int) -> None:
    """Refuse repeated keys and a nesting so deep that whoever recurses would fail."""
    pending: list[tuple[Place, Any, int]] = [(root, document, 0)]
    while pending:
        place, part, depth = pending.pop()
        if isinstance(part, RepeatedKeys):
            raise place.error("the key stands here twice", part.repeated)
        if depth > deepest:
            raise place.error("nested too deeply")
        if is_object(part):
            pending += [(place.below(key), item, depth + 1) for key, item in part.items()]
        elif is_array(part):
            pending += [(place.below(index), item, depth + 1) for index, item in enumerate(part)]
