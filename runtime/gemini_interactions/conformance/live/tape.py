"""A body as it arrives, kept to be recorded and judged: nothing of it is made better."""

from __future__ import annotations

from collections.abc import Mapping

from ..._core.sse import BareText, Decoder, as_text
from ..recordings import RecordedEvent, Response

__all__ = ["EVENT_STREAM", "Tape", "header", "media_type"]

EVENT_STREAM = "text/event-stream"


def header(headers: Mapping[str, str], name: str) -> str:
    """A header by its name in any case; empty if it is missing."""
    return next((value for key, value in headers.items() if key.lower() == name.lower()), "")


def media_type(headers: Mapping[str, str]) -> str:
    return header(headers, "content-type").partition(";")[0].strip().lower()


class Tape:
    """The body of one answer. An event stream is also cut into its events, with their times.

    What events cannot say (lines outside the format, bytes that are no UTF-8, an event that is cut
    off) is kept by keeping the bytes.
    """

    def __init__(self, status: int, headers: Mapping[str, str]) -> None:
        self.status = status
        self.headers = dict(headers)
        self.body = bytearray()
        self.events: list[RecordedEvent] = []
        self._decoder = Decoder() if media_type(headers) == EVENT_STREAM else None
        self._plain = True

    @property
    def is_stream(self) -> bool:
        return self._decoder is not None

    def feed(self, chunk: bytes, at: float) -> None:
        """The next bytes, so many seconds after the request."""
        self.body += chunk
        if self._decoder is None:
            return
        for item in self._decoder.feed(chunk):
            if isinstance(item, BareText):
                self._plain = False
                continue
            event = RecordedEvent(at=at, data=as_text(item.data), event=item.event, id=item.id)
            self.events.append(event)

    def response(self, *, left: bool = False) -> Response:
        """All that came. `left`: it was the client that ended it."""
        events = None
        if self._decoder is not None:
            cut_off = bool(self._decoder.close()) and not left
            if self._plain and not cut_off and is_text(self.body):
                events = tuple(self.events)
        body = b"" if events is not None else bytes(self.body)
        return Response(
            status=self.status, headers=self.headers, body=body, events=events, left=left
        )


def is_text(data: bytearray) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
