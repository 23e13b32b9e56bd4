"""The same on machines that Dask has brought together: same inputs, same report.

Workers read the inputs themselves, so paths must mean the same to all of them, and this package
must be installed there with its extra `conformance`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from importlib import import_module
from itertools import islice
from typing import Any, Final

from ..errors import ConfigurationError, ConnectionFailedError
from .corpus import Batch, Run, Watch, batches_of, examined_batch, report_of_death
from .examining import Options, examined
from .inputs import STDIN, Sources
from .report import Report

__all__ = ["examine_on_cluster"]

MISSING: Final = "a Dask cluster needs dask.distributed: pip install 'gemini-interactions[dask]'"
CONNECT: Final = "5s"
AHEAD: Final = 4
"""Batches on their way for each thread of the cluster."""


def examine_on_cluster(
    scheduler: str, sources: Sources, options: Options, *, watch: Watch | None = None
) -> Report:
    """One report on everything that was found."""
    run = Run(sources, watch)
    for number, source in enumerate(sources.found):
        if source.path == STDIN:
            run.take((number, (source,)), [examined(source, options)])
    with connected(scheduler) as client:
        collect(client, batches_of(sources.found), options, run)
    return run.report()


@contextmanager
def connected(scheduler: str) -> Generator[Any, None, None]:
    try:
        distributed = import_module("distributed")
    except ImportError as error:
        raise ConfigurationError(MISSING) from error
    try:
        client = distributed.Client(scheduler, timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        what = f"there is no Dask scheduler at {scheduler}: {error}"
        raise ConnectionFailedError(what, sent=False) from error
    with client:
        yield client


def collect(client: Any, batches: Iterator[Batch], options: Options, run: Run) -> None:
    """Hand batches out as results come in. An input whose workers die is told as such."""
    distributed = import_module("distributed")
    window = AHEAD * max(1, sum(client.nthreads().values()))
    running: dict[str, Batch] = {}
    results = distributed.as_completed(loop=client.loop, raise_errors=False, with_results=True)

    def submit(batch: Batch) -> None:
        future = client.submit(examined_batch, batch[1], options, pure=False)
        running[future.key] = batch
        results.add(future)

    for batch in islice(batches, window):
        submit(batch)
    for future, reports in results:
        first, sources = running.pop(future.key)
        if future.status == "finished":
            run.take((first, sources), reports)
        elif not isinstance(future.exception(), distributed.KilledWorker):
            raise future.exception()
        elif len(sources) == 1:
            run.take((first, sources), [report_of_death(sources[0])])
        else:
            for number, source in enumerate(sources, first):
                submit((number, (source,)))
        for batch in islice(batches, 1):
            submit(batch)
