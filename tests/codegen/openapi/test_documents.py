"""Documents as others write them, one for each of their ways, and the revision each gives.

`base/` is the revision they continue. After a change that is meant to change what is imported, run

    pytest tests/codegen --update-golden

and read the difference.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from interactions_codegen.openapi.document import parse
from interactions_codegen.openapi.importing import import_document
from interactions_codegen.openapi.keywords import READ
from interactions_codegen.source import load

HERE = Path(__file__).parent
BASE = HERE / "base" / "2026-01-02"
DOCUMENTS = sorted((HERE / "documents").glob("*.json"))
LABEL = "2026-09-09"


def imported(path: Path) -> Any:
    """The files of the revision, parsed, and the report."""
    result = import_document(parse(path.read_bytes(), path.name), LABEL, load(BASE))
    files = {name: json.loads(text) for name, text in result.files.items()}
    return {"files": files, "report": result.report.as_json()}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_document_gives_its_revision(path: Path, pytestconfig: pytest.Config) -> None:
    golden, found = HERE / "expected" / path.name, imported(path)
    text = json.dumps(found, indent=2, ensure_ascii=False) + "\n"
    if pytestconfig.getoption("--update-golden", default=False):
        golden.write_text(text, "utf-8")
    assert found == json.loads(golden.read_bytes())
    assert text == golden.read_text("utf-8"), "the same, in another order"


def test_there_is_no_expectation_without_a_document() -> None:
    expected = sorted(path.name for path in (HERE / "expected").iterdir())
    assert expected == [path.name for path in DOCUMENTS]


def keywords_in(value: Any) -> set[str]:
    if isinstance(value, list):
        return {key for item in value for key in keywords_in(item)}
    if not isinstance(value, dict):
        return set()
    return {*value, *(key for item in value.values() for key in keywords_in(item))}


def test_every_keyword_that_is_read_is_in_a_document() -> None:
    found = {key for path in DOCUMENTS for key in keywords_in(json.loads(path.read_bytes()))}
    assert READ - found == set()


def test_no_word_of_a_document_gets_into_a_revision() -> None:
    result = import_document(
        parse((HERE / "documents" / "noise.json").read_bytes(), "noise.json"), LABEL, load(BASE)
    )
    text = "".join(result.files.values())
    assert "not ours" not in text
    assert "A title" not in text
    assert "x-" not in text.replace("x-open", "").replace("x-secret", "")
