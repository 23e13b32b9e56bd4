"""Every row is whole, answers on its command line and is in the report."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from benchmarks.__main__ import ROWS
from benchmarks.harness.peers import REQUIREMENTS
from benchmarks.harness.row import SERVER_BUSY, Row

ROOT = Path(__file__).parents[2]
NO_ROWS = {"__init__", "__main__", "soak"}


def row_of(name: str) -> Row:
    row: Row = import_module(f"benchmarks.{name}").ROW
    return row


def test_every_script_is_a_row() -> None:
    scripts = {script.stem for script in (ROOT / "benchmarks").glob("*.py")}
    assert set(ROWS) == scripts - NO_ROWS


@pytest.mark.parametrize("name", ROWS)
def test_a_row_names_only_what_it_has(name: str) -> None:
    row = row_of(name)
    contenders = [contender.name for contender in row.contenders]
    measures = [measure.name for measure in row.measures]
    assert len(set(contenders)) == len(contenders)
    assert row.ours in contenders
    assert {contender.peer for contender in row.contenders} <= set(REQUIREMENTS)
    assert row.goals
    for goal in row.goals:
        assert goal.measure in measures
        assert {goal.contender, goal.of or goal.contender} <= set(contenders)
    assert SERVER_BUSY.name not in measures or row.scene is not None


@pytest.mark.parametrize("name", [*ROWS, "soak", "__main__"])
def test_a_script_says_what_it_does(name: str) -> None:
    module = "benchmarks" if name == "__main__" else f"benchmarks.{name}"
    command = [sys.executable, "-m", module, "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("usage: ")
    assert "--json" in done.stdout


@pytest.mark.parametrize("name", ROWS)
def test_the_report_has_every_row_as_it_is_now(name: str) -> None:
    page = (ROOT / "docs" / "performance.md").read_text("utf-8")
    row = row_of(name)
    assert f"## {row.title}\n" in page
    assert f"`python -m benchmarks.{name}`" in page
    assert all(f"| {contender.name} |" in page for contender in row.contenders)
