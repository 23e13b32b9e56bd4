"""Read JSON files strictly: a spec that says something twice, or not in JSON, is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

from .errors import SpecError

LARGEST_FILE = 4 * 1024 * 1024


class RepeatedKeys(dict[str, Any]):
    """An object in which a key stood twice; kept until its place in the file is known."""

    repeated: str = ""


def pointer(*parts: str | int) -> str:
    """RFC 6901."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def read_document(path: Path, name: str) -> Any:
    """The content of one JSON file; `name` is what errors call it."""
    data = path.read_bytes()
    if len(data) > LARGEST_FILE:
        raise SpecError(name, "", f"{len(data)} bytes is more than a spec file may hold")
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
    refuse_repeated_keys(name, document)
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


def refuse_repeated_keys(name: str, document: Any) -> None:
    pending: list[tuple[str, Any]] = [("", document)]
    while pending:
        where, part = pending.pop()
        if isinstance(part, RepeatedKeys):
            raise SpecError(name, where + pointer(part.repeated), "the key stands here twice")
        if isinstance(part, dict):
            pending += [(where + pointer(key), item) for key, item in part.items()]
        elif isinstance(part, list):
            pending += [(where + pointer(index), item) for index, item in enumerate(part)]
