"""Server-sent events: bytes in, frames out.

The decoder follows the WHATWG event-stream rules to the letter, does no I/O, and looks at
each byte a constant number of times, however the stream is cut into chunks.

A stream is lines; a line ends with CR, LF or CRLF; lines gather into blocks; a blank line
ends a block. This, and nothing else, lives from one ``feed`` to the next:

1. *The line without an end* (``_line``). Only its end tells what it is, so it waits as raw
   bytes and is not searched again. No line end lies inside a UTF-8 sequence, so each line is
   decoded when whole, and a character cut in two by a chunk is no case of its own.
2. *Two bits about the bytes before.* The last one was a CR (``_after_cr``): that CR has ended
   its line and dispatched its block already, and an LF that follows belongs to it and is
   swallowed. Waiting for the LF would hold a finished frame back until the server speaks
   again. And: nothing but a part of a byte order mark has come so far (``_at_start``).
3. *The block without an end*: data, event name and bare lines, beside the last event id and
   the reconnection time, which outlive blocks. By the rules the end of the stream discards
   an unfinished block; ``close`` hands it over, marked as incomplete.

Every line is one of four kinds:

- *blank*: no bytes at all;
- *comment*: begins with a colon; dropped;
- *field*: what stands before its first colon, or the whole line if it has none, is exactly
  ``data``, ``event``, ``id`` or ``retry``;
- *bare*: anything else. WHATWG ignores such lines, but the API writes errors as plain JSON
  into a running stream, on one line or on many. A run of bare lines becomes one ``BareText``
  when a field line, a blank line or ``close`` ends it; comments do not end it. When one blank
  line ends both a frame and a run, the frame comes first.
"""

from __future__ import annotations

import re
from typing import Final

from attrs import define

from .long_json import LONG

__all__ = ["BareText", "Decoder", "Frame", "LongFrame", "SSELimitError"]

_BOM: Final = b"\xef\xbb\xbf"
_CR: Final = 13
_MAX_RETRY_DIGITS: Final = 18  # far beyond any delay, and well within what int() takes
_BLOCKS: Final = re.compile(rb"(?:event: (.+)\n)?data: (.*)\n\n|(.*\n)")
"""Blocks as the API writes them, and whatever else there is, line by line."""


@define
class Frame:
    """One event."""

    event: str
    """The event's name; empty for the default, "message"."""
    data: str
    """The data lines, joined by line feeds."""
    id: str | None
    """The last event id in force: None if none was ever sent, empty if it was reset."""
    retry: int | None
    """The reconnection time in force, in milliseconds."""
    complete: bool = True
    """False if the stream ended before the blank line; the data may be cut."""


@define
class LongFrame:
    """One event with megabytes of data, all on one line, and not decoded: that takes its time."""

    event: str
    data: bytes | bytearray
    id: str | None
    retry: int | None
    complete: bool = True


@define
class BareText:
    """Consecutive lines that are no part of the event-stream format."""

    text: str
    """The lines, joined by line feeds."""


Item = Frame | LongFrame | BareText


class SSELimitError(ValueError):
    """An event, or a single line, outgrew ``max_event_bytes``."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit

    def __str__(self) -> str:
        return f"server-sent event is larger than the limit of {self.limit} bytes"


class Decoder:
    """Decodes one event stream: feed it bytes as they come, then close it.

    ``max_event_bytes`` bounds what is held: the bytes of a block's lines, line ends not
    counted, comments each by itself. Items completed ahead of an event that is too large are
    returned first; the error then comes with the next call, and again with every later one.
    A single line of more than ``long`` bytes of data is given as a ``LongFrame``.
    """

    __slots__ = (
        "_after_cr",
        "_at_start",
        "_bare",
        "_block_bytes",
        "_data",
        "_event",
        "_failure",
        "_id",
        "_limit",
        "_line",
        "_long",
        "_longest_run",
        "_retry",
        "last_event_id",
    )

    last_event_id: str | None
    """The id in force at the last blank line, even if that block had no data."""

    def __init__(self, *, max_event_bytes: int | None = None, long: int = LONG) -> None:
        if max_event_bytes is not None and max_event_bytes < 1:
            raise ValueError("max_event_bytes must be positive or None")
        self._limit = max_event_bytes
        self._long = long
        self._longest_run = long if max_event_bytes is None else min(long, max_event_bytes)
        self._failure: SSELimitError | None = None

        self._at_start = True
        self._after_cr = False
        self._line = bytearray()

        self._block_bytes = 0
        self._data: list[str | bytes | bytearray] = []
        self._bare: list[str] = []
        self._event = ""
        self._id: str | None = None
        self._retry: int | None = None
        self.last_event_id = None

    def feed(self, chunk: bytes) -> list[Item]:
        """Take the next bytes; return what they complete, in order."""
        if self._failure is not None:
            raise self._failure
        items: list[Item] = []
        try:
            self._take_all(self._tidied(chunk), items)
            if self._limit is not None:
                self._check_size(self._line)
        except SSELimitError as error:
            self._failure = error
            if not items:
                raise
        return items

    def close(self) -> list[Item]:
        """Take the end of the stream; return what it left without an end.

        The last line may be cut. If it is data or bare it is kept all the same, for whoever
        parses it sees whether it is whole; a cut event name, id or retry is dropped.
        """
        if self._failure is not None:
            raise self._failure
        items: list[Item] = []
        line = bytes(self._line)
        self._line.clear()
        if line and line.partition(b":")[0] not in (b"event", b"id", b"retry"):
            self._take(line, items)
        self._end_block(items, complete=False)
        return items

    def _tidied(self, chunk: bytes) -> bytes:
        """Return the chunk without a byte order mark, and with line feeds for all line ends."""
        if self._at_start:
            chunk = self._skip_bom(chunk)
        if self._after_cr and chunk:
            chunk = chunk.removeprefix(b"\n")
            self._after_cr = False
        if _CR in chunk:
            self._after_cr = chunk.endswith(b"\r")
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return chunk

    def _take_all(self, chunk: bytes, items: list[Item]) -> None:
        """Take the lines that end in this chunk; hold back what follows the last of them."""
        if self._line:
            begun, line_end, chunk = chunk.partition(b"\n")
            self._line += begun
            if not line_end:
                return
            whole, self._line = self._line, bytearray()
            self._take(whole, items)
        end = chunk.rfind(b"\n") + 1
        if end <= self._longest_run:
            self._take_run(chunk, end, items)
        else:
            for line in chunk[:end].split(b"\n")[:-1]:
                self._take(line, items)
        self._line += chunk[end:]

    def _take_run(self, chunk: bytes, end: int, items: list[Item]) -> None:
        """Take lines that together are neither long nor over the limit.

        Blocks of the usual form are taken as a whole, more than twice as fast as line by line.
        """
        within = self._is_within_block()
        for event, data, line in _BLOCKS.findall(chunk, 0, end):
            if line:
                self._take(line[:-1], items)
            elif within:
                if event:
                    self._take(b"event: " + event, items)
                self._take(b"data: " + data, items)
                self._take(b"", items)
            else:
                name = event.decode("utf-8", "replace")
                text = data.decode("utf-8", "replace")
                items.append(Frame(name, text, self._id, self._retry))
                self.last_event_id = self._id
                continue
            within = self._is_within_block()

    def _is_within_block(self) -> bool:
        return bool(self._data or self._event or self._bare or self._block_bytes)

    def _skip_bom(self, chunk: bytes) -> bytes:
        """Hold back the first bytes of the stream until they are, or are not, the mark."""
        start = bytes(self._line) + chunk
        if len(start) < len(_BOM) and _BOM.startswith(start):
            self._line[:] = start
            return b""
        self._line.clear()
        self._at_start = False
        return start.removeprefix(_BOM)

    def _take(self, line: bytes | bytearray, items: list[Item]) -> None:
        """Enter a line into the block, or end it."""
        if not line:
            self._end_block(items)
            return
        if self._limit is not None:
            self._block_bytes = self._check_size(line)
        if line.startswith(b"data:"):
            is_long = len(line) > self._long
            data = without_prefix(line)
            self._data.append(data if is_long else as_text(data))
        else:
            text = line.decode("utf-8", "replace")
            name, _, value = text.partition(":")
            if not name:
                return
            if not self._set_field(name, value.removeprefix(" ")):
                self._bare.append(text)
                return
        if self._bare:
            self._end_run(items)

    def _set_field(self, name: str, value: str) -> bool:
        """Set a field of the block; return whether there is one of this name."""
        if name == "event":
            self._event = value
        elif name == "id":
            if "\0" not in value:
                self._id = value
        elif name == "retry":
            if value.isascii() and value.isdigit() and len(value) <= _MAX_RETRY_DIGITS:
                self._retry = int(value)
        elif name == "data":
            self._data.append(value)
        else:
            return False
        return True

    def _end_block(self, items: list[Item], *, complete: bool = True) -> None:
        if self._data:
            items.append(self._frame(complete))
            self._data.clear()
        if self._bare:
            self._end_run(items)
        self._event = ""
        self._block_bytes = 0
        if complete:
            self.last_event_id = self._id

    def _frame(self, complete: bool) -> Frame | LongFrame:
        data = self._data[0] if len(self._data) == 1 else "\n".join(map(as_text, self._data))
        if isinstance(data, str):
            return Frame(self._event, data, self._id, self._retry, complete)
        return LongFrame(self._event, data, self._id, self._retry, complete)

    def _end_run(self, items: list[Item]) -> None:
        items.append(BareText("\n".join(self._bare)))
        self._bare.clear()

    def _check_size(self, line: bytes | bytearray) -> int:
        """Return the size of the block with this line; a comment counts by itself only."""
        comment = line[:1] == b":"
        size = len(line) if comment else self._block_bytes + len(line)
        if self._limit is not None and size > self._limit:
            raise SSELimitError(self._limit)
        return self._block_bytes if comment else size


def without_prefix(line: bytes | bytearray) -> bytes | bytearray:
    """The value of a `data` line, without a copy where it is the line that was gathered."""
    begin = 6 if line.startswith(b" ", 5) else 5
    if isinstance(line, bytes):
        return line[begin:]
    del line[:begin]
    return line


def as_text(data: str | bytes | bytearray) -> str:
    return data if isinstance(data, str) else data.decode("utf-8", "replace")
