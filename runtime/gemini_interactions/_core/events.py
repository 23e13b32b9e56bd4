"""Bytes of a stream → typed events, and the errors that are said among them.

Names of server-sent events decide nothing: an event is what its own `event_type` says.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Literal

from ..errors import UnexpectedAnswerError
from .answers import Origin, api_error, as_object, error_in, parsed, shown, unexpected
from .json_text import read_json
from .long_json import in_turns
from .sse import BareText, Decoder, Frame, Item, LongFrame, SSELimitError, as_text

if TYPE_CHECKING:
    from .._bindings import Bindings

OnUnknown = Literal["skip", "yield", "raise"]

RUNNING: Final = frozenset({"in_progress", "queued"})
TERMINAL_EVENTS: Final = frozenset({"interaction.completed", "interaction.complete"})
STATUS_UPDATE: Final = "interaction.status_update"
ERROR: Final = "error"
UNKNOWN: Final = "unknown"
DONE: Final = "[DONE]"
FIELDS: Final = ("event", "data", "id", "retry")


def is_running(status: str | None) -> bool:
    """Whether a status says that the service is still at work. An unknown status does not."""
    return status in RUNNING


class EventReader:
    """One connection's worth of a stream.

    `feed` and `close` yield events, and raise what the stream says went wrong, in the order it was
    said. `done` tells that `[DONE]` was read: whatever follows is not looked at. With `in_turns`,
    `None` among the events tells that one takes long to read, and others may have their turn.
    """

    def __init__(
        self,
        bindings: Bindings,
        origin: Origin,
        *,
        raise_on_error: bool = True,
        max_event_bytes: int | None = None,
    ) -> None:
        self.bindings = bindings
        self.origin = origin
        self.raise_on_error = raise_on_error
        self.decoder = Decoder(max_event_bytes=max_event_bytes)
        self.in_turns = False
        self.done = False
        self.framed = False
        self.document: list[str] = []

    def feed(self, chunk: bytes) -> Iterator[Any]:
        try:
            items = self.decoder.feed(chunk)
        except SSELimitError as error:
            raise self.refused(str(error), None) from None
        return self.events_in(items)

    def close(self) -> Iterator[Any]:
        """The bytes are over: what is unfinished counts only if it is whole and a last word."""
        try:
            items = self.decoder.close()
        except SSELimitError as error:
            raise self.refused(str(error), None) from None
        return self.events_in(item for item in items if isinstance(item, BareText) or ends(item))

    def events_in(self, items: Iterable[Item]) -> Iterator[Any]:
        read_event = self.bindings.read_event
        for item in items:
            if self.done:
                return
            if isinstance(item, BareText):
                self.judge_bare(item.text)
                continue
            self.framed = True
            try:
                payload = (
                    read_json(item.data)
                    if isinstance(item, Frame)
                    else (yield from self.long_payload(item))
                )
            except (ValueError, RecursionError):
                self.judge_unreadable(item)
                continue
            kind = payload.get("event_type") if payload.__class__ is dict else None
            if kind is None:
                self.judge_untyped(payload, item)
                if self.done:
                    return
            elif kind == ERROR and self.raise_on_error:
                raise api_error(error_in(payload) or {}, self.origin, payload)
            yield read_event(payload)

    def long_payload(self, frame: LongFrame) -> Generator[None, None, Any]:
        if self.in_turns:
            return (yield from in_turns(frame.data))
        return read_json(as_text(frame.data))

    def judge_unreadable(self, frame: Frame | LongFrame) -> None:
        """Data that is no JSON: the end, or nothing, or not what this API speaks."""
        text = as_text(frame.data).strip()
        self.done = frame.event == "done" or text.startswith(DONE)
        if text and not self.done:
            raise self.refused("an event is not JSON", as_text(frame.data)) from None

    def judge_untyped(self, payload: Any, frame: Frame | LongFrame) -> None:
        """JSON that is no event: an error, the end, or not what this API speaks."""
        error = error_in(payload)
        if error is not None:
            raise api_error(error, self.origin, payload)
        self.done = frame.event == "done"
        if not self.done and not isinstance(payload, dict):
            raise self.refused("an event is not an object", as_text(frame.data))

    def judge_bare(self, text: str) -> None:
        """Lines that are no fields: errors are written there, everything else is ignored."""
        if not self.framed:
            self.document.append(text)
        for candidate in (text, *text.split("\n")):
            payload = parsed(candidate)
            error = error_in(payload)
            if error is not None:
                raise api_error(error, self.origin, payload)

    def judge_document(self) -> None:
        """Refuse an answer that was no stream at all: a page of HTML, or one JSON object.

        The object may be the interaction, and paid for: then it is kept on the error. A stream that
        was cut inside its first word is no document.
        """
        text = "\n".join(self.document)
        if self.framed or any(name.startswith(text) for name in FIELDS):
            return
        error = unexpected(self.origin, text.encode(), "expected a stream of events")
        with suppress(ValueError):
            form = self.bindings.types.Interaction
            error.interaction = self.bindings.structure(form, read_json(text))
        raise error

    def refused(self, problem: str, data: str | None) -> UnexpectedAnswerError:
        begins = f": {shown(data[:1000].encode())!r}" if data else ""
        return UnexpectedAnswerError(
            f"{problem}{begins}",
            status=self.origin.status,
            content_type=self.origin.content_type(),
            method=self.origin.method,
            url=self.origin.url,
            body=data,
        )


def ends(frame: Frame | LongFrame) -> bool:
    """Whether an unterminated frame is whole all the same, and nothing but `[DONE]` follows it."""
    text = as_text(frame.data)
    payload = parsed(text)
    fields = as_object(payload)
    kind, status = fields.get("event_type"), fields.get("status")
    if kind is None:
        return text.strip() == DONE or error_in(payload) is not None
    if kind == STATUS_UPDATE:
        return isinstance(status, str) and not is_running(status)
    return kind in (*TERMINAL_EVENTS, ERROR)
