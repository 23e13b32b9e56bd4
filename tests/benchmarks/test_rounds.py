"""Contenders take turns, each in its own process and environment."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.harness import peers
from benchmarks.harness.processes import environ
from benchmarks.harness.rounds import ContenderError, cpu_seconds, measured
from benchmarks.harness.row import SERVER_BUSY, Row, Scene

from . import ending_row, tiny_row

MODULE = "tests.benchmarks.tiny_row"


@pytest.fixture(autouse=True)
def nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment with nothing in it."""
    monkeypatch.setenv("BENCH_PEERS", str(tmp_path / "peers"))
    monkeypatch.setitem(peers.REQUIREMENTS, "nothing", [])


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


def with_log(row: Row, log: Path, server: int | None = None) -> Row:
    @contextmanager
    def scene() -> Generator[Scene, None, None]:
        yield Scene(str(log), server)

    return replace(row, scene=scene)


def test_rounds_are_interleaved_after_one_that_warms_up(log: Path) -> None:
    found = measured(MODULE, with_log(tiny_row.ROW, log), 4)
    assert log.read_text().split() == [*"aa", *"ss", "a", *"as", "a"]
    assert found.of("always", "operations done") == [2, 3, 4, 5]
    assert found.of("seldom", "operations done") == [2, 3]
    processes = {*found.of("always", "process"), *found.of("seldom", "process")}
    assert len(processes) == 2
    assert os.getpid() not in processes


def test_a_fresh_row_has_a_process_for_each_round_and_does_not_warm_up(log: Path) -> None:
    found = measured(MODULE, with_log(replace(tiny_row.ROW, is_fresh=True), log), 3)
    assert log.read_text().split() == [*"as", "a", *"as"]
    assert len(set(found.of("always", "process"))) == 3
    assert found.of("always", "operations done") == [1, 1, 1]


def test_a_contender_may_take_its_figures_otherwise(log: Path) -> None:
    found = measured(MODULE, with_log(tiny_row.ROW, log), 1)
    assert (found.of("always", "one"), found.of("seldom", "one")) == ([1], [2])


def test_a_server_is_watched(log: Path) -> None:
    found = measured(MODULE, with_log(tiny_row.ROW, log, server=os.getpid()), 2)
    assert len(found.of("always", SERVER_BUSY.name)) == 2
    assert measured(MODULE, with_log(tiny_row.ROW, log), 1).of("always", SERVER_BUSY.name) == []


def test_what_a_process_used_only_grows() -> None:
    before = cpu_seconds(os.getpid())
    spun = sum(number * number for number in range(500_000))
    assert spun
    assert cpu_seconds(os.getpid()) >= before > 0


def test_a_contender_that_ends_early_is_named() -> None:
    with pytest.raises(ContenderError, match="gone ended with 3"):
        measured("tests.benchmarks.ending_row", ending_row.ROW, 1)


def test_an_environment_is_made_once_and_anew_if_it_was_made_of_something_else() -> None:
    python = peers.python_of("nothing")
    mark = python.parent / "mark"
    mark.touch()
    assert peers.python_of("nothing") == python
    assert mark.exists()
    (python.parents[1] / "made-of.json").write_text("something else")
    assert peers.python_of("nothing") == python
    assert not mark.exists()


def test_processes_inherit_nothing_that_changes_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("GEMINI_API_KEY", "k")
    monkeypatch.setenv("SOMETHING", "else")
    inherited = environ()
    assert {"PYTHONDONTWRITEBYTECODE", "GEMINI_API_KEY"}.isdisjoint(inherited)
    assert inherited["SOMETHING"] == "else"
