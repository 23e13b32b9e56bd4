"""What keeps a tree from being what its spec gives: one list for `check` and for `bump`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from . import output, promise


def findings(spec: Path, bindings: Path) -> Iterator[str]:
    files = output.generate(spec)
    yield from output.differences(files, bindings)
    yield from promise.differences(spec, files)
