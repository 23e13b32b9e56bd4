"""Many streams on one event loop: memory, pace, time to the first event, a huge event.

    python benchmarks/async_streams.py [--streams N] [--peer PYTHON [--peer-streams 500]] [--json]

The embedded server runs as a process of its own, and so does each client. `--peer` is the Python
of an environment with google-genai, whose asynchronous client runs the same streams.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import resource
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, contextmanager
from importlib import import_module
from typing import Any

PACE = 0.5
DELTAS = 10
MODEL = "gemini-3-flash-preview"
PACED = f"[scenario: many {DELTAS}]"
QUICK = "[scenario: many 5000]"
HUGE = "[scenario: big 20000000]"

Open = Callable[[str], Any]
"""Text → coroutine that gives an open stream, to be iterated asynchronously."""


# --- the server --------------------------------------------------------------------------------


def serve(pace: float) -> None:
    from gemini_interactions.testing import InteractionsServer

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    faults = [f"pace seconds={pace} hits=0"] if pace else []
    with InteractionsServer(faults=faults) as server:
        print(server.url, flush=True)
        sys.stdin.read()


@contextmanager
def server(pace: float = 0.0) -> Any:
    command = [sys.executable, __file__, "--serve", str(pace)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield process.stdout.readline().strip()
        process.stdin.close()


# --- the clients -------------------------------------------------------------------------------


@asynccontextmanager
async def ours(url: str) -> AsyncIterator[Open]:
    from gemini_interactions import AsyncClient

    async with AsyncClient(api_key="k", base_url=url) as client:
        yield lambda text: client.interactions.create(model=MODEL, input=text, stream=True)


@asynccontextmanager
async def google_genai(url: str) -> AsyncIterator[Open]:
    import warnings

    warnings.simplefilter("ignore")
    genai: Any = import_module("google.genai")
    client = genai.Client(api_key="k", http_options={"base_url": url})
    yield lambda text: client.aio.interactions.create(model=MODEL, input=text, stream=True)


CLIENTS = {"ours": ours, "google-genai": google_genai}


# --- what is measured --------------------------------------------------------------------------


def rss_kb(name: str = "VmRSS") -> int:
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(name))


async def measure(name: str, url: str, streams: int) -> dict[str, Any]:
    firsts: list[float] = []
    counts: list[int] = []
    failures: list[str] = []

    async def one(open_stream: Open, text: str) -> None:
        begin = time.perf_counter()
        count = 0
        try:
            async for _ in await open_stream(text):
                count += 1
                if count == 1:
                    firsts.append(time.perf_counter() - begin)
        except Exception as error:
            failures.append(f"{type(error).__name__}: {error}"[:200])
        else:
            counts.append(count)

    async with CLIENTS[name](url) as open_stream:
        await asyncio.gather(*(one(open_stream, "warm") for _ in range(5)))
        firsts.clear()
        counts.clear()
        gc.collect()
        before, cpu, begin = rss_kb(), time.process_time(), time.perf_counter()
        await asyncio.gather(*(one(open_stream, PACED) for _ in range(streams)))
        seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
    firsts.sort()
    events = sum(counts)
    return {
        "client": name,
        "streams": streams,
        "complete": sum(count == max(counts) for count in counts) if counts else 0,
        "failures": failures[:3],
        "seconds": round(seconds, 2),
        "events": events,
        "events_per_s": round(events / seconds),
        "cpu_us_per_event": round(cpu / max(events, 1) * 1e6, 1),
        "peak_kb_per_stream": round((rss_kb("VmHWM") - before) / streams, 1),
        "first_event_p50_s": round(firsts[len(firsts) // 2], 3) if firsts else None,
        "first_event_p99_s": round(firsts[int(len(firsts) * 0.99)], 3) if firsts else None,
    }


async def measure_one(name: str, url: str) -> dict[str, Any]:
    """One loop to itself: events as fast as they come, and the longest pause a huge one makes."""
    lags: list[float] = []
    work: list[float] = []

    async def tick() -> None:
        while True:
            begin, cpu = time.perf_counter(), time.thread_time()
            await asyncio.sleep(0.001)
            lags.append(time.perf_counter() - begin - 0.001)
            work.append(time.thread_time() - cpu)

    async with CLIENTS[name](url) as open_stream:
        async for _ in await open_stream("warm"):
            pass
        begin, count = time.perf_counter(), 0
        async for _ in await open_stream(QUICK):
            count += 1
        quick = count / (time.perf_counter() - begin)
        ticker = asyncio.create_task(tick())
        begin = time.perf_counter()
        async for _ in await open_stream(HUGE):
            pass
        seconds = time.perf_counter() - begin
        await asyncio.sleep(0.01)  # in which the last tick sees how late it is
        ticker.cancel()
    return {
        "client": name,
        "one_stream_events_per_s": round(quick),
        "huge_event_s": round(seconds, 3),
        "longest_pause_s": round(max(lags), 3),
        "longest_pause_cpu_s": round(max(work), 3),
        "second_longest_pause_s": round(sorted(lags)[-2], 3),
    }


def in_process(python: str, *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [python, __file__, *arguments], stdout=subprocess.PIPE, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=2000)
    parser.add_argument("--peer", help="a Python that has google-genai")
    parser.add_argument("--peer-streams", type=int, default=500)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if options.serve is not None:
        return serve(options.serve)
    if options.measure:
        name, url, streams = options.measure
        many = int(streams)
        work = measure(name, url, many) if many else measure_one(name, url)
        print(json.dumps(asyncio.run(work)))
        return None
    runs = [("ours", sys.executable, options.streams), ("ours", sys.executable, 0)]
    if options.peer:
        runs += [("ours", sys.executable, options.peer_streams)]
        runs += [("google-genai", options.peer, n) for n in (options.peer_streams, 0)]
    report: list[dict[str, Any]] = []
    for name, python, streams in runs:
        with server(PACE if streams else 0.0) as url:
            report.append(in_process(python, "--measure", name, url, str(streams)))
    if options.json:
        print(json.dumps(report, indent=2))
        return None
    for row in report:
        print("  ".join(f"{key}={value}" for key, value in row.items()))
    return None


if __name__ == "__main__":
    main()
