"""Figures are taken of what an operation did, all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from benchmarks.harness import fresh, import_budget, taking


class Streams:
    """An operation whose streams say how far they have been read."""

    def __init__(self, events: int) -> None:
        self._events = events
        self.opened = 0
        self.ended = 0

    def __call__(self) -> Iterator[int]:
        self.opened += 1
        yield from range(self._events)
        self.ended += 1


@pytest.mark.parametrize(
    ("take", "times", "names"),
    [
        (taking.events_read, 1, {"events/s", "µs CPU per event"}),
        (taking.pieces_read(80), 1, {"events/s", "events per recv"}),
        (taking.first_ms(5), 5, {"ms"}),
        (taking.megabytes_read(1000), 1, {"MB/s"}),
    ],
)
def test_every_stream_is_read_to_its_end(
    take: Callable[[Any], dict[str, float]], times: int, names: set[str]
) -> None:
    streams = Streams(8)
    figures = take(streams)
    assert (streams.opened, streams.ended) == (times, times)
    assert set(figures) == names
    assert all(figure >= 0 for figure in figures.values())


def test_pieces_hold_so_many_events_each() -> None:
    assert taking.pieces_read(80)(Streams(8))["events per recv"] == 10


def test_a_median_takes_as_many_operations_as_it_says() -> None:
    done: list[None] = []
    assert set(taking.median_ms(7)(lambda: done.append(None))) == {"ms"}
    assert len(done) == 7


def test_a_rate_is_of_the_bytes_that_were_taken_in() -> None:
    assert taking.megabytes_taken(lambda: 0) == {"MB/s": 0}
    assert taking.megabytes_taken(lambda: 10**12)["MB/s"] > 0


def test_a_fresh_process_starts_with_nothing() -> None:
    figures = fresh.run(
        "import sys\n"
        "assert not {'json', 're', 'dataclasses'} & set(sys.modules)\n"
        "held = bytearray(50_000_000)"
    )
    assert figures[fresh.MEMORY.name] > 45
    assert figures[fresh.TIME.name] > 0


def test_import_times_are_of_packages_without_what_python_has_anyway() -> None:
    report = (
        "import time: self [us] | cumulative | imported package\n"
        "import time:        10 |         10 | zipimport\n"
        "import time:       400 |        400 |     attr._make\n"
        "import time:       100 |        500 |   attr\n"
        "import time:        30 |         30 |   json.decoder\n"
        "import time:         5 |          5 |     org.python\n"
        "import time:        70 |        600 | cattrs\n"
    )
    found = import_budget.by_package(import_budget.parsed(report), {"zipimport": 12})
    assert found == {
        "attr": (500, 2),
        "the standard library": (35, 2),
        "cattrs": (70, 1),
    }
    slower = {"attr": (900, 2), "late": (1, 1)}
    assert import_budget.table([found, found, slower]).splitlines()[2:] == [
        "| attr | 2 | 0.5 |",
        "| cattrs | 1 | 0.1 |",
        "| the standard library | 2 | 0.0 |",
        "| late | 1 | 0.0 |",
    ]
