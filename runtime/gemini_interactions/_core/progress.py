"""How far a stream has come, over all its connections.

What was delivered is never delivered again, and nothing is left out:

1. The cursor is the last `event_id` that was delivered; it moves with delivery, not with arrival.
2. A new connection replays what follows the cursor, or everything where there is none. Of that,
   the events delivered since the cursor (those without an id) are dropped again.
3. Dropping is by count, and checked: if what is dropped is not what was delivered, the stream is
   interrupted rather than guessed at.
4. An event whose id was delivered a short while ago is dropped wherever it comes.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from ..errors import StreamInterruptedError

REMEMBERED = 256


class Progress:
    """The state of a stream as its user has seen it."""

    def __init__(self, interaction_id: str | None = None, cursor: str | None = None) -> None:
        self.interaction_id = interaction_id
        self.cursor = cursor
        self.status: str | None = None
        self.delivered = 0
        self._since_cursor = 0
        self._digest = 0
        self._recent: deque[str] = deque(maxlen=REMEMBERED)
        self._to_drop = 0
        self._drop_digest = 0

    def reconnected(self) -> None:
        """What comes next is a replay from the cursor."""
        self._to_drop = self._since_cursor
        self._drop_digest = 0

    def is_repeated(self, event: Any) -> bool:
        """Whether an event was delivered before this connection was made."""
        event_id = event_id_of(event)
        if event_id is not None and event_id in self._recent:
            return True
        if self._to_drop == 0:
            return False
        self._to_drop -= 1
        self._drop_digest = mixed(self._drop_digest, event)
        if self._to_drop == 0 and self._drop_digest != self._digest:
            raise self.interrupted("the replayed events are not the ones that were delivered")
        return True

    def deliver(self, event: Any) -> None:
        """Take note of an event that goes to the user now."""
        self.delivered += 1
        self.note(event)
        event_id = event_id_of(event)
        if event_id is not None:
            self.cursor = event_id
            self._recent.append(event_id)
            self._since_cursor = self._digest = 0
        else:
            self._since_cursor += 1
            self._digest = mixed(self._digest, event)

    def note(self, event: Any) -> None:
        """The id and the status, wherever an event carries them."""
        interaction = getattr(event, "interaction", None)
        if interaction is not None:
            self.interaction_id = interaction.id or self.interaction_id
            self.status = interaction.status or self.status
        elif event.event_type == "interaction.status_update":
            self.interaction_id = event.interaction_id or self.interaction_id
            self.status = event.status

    def can_resume(self) -> bool:
        return bool(self.interaction_id)

    def interrupted(self, message: str, interaction: Any = None) -> StreamInterruptedError:
        return StreamInterruptedError(
            message,
            interaction_id=self.interaction_id,
            last_event_id=self.cursor,
            interaction=interaction,
        )


def event_id_of(event: Any) -> str | None:
    return getattr(event, "event_id", None) or None


def mixed(digest: int, event: Any) -> int:
    """A running digest of what events were: enough to tell two replays apart."""
    delta = getattr(event, "delta", None)
    text = getattr(delta, "text", None) or getattr(delta, "arguments", None)
    kind = getattr(delta, "type", None)
    return hash((digest, event.event_type, getattr(event, "index", None), kind, str(text)))
