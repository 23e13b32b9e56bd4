"""Many threads, one client, a server on which things go wrong at random: what is left at the end?

    python benchmarks/soak.py [--threads 200] [--streams 50] [--seed 1] [--json]

Every stream has to give its text exactly, or to raise an error of this package. Afterwards no
thread and no socket may be left, and memory must not have grown from the first half to the second.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import os
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from gemini_interactions import (
    Client,
    Hooks,
    InteractionsError,
    RequestInfo,
    Resume,
    Retry,
    Timeout,
)
from gemini_interactions.testing import InteractionsServer

FAULTS = [
    "error status=503 retry_after_ms=5 hits=0 p=0.04",
    "error status=429 retry_after_ms=5 hits=0 p=0.04",
    "error status=500 hits=0 p=0.02",
    "no-response hits=0 p=0.02",
    "no-response reset=true hits=0 p=0.02",
    "cut after=3 hits=0 p=0.05",
    "reset after=5 hits=0 p=0.05",
    "eof after=2 hits=0 p=0.05",
    "truncated after=4 hits=0 p=0.05",
    "stall after=3 hits=0 p=0.01",
    "duplicates on=resume hits=0 p=0.2",
    "no-done hits=0 p=0.1",
    "pieces size=11 hits=0 p=0.1",
    "line-endings style=crlf hits=0 p=0.1",
    "noise hits=0 p=0.1",
    "unknown-event hits=0 p=0.1",
    "malformed hits=0 p=0.01",
    "error-event hits=0 p=0.01",
    "bare-error after=3 hits=0 p=0.01",
    "html on=create hits=0 p=0.01",
]


@dataclass
class Report:
    threads: int
    streams: int
    seconds: float = 0.0
    exact: int = 0
    refused: dict[str, int] = field(default_factory=dict[str, int])
    wrong: list[str] = field(default_factory=list[str])
    requests: int = 0
    threads_left: int = 0
    sockets_left: int = 0
    mb_after_half: float = 0.0
    mb_at_end: float = 0.0

    @property
    def is_good(self) -> bool:
        whole = self.exact + sum(self.refused.values()) == self.threads * self.streams
        return whole and not (self.wrong or self.threads_left or self.sockets_left)


class Requests(Hooks):
    """Counts what goes out."""

    def __init__(self) -> None:
        self.count = 0
        self._lock = threading.Lock()

    def on_request(self, info: RequestInfo) -> None:
        with self._lock:
            self.count += 1


def soak(threads: int, streams: int, seed: int) -> Report:
    report = Report(threads, streams)
    gc.collect()
    threads_before, sockets_before = threading.active_count(), sockets()
    begin = time.perf_counter()
    server = InteractionsServer(seed=seed)
    requests = Requests()
    client = Client(
        api_key="any",
        base_url=server.start().url,
        timeout=Timeout(connect=30, idle=2.0),
        retry=Retry(attempts=4, first_pause=0.01, longest_pause=0.05),
        resume=Resume(attempts=5, first_pause=0.01, longest_pause=0.05),
        hooks=requests,
    )
    halves = (streams // 2, streams - streams // 2)
    for half, count in enumerate(halves):
        server.clear()  # what it remembers is not the client's memory
        for fault in FAULTS:
            server.faults.parse(fault)
        with ThreadPoolExecutor(threads) as pool:
            outcomes = list(pool.map(partial(several, client, half, count), range(threads)))
        add(report, outcomes)
        gc.collect()
        if half == 0:
            report.mb_after_half = megabytes()
    report.mb_at_end = megabytes()
    report.requests = requests.count
    client.close()
    server.stop()
    gc.collect()
    report.seconds = round(time.perf_counter() - begin, 1)
    report.threads_left = threading.active_count() - threads_before
    report.sockets_left = max(0, sockets() - sockets_before)
    return report


def several(client: Client, half: int, count: int, number: int) -> list[tuple[str, str]]:
    return [one(client, f"{number} {half} {turn}", turn) for turn in range(count)]


def one(client: Client, name: str, turn: int) -> tuple[str, str]:
    """One stream, live or in the background: `exact`, or what it raised, or what is wrong."""
    prompt = f"Say {name}: " + "word " * 40
    background = turn % 3 == 0
    try:
        stream = client.interactions.create(
            model="gemini-3-flash-preview", input=prompt, background=background, stream=True
        )
        with stream:
            said = "".join(
                event.delta.text or ""
                for event in stream
                if event.event_type == "step.delta" and event.delta.type == "text"
            )
            whole = stream.until_done()
    except InteractionsError as error:
        return "refused", type(error).__name__
    except BaseException as error:
        return "wrong", f"{type(error).__name__}: {error}"
    expected = f'You said: "{prompt.strip()}".'
    if said != expected or whole.output_text != expected:
        return "wrong", f"{name}: {said[:80]!r}"
    return "exact", ""


def add(report: Report, outcomes: list[list[tuple[str, str]]]) -> None:
    refused = Counter(report.refused)
    for kind, what in (outcome for row in outcomes for outcome in row):
        if kind == "exact":
            report.exact += 1
        elif kind == "refused":
            refused[what] += 1
        else:
            report.wrong.append(what)
    report.refused = dict(sorted(refused.items()))


def sockets() -> int:
    names = (Path("/proc/self/fd") / name for name in os.listdir("/proc/self/fd"))
    return sum(is_socket(name) for name in names)


def is_socket(name: Path) -> bool:
    try:
        return os.readlink(name).startswith("socket:")
    except OSError:  # closed meanwhile
        return False


def megabytes() -> float:
    """What this process, the server in it included, has in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--threads", type=int, default=200)
    parser.add_argument("--streams", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    logging.getLogger("gemini_interactions").setLevel(logging.ERROR)
    report = soak(options.threads, options.streams, options.seed)
    if options.json:
        print(json.dumps(asdict(report)))
    else:
        for name, value in asdict(report).items():
            print(f"{name:16} {value}")
    return 0 if report.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
