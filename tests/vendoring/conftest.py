"""A place for copies, and the command that makes them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from interactions_codegen.cli import main
from interactions_codegen.vendoring.sources import Sources, read_sources

OURS = ("gemini_interactions", "gemini_interactions_types", "interactions_codegen")


class Ended(NamedTuple):
    code: int
    out: str
    err: str


Vendor = Callable[..., Ended]
RunCopy = Callable[..., str]


@pytest.fixture(scope="session")
def sources() -> Sources:
    return read_sources()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The folder of a package `place`, where copies go."""
    folder = tmp_path / "place"
    folder.mkdir()
    return folder


@pytest.fixture
def vendor(capsys: pytest.CaptureFixture[str]) -> Vendor:
    """`interactions-codegen vendor`, in this process."""

    def run(*arguments: Any) -> Ended:
        capsys.readouterr()
        try:
            code = main(["vendor", *map(str, arguments)])
        except SystemExit as refusal:
            code = int(refusal.code or 0)
        captured = capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    return run


@pytest.fixture
def run_copy(tmp_path: Path) -> RunCopy:
    """Run a program with the copies in `tmp_path`, in a process where ours cannot be imported."""
    guard = (
        "import sys\n"
        "class Guard:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        assert name.partition('.')[0] not in {OURS!r}, name\n"
        "sys.meta_path.insert(0, Guard())\n"
    )

    def run(program: str) -> str:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", guard + program],
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def tree(folder: Path) -> dict[str, bytes | str | None]:
    """Everything below a folder: files, links, and folders as `None`."""
    found: dict[str, bytes | str | None] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = os.readlink(path)
        else:
            found[name] = path.read_bytes() if path.is_file() else None
    return found
