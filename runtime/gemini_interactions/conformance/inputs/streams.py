"""Events one after the other → streams: where one ends and the next begins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...testing.json_values import as_object
from ..findings import Place
from .items import Item, StreamEnd, StreamEvent, StreamStart
from .payloads import is_opening, is_terminal

__all__ = ["Gathering"]


class Gathering:
    """Files of events may hold several streams. One ends with `[DONE]`, with the file, or where a
    new interaction begins after the last one was over, or under another id."""

    def __init__(self) -> None:
        self._place: Place | None = None
        self._id: Any = None
        self._over = False

    def event(self, place: Place, payload: Any, at: float | None = None) -> Iterator[Item]:
        if is_opening(payload) and self._place is not None:
            opened = as_object(as_object(payload).get("interaction")).get("id")
            if self._over or (opened and opened != self._id):
                yield from self.end(done=None)
        if self._place is None:
            self._place = place
            self._id = as_object(as_object(payload).get("interaction")).get("id")
            yield StreamStart(place=place)
        self._over = self._over or is_terminal(payload)
        yield StreamEvent(place=place, payload=payload, at=at)

    def end(self, *, done: bool | None) -> Iterator[Item]:
        if self._place is not None:
            yield StreamEnd(place=self._place, done=done)
        self._place, self._id, self._over = None, None, False
