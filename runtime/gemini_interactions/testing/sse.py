"""Events as server-sent frames."""

from __future__ import annotations

from .json_values import Json, compact

DONE_FRAME = b"event: done\ndata: [DONE]\n\n"


def frame(event: Json) -> bytes:
    """One event as the service writes it."""
    return f"event: {event['event_type']}\ndata: {compact(event)}\n\n".encode()
