"""Bytes of a file: opened, unpacked where they are gzip, cut into lines; never all at once."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import BinaryIO, Final

from attrs import frozen

from .sources import STDIN, Source

__all__ = ["Line", "Unpacked", "UnpackingError", "opened"]

CHUNK: Final = 256 * 1024
GZIP: Final = b"\x1f\x8b"
_WITH_HEADER: Final = 31  # zlib's word for gzip


class UnpackingError(ValueError):
    """The rest of a file cannot be had."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule


@frozen
class Line:
    number: int
    data: bytes
    """Without its end; of a line beyond the limit, only how it begins."""
    size: int

    @property
    def whole(self) -> bool:
        return self.size == len(self.data)


def opened(source: Source) -> AbstractContextManager[BinaryIO]:
    if source.path == STDIN:
        return nullcontext(sys.stdin.buffer)
    return open(source.path, "rb", buffering=0)


class Unpacked:
    """What a file holds, in chunks. `is_gzip` says whether it was packed."""

    def __init__(self, file: BinaryIO, limit: int) -> None:
        self.limit = limit
        raw = chunks_of(file)
        start = b""
        for chunk in raw:
            start += chunk
            if len(start) >= len(GZIP):
                break
        self.is_gzip = start.startswith(GZIP)
        chunks = with_first(start, raw)
        self._chunks = gunzip(chunks) if self.is_gzip else chunks
        self._kept = b""
        self._problem: UnpackingError | None = None

    def head(self, size: int) -> bytes:
        """How it begins; what was looked at is read again later."""
        try:
            while len(self._kept) < size and (chunk := next(self._chunks, b"")):
                self._kept += chunk
        except UnpackingError as problem:
            if not self._kept:
                raise
            self._problem = problem  # what came before it comes first
        return self._kept[:size]

    def chunks(self) -> Iterator[bytes]:
        if self._kept:
            yield self._kept
            self._kept = b""
        if self._problem is not None:
            raise self._problem
        yield from self._chunks

    def lines(self) -> Iterator[Line]:
        """Lines of up to the limit; of a longer one the rest is passed over, not held."""
        number, size = 1, 0
        held = bytearray()
        for chunk in self.chunks():
            # Looking first is what makes a line of gigabytes fast.
            *ends, rest = chunk.split(b"\n") if b"\n" in chunk else (chunk,)
            for piece in ends:
                if size:
                    held += piece[: self.limit - len(held)]
                    yield Line(number, bytes(held), size + len(piece))
                    held.clear()
                else:
                    yield Line(number, piece[: self.limit], len(piece))
                number, size = number + 1, 0
            held += rest[: self.limit - len(held)]
            size += len(rest)
        if size:
            yield Line(number, bytes(held), size)


def chunks_of(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


def with_first(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def gunzip(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack, member by member; what came before a broken place is given before the error."""
    unpacker = zlib.decompressobj(_WITH_HEADER)
    offset = 0
    for packed in chunks:
        while packed:
            if unpacker.eof:
                if not packed.strip(b"\0"):
                    break  # padding, as tapes have it
                unpacker = zlib.decompressobj(_WITH_HEADER)
            try:
                data = unpacker.decompress(packed, CHUNK)
            except zlib.error as error:
                what = f"the gzip data is broken after {offset} unpacked bytes: {error}"
                raise UnpackingError("broken-gzip", what) from error
            offset += len(data)
            if data:
                yield data
            packed = unpacker.unconsumed_tail or unpacker.unused_data
    while not unpacker.eof and (data := unpacker.flush()):
        offset += len(data)
        yield data
    if not unpacker.eof:
        what = f"the gzip data ends early, after {offset} unpacked bytes"
        raise UnpackingError("truncated-gzip", what)
