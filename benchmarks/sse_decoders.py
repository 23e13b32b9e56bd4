"""Bytes in memory → server-sent events: the decoders alone, without a socket or parsed JSON.

python -m benchmarks.sse_decoders [--rounds N] [--json]
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from .harness import taking, wire
from .harness.command import main
from .harness.row import Contender, Operation, Row, at_least
from .harness.taking import CPU, EVENTS

COUNT = 20_000
PIECE = 1 << 16
ONE, MANY = "one event a piece", "64 KB a piece"


def pieces_of(cut: str) -> list[bytes]:
    frames = [wire.frame(event) for event in wire.stream_of(COUNT, wire.text_delta)]
    if cut == ONE:
        return frames
    whole = b"".join(frames)
    return [whole[start : start + PIECE] for start in range(0, len(whole), PIECE)]


def ours(_: str, cut: str) -> Operation:
    from gemini_interactions._core.sse import Decoder

    pieces = pieces_of(cut)

    def events() -> Iterator[Any]:
        decoder = Decoder()
        for piece in pieces:
            yield from decoder.feed(piece)

    return events


def openai(_: str, cut: str) -> Operation:
    pieces = pieces_of(cut)
    decoder: Any = import_module("openai._streaming").SSEDecoder()
    return lambda: decoder.iter_bytes(iter(pieces))


def httpx_sse(_: str, cut: str) -> Operation:
    """Its decoder takes what httpx makes of a response; this one is in memory."""
    pieces = pieces_of(cut)
    response: Any = import_module("httpx").Response
    source: Any = import_module("httpx_sse").EventSource
    head = {"headers": {"content-type": "text/event-stream"}}
    return lambda: source(response(200, content=iter(pieces), **head)).iter_sse()


DECODERS = {
    "ours": ("ours", ours),
    "openai": ("openai", openai),
    "httpx-sse": ("httpx", httpx_sse),
}

ROW = Row(
    title="Server-sent events, the decoders alone",
    about=(
        f"The events of a stream of {COUNT:,} small text deltas, in memory, are decoded in pieces "
        "of one event each, as they come while a model writes, and in pieces of 64 KB, as they "
        "come when the reader is late. Nobody parses what is in them."
    ),
    measures=(EVENTS, CPU),
    contenders=tuple(
        Contender(f"{name}, {cut}", peer, start, (cut,))
        for cut in (ONE, MANY)
        for name, (peer, start) in DECODERS.items()
    ),
    goals=tuple(
        at_least(f"ours, {cut}", EVENTS.name, 1, of=f"{other}, {cut}")
        for cut in (ONE, MANY)
        for other in ("openai", "httpx-sse")
    ),
    take=taking.events_read,
    rounds=9,
    ours=f"ours, {ONE}",
)

if __name__ == "__main__":
    main(ROW, __file__)
