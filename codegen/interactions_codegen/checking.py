"""What keeps a tree from being what its spec gives: one list for `check` and for `bump`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from . import output
from .diff import changelogs
from .promise import snapshots


def findings(spec: Path, bindings: Path, changes: Path | None = None) -> Iterator[str]:
    """The changelogs are looked for beside the spec unless it is said where they are."""
    read = output.read(spec)
    files = output.bindings(read)
    yield from output.differences(files, bindings)
    yield from snapshots.differences(spec, files)
    if folder := changes or changelogs.changes_beside(spec):
        yield from changelogs.differences(changelogs.changelogs(read.revisions), folder)
