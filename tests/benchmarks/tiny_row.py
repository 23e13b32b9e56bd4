"""A row whose contenders write down what they do: see test_rounds.py."""

from __future__ import annotations

import os
from pathlib import Path

from benchmarks.harness.row import Contender, Figures, Measure, Operation, Row

ONE = Measure("one")
DONE = Measure("operations done")
PROCESS = Measure("process")


def start(address: str, name: str) -> Operation:
    done = 0

    def operation() -> Figures:
        nonlocal done
        done += 1
        print("this is no figure")
        with Path(address).open("a") as log:
            log.write(f"{name}\n")
        return {DONE.name: done, PROCESS.name: os.getpid()}

    return operation


def take(operation: Operation) -> Figures:
    return {**operation(), ONE.name: 1}


def take_otherwise(operation: Operation) -> Figures:
    return {**operation(), ONE.name: 2}


def end(address: str) -> Operation:
    raise SystemExit(3)


ROW = Row(
    title="A tiny row",
    about="",
    measures=(ONE, DONE, PROCESS),
    contenders=(
        Contender("always", "nothing", start, ("a",)),
        Contender("seldom", "nothing", start, ("s",), every=2, take=take_otherwise),
    ),
    take=take,
    rounds=3,
)
