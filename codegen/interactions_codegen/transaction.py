"""Several files and folders replaced as one: all of them new, or all as they were.

What is new is written into a hidden folder beside the targets, and put in place by renaming. A
single target takes one step, which nothing can cut in two. Several are listed in a journal before
the first of them moves: when a process is killed between two steps, whoever comes next carries
out what the journal says (`settle`). A hidden folder without a journal is rubbish, and is swept.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from errno import EISDIR, ENOTDIR
from pathlib import Path, PurePosixPath
from typing import Any

from attrs import define, field, frozen

from . import exchange
from .errors import CodegenError

STAGING = ".interactions-codegen"
LOCK = "lock"
NEW, OLD, SCRATCH = "new", "old", "scratch"
JOURNAL = "journal.json"
"""Stands from before the first step until after the last."""
UNDO = "undo.json"
"""What the journal is called once a step has failed: the way leads back from there."""
HELD: set[Path] = set()
"""The hidden folders of this process's own transactions: they are in order."""


@define
class Transaction:
    """What changes together below one folder.

    Entering takes the folder's lock; leaving commits; an exception leaves everything as it was.
    """

    home: Path
    staging: Path = field(init=False)
    lock: int = field(init=False)
    steps: list[Step] = field(init=False, factory=list["Step"])

    def __enter__(self) -> Transaction:
        self.home = nearest_folder(self.home)
        self.staging = self.home / STAGING
        self.lock = acquire(self.staging)
        HELD.add(self.staging)
        try:
            resume(self.staging)
            os.mkdir(self.staging / NEW)
            os.mkdir(self.staging / OLD)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        try:
            if kind is None and self.steps:
                self.commit()
        finally:
            self.close()

    def close(self) -> None:
        sweep(self.staging)
        HELD.discard(self.staging)
        release(self.staging, self.lock)

    def scratch(self) -> Path:
        """A folder to work in, which goes when the transaction ends, or with the next run."""
        folder = self.staging / SCRATCH
        os.mkdir(folder)
        return folder

    def replace(self, folder: Path, files: Mapping[str, bytes | str]) -> None:
        """Let a folder hold these files, by their paths inside it, and nothing else."""
        if kind_of(folder) not in (None, stat.S_IFDIR):
            raise NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR), os.fspath(folder))
        for name in files:
            if not is_inside(name):
                raise CodegenError(f"{name!r} is no place inside {folder}")
        place = self.stage(folder)
        os.makedirs(place)
        for name, content in files.items():
            os.makedirs((place / name).parent, exist_ok=True)
            write_new(place / name, content)

    def put(self, file: Path, content: bytes | str) -> None:
        """Let a file hold this."""
        if kind_of(file) == stat.S_IFDIR:
            raise IsADirectoryError(EISDIR, os.strerror(EISDIR), os.fspath(file))
        place = self.stage(file)
        os.makedirs(place.parent, exist_ok=True)
        write_new(place, content)

    def remove(self, path: Path) -> None:
        """Let there be no such file or folder; there need not be one."""
        if kind_of(path) is not None:
            self.stage(path, puts=False)

    def stage(self, path: Path, *, puts: bool = True) -> Path:
        """Where the new content of a target is to be written.

        A step moves the topmost folder that does not exist yet, so that no folder is ever made
        in passing.
        """
        target = path.parent.resolve() / path.name
        if not target.is_relative_to(self.home) or target == self.home or path.name == "..":
            raise CodegenError(f"{path} does not lie inside {self.home}")
        if kind_of(target) == stat.S_IFLNK:
            raise CodegenError(f"{path} is a symbolic link, and is not replaced")
        settle(target)
        top = topmost_new(self.home, target)
        if os.stat(top.parent).st_dev != os.stat(self.staging).st_dev:
            raise CodegenError(f"{path} and {self.home} are on different file systems")
        step = next((step for step in self.steps if step.target == top), None)
        if step is None:
            self.refuse_overlap(top)
            step = step_of(self.staging, len(self.steps), top, puts)
            self.steps.append(step)
        return step.new / target.relative_to(top)

    def refuse_overlap(self, path: Path) -> None:
        for step in self.steps:
            if path.is_relative_to(step.target) or step.target.is_relative_to(path):
                raise CodegenError(f"{path} and {step.target} are replaced one inside the other")

    def commit(self) -> None:
        sync_tree(self.staging / NEW)
        with signals_held():
            if len(self.steps) > 1 or not self.steps[0].at_once():
                write_journal(self.staging, self.steps)
                carry_out(self.staging, self.steps)


def replace_tree(folder: Path, files: Mapping[str, bytes | str]) -> None:
    """Let a folder hold these files and nothing else, in one step."""
    with Transaction(folder.parent) as transaction:
        transaction.replace(folder, files)


def home_of(*targets: Path) -> Path:
    """The innermost folder that all targets lie in."""
    return Path(os.path.commonpath([target.parent.resolve() for target in targets]))


def settle(*paths: Path) -> bool:
    """Put in order what killed runs left around these paths; whether there was anything.

    Refused while another run is at work there.
    """
    found = list(left_around(*paths))
    for staging in found:
        lock = acquire(staging)
        try:
            resume(staging)
        finally:
            sweep(staging)
            release(staging, lock)
    return bool(found)


def left_around(*paths: Path) -> Iterator[Path]:
    """The hidden folders of other runs, at work or killed, in the folders above these paths."""
    resolved = [path.resolve() for path in paths]
    for folder in dict.fromkeys(f for path in resolved for f in (path, *path.parents)):
        with suppress(OSError):
            if folder / STAGING not in HELD and is_own_folder(folder / STAGING):
                yield folder / STAGING


# --- steps ---------------------------------------------------------------------------------------


@frozen
class Step:
    """One target on its way. How far it has come is seen from which of the three paths exist."""

    target: Path
    new: Path
    old: Path
    puts: bool

    def at_once(self) -> bool:
        """All of it by one call of the system; whether that is possible."""
        if not self.puts:
            os.rename(self.target, self.old)
        elif kind_of(self.target) != stat.S_IFDIR:
            os.replace(self.new, self.target)
        elif not exchange.exchange(self.new, self.target):
            return False
        with suppress(OSError):
            sync(self.target.parent)
        return True

    def forward(self) -> None:
        if not (exists(self.new) if self.puts else not exists(self.old)):
            return
        if exists(self.target):
            os.rename(self.target, self.old)
        if self.puts:
            os.rename(self.new, self.target)

    def back(self) -> None:
        if self.puts and not exists(self.new):
            os.rename(self.target, self.new)
        if exists(self.old):
            os.rename(self.old, self.target)


def step_of(staging: Path, number: int, target: Path, puts: bool) -> Step:
    return Step(target, staging / NEW / str(number), staging / OLD / str(number), puts)


def carry_out(staging: Path, steps: Sequence[Step]) -> None:
    """All steps of the journal; when one fails, none."""
    try:
        for step in steps:
            step.forward()
    except BaseException as error:
        try:
            os.rename(staging / JOURNAL, staging / UNDO)
            go_back(staging, steps)
        except OSError as second:
            raise CodegenError(
                f"{error}, and then {second}: run the command again when this is mended;"
                f" {staging} keeps what belongs in its place"
            ) from error
        raise
    close_journal(staging / JOURNAL, steps)


def go_back(staging: Path, steps: Sequence[Step]) -> None:
    for step in reversed(steps):
        step.back()
    close_journal(staging / UNDO, steps)


def resume(staging: Path) -> None:
    """Carry out what a killed run had begun to, and sweep what it had only prepared."""
    with signals_held():
        if exists(staging / UNDO):
            go_back(staging, read_journal(staging, UNDO))
        elif exists(staging / JOURNAL):
            carry_out(staging, read_journal(staging, JOURNAL))
    sweep(staging)


def write_journal(staging: Path, steps: Sequence[Step]) -> None:
    content = [
        {"target": step.target.relative_to(staging.parent).as_posix(), "puts": step.puts}
        for step in steps
    ]
    draft = staging / NEW / JOURNAL
    write_new(draft, json.dumps(content))
    sync(draft)
    os.rename(draft, staging / JOURNAL)
    sync(staging)


def read_journal(staging: Path, name: str) -> list[Step]:
    try:
        content: Any = json.loads((staging / name).read_bytes())
        targets = [(str(entry["target"]), bool(entry["puts"])) for entry in content]
    except (KeyError, TypeError, ValueError):
        problem = "is damaged: see to what it names, then remove it"
        raise CodegenError(f"{staging / name} {problem}") from None
    if wrong := [target for target, _ in targets if not is_inside(target)]:
        raise CodegenError(f"{staging / name} names {wrong[0]!r}, which is no place beside it")
    return [
        step_of(staging, number, staging.parent / target, puts)
        for number, (target, puts) in enumerate(targets)
    ]


def close_journal(journal: Path, steps: Sequence[Step]) -> None:
    """The steps are done: failing to say so leaves a journal that finds nothing to do."""
    with suppress(OSError):
        for folder in dict.fromkeys(step.target.parent for step in steps):
            sync(folder)
        os.unlink(journal)


# --- the hidden folder ---------------------------------------------------------------------------


def acquire(staging: Path) -> int:
    """Lock the hidden folder, made if there is none. The system unlocks it when we are killed."""
    while True:
        with suppress(FileExistsError):
            os.mkdir(staging, 0o700)
        try:
            if not is_own_folder(staging):
                raise CodegenError(f"{staging} is not ours: it has to go first")
            lock = os.open(staging / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:  # whoever held it removed it just now
            continue
        except OSError:
            release(staging)
            raise
        if not try_lock(lock):
            os.close(lock)
            raise CodegenError(f"another run is at work in {staging.parent}: wait for its end")
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(lock), os.stat(staging / LOCK)):
                return lock
        os.close(lock)


def release(staging: Path, lock: int | None = None) -> None:
    with suppress(OSError):
        if lock is not None:
            os.unlink(staging / LOCK)
        os.rmdir(staging)
    if lock is not None:
        os.close(lock)


def sweep(staging: Path) -> None:
    """Remove what is no longer needed: nothing of it is, unless a journal stands."""
    if not exists(staging / JOURNAL) and not exists(staging / UNDO):
        for name in (NEW, OLD, SCRATCH):
            shutil.rmtree(staging / name, ignore_errors=True)


# --- the file system -----------------------------------------------------------------------------


def kind_of(path: Path) -> int | None:
    """Folder, file, link, ...; `None` where there is nothing."""
    try:
        return stat.S_IFMT(os.lstat(path).st_mode)
    except FileNotFoundError:
        return None


def exists(path: Path) -> bool:
    return kind_of(path) is not None


def is_own_folder(path: Path) -> bool:
    """Nobody else may have us move files."""
    found = os.lstat(path)
    return stat.S_ISDIR(found.st_mode) and (sys.platform == "win32" or found.st_uid == os.geteuid())


def is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts


def nearest_folder(path: Path) -> Path:
    """A folder, or the nearest one above it that exists."""
    path = path.resolve()
    return next(folder for folder in (path, *path.parents) if exists(folder))


def topmost_new(home: Path, target: Path) -> Path:
    """What a target's step moves: the first folder on the way that is not there, or itself."""
    above = [folder for folder in target.parents if folder.is_relative_to(home)]
    return next((folder for folder in reversed(above) if not exists(folder)), target)


def write_new(path: Path, content: bytes | str) -> None:
    with naming(path), open(path, "xb") as file:
        file.write(content.encode() if isinstance(content, str) else content)


def sync_tree(folder: Path) -> None:
    for path, _, files in os.walk(folder):
        for name in files:
            sync(Path(path, name))
        sync(Path(path))


def sync(path: Path) -> None:
    """Have the disk hold what was written; Windows cannot do that for a folder."""
    if sys.platform == "win32":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        with naming(path):
            os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def naming(path: Path) -> Generator[None]:
    """A full disk does not say itself what it had no room for."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or os.fspath(path)
        raise


def try_lock(handle: int) -> bool:
    if sys.platform == "win32":
        import msvcrt

        with suppress(OSError):
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            return True
        return False
    import fcntl

    with suppress(BlockingIOError):
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


@contextmanager
def signals_held() -> Generator[None]:
    """Let Ctrl-C and `kill` wait until the steps are done."""
    if sys.platform == "win32":
        yield
        return
    held = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, held)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
