"""The chunked transfer coding: bytes of a connection in, bytes of a body out.

A chunk is the line that says its size in hexadecimal, its bytes, and a line end. One of size zero
is the last; a trailer follows it, lines up to an empty one, which is dropped. Chunks mean nothing:
a server cuts them as it likes.
"""

from __future__ import annotations

from http.client import IncompleteRead, LineTooLong

__all__ = ["ChunkedBody"]

LONGEST_LINE = 65536


class ChunkedBody:
    """Decodes one body, and holds back nothing of it: what has come of a chunk is given at once."""

    def __init__(self) -> None:
        self.ended = False
        self._left = 0  # bytes of the chunk that are still to come
        self._head = b"\r\n"  # what has come of a size: the line end of the chunk before, and on
        self._trailer = False

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes of the connection; return those of the body among them.

        No bytes are the end of the connection. Some servers leave the trailer out before it.
        """
        if not data:
            self.ended = self._trailer
            if not self.ended:
                raise IncompleteRead(b"")
        parts: list[bytes] = []
        left, at = self._left, 0
        if self._head:
            data, self._head = self._head + data, b""
        while not self._trailer:
            if left:
                part = data[at : at + left]
                parts.append(part)
                at += len(part)
                left -= len(part)
                if left:
                    break
            end = data.find(b"\n", at + 2)
            if end < 0:
                self._hold(data[at:])
                break
            left = size(data[at + 2 : end])
            at = end + 1
            self._trailer = not left
        else:
            self._skip_trailer(data[at:])
        self._left = left
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _skip_trailer(self, data: bytes) -> None:
        *lines, rest = data.split(b"\n")
        self.ended = self.ended or b"" in lines or b"\r" in lines
        self._hold(rest)

    def _hold(self, line: bytes) -> None:
        if len(line) > LONGEST_LINE:
            raise LineTooLong("chunk size or trailer")
        self._head = line


def size(line: bytes) -> int:
    """The size that a line says, whatever extensions come with it."""
    try:
        said = int(line.partition(b";")[0], 16)
    except ValueError:
        said = -1
    if said < 0:
        raise IncompleteRead(b"")
    return said
