"""Memory while a long stream of large events is read, and none of them kept.

python -m benchmarks.memory [--rounds N] [--json]
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from .contenders import many, streams
from .harness import taking
from .harness.command import main
from .harness.resident import forget_peak, peak_mb, resident_mb
from .harness.row import Contender, Figures, Measure, Operation, Row, Scene, at_most
from .harness.server import serving

IMAGE = 1 << 20
EVENT_MB = IMAGE * 4 / 3 / 1e6
LONG, SHORTER, FIRST = 150, 15, 2
GROWN = Measure("largest events kept at the peak", 1)
GROWN_MB = Measure("MB", 1)


def grown(read: Callable[[], None]) -> Figures:
    before = resident_mb()
    forget_peak()
    read()
    more = peak_mb() - before
    return {GROWN.name: more / EVENT_MB, GROWN_MB.name: more}


def blocking(
    server: str, answer: str, contender: Callable[..., streams.Stream], *more: Any
) -> Operation:
    def read(open_stream: streams.Stream) -> None:
        for _ in open_stream():
            pass

    def run() -> Figures:
        read(contender(server, "first", *more))
        return grown(lambda: read(contender(server, answer, *more)))

    return run


def asynchronous(server: str, answer: str, contender: Callable[..., Any], *more: Any) -> Operation:
    async def read(named: str) -> None:
        async with contender(server, named, *more) as open_stream:
            async for _ in await open_stream():
                pass

    def run() -> Figures:
        asyncio.run(read("first"))
        return grown(lambda: asyncio.run(read(answer)))

    return run


def scene() -> AbstractContextManager[Scene]:
    return serving(
        first=["images", FIRST, IMAGE],
        long=["images", LONG, IMAGE],
        shorter=["images", SHORTER, IMAGE],
    )


ROW = Row(
    title="Memory while a long stream is read",
    about=(
        f"A stream of {LONG} deltas with an image of 1 MB each, {LONG * EVENT_MB:.0f} MB on the "
        "wire, is read to its end and nothing of it kept: the peak over what the process had "
        f"after a stream of {FIRST} such deltas, in multiples of one. `ours` is with "
        "`assemble=False`; who has the interaction assembled holds all of it, as the line says. "
        f"google-genai gets {SHORTER} deltas."
    ),
    measures=(GROWN, GROWN_MB),
    contenders=(
        Contender("ours", "ours", blocking, ("long", streams.ours, False)),
        Contender("ours, async", "ours", asynchronous, ("long", many.ours, False)),
        Contender(
            "ours, a tenth of the stream", "ours", blocking, ("shorter", streams.ours, False)
        ),
        Contender("ours, assembling", "ours", blocking, ("long", streams.ours)),
        Contender("httpx-sse, untyped", "httpx", blocking, ("long", streams.httpx_sse)),
        Contender("openai, untyped", "openai", blocking, ("long", streams.openai)),
        Contender("google-genai", "google-genai", blocking, ("shorter", streams.google_genai)),
        Contender("urllib3 read1 + json", "urllib3", blocking, ("long", streams.urllib3, "read1")),
    ),
    goals=(
        at_most("ours", GROWN.name, 8),
        at_most("ours, async", GROWN.name, 8),
        at_most("ours", GROWN.name, 1.5, of="ours, a tenth of the stream"),
    ),
    take=taking.as_they_are,
    rounds=2,
    scene=scene,
    is_fresh=True,
)

if __name__ == "__main__":
    main(ROW, __file__)
