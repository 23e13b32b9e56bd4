"""Run something in a child process that fails, or is killed, at its n-th file operation."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import gc
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NoReturn

from interactions_codegen.errors import CodegenError
from interactions_codegen.transaction import HELD, STAGING

LOADED_BEFORE_COUNTING = (ctypes, fcntl)
KILLED, DONE, REFUSED, BROKEN = -signal.SIGKILL, 0, 2, 3
CHANGES = frozenset({"os.rename", "os.mkdir", "os.remove", "os.rmdir", "ctypes.dlsym", "fsync"})
"""What operations announce themselves as; opening a file of the home counts, too."""
Fault = Literal["killed", "once", "full", "stuck"]
"""Killed; one operation fails; the disk is full from there on; nothing is renamed any more."""

Run = Callable[[], object]
State = dict[str, bytes | None]


def state(home: Path) -> State:
    """Every file and what it holds, every folder, but for what transactions hide and what Python
    leaves where something was imported."""
    return {
        path.relative_to(home).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(home.rglob("*"))
        if not {STAGING, "__pycache__"} & set(path.parts)
    }


def litter(home: Path) -> list[Path]:
    return [path for path in home.rglob("*") if path.name == STAGING]


def operations(home: Path, run: Run) -> int:
    """How many there are when nothing fails; they are counted in a child."""
    reading, writing = os.pipe()

    def counted() -> None:
        run()
        os.write(writing, str(len(seen)).encode())

    seen: list[str] = []
    ended = ends(home, counted, seen.append)
    os.close(writing)
    with open(reading) as pipe:
        assert ended == DONE
        return int(pipe.read())


def with_fault(home: Path, run: Run, at: int, fault: Fault = "killed") -> int:
    """How a child ends that runs it with a fault at one of its operations; 1 is the first."""
    number = 0

    def happen(kind: str) -> None:
        nonlocal number
        number += 1
        if number < at:
            return
        if fault == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if (fault == "once" and number == at) or (fault == "full" and kind in ("os.mkdir", "new")):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if fault == "stuck" and kind == "os.rename":
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    return ends(home, run, happen)


def killed_everywhere(make: Callable[[], Path], run: Callable[[Path], object]) -> Iterator[Path]:
    """A home for each operation, in which the run was killed there."""
    first = make()
    for at in range(1, operations(first, lambda: run(first)) + 1):
        home = make()
        assert with_fault(home, lambda home=home: run(home), at) == KILLED  # type: ignore[misc]
        yield home


def ends(home: Path, run: Run, happen: Callable[[str], None] = lambda kind: None) -> int:
    """How a child ends that runs it and is told of each operation before it happens."""
    return os.waitstatus_to_exitcode(os.waitpid(fork(home, run, happen), 0)[1])


@contextmanager
def started(home: Path, run: Run) -> Generator[int]:
    """A child that runs it meanwhile, by its number; it has ended afterwards."""
    pid = fork(home, run, lambda kind: None)
    try:
        yield pid
    except BaseException:
        os.kill(pid, signal.SIGKILL)
        raise
    finally:
        os.waitpid(pid, 0)


def fork(home: Path, run: Run, happen: Callable[[str], None]) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads that the child lacks
        pid = os.fork()
    if pid == 0:
        child(os.fspath(home), run, happen)
    return pid


def child(home: str, run: Run, happen: Callable[[str], None]) -> NoReturn:
    ended = BROKEN
    try:
        gc.disable()
        sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115
        announce_fsync()
        HELD.clear()  # a process that was not forked would hold nothing
        sys.addaudithook(lambda event, arguments: tell(home, event, arguments, happen))
        ended = DONE if run() in (None, 0) else REFUSED
    except (OSError, CodegenError):
        ended = REFUSED
    except BaseException:
        sys.stderr = sys.__stderr__
        traceback.print_exc()
    finally:
        os._exit(ended)


def tell(home: str, event: str, arguments: tuple[Any, ...], happen: Callable[[str], None]) -> None:
    if event in CHANGES:
        happen(event)
    elif event == "open" and str(arguments[0]).startswith(home):
        happen("new" if arguments[2] & os.O_CREAT else "open")


def announce_fsync() -> None:
    """It only matters when the power fails: here, that there is such an operation."""
    os.fsync = lambda fd: sys.audit("fsync")
