"""Which operation a request line means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

Operation = Literal["create", "get", "cancel", "delete"]

_ITEM_METHODS: dict[str, Operation] = {"GET": "get", "DELETE": "delete"}


@dataclass(frozen=True)
class Route:
    """An operation and the decoded id it is about; empty for create."""

    operation: Operation
    interaction_id: str = ""


def find_route(method: str, raw_path: str) -> Route | None:
    """The route of an undecoded path, on either backend, below any prefix.

    Gemini API: `/{version}/interactions...`. Vertex:
    `/{version}/projects/{project}/locations/{location}/interactions...`. An empty segment
    (a double slash) matches nothing, as on the real service.
    """
    segments = raw_path.split("/")
    if segments[0] or "" in segments[1:]:
        return None
    parents, tail = _split(segments[1:])
    if not parents:
        return None
    if method == "POST" and not tail:
        return Route("create")
    if method == "POST" and len(tail) == 2 and tail[1] == "cancel":
        return Route("cancel", unquote(tail[0]))
    if method in _ITEM_METHODS and len(tail) == 1:
        return Route(_ITEM_METHODS[method], unquote(tail[0]))
    return None


def _split(segments: list[str]) -> tuple[list[str], list[str]]:
    """What stands before and after the collection name."""
    for position in range(1, len(segments)):
        if segments[position] == "interactions":
            return segments[:position], segments[position + 1 :]
    return [], []
