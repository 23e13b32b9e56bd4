"""Small but valid media, built from nothing, so that a viewer or player accepts them."""

from __future__ import annotations

import base64
import math
import struct
import zlib
from functools import cache

from .json_values import Json


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


@cache
def image(shade: int = 0, size: int = 16) -> Json:
    """A square PNG with a colour gradient; `shade` makes pictures differ."""
    rows = bytearray()
    for y in range(size):
        rows.append(0)
        for x in range(size):
            rows += bytes(((x * 255) // size, (y * 255) // size, (shade * 67) % 256))
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    chunks = (
        _png_chunk(b"IHDR", header),
        _png_chunk(b"IDAT", zlib.compress(bytes(rows))),
        _png_chunk(b"IEND", b""),
    )
    return _media("image", "image/png", b"\x89PNG\r\n\x1a\n" + b"".join(chunks))


@cache
def audio(seconds: float = 0.05, rate: int = 8000) -> Json:
    """A mono 16-bit WAV with a short 440 Hz tone."""
    count = int(seconds * rate)
    tone = (int(8000 * math.sin(2 * math.pi * 440 * n / rate)) for n in range(count))
    samples = b"".join(struct.pack("<h", value) for value in tone)
    layout = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16)
    body = b"WAVE" + layout + struct.pack("<4sI", b"data", len(samples)) + samples
    return _media("audio", "audio/wav", struct.pack("<4sI", b"RIFF", len(body)) + body)


def _media(kind: str, mime_type: str, data: bytes) -> Json:
    return {"mime_type": mime_type, "data": base64.b64encode(data).decode(), "type": kind}
