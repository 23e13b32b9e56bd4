"""Options and fixtures of the generator's tests."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from types import ModuleType

import pytest

from .lab import Json, bindings_of, write_spec

Bind = Callable[[Json], ModuleType]
Refused = Callable[..., str]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="rewrite tests/codegen/golden as it is now"
    )


@pytest.fixture
def bind(tmp_path: Path) -> Iterator[Bind]:
    """Spec documents → the imported bindings of their revision."""
    numbers = count()
    packages: list[str] = []

    def make(documents: Json) -> ModuleType:
        package = f"bindings_{next(numbers)}_of_{abs(hash(tmp_path))}"
        packages.append(package)
        return bindings_of(documents, tmp_path / package, package)

    yield make
    for name in [n for n in sys.modules if n.partition(".")[0] in packages]:
        del sys.modules[name]


@pytest.fixture
def refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Refused:
    """Spec documents → the message they are refused with; nothing may have been written."""
    from interactions_codegen.cli import main

    def run(documents: Json) -> str:
        spec, out = write_spec(documents, tmp_path / "spec"), tmp_path / "into" / "bindings"
        assert main(["generate", "--spec", str(spec), "--out", str(out)]) == 2
        assert sorted(path.name for path in tmp_path.iterdir()) == ["spec"]
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.startswith("interactions-codegen: ")
        assert captured.err.count("\n") == 1
        return captured.err.removeprefix("interactions-codegen: ").rstrip("\n")

    return run
