# Copied by interactions-codegen 0.1.0: the same for every revision.

"""The answer inside an interaction: what the model said after its last tool step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

BlockT = TypeVar("BlockT")


def blocks(items: list[Any] | None, container: str | None, passed_over: str) -> Iterator[Any]:
    """The answer's content blocks, last first.

    `container` is the type of the steps that hold content; where it is `None` the items are
    content themselves. Items of type `passed_over` do not end the answer, all others do.
    """
    for item in reversed(items or []):
        if container is None and hasattr(item, "text" if item.type == "text" else "data"):
            yield item
        elif container is not None and item.type == container:
            yield from reversed(item.content or [])
        elif item.type != passed_over:
            return


def text(items: list[Any] | None, container: str | None, passed_over: str) -> str:
    """All text of the answer; empty where there is none."""
    found = [b.text for b in blocks(items, container, passed_over) if b.type == "text" and b.text]
    return "".join(reversed(found))


def last(
    kind: type[BlockT], items: list[Any] | None, container: str | None, passed_over: str
) -> BlockT | None:
    """The last block of a class in the answer."""
    found = (b for b in blocks(items, container, passed_over) if isinstance(b, kind))
    return next(found, None)
