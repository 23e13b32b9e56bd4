"""Interleaved rounds: in each, every contender once, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack, nullcontext
from pathlib import Path
from types import TracebackType

from .peers import ROOT, environ, python_of
from .row import Contender, Figures, Row, Samples


class Worker:
    """A contender's process; see `worker.py`."""

    def __init__(self, module: str, contender: Contender, setting: str) -> None:
        python = python_of(contender.peer)
        arguments = [module, contender.name, setting]
        self._name = contender.name
        self._process = subprocess.Popen(
            [python, "-m", "benchmarks.harness.worker", *arguments],
            cwd=ROOT,
            env=environ(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
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
            raise RuntimeError(f"{self._name} ended with {self._process.wait()}")
        return line

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            self._process.kill()
        self._process.communicate()


def measured(module: str, row: Row, rounds: int) -> Samples:
    for contender in row.contenders:
        python_of(contender.peer)  # is made before anything is measured
    samples = Samples()
    with ExitStack() as stack:
        setting = stack.enter_context(row.setting() if row.setting else nullcontext(""))
        workers: dict[str, Worker] = {}
        for number in range(rounds):
            progress(row, number, rounds)
            for contender in row.contenders:
                if number % contender.every:
                    continue
                if row.is_fresh:
                    with Worker(module, contender, setting) as worker:
                        samples.add(contender.name, worker.round())
                    continue
                if contender.name not in workers:
                    worker = Worker(module, contender, setting)
                    workers[contender.name] = stack.enter_context(worker)
                    worker.round()  # the first round warms up
                samples.add(contender.name, workers[contender.name].round())
    return samples


def progress(row: Row, number: int, rounds: int) -> None:
    print(f"{row.title}: round {number + 1} of {rounds}", file=sys.stderr, flush=True)


def module_of(script: str) -> str:
    """The module that a row's script is, also while it runs as `__main__`."""
    return f"benchmarks.{Path(script).stem}"
