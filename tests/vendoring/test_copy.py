"""What is in a copy: all of ours, under its own name, and nothing that leads back to us."""

from __future__ import annotations

import ast
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interactions_codegen import __version__
from interactions_codegen.naming import module_name
from interactions_codegen.output import generate
from interactions_codegen.vendoring.copying import CLIENTS, copy_of, planned
from interactions_codegen.vendoring.overloads import with_overloads
from interactions_codegen.vendoring.record import hash_of
from interactions_codegen.vendoring.sources import Sources, read_sources

REPOSITORY = Path(__file__).parents[2]
REVISIONS = tuple(read_sources().revisions)
OWN_NAMES = re.compile(r"gemini_interactions|interactions_codegen")


def copied(sources: Sources, mode: Any = "full", *revisions: str) -> dict[str, str]:
    plan = planned(sources, "acme._vendor.gemini", revisions or None, mode)
    return {name: content.decode() for name, content in copy_of(sources, plan).items()}


def imported(text: str) -> Iterator[str]:
    """The modules that a module imports absolutely."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""


@pytest.mark.parametrize("mode", ["full", "types-only"])
def test_nothing_has_our_name(sources: Sources, mode: str) -> None:
    for name, text in copied(sources, mode).items():
        assert not OWN_NAMES.search(text), name


@pytest.mark.parametrize("mode", ["full", "types-only"])
def test_every_module_is_valid_and_finds_the_others_by_where_they_are(
    sources: Sources, mode: str
) -> None:
    texts = {name: text for name, text in copied(sources, mode).items() if name.endswith(".py")}
    assert texts
    for name, text in texts.items():
        assert not [module for module in imported(text) if module.startswith("acme")], name


def test_nothing_is_left_out(sources: Sources) -> None:
    expected = {
        *(path for path in sources.runtime),
        *(f"bindings/{path}" for path in sources.bindings),
        *("LICENSE", "VENDORED.json"),
    }
    assert copied(sources).keys() == expected
    assert {"client.py", "py.typed", "_core/sse.py", "testing/pytest_plugin.py"} <= expected
    texts = copied(sources, "types-only")
    assert texts.keys() == {*sources.bindings, "LICENSE", "VENDORED.json"}
    assert texts["LICENSE"] == (REPOSITORY / "LICENSE").read_text("utf-8")


def test_few_modules_differ_from_ours(sources: Sources) -> None:
    """Apart from what they call themselves, only what the name and the revisions ask for does."""
    texts = copied(sources)
    changed = {
        name
        for name, text in sources.runtime.items()
        if OWN_NAMES.sub("", text) != texts[name].replace("acme._vendor.gemini", "")
    }
    assert changed == {"_bindings.py"}
    texts = copied(sources, "full", "2026-05-07")
    changed = {
        name
        for name, text in sources.runtime.items()
        if OWN_NAMES.sub("", text) != texts[name].replace("acme._vendor.gemini", "")
    }
    assert changed == {"_bindings.py", *CLIENTS}


@pytest.mark.parametrize("revisions", [REVISIONS[1:2], REVISIONS[::2]])
def test_a_part_is_what_the_generator_makes_of_that_part_of_the_spec(
    sources: Sources, tmp_path: Path, revisions: tuple[str, ...]
) -> None:
    for label in revisions:
        shutil.copytree(REPOSITORY / "spec" / label, tmp_path / label)
    made = generate(tmp_path)
    manifest = json.loads(made.pop("MANIFEST.json"))
    texts = copied(sources, "types-only", *revisions)
    record = json.loads(texts.pop("VENDORED.json"))
    assert record["spec"] == manifest["spec"]
    assert texts.keys() - {"LICENSE"} == made.keys()
    for name, text in made.items():
        assert texts[name] == text.replace("gemini_interactions_types", "acme._vendor.gemini")


def test_the_record(sources: Sources) -> None:
    texts = copied(sources, "full", "2026-05-20", "2025-12-11", "2026-05-20")
    record = json.loads(texts.pop("VENDORED.json"))
    files = record.pop("files")
    assert record.pop("spec") != ""
    assert record == {
        "version": __version__,
        "package": "acme._vendor.gemini",
        "mode": "full",
        "revisions": ["2025-12-11", "2026-05-20"],
    }
    assert files == {name: hash_of(text.encode()) for name, text in texts.items()}
    assert list(files) == sorted(files)


def test_our_clients_are_typed_for_all_revisions(sources: Sources) -> None:
    """As they would be after a new revision: `with_overloads` is how to get there."""
    for name in CLIENTS:
        assert with_overloads(sources.runtime[name], REVISIONS[:-1]) == sources.runtime[name]


def test_overloads_of_a_revision_more(sources: Sources) -> None:
    for name in CLIENTS:
        text = with_overloads(sources.runtime[name], REVISIONS)
        labels = re.findall(r'api_revision: Literal\["([^"]+)"\]', text)
        assert labels == list(reversed(REVISIONS))
        assert text.count(f"revisions.{module_name(REVISIONS[-1])}.Event") == 1
        assert with_overloads(text, REVISIONS[:-1]) == sources.runtime[name]
        assert "Literal" not in with_overloads(text, [])
