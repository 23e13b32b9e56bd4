"""JSON of many megabytes, read in turns.

One call of `json.loads` on a picture of 20 MB keeps a thread, and with it an event loop, for tens
of milliseconds. What is long in such a text is a few strings: each of them is read in pieces, and
the rest is short.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from typing import Any, Final

LONG: Final = 4 << 20
"""Bytes from which on it is worth it."""
PIECE: Final = 1 << 19

_QUOTES_SEEN: Final = 2000  # with more of them, it is not a few strings that make a text long
_CUTS_TRIED: Final = 4096
_ESCAPE: Final = 12  # bytes of the longest escape, a pair of surrogates
_STAND_IN: Final = b"NaN"  # what a reader can be asked about, and JSON itself does not have
_BACKSLASH: Final = ord("\\")

Json = bytes | bytearray


def in_turns(data: Json, piece: int = PIECE) -> Generator[None, None, Any]:
    """Give what `json.loads` gives, with a pause after every piece."""
    values: list[str] = []
    rest = bytearray()
    end = 0
    for start, stop in _long_strings(data, piece):
        value = ""
        for text in _pieces(data, start, stop, piece):
            # In place, as nobody else holds the string: its memory grows with it, page by page.
            value += json.loads(f'"{text}"')
            yield
        values.append(value)
        rest += data[end : start - 1] + _STAND_IN
        end = stop + 1
    rest += data[end:]
    if values and rest.count(_STAND_IN) == len(values) and b"Infinity" not in rest:
        following = iter(values)
        try:
            return json.loads(_text(rest), parse_constant=lambda _: next(following))
        except ValueError:  # no JSON; or the name of a member is long, where no stand-in may be
            pass
    return json.loads(_text(data))


def _long_strings(data: Json, least: int) -> Iterator[tuple[int, int]]:
    """Where the long strings begin and end, between their quotes."""
    start = None
    at = data.find(b'"')
    for _ in range(_QUOTES_SEEN):
        if at < 0:
            return
        if start is None:
            start = at + 1
        elif not _is_escaped(data, at, start):
            if at - start > least:
                yield start, at
            start = None
        at = data.find(b'"', at + 1)


def _is_escaped(data: Json, at: int, start: int) -> bool:
    first = at
    while first > start and data[first - 1] == _BACKSLASH:
        first -= 1
    return (at - first) % 2 == 1


def _pieces(data: Json, start: int, stop: int, piece: int) -> Iterator[str]:
    while start < stop:
        end = _cut(data, start, min(start + piece, stop), stop)
        yield _text(data[start:end])
        start = end


def _cut(data: Json, start: int, end: int, stop: int) -> int:
    """The last place, or else the end, where neither a character nor an escape is cut in two."""
    if end == stop:
        return stop
    for cut in range(end, max(start, end - _CUTS_TRIED), -1):
        in_character = data[cut] & 0xC0 == 0x80
        if not in_character and _BACKSLASH not in data[max(start, cut - _ESCAPE) : cut]:
            return cut
    return stop


def _text(data: Json) -> str:
    return data.decode("utf-8", "replace")
