"""One input → its items, whatever its form. What it holds decides, its name is a hint.

An input is JSON (a document, or one value a line), server-sent events, or neither. A JSON value is
a payload, an array of payloads, a HAR, or, as the first line, the header of a recording.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from attrs import define

from ...testing.json_values import is_array
from ..findings import Place
from ..recordings import RecordingError, exchange_of, is_header
from .event_streams import events_of_file
from .exchanges import items_of
from .har import is_har, items_of_har
from .items import Item, Subject, unreadable
from .json_text import NotJson, parsed
from .payloads import As, kind_of_payload
from .sources import Source
from .streams import Gathering
from .unpacking import Line, Unpacked, UnpackingError, opened

__all__ = ["LIMIT", "Reading", "read"]

LIMIT: Final = 256 << 20
"""Bytes of one line, one event or one document: what has to be held at once."""

HEAD: Final = 4096
BOM: Final = b"\xef\xbb\xbf"
EVENT_STREAM: Final = re.compile(rb"(event|data|id|retry)?[ ]?:|(event|data|id|retry)[\r\n]")
LINED: Final = frozenset({".jsonl", ".ndjson"})
AS_JSON: Final = LINED | {".json", ".har"}


@define
class Reading:
    """What is known of an input besides its items, once they are read."""

    form: str = "unknown"
    """`events`, `har`, `json`, `lines`, `recording` or `unknown`."""
    size: int = 0
    """Bytes, unpacked."""


def read(
    source: Source, *, as_: As | None = None, limit: int = LIMIT, reading: Reading | None = None
) -> Iterator[Item]:
    """The items of one input. Whatever is wrong with it is one of them; nothing is raised."""
    reader = _Reader(source, as_, limit, reading or Reading())
    try:
        with opened(source) as file:
            yield from reader.items(Unpacked(file, limit))
    except OSError as error:
        what = f"it cannot be read: {error.strerror or error}"
        yield unreadable(Place(source=source.name), "unreadable", what)
    except UnpackingError as problem:
        place = Place(source=source.name, position=reader.position)
        yield unreadable(place, problem.rule, str(problem))


class _Reader:
    def __init__(self, source: Source, as_: As | None, limit: int, reading: Reading) -> None:
        self.source = source
        self.as_: As | None = as_
        self.limit = limit
        self.reading = reading
        self.position = ""
        self.gathering = Gathering()

    def place(self, position: str = "") -> Place:
        return Place(source=self.source.name, position=position)

    def items(self, data: Unpacked) -> Iterator[Item]:
        head = data.head(HEAD).removeprefix(BOM).lstrip()
        if self.source.says_gzip and not data.is_gzip:
            yield self.misnamed("it is not gzip")
        if not head and not data.head(HEAD + 1)[HEAD:]:
            yield unreadable(self.place(), "empty", "there is nothing in it")
        elif EVENT_STREAM.match(head):
            yield from self.event_stream(data)
        elif head[:1] in (b"{", b"[") or self.source.suffix in LINED:
            yield from self.json(data)
        else:
            what = "it is neither JSON nor an event stream"
            if b"\0" in head:
                what += ", but binary, or text in UTF-16"
            yield unreadable(self.place(), "unknown-form", what, head)

    def misnamed(self, what: str) -> Item:
        return unreadable(self.place(), "misnamed", f"{what}, as its name says")

    def event_stream(self, data: Unpacked) -> Iterator[Item]:
        self.reading.form = "events"
        if self.source.suffix in AS_JSON:
            yield self.misnamed("it is an event stream, not JSON")
        yield from events_of_file(self.counted(data.chunks()), self.source.name, self.limit)

    def counted(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self.reading.size += len(chunk)
            yield chunk

    # --- JSON -----------------------------------------------------------------------------------

    def json(self, data: Unpacked) -> Iterator[Item]:
        lines = data.lines()
        first = next((line for line in lines if line.data.strip()), None)
        if first is None:
            yield unreadable(self.place(), "empty", "there is nothing in it")
            return
        try:
            second = next((line for line in lines if line.data.strip()), None)
        except UnpackingError as problem:
            second, lines = None, failing(problem)
        try:
            value = self.value(first)
        except NotJson as problem:
            if second is not None and first.whole and self.source.suffix not in LINED:
                yield from self.document(first, second, lines)
            else:
                yield self.broken(first, problem)
                yield from self.lines_after(second, lines)
            return
        if second is None and not is_recording(value):
            self.reading.form = "json"
            yield from self.whole(value)
            next(lines, None)  # raises if the file broke off behind the value
            return
        if self.source.suffix in (".har", ".json"):
            yield self.misnamed(f"it holds several lines of JSON, not one {self.one()}")
        yield from self.lined(value, first, second, lines)

    def one(self) -> str:
        return "HAR" if self.source.suffix == ".har" else "document"

    def value(self, line: Line) -> Any:
        self.position = f"after line {line.number}"
        self.reading.size += line.size + 1
        if not line.whole:
            what = f"a line of {line.size} bytes, more than the limit of {self.limit}"
            raise NotJson("too-large", what)
        return parsed(line.data.removeprefix(BOM) if line.number == 1 else line.data)

    def broken(self, line: Line, problem: NotJson) -> Item:
        place = self.place(f"line {line.number}")
        return unreadable(place, problem.rule, str(problem), line.data[:HEAD])

    def document(self, first: Line, second: Line, rest: Iterator[Line]) -> Iterator[Item]:
        """One JSON value over many lines."""
        self.reading.form = "json"
        text = bytearray(b"\n" * (first.number - 1) + first.data)
        number = first.number
        for line in chained(second, rest):
            text += b"\n" * (line.number - number) + line.data
            number = line.number
            if not line.whole or len(text) > self.limit:
                what = f"a document of more than {self.limit} bytes: write one value a line"
                yield unreadable(self.place(), "too-large", what)
                return
        self.reading.size = len(text)
        try:
            value = parsed(bytes(text))
        except NotJson as problem:
            yield unreadable(self.place(), problem.rule, str(problem), bytes(text[:HEAD]))
            return
        yield from self.whole(value)

    def whole(self, value: Any) -> Iterator[Item]:
        """What a document holds."""
        if is_har(value):
            self.reading.form = "har"
            yield from items_of_har(value, self.source.name, self.limit)
            return
        if self.source.suffix == ".har":
            yield self.misnamed("it is JSON, but no HAR")
        if is_array(value):
            for number, item in enumerate(value, 1):
                yield from self.payload(item, self.place(f"item {number}"))
            if not value:
                yield unreadable(self.place(), "empty", "it is an empty array")
        else:
            yield from self.payload(value, self.place())
        yield from self.gathering.end(done=None)

    def lined(
        self, value: Any, first: Line, second: Line | None, lines: Iterator[Line]
    ) -> Iterator[Item]:
        try:
            recording = is_header(value)
        except RecordingError as error:
            yield unreadable(self.place("line 1"), "recording", str(error))
            return
        if recording:
            self.reading.form = "recording"
            yield from self.recording(chained(second, lines))
            return
        self.reading.form = "lines"
        yield from self.payload(value, self.place(f"line {first.number}"))
        yield from self.lines_after(second, lines)

    def lines_after(self, second: Line | None, lines: Iterator[Line]) -> Iterator[Item]:
        self.reading.form = "lines"
        for line in chained(second, lines):
            if not line.data.strip():
                continue
            try:
                value = self.value(line)
            except NotJson as problem:
                yield self.broken(line, problem)
            else:
                yield from self.payload(value, self.place(f"line {line.number}"))
        yield from self.gathering.end(done=None)

    def recording(self, lines: Iterator[Line]) -> Iterator[Item]:
        found = False
        for line in lines:
            if not line.data.strip():
                continue
            found = True
            try:
                exchange = exchange_of(self.value(line))
            except NotJson as problem:
                yield self.broken(line, problem)
            except ValueError as error:
                place = self.place(f"line {line.number}")
                yield unreadable(place, "recording", str(error), line.data[:HEAD])
            else:
                yield from items_of(exchange, self.place(f"line {line.number}"), self.limit)
        if not found:
            yield unreadable(self.place(), "empty", "the recording holds no exchange")

    def payload(self, value: Any, place: Place) -> Iterator[Item]:
        """A value that is said to be something, or shows what it is."""
        kind: As | None = self.as_ or kind_of_payload(value)
        if kind == "stream" or (kind == "event" and self.as_ is None):
            yield from self.gathering.event(place, value)
            return
        yield from self.gathering.end(done=None)
        if kind is not None:
            yield Subject(place=place, kind=kind, payload=value)
        elif is_har(value):
            yield from items_of_har(value, self.source.name, self.limit)
        else:
            what = "this could be anything: say what it is with --as"
            yield unreadable(place, "unknown-kind", what, value)


def chained(first: Line | None, rest: Iterator[Line]) -> Iterator[Line]:
    if first is not None:
        yield first
    yield from rest


def failing(problem: UnpackingError) -> Iterator[Line]:
    """Lines that end in an error."""
    raise problem
    yield


def is_recording(value: Any) -> bool:
    try:
        return is_header(value)
    except RecordingError:
        return True
