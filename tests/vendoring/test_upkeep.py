"""A copy is checked and updated: edits and drift are found, and edits outlive an update."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from interactions_codegen import __version__
from interactions_codegen.vendoring.copying import planned
from interactions_codegen.vendoring.sources import Sources
from interactions_codegen.vendoring.upkeep import make

from .conftest import Vendor, tree

SMALL = ("--package", "place.api", "--types-only", "--revisions", "2025-12-11")


@pytest.fixture
def copy(place: Path, vendor: Vendor) -> Path:
    """A copy, as this version makes it."""
    assert vendor(place / "api", *SMALL) == (
        0,
        f"{place / 'api'} is place.api: types of {__version__}, 2025-12-11\n",
        "",
    )
    return place / "api"


@pytest.fixture
def older(place: Path, sources: Sources) -> Path:
    """A copy that an earlier state of our sources gave, with a file that is gone now."""
    bindings = {**sources.bindings, "gone.py": "", "_support/answer.py": "was = 1\n"}
    plan = planned(sources, "place.api", ["2025-12-11"], "types-only")
    make(place / "api", evolve(sources, bindings=bindings), plan)
    return place / "api"


def say(folder: Path, **said: Any) -> None:
    """Change the record."""
    path = folder / "VENDORED.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **said}), "utf-8")


def test_a_fresh_copy_is_what_this_version_gives(copy: Path, vendor: Vendor) -> None:
    before = tree(copy.parent)
    ended = vendor("--check", copy)
    assert ended == (0, f"{copy} is what version {__version__} gives\n", "")
    assert tree(copy.parent) == before
    assert vendor("--update", copy).code == 0
    assert tree(copy.parent) == before


def test_every_kind_of_change_is_found(copy: Path, vendor: Vendor) -> None:
    (copy / "v2025_12_11" / "tool.py").write_text("edited = True\n", "utf-8")
    (copy / "LICENSE").write_bytes((copy / "LICENSE").read_bytes().replace(b"\n", b"\r\n"))
    (copy / "_support" / "model.py").unlink()
    (copy / "_support" / "routes.py").rename(copy / "_support" / "ways.py")
    (copy / "py.typed").rename(copy.parent / "py.typed")
    (copy / "py.typed").symlink_to(copy.parent / "py.typed")
    (copy / "elsewhere").symlink_to(copy / "_support")
    cache = copy / "_support" / "__pycache__"
    cache.mkdir()
    (cache / "model.cpython-311.pyc").write_bytes(b"x")
    ended = vendor("--check", copy)
    assert ended.code == 1
    *found, last = ended.out.splitlines()
    assert found == [
        "edited: LICENSE",
        "edited: py.typed",
        "edited: v2025_12_11/tool.py",
        "missing: _support/model.py",
        "missing: _support/routes.py",
        "foreign: _support/ways.py",
        "foreign: elsewhere",
    ]
    assert "vendor --update" in last


def test_drift_is_found_and_an_update_ends_it(older: Path, vendor: Vendor) -> None:
    ended = vendor("--check", older)
    assert ended.code == 1
    assert ended.out.startswith(f"outdated: 2 files are others in this {__version__}\n")
    assert vendor("--update", older).code == 0
    assert not (older / "gone.py").exists()
    assert vendor("--check", older).code == 0


def test_an_older_version_is_found_and_an_update_ends_it(older: Path, vendor: Vendor) -> None:
    say(older, version="0.0.9")
    ended = vendor("--check", older)
    assert ended.code == 1
    assert ended.out.startswith(f"outdated: it is of version 0.0.9, this one is {__version__}\n")
    ended = vendor("--update", older)
    assert ended.code == 0
    assert "left out, as before: 2026-05-07, 2026-05-20" in ended.out
    assert vendor("--check", older).code == 0


@pytest.mark.parametrize("again", [["--update"], list(SMALL)], ids=["update", "vendor"])
def test_edits_are_overwritten_only_when_forced(
    older: Path, vendor: Vendor, again: list[str]
) -> None:
    edited = older / "v2025_12_11" / "tool.py"
    edited.write_text("mine = True\n", "utf-8")
    (older / "_support" / "model.py").unlink()
    before = tree(older.parent)
    ended = vendor(*again, older)
    assert ended.code == 2
    assert "--force" in ended.err
    assert "edited: v2025_12_11/tool.py" in ended.err
    assert "missing: _support/model.py" in ended.err
    assert tree(older.parent) == before
    assert vendor(*again, older, "--force").code == 0
    assert vendor("--check", older).code == 0


def test_files_of_others_are_not_overwritten_even_when_forced(copy: Path, vendor: Vendor) -> None:
    (copy / "v2025_12_11" / "mine.py").write_text("mine = True\n", "utf-8")
    before = tree(copy.parent)
    for arguments in (["--update"], ["--update", "--force"], [*SMALL, "--force"]):
        ended = vendor(*arguments, copy)
        assert ended.code == 2
        assert "foreign: v2025_12_11/mine.py" in ended.err
        assert tree(copy.parent) == before


def test_vendoring_again_changes_what_is_copied(copy: Path, vendor: Vendor) -> None:
    assert vendor(copy, *SMALL[:3], "--revisions", "2026-05-07").code == 0
    assert not (copy / "v2025_12_11").exists()
    assert (copy / "v2026_05_07").is_dir()
    assert vendor("--check", copy).code == 0


def test_an_update_drops_what_python_cached(copy: Path, vendor: Vendor) -> None:
    cache = copy / "_support" / "__pycache__"
    cache.mkdir()
    (cache / "model.cpython-311.pyc").write_bytes(b"x")
    assert vendor("--check", copy).code == 0
    assert vendor("--update", copy).code == 0
    assert not cache.exists()
