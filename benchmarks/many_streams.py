"""Many slow streams at once: the wait for the first event, memory and CPU.

python -m benchmarks.many_streams [--rounds N] [--json]
"""

from __future__ import annotations

import asyncio
import resource
import statistics
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from .contenders import many, streams
from .harness import taking
from .harness.command import main
from .harness.resident import peak_mb, resident_mb
from .harness.row import (
    SERVER_BUSY,
    Contender,
    Figures,
    Measure,
    Operation,
    Row,
    Scene,
    at_most,
)
from .harness.server import serving
from .harness.taking import CPU

STREAMS = 500
DELTAS = 12
PACE = 0.1
FIRST_P99 = Measure("s to first event, p99", 3)
FIRST_P50 = Measure("p50", 3)
KB = Measure("KB per stream", 1)
PACED = "paced"


def on_one_loop(server: str, contender: Callable[..., Any], *arguments: Any) -> Operation:
    async def run() -> Figures:
        async with contender(server, PACED, *arguments) as open_stream:
            notes = Notes()

            async def one() -> None:
                note = notes.stream()
                async for _ in await open_stream():
                    note()

            await asyncio.gather(*(one() for _ in range(5)))
            notes.warm()
            notes.begin()
            await asyncio.gather(*(one() for _ in range(STREAMS)))
            return notes.figures()

    return lambda: asyncio.run(run())


def on_threads(server: str, contender: Callable[..., streams.Stream], *more: Any) -> Operation:
    open_stream = contender(server, PACED, *more)
    notes = Notes()

    def one(gate: threading.Event) -> None:
        gate.wait()
        note = notes.stream()
        for _ in open_stream():
            note()

    def all_at_once(count: int) -> None:
        gate = threading.Event()
        threads = [threading.Thread(target=one, args=(gate,)) for _ in range(count)]
        for thread in threads:
            thread.start()
        notes.begin()
        gate.set()
        for thread in threads:
            thread.join()

    def run() -> Figures:
        all_at_once(5)
        notes.warm()
        all_at_once(STREAMS)
        return notes.figures()

    return run


class Notes:
    """What is written down of many streams."""

    def __init__(self) -> None:
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self._streams: list[list[float]] = []

    def warm(self) -> None:
        """Forget the streams so far: what the process has now is what it has without any."""
        self._streams.clear()
        self._memory = resident_mb()

    def begin(self) -> None:
        """The moment that all streams are opened at."""
        self._cpu, self._begin = time.process_time(), time.perf_counter()

    def stream(self) -> Callable[[], None]:
        """Gives what a stream calls for each of its events."""
        events: list[float] = []
        self._streams.append(events)
        return lambda: events.append(time.perf_counter())

    def figures(self) -> Figures:
        memory, cpu = peak_mb() - self._memory, time.process_time() - self._cpu
        counts = [len(events) for events in self._streams]
        if len(counts) != STREAMS or min(counts) < DELTAS:
            raise RuntimeError(f"{len(counts)} streams, the shortest of {min(counts)} events")
        waits = [events[0] - self._begin for events in self._streams]
        return {
            FIRST_P99.name: statistics.quantiles(waits, n=100)[98],
            FIRST_P50.name: statistics.median(waits),
            KB.name: memory * 1e3 / STREAMS,
            CPU.name: cpu / sum(counts) * 1e6,
        }


def scene() -> AbstractContextManager[Scene]:
    return serving(paced=["paced_texts", DELTAS, PACE])


ROW = Row(
    title=f"{STREAMS} streams at once",
    about=(
        f"{STREAMS} streams are opened at the same moment in one process, on one event loop or "
        f"on a thread each. The server sends each its first two events at once and {DELTAS} more, "
        f"{1 / PACE:.0f} a second. Memory is the peak over what the process had after five "
        "streams; CPU is that of the whole process, opening the streams included. Each round is "
        "a process of its own."
    ),
    measures=(FIRST_P99, FIRST_P50, KB, CPU, SERVER_BUSY),
    contenders=(
        Contender("ours, async", "ours", on_one_loop, (many.ours,)),
        Contender("raw aiohttp", "aiohttp", on_one_loop, (many.aiohttp,)),
        Contender("ours, threads", "ours", on_threads, (streams.ours,)),
        Contender("raw urllib3, threads", "urllib3", on_threads, (streams.urllib3, "read1")),
        Contender("google-genai, async", "google-genai", on_one_loop, (many.google_genai, True), 3),
        Contender(
            "google-genai, async, no limit",
            "google-genai",
            on_one_loop,
            (many.google_genai, False),
            every=3,
        ),
        Contender("google-genai, threads", "google-genai", on_threads, (streams.google_genai,), 3),
    ),
    goals=(
        at_most("ours, async", FIRST_P99.name, 0.3),
        at_most("ours, threads", FIRST_P99.name, 0.3),
        at_most("ours, async", KB.name, 40),
        at_most("ours, threads", KB.name, 60),
        at_most("ours, async", CPU.name, 2, of="raw aiohttp"),
        at_most("ours, threads", CPU.name, 2, of="raw urllib3, threads"),
    ),
    tried=(
        "The wait of threads is one for the interpreter, which 500 of them want at once: raw "
        "urllib3 has it too, and misses the limit by itself where this machine is slow. Tried: "
        "head and body of a request in one piece, connections remembered by origin, no lock on "
        "the way to them."
    ),
    take=taking.as_they_are,
    rounds=3,
    scene=scene,
    is_fresh=True,
    ours="ours, async",
)

if __name__ == "__main__":
    main(ROW, __file__)
