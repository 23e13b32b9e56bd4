"""Paths and standard input → the inputs to read, in a fixed order."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import define, field, frozen

from ..findings import Finding, Place
from .items import unreadable

__all__ = ["STDIN", "Source", "Sources", "find_sources"]

STDIN = "-"
SUFFIXES = frozenset({".har", ".json", ".jsonl", ".ndjson", ".sse", ".txt"})
"""What is read of a folder, each also with `.gz`. A file that is named itself is always read."""


@frozen
class Source:
    """One file, or standard input."""

    path: str
    size: int = 0
    """Bytes, for the estimate; 0 where nobody knows."""

    @property
    def name(self) -> str:
        return "standard input" if self.path == STDIN else self.path

    @property
    def suffix(self) -> str:
        """What the name says it is, the compression aside."""
        return Path(self.path.removesuffix(".gz")).suffix.lower()

    @property
    def says_gzip(self) -> bool:
        return self.path.endswith(".gz")


@define
class Sources:
    found: list[Source] = field(factory=list[Source])
    skipped: int = 0
    """Files of folders whose names say that they are something else."""
    problems: list[Finding] = field(factory=list[Finding])
    """Paths that lead to no input."""


def find_sources(paths: Iterable[str]) -> Sources:
    """The inputs below these paths: folders in order of names, hidden files left out."""
    sources = Sources()
    for path in paths:
        if path == STDIN:
            sources.found.append(Source(STDIN))
        elif os.path.isdir(path):
            add_folder(sources, path)
        else:
            sources.found.append(Source(path, size_of(path)))
    return sources


def add_folder(sources: Sources, folder: str) -> None:
    before = len(sources.found) + len(sources.problems)
    for path in files_below(sources, folder):
        name = Path(path.removesuffix(".gz"))
        if name.suffix.lower() in SUFFIXES:
            sources.found.append(Source(path, size_of(path)))
        else:
            sources.skipped += 1
    if len(sources.found) + len(sources.problems) == before:
        what = f"no file here is named {', '.join(sorted(SUFFIXES))}, or one of these with .gz"
        sources.problems.append(unreadable(Place(source=folder), "empty-folder", what))


def files_below(sources: Sources, folder: str) -> Iterator[str]:
    def cannot_list(error: OSError) -> None:
        place = Place(source=str(error.filename))
        sources.problems.append(unreadable(place, "unreadable", error.strerror or str(error)))

    for parent, folders, files in os.walk(folder, onerror=cannot_list):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = os.path.join(parent, name)
            if not name.startswith(".") and is_file(path):
                yield path


def is_file(path: str) -> bool:
    """A pipe or a device in a folder is nothing to wait for; a broken link is to be told."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        return True


def size_of(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
