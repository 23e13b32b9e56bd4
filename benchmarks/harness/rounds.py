"""Interleaved rounds: in each, every contender once, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path

from .peers import python_of
from .processes import piped
from .row import SERVER_BUSY, Contender, Figures, Row, Samples, Scene


class Worker:
    """A contender's process; see `worker.py`."""

    def __init__(self, process: subprocess.Popen[str], name: str) -> None:
        self._process = process
        self._name = name
        self._answer()

    def round(self) -> Figures:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        figures: Figures = json.loads(self._answer())
        return figures

    def _answer(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise ContenderError(f"{self._name} ended with {self._process.wait()}")
        return line


class ContenderError(Exception):
    """A contender's process ended before it gave its figures. What it said is above."""


@contextmanager
def working(module: str, contender: Contender, address: str) -> Generator[Worker, None, None]:
    arguments = ("-m", "benchmarks.harness.worker", module, contender.name, address)
    with piped(python_of(contender.peer), *arguments) as process:
        yield Worker(process, contender.name)


def measured(module: str, row: Row, rounds: int) -> Samples:
    for contender in row.contenders:
        python_of(contender.peer)  # is made before anything is measured
    samples = Samples()
    with ExitStack() as stack:
        scene = stack.enter_context(row.scene() if row.scene else nullcontext(Scene()))
        workers: dict[str, Worker] = {}
        for number in range(rounds):
            print(f"{row.title}: round {number + 1} of {rounds}", file=sys.stderr, flush=True)
            for contender in row.contenders:
                if number % contender.every:
                    continue
                if row.is_fresh:
                    with working(module, contender, scene.address) as worker:
                        samples.add(contender.name, one_round(worker, scene))
                    continue
                if contender.name not in workers:
                    worker = stack.enter_context(working(module, contender, scene.address))
                    worker.round()
                    workers[contender.name] = worker
                samples.add(contender.name, one_round(workers[contender.name], scene))
    return samples


def one_round(worker: Worker, scene: Scene) -> Figures:
    if scene.server is None:
        return worker.round()
    cpu, begin = cpu_seconds(scene.server), time.perf_counter()
    figures = worker.round()
    cpu, seconds = cpu_seconds(scene.server) - cpu, time.perf_counter() - begin
    return {**figures, SERVER_BUSY.name: cpu / seconds * 100}


def cpu_seconds(process: int) -> float:
    """What a process has used, on all cores."""
    after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def module_of(script: str) -> str:
    """The module that a row's script is, also while it runs as `__main__`."""
    return f"benchmarks.{Path(script).stem}"
