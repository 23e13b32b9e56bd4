"""Many inputs on all cores.

Every input gets a report of its own, and the reports are merged in the order of the inputs: the
result is the same for any number of processes, and for any machine that did a part.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Final, TypeAlias

from attrs import define, field, frozen

from .examining import Options, examined
from .findings import Finding, Place
from .inputs import STDIN, Source, Sources
from .inputs.items import unreadable
from .report import InputResult, Report

__all__ = [
    "Batch",
    "Progress",
    "Watch",
    "batches_of",
    "examine_all",
    "examined_batch",
    "useful_jobs",
]

BATCH_BYTES: Final = 4 << 20
BATCH_INPUTS: Final = 64
"""What goes to a process at once: enough to be worth it, little enough to be lost."""
WORTH_PROCESSES: Final = 2 << 20
"""Bytes from which on it is faster to start some."""
AHEAD: Final = 3
"""Batches per process that are handed out before they are needed."""

Batch: TypeAlias = tuple[int, tuple[Source, ...]]
"""Sources, and the number of the first."""


@frozen
class Progress:
    """How far a run is."""

    inputs: int
    of_inputs: int
    bytes: int
    of_bytes: int
    seconds: float

    @property
    def left(self) -> float | None:
        """An estimate of the seconds that remain."""
        if not self.bytes or not self.of_bytes or self.seconds < 1:
            return None
        return self.seconds * max(0, self.of_bytes - self.bytes) / self.bytes


Watch: TypeAlias = Callable[[Progress], object]


def examine_all(
    sources: Sources, options: Options, *, jobs: int = 1, watch: Watch | None = None
) -> Report:
    """One report on everything that was found."""
    run = Run(sources, watch)
    local = [number for number, source in enumerate(sources.found) if source.path == STDIN]
    for number in local:  # other processes have another standard input
        run.take((number, (sources.found[number],)), [examined(sources.found[number], options)])
    batches = batches_of(sources.found)
    if jobs > 1 and len(sources.found) - len(local) > 1:
        in_processes(batches, options, jobs, run)
    else:
        for batch in batches:
            for number, source in enumerate(batch[1], batch[0]):
                run.take((number, (source,)), [examined(source, options)])
    return run.report()


def useful_jobs(sources: Sources) -> int:
    """As many processes as there are cores, unless it is over before they have started."""
    size = sum(source.size for source in sources.found)
    return cores() if size > WORTH_PROCESSES else 1


def cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def batches_of(sources: Sequence[Source]) -> Iterator[Batch]:
    """Neighbouring inputs, a few megabytes together. Standard input is nobody's."""
    first, size = 0, 0
    batch: list[Source] = []
    for number, source in enumerate(sources):
        alone = source.path == STDIN
        if batch and (alone or size + source.size > BATCH_BYTES or len(batch) == BATCH_INPUTS):
            yield first, tuple(batch)
            batch, size = [], 0
        if alone:
            continue
        if not batch:
            first = number
        batch.append(source)
        size += source.size
    if batch:
        yield first, tuple(batch)


def examined_batch(sources: Sequence[Source], options: Options) -> list[Report]:
    """What a worker does."""
    return [examined(source, options) for source in sources]


@define
class Run:
    """Reports as they come in, merged in the order of their inputs."""

    sources: Sources
    watch: Watch | None = None
    merged: Report = field(factory=Report)
    waiting: dict[int, Report] = field(factory=dict[int, Report])
    next: int = 0
    inputs: int = 0
    bytes: int = 0
    started: float = field(factory=time.monotonic)

    def take(self, batch: Batch, reports: Iterable[Report]) -> None:
        first, sources = batch
        self.waiting.update(enumerate(reports, first))
        while (report := self.waiting.pop(self.next, None)) is not None:
            self.merged.merge(report)
            self.next += 1
        self.inputs += len(sources)
        self.bytes += sum(source.size for source in sources)
        if self.watch is not None:
            self.watch(self.progress())

    def progress(self) -> Progress:
        found = self.sources.found
        return Progress(
            inputs=self.inputs,
            of_inputs=len(found),
            bytes=self.bytes,
            of_bytes=sum(source.size for source in found),
            seconds=time.monotonic() - self.started,
        )

    def report(self) -> Report:
        """Everything, with the paths that led to no input."""
        if self.next != len(self.sources.found):
            raise RuntimeError(f"input {self.next} has no report")
        for problem in self.sources.problems:
            self.merged.merge(report_of_problem(problem))
        self.merged.skipped = self.sources.skipped
        return self.merged


def report_of_problem(problem: Finding) -> Report:
    result = InputResult(problem.place.source, "unknown")
    report = Report(inputs=[result])
    report.add(result, problem)
    return report


# --- processes of this machine -----------------------------------------------------------------


def in_processes(batches: Iterator[Batch], options: Options, jobs: int, run: Run) -> None:
    """Hand batches out; where a process dies, find out which input it was, and go on."""
    suspects: list[Batch] = []
    with Workers(jobs) as workers:
        for batch in batches:
            workers.submit(batch, options)
            while workers.busy >= jobs * AHEAD:
                suspects += workers.collect(run)
        while workers.busy:
            suspects += workers.collect(run)
    examine_suspects(sorted(suspects), options, run)


class Workers:
    """A pool that is replaced when one of its processes dies."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._pool = new_pool(jobs)
        self._running: dict[Future[list[Report]], Batch] = {}

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *error: object) -> None:
        if error[0] is None:
            self._pool.shutdown()
        else:
            abandon(self._pool)

    @property
    def busy(self) -> int:
        return len(self._running)

    def submit(self, batch: Batch, options: Options) -> None:
        try:
            future = self._pool.submit(examined_batch, batch[1], options)
        except BrokenProcessPool:
            self._replace()
            future = self._pool.submit(examined_batch, batch[1], options)
        self._running[future] = batch

    def collect(self, run: Run) -> list[Batch]:
        """Take what is ready; return the batches that were lost with a process."""
        done, _ = wait(self._running, return_when=FIRST_COMPLETED)
        lost: list[Batch] = []
        for future in done:
            batch = self._running.pop(future)
            try:
                run.take(batch, future.result())
            except BrokenProcessPool:
                lost.append(batch)
        if lost:
            self._replace()
        return lost

    def _replace(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = new_pool(self._jobs)


def new_pool(jobs: int) -> ProcessPoolExecutor:
    # Not forked: whoever uses this may have threads. Ctrl-C is for the parent to deal with.
    return ProcessPoolExecutor(
        jobs,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),
    )


def abandon(pool: ProcessPoolExecutor) -> None:
    """Stop without waiting for what is being done: whoever interrupts wants to be let go."""
    processes = list((pool._processes or {}).values())  # pyright: ignore[reportPrivateUsage]
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()


def examine_suspects(batches: Iterable[Batch], options: Options, run: Run) -> None:
    """One input after the other, so that it is known which of them kills its process."""
    pool: ProcessPoolExecutor | None = None
    for first, sources in batches:
        for number, source in enumerate(sources, first):
            pool = pool or new_pool(1)
            try:
                reports = pool.submit(examined_batch, (source,), options).result()
            except BrokenProcessPool:
                reports = [report_of_death(source)]
                pool.shutdown()
                pool = None
            run.take((number, (source,)), reports)
    if pool is not None:
        pool.shutdown()


def report_of_death(source: Source) -> Report:
    what = "the process that read it died, more than once; is there enough memory?"
    return report_of_problem(unreadable(Place(source=source.name), "worker-died", what))
