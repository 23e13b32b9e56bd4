"""How far a stream has come, over all its connections, and whether that is the end.

What was delivered is never delivered again, and nothing is left out:

1. The cursor is the last `event_id` that was delivered; it moves with delivery, not with arrival.
2. A new connection replays what follows the cursor, or everything where there is none. Of that,
   the events delivered since the cursor (those without an id) are dropped again.
3. Dropping is by count, and checked: if what is dropped is not what was delivered, the stream is
   interrupted rather than guessed at.
4. An event whose id was delivered a short while ago is dropped wherever it comes.

An end is only good if the interaction's end was delivered before it: a terminal event. A status
that is not a running one is as good if `[DONE]` follows, or if nothing more is to be had; so is an
error event, if the caller wants those as events. After a cursor that was the last event there is
nothing but `[DONE]`. Everything else is an interruption.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..errors import StreamInterruptedError
from .events import ERROR, STATUS_UPDATE, TERMINAL_EVENTS, UNKNOWN, is_running

REMEMBERED: Final = 1024
"""How many ids at least. Up to twice as many are kept: forgetting one by one would cost more."""
DELTAS: Final = frozenset({"step.delta", "content.delta"})


class Progress:
    """The state of a stream as its user has seen it."""

    def __init__(self, interaction_id: str | None = None, cursor: str | None = None) -> None:
        self.interaction_id = interaction_id
        self.cursor = cursor
        self.is_tail = cursor is not None
        self.status: str | None = None
        self.delivered = 0
        self.ended = False
        self.settled = False
        self._failed = False
        self._since_cursor = 0
        self._digest = 0
        self._recent: set[str] = set()
        self._before: set[str] = set()
        self._to_drop = 0
        self._drop_digest = 0

    def reconnected(self) -> None:
        """What comes next is a replay from the cursor."""
        self._to_drop = self._since_cursor
        self._drop_digest = 0

    def takes(self, event: Any) -> bool:
        """Take note of an event that is delivered now; `False` for one that already was."""
        kind = event.event_type
        event_id = event.raw.get("event_id") if kind == UNKNOWN else event.event_id
        if not event_id or event_id.__class__ is not str:
            event_id = None
        elif event_id in self._recent or event_id in self._before:
            return False
        if self._to_drop:
            self._drop(event)
            return False
        self.delivered += 1
        self._failed = False
        if event_id is None:
            self._since_cursor += 1
            self._digest = mixed(self._digest, event)
        else:
            self.cursor = event_id
            self._since_cursor = self._digest = 0
            self._recent.add(event_id)
            if len(self._recent) == REMEMBERED:
                self._before, self._recent = self._recent, set()
        if kind not in DELTAS:
            self._note(event)
        return True

    def _drop(self, event: Any) -> None:
        self._to_drop -= 1
        self._drop_digest = mixed(self._drop_digest, event)
        if self._to_drop == 0 and self._drop_digest != self._digest:
            raise self.interrupted("the replayed events are not the ones that were delivered")

    def _note(self, event: Any) -> None:
        """The id and the status, wherever an event says them, also one that fits no type."""
        unknown = event.event_type == UNKNOWN
        source, kind = (event.raw, event.tag) if unknown else (event, event.event_type)
        if kind == ERROR:
            self._failed = True
        if not kind or not kind.startswith("interaction."):
            return
        first_id = said(source, "interaction", "id") or said(source, "interaction_id")
        status = said(source, "interaction", "status") or said(source, "status")
        self.interaction_id = self.interaction_id or first_id
        self.status = status or self.status
        if kind in TERMINAL_EVENTS:
            self.ended = True
        elif kind == STATUS_UPDATE:
            self.settled = status is not None and not is_running(status)

    def is_over(self, done: bool) -> bool:
        """Whether a connection may end here; `done` says that `[DONE]` was its last word."""
        if self.ended or self._failed:
            return True
        return done and (self.settled or (self.is_tail and not self.delivered))

    def interrupted(self, message: str) -> StreamInterruptedError:
        return StreamInterruptedError(
            message, interaction_id=self.interaction_id, last_event_id=self.cursor
        )


def said(source: Any, *path: str) -> str | None:
    """A text inside an event, or inside the JSON of one."""
    for name in path:
        is_json = isinstance(source, Mapping)
        source = source.get(name) if is_json else getattr(source, name, None)
    return source if isinstance(source, str) and source else None


def mixed(digest: int, event: Any) -> int:
    """A running digest of what events were: enough to tell two replays apart."""
    kind = event.event_type
    if kind not in DELTAS:
        return hash((digest, kind, getattr(event, "index", None)))
    delta = event.delta
    text = getattr(delta, "text", None) or getattr(delta, "arguments", None)
    return hash((digest, kind, event.index, getattr(delta, "type", None), str(text)))
