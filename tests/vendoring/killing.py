"""Vendor over and over, killed at every operation on files, then at random moments.

`python killing.py FOLDER`: what was killed how often, as JSON. It forks, so it runs in a process
of its own that has no other threads.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from attrs import evolve

from interactions_codegen import exchange
from interactions_codegen.render import make_environment
from interactions_codegen.vendoring import copying
from interactions_codegen.vendoring.copying import copy_of, planned
from interactions_codegen.vendoring.sources import Sources, read_sources
from interactions_codegen.vendoring.upkeep import make, recorded

RANDOM_KILLS = 200
FEW = ("__init__.py", "usage.py", "error.py")
"""What is copied while every operation has its turn: enough files of each kind."""
OPERATIONS = frozenset({"open", "fcntl.flock", "ctypes.dlsym", "shutil.rmtree"})
"""Audit events that are no `os.*`, as all others are that touch files."""

Files = dict[str, bytes]


class Trial:
    """One copy that changes between two states."""

    def __init__(self, folder: Path, sources: Sources) -> None:
        self.folder = folder
        self.sources = sources
        self.plans = [
            planned(sources, folder.name, [label], "types-only")
            for label in ("2025-12-11", "2026-05-07")
        ]
        self.states = [copy_of(sources, plan) for plan in self.plans]

    def found(self) -> int:
        """Which of the two states there is. Nothing else is allowed to be."""
        return self.states.index(contents(self.folder))

    def vendor(self, state: int) -> None:
        make(self.folder, self.sources, self.plans[state])

    def at_rest(self, state: int) -> None:
        """A run that nobody kills leaves the new state, and nothing beside it."""
        self.vendor(state)
        assert self.found() == state
        assert [path.name for path in self.folder.parent.iterdir()] == [self.folder.name]


def contents(folder: Path) -> Files:
    return {
        os.path.relpath(os.path.join(place, name), folder): Path(place, name).read_bytes()
        for place, _, names in os.walk(folder)
        for name in names
    }


def forked(work: Callable[[], None]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        work()
    finally:
        os._exit(0)


def killed(child: int) -> bool:
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
    return os.WIFSIGNALED(status)


def die_at(operation: int) -> None:
    """Let this process be killed just before an operation on files."""
    count = 0

    def watch(event: str, _: object) -> None:
        nonlocal count
        if event in OPERATIONS or event.startswith("os."):
            count += 1
            if count == operation:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def kill_at_every_operation(trial: Trial) -> int:
    state, operation = trial.found(), 0
    while True:
        operation += 1

        def work(state: int = state, operation: int = operation) -> None:
            die_at(operation)
            trial.vendor(1 - state)

        if not killed(forked(work)):
            return operation - 1
        recorded(trial.folder)
        assert trial.found() in (state, 1 - state)
        trial.at_rest(1 - state)
        state = 1 - state


def kill_at_random(trial: Trial, dice: random.Random) -> int:
    began = time.perf_counter()
    trial.at_rest(1 - trial.found())
    longest = 1.2 * (time.perf_counter() - began)
    kills = 0
    while kills < RANDOM_KILLS:
        state = trial.found()
        child = forked(lambda: trial.vendor(1 - state))  # noqa: B023
        time.sleep(dice.uniform(0, longest))
        os.kill(child, signal.SIGKILL)
        kills += killed(child)
        assert trial.found() in (0, 1)
    trial.at_rest(1 - trial.found())
    return kills


def few(sources: Sources) -> Sources:
    bindings = {name: text for name, text in sources.bindings.items() if name.endswith(FEW)}
    return evolve(sources, bindings=bindings)


def main() -> None:
    folder = Path(sys.argv[1])
    os.fsync = lambda fd: None  # which is for power cuts: what is killed loses nothing written
    # The template is compiled once, here: most of what a run then does is to write files.
    vars(copying)["make_environment"] = cache(make_environment)
    trial = Trial(folder, read_sources())
    trial.at_rest(0)
    at_random = kill_at_random(trial, random.Random(folder.name))
    trial = Trial(folder, few(trial.sources))
    trial.at_rest(0)
    exchanged = kill_at_every_operation(trial)
    exchange.exchange = lambda one, other: False  # as on a system that cannot
    journalled = kill_at_every_operation(trial)
    print(json.dumps({"random": at_random, "exchanged": exchanged, "journalled": journalled}))


main()
