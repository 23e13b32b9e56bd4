"""Server-sent events: a file of them, or the body of an answer."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator

from ..._core.sse import BareText, Decoder, Frame, LongFrame, SSELimitError, as_text
from ...testing.json_values import objects
from ..findings import Finding, Place
from ..recordings import RecordedEvent
from .items import Item, StreamEvent, Subject, breach, unreadable
from .json_text import NotJson, parsed
from .payloads import is_opening, kind_of_payload
from .streams import Gathering

__all__ = ["events_of_file", "frames_in", "judged_event"]

DONE = "[DONE]"

FramedItem = RecordedEvent | BareText | Finding


def frames_in(chunks: Iterable[bytes], source: str, limit: int) -> Iterator[FramedItem]:
    """Frames as they were sent, and what no client would make sense of."""
    decoder = Decoder(max_event_bytes=limit)
    check = Utf8Check(source)
    count = 0
    try:
        for chunk in chunks:
            yield from check.chunk(chunk)
            for item in decoder.feed(chunk):
                count += not isinstance(item, BareText)
                yield item if isinstance(item, BareText) else recorded(item)
        for item in decoder.close():
            if isinstance(item, BareText):
                yield item
                continue
            yield recorded(item)
            what = "the last event has no blank line after it: clients drop it, or it is cut"
            place = Place(source=source, position=f"event {count + 1}")
            yield breach(place, "stream", "unfinished-event", what, as_text(item.data))
    except SSELimitError:
        what = f"an event of more than {limit} bytes; the rest of this input was not read"
        yield unreadable(Place(source=source, position=f"event {count + 1}"), "too-large", what)


class Utf8Check:
    """Clients replace a byte that is no UTF-8, so decoding alone would not show it."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.offset = 0
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        self.found = False

    def chunk(self, chunk: bytes) -> Iterator[Finding]:
        if self.found:
            return
        held = len(self.decoder.getstate()[0])
        try:
            self.decoder.decode(chunk)
        except UnicodeDecodeError as error:
            self.found = True
            place = Place(source=self.source, position=f"byte {self.offset - held + error.start}")
            yield unreadable(place, "utf-8", "this byte is not valid UTF-8")
        self.offset += len(chunk)


def recorded(frame: Frame | LongFrame) -> RecordedEvent:
    return RecordedEvent(at=None, data=as_text(frame.data), event=frame.event, id=frame.id)


def is_done(event: RecordedEvent) -> bool:
    return event.event == "done" or event.data.strip().startswith(DONE)


def events_of_file(chunks: Iterable[bytes], source: str, limit: int) -> Iterator[Item]:
    """The streams of a file: after `[DONE]`, another one may begin."""
    gathering = Gathering()
    count, done = 0, False
    for item in frames_in(chunks, source, limit):
        if isinstance(item, Finding):
            yield item
            continue
        count += not isinstance(item, BareText)
        place = Place(source=source, position=f"event {count}")
        if isinstance(item, RecordedEvent) and is_done(item):
            if done:
                yield breach(place, "stream", "after-done", "[DONE] came twice", item.data)
            done = True
            continue
        for found in judged_event(item, place):
            if isinstance(found, StreamEvent):
                if done and is_opening(found.payload):
                    yield from gathering.end(done=True)
                    done = False
                elif done:
                    what = "an event came after [DONE]"
                    yield breach(place, "stream", "after-done", what, found.payload)
                yield from gathering.event(place, found.payload)
            else:
                yield found
    yield from gathering.end(done=done)


def judged_event(item: RecordedEvent | BareText, place: Place) -> Iterator[Item]:
    """What one frame holds: an event, an error, nothing, or what should not be there."""
    if isinstance(item, BareText):
        yield from bare(item.text, place)
        return
    if not item.data.strip():
        return
    try:
        payload = parsed(item.data)
    except NotJson as problem:
        yield breach(place, "stream", problem.rule, f"an event's data: {problem}", item.data)
        return
    if kind_of_payload(payload) == "error":
        yield Subject(place=place, kind="error", payload=payload)
    else:
        yield StreamEvent(place=place, payload=payload, at=item.at)


def bare(text: str, place: Place) -> Iterator[Item]:
    """Lines outside the event-stream format: errors are written there, nothing else should be."""
    try:
        payload = parsed(text)
    except NotJson:
        payload = None
    if any("error" in part for part in objects(payload)):
        yield Subject(place=place, kind="error", payload=payload)
    else:
        what = "a line is no field of an event stream; clients ignore it"
        yield breach(place, "stream", "not-a-field", what, text)
