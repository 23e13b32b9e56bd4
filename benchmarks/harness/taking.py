"""Ways to take figures from one round of an operation."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from .row import Figures, Measure, Operation

EVENTS = Measure("events/s")
CPU = Measure("µs CPU per event", 2)
EVENTS_A_RECV = Measure("events per recv", 1)
MEGABYTES = Measure("MB/s", 1)
MICROSECONDS = Measure("µs", 2)
MILLISECONDS = Measure("ms", 3)


def events_read(operation: Operation) -> Figures:
    """Of an operation that opens a stream, which is read to its end."""
    cpu, begin = time.process_time(), time.perf_counter()
    count = sum(1 for _ in operation())
    seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
    return {EVENTS.name: count / seconds, CPU.name: cpu / count * 1e6}


def pieces_read(events: int) -> Callable[[Operation], Figures]:
    """Of an operation that opens a stream and gives the pieces it comes in, unread."""

    def take(operation: Operation) -> Figures:
        begin = time.perf_counter()
        pieces = sum(1 for _ in operation())
        seconds = time.perf_counter() - begin
        return {EVENTS.name: events / seconds, EVENTS_A_RECV.name: events / pieces}

    return take


def first_ms(times: int) -> Callable[[Operation], Figures]:
    """The median time to the first event of so many streams, each of which is read to its end."""

    def take(operation: Operation) -> Figures:
        spent: list[float] = []
        for _ in range(times):
            begin = time.perf_counter()
            events = iter(operation())
            next(events)
            spent.append(time.perf_counter() - begin)
            for _ in events:
                pass
        return {MILLISECONDS.name: statistics.median(spent) * 1e3}

    return take


def median_ms(times: int) -> Callable[[Operation], Figures]:
    """The median time of an operation that is done so many times in a round."""

    def take(operation: Operation) -> Figures:
        spent: list[float] = []
        for _ in range(times):
            begin = time.perf_counter()
            operation()
            spent.append(time.perf_counter() - begin)
        return {MILLISECONDS.name: statistics.median(spent) * 1e3}

    return take


def as_they_are(operation: Operation) -> Figures:
    """Of an operation that takes its figures itself."""
    figures: Figures = operation()
    return figures


def megabytes_read(size: int) -> Callable[[Operation], Figures]:
    """Of an operation that opens a stream of so many bytes, which is read to its end."""

    def take(operation: Operation) -> Figures:
        begin = time.perf_counter()
        for _ in operation():
            pass
        return {MEGABYTES.name: size / 1e6 / (time.perf_counter() - begin)}

    return take


def megabytes_taken(operation: Operation) -> Figures:
    """Of an operation that says how many bytes it has taken in."""
    begin = time.perf_counter()
    size = operation()
    return {MEGABYTES.name: size / 1e6 / (time.perf_counter() - begin)}
