"""Bytes of a stream → typed events, and the judgement of how it ended.

A stream has ended well only if its interaction did: a terminal event came, or a status that is
not a running one. `[DONE]` and the end of the connection alone prove nothing.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from ..errors import APIError, UnexpectedAnswerError, UnknownEventError
from .answers import Origin, api_error, error_in, parsed, shown, unexpected
from .sse import BareText, Decoder, Frame

if TYPE_CHECKING:
    from .._bindings import Bindings

logger = logging.getLogger("gemini_interactions")

OnUnknown = Literal["skip", "yield", "raise"]

RUNNING = frozenset({"in_progress", "queued"})
TERMINAL_EVENTS = frozenset({"interaction.completed", "interaction.complete"})
DONE = "[DONE]"


def is_running(status: str | None) -> bool:
    """Whether a status says that the service is still at work. An unknown status does not."""
    return status in RUNNING


def is_terminal(event: Any) -> bool:
    """Whether nothing but `[DONE]` can follow an event."""
    kind = event.event_type
    if kind in TERMINAL_EVENTS:
        return True
    return kind == "interaction.status_update" and not is_running(event.status)


class EventReader:
    """One connection's worth of a stream.

    `feed` yields events and raises what the stream says went wrong, in the order it was said.
    `finished` tells, once the bytes are over, whether the interaction had come to its end.
    """

    def __init__(
        self,
        bindings: Bindings,
        origin: Origin,
        *,
        on_unknown: OnUnknown = "skip",
        raise_on_error: bool = True,
        max_event_bytes: int | None = None,
    ) -> None:
        self.read = bindings.read_event
        self.origin = origin
        self.on_unknown = on_unknown
        self.raise_on_error = raise_on_error
        self.decoder = Decoder(max_event_bytes=max_event_bytes)
        self.finished = False
        self.done = False
        self.framed = False
        self.document: list[str] = []

    def feed(self, chunk: bytes) -> Iterator[Any]:
        for item in self.decoder.feed(chunk):
            if self.done:
                return
            yield from self.events_in(item)

    def close(self) -> Iterator[Any]:
        """The end of the bytes: what is still pending counts only if it is whole."""
        for item in self.decoder.close():
            if self.done:
                return
            if isinstance(item, BareText) or is_whole_terminal(item, self.read):
                yield from self.events_in(item)

    def events_in(self, item: Frame | BareText) -> Iterator[Any]:
        if isinstance(item, BareText):
            self.judge_bare(item.text)
            return
        self.framed = True
        data = item.data
        if data.startswith(DONE) or item.event == "done":
            self.done = True
            return
        if not data:
            return
        event = self.event_of(data)
        if event is not None:
            yield event

    def event_of(self, data: str) -> Any:
        payload: Any
        try:
            payload = json.loads(data)
        except (ValueError, RecursionError):
            if not data.strip():
                return None
            raise self.malformed(data, "an event is not JSON") from None
        if not isinstance(payload, dict) or "event_type" not in payload:
            self.judge_untyped(payload, data)
        event = self.read(payload)
        kind = event.event_type
        if kind == "unknown":
            return self.unknown(event)
        if kind == "error" and self.raise_on_error:
            raise self.stream_error(payload)
        if kind in TERMINAL_EVENTS or kind == "interaction.status_update":
            self.finished = self.finished or is_terminal(event)
        return event

    def judge_untyped(self, payload: Any, data: str) -> None:
        """JSON that is no event: an error of the service, or of its format."""
        error = error_in(payload)
        if error is not None:
            raise api_error(error, self.origin, payload)
        if not isinstance(payload, dict):
            raise self.malformed(data, "an event is not an object")

    def judge_bare(self, text: str) -> None:
        """Lines that are no fields: errors are written there, everything else is ignored."""
        if not self.framed:
            self.document.append(text)
        for candidate in (text, *text.splitlines()):
            payload = parsed(candidate)
            error = error_in(payload)
            if error is not None:
                raise api_error(error, self.origin, payload)

    def judge_document(self) -> None:
        """Refuse an answer that was no stream at all: one JSON object, a page of HTML."""
        if self.framed or not self.document:
            return
        text = "\n".join(self.document)
        error = unexpected(self.origin, text.encode(), "expected a stream of events")
        payload = parsed(text)
        if isinstance(payload, dict):
            error.interaction = payload
        raise error

    def unknown(self, event: Any) -> Any:
        if self.on_unknown == "raise":
            raise UnknownEventError(f"unknown event {event.tag!r}: {event.problem}", event=event)
        if self.on_unknown == "yield":
            return event
        logger.warning("skipped an event of unknown type %r", event.tag)
        return None

    def stream_error(self, payload: Any) -> APIError:
        return api_error(error_in(payload) or {}, self.origin, payload)

    def malformed(self, data: str, problem: str) -> UnexpectedAnswerError:
        return UnexpectedAnswerError(
            f"{problem}: {shown(data[:1000].encode())!r}",
            status=self.origin.status,
            content_type=self.origin.content_type(),
            method=self.origin.method,
            url=self.origin.url,
            body=data,
        )


def is_whole_terminal(frame: Frame, read: Any) -> bool:
    """Whether an unterminated frame is complete all the same, and ends the interaction."""
    if frame.data.strip() == DONE:
        return True
    payload = parsed(frame.data)
    if not isinstance(payload, dict) or "event_type" not in payload:
        return False
    event = read(payload)
    return event.event_type != "unknown" and is_terminal(event)
