"""docs/reliability.md has a row for every fault, and a test for every row."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from gemini_interactions.testing import FAULTS

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| `([\w-]+)`([^|]*) \| ([^|]+) \| `([^`]+)` \|$")
TEXT = (ROOT / "docs" / "reliability.md").read_text()
ROWS = [found.groups() for found in map(ROW.match, TEXT.splitlines()) if found]


def test_every_row_of_the_table_is_read() -> None:
    lines = [line for line in TEXT.splitlines() if line.startswith("| `")]
    assert len(lines) == len(ROWS) >= len(FAULTS)


def test_every_fault_has_a_row_of_its_own() -> None:
    assert {name for name, rest, _, _ in ROWS if not rest} == set(FAULTS)
    assert {name for name, _, _, _ in ROWS} == set(FAULTS)


@pytest.mark.parametrize(("fault", "where"), [(row[0], row[3]) for row in ROWS])
def test_every_row_is_proven(fault: str, where: str) -> None:
    """The test exists, and is about that fault: by itself or by what its parameters name."""
    path, name = where.split("::")
    source = (ROOT / path).read_text()
    tree = ast.parse(source)
    (test,) = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == name]
    lists = [n for n in tree.body if isinstance(n, ast.Assign)]
    about = "".join(ast.unparse(n) for n in [*lists, test])
    assert re.search(rf"['\" ]{fault}\b", about)
