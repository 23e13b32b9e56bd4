"""Ways to take figures from one round of an operation."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from .row import Figures, Operation

EVENTS_PER_S = "events/s"
CPU_PER_EVENT = "µs CPU per event"


def events(operation: Operation) -> Figures:
    """Of an operation that reads a stream and gives the number of its events."""
    cpu, begin = time.process_time(), time.perf_counter()
    count = operation()
    seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
    return {EVENTS_PER_S: count / seconds, CPU_PER_EVENT: cpu / count * 1e6}


def median_of(times: int, name: str, unit: float) -> Callable[[Operation], Figures]:
    """The median time of an operation that is done so many times in a round."""

    def take(operation: Operation) -> Figures:
        spent: list[float] = []
        for _ in range(times):
            begin = time.perf_counter()
            operation()
            spent.append(time.perf_counter() - begin)
        return {name: statistics.median(spent) / unit}

    return take
