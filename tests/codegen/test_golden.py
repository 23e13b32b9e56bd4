"""A spec that uses every feature, and the bindings it gives, byte for byte.

After a change that is meant to change what is generated, run

    pytest tests/codegen --update-golden

and read the difference: it is what users of the bindings will get.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from interactions_codegen import naming
from interactions_codegen.output import differences, generate, write
from interactions_codegen.render import READING_SUPPORT
from interactions_codegen.source import load

from .lab import FIXTURE, LABEL, MODULE, unformatted

GOLDEN = Path(__file__).parent / "golden"


def test_the_fixture_gives_the_golden_tree(pytestconfig: pytest.Config) -> None:
    files = generate(FIXTURE)
    if pytestconfig.getoption("--update-golden", default=False):
        write(files, GOLDEN)
    found = list(differences(files, GOLDEN))
    assert not found, "\n".join(["run `pytest tests/codegen --update-golden`", *found])


def test_the_golden_tree_is_formatted() -> None:
    assert unformatted(GOLDEN) == ""


def names_in(module: ast.Module) -> Iterator[str]:
    """What a module imports and defines."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)
    for node in module.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield node.name
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def test_types_cannot_be_called_like_anything_in_the_modules() -> None:
    """All that a generated module holds beside the spec's own names is reserved."""
    ours = set(load(FIXTURE / LABEL).definitions)
    from_the_spec = re.compile(rf"(Unknown|Untagged|Renamed)?({'|'.join(ours)})(Param|Fields)?")
    found = {
        name
        for path in (GOLDEN / MODULE).glob("*.py")
        if path.name != "converter.py"  # no type gets in there
        for name in names_in(ast.parse(path.read_bytes()))
        if naming.TYPE_NAME.fullmatch(name) and not from_the_spec.fullmatch(name)
    }
    assert found >= {"Any", "Model", "Unknown", "Literal", "ROUTES", "WRITERS", "Route"}
    assert found <= naming.RESERVED_TYPE_NAMES
    readers = {name.removeprefix("read_") for name in READING_SUPPORT if name.startswith("read_")}
    assert readers <= naming.RESERVED_FUNCTIONS
