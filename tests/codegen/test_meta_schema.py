"""The spec files against their meta-schemas, and these against the generator."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import (  # type: ignore[import-untyped,unused-ignore]
    Draft202012Validator,
    ValidationError,
)

from interactions_codegen.errors import CodegenError
from interactions_codegen.output import generate
from interactions_codegen.source import SINGLE_FILES, revisions_in

from .lab import FIXTURE, LABEL, REVISIONS, SPEC, Json, deviation, mini, put, write_spec

META_SCHEMAS = {
    path.name.removesuffix(".schema.json"): json.loads(path.read_bytes())
    for path in (SPEC / "meta-schema").iterdir()
}
FOLDERS = [*(SPEC / revision for revision in REVISIONS), FIXTURE / LABEL]
FILES = [path for folder in FOLDERS for path in sorted(folder.iterdir())]


def validator_of(file: str) -> Draft202012Validator:
    kind = file.removesuffix(".json") if file in SINGLE_FILES else "family"
    return Draft202012Validator(META_SCHEMAS[kind])


def test_there_is_one_for_every_kind_of_file() -> None:
    assert sorted(META_SCHEMAS) == ["deviations", "family", "revision", "routes"]


def test_all_revisions_are_covered_and_the_folder_is_none() -> None:
    assert [folder.name for folder in revisions_in(SPEC)] == list(REVISIONS)


@pytest.mark.parametrize("name", sorted(META_SCHEMAS))
def test_meta_schema_is_valid_and_closed(name: str) -> None:
    Draft202012Validator.check_schema(META_SCHEMAS[name])
    for where, part in objects_in(META_SCHEMAS[name]):
        if (
            isinstance(part.get("properties"), dict)
            and "type" in part
            and not where.endswith(("/treatment", "/properties"))
        ):
            assert "additionalProperties" in part, where


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_spec_file_is_valid(path: Path) -> None:
    errors = [
        f"{error.json_path}: {error.message[:200]}"
        for error in validator_of(path.name).iter_errors(json.loads(path.read_bytes()))
    ]
    assert errors == []


def objects_in(document: Any, where: str = "") -> Iterator[tuple[str, Json]]:
    """Every object of a document, with its JSON pointer."""
    if isinstance(document, dict):
        yield where, document
    items = document.items() if isinstance(document, dict) else enumerate(document)
    for key, item in items:
        if isinstance(item, (dict, list)):
            escaped = str(key).replace("~", "~0").replace("/", "~1")
            yield from objects_in(item, f"{where}/{escaped}")


def complete() -> Json:
    """The mini spec with every kind of treatment, an answer and names of the past."""
    documents = mini()
    put(
        documents,
        "deviations.json",
        "/deviations",
        [
            deviation({"kind": "may-omit", "fields": {"Call": ["input"]}}, "a"),
            deviation({"kind": "undeclared", "fields": {"Call": ["more"]}}, "b"),
            deviation({"kind": "also-accepts", "fields": {"Call": {"id": ["integer"]}}}, "c"),
            deviation(
                {
                    "kind": "missing-tag",
                    "union": "Part",
                    "requires": ["text"],
                    "read_as": "TextPart",
                },
                "d",
            ),
            deviation(
                {"kind": "tag-alias", "union": "Part", "tag": "old", "read_as": "TextPart"}, "e"
            ),
            deviation({"kind": "repaired", "fields": {"Call": ["id"]}}, "f"),
            deviation({"kind": "note"}, "g"),
        ],
    )
    answer = {"type": "Call", "field": "parts", "passed_over": "x", "media": {"blob": "BlobPart"}}
    put(documents, "revision.json", "/answer", answer)
    put(documents, "revision.json", "/aliases", {"Memo": "Note", "Note.body": "Note.text"})
    put(documents, "revision.json", "/withdrawn", {"Note.page": "It never came."})
    put(documents, "revision.json", "/changed", {"Note.text": "It was a number."})
    return documents


def mutants() -> Iterator[Any]:
    """Every object of a spec with a key too many, every value as something else."""
    for file, document in complete().items():
        for where, part in objects_in(document):
            yield pytest.param(file, f"{where}/surprise", 3, id=f"{file}#{where}-key")
            for key, value in part.items():
                if not isinstance(value, (dict, list)):
                    escaped = key.replace("~", "~0").replace("/", "~1")
                    place = f"{where}/{escaped}"
                    yield pytest.param(file, place, [[3]], id=f"{file}#{place}")


@pytest.mark.parametrize(("file", "pointer", "value"), list(mutants()))
def test_mutants_are_caught_by_both(file: str, pointer: str, value: Any, tmp_path: Path) -> None:
    documents = complete()
    put(documents, file, pointer, value)
    assert list(validator_of(file).iter_errors(documents[file]))
    with pytest.raises(CodegenError):
        generate(write_spec(documents, tmp_path))


def test_what_is_not_mutated_passes_both(tmp_path: Path) -> None:
    documents = complete()
    for file, document in documents.items():
        validator_of(file).validate(document)
    assert generate(write_spec(documents, tmp_path))


@pytest.mark.parametrize(
    ("file", "pointer", "value"),
    [
        ("event.json", "/$defs/StepDelta/description", "Two\nlines."),
        ("event.json", "/$defs/StepDelta/properties/delta/$ref", "https://example.com/x.json"),
        ("event.json", "/$defs/Event/discriminator/mapping/unknown", "#/$defs/StepDelta"),
        ("content.json", "/$defs/lower", {"description": "A type.", "type": "object"}),
        ("tool.json", "/$defs/Tool/x-close", True),
        ("revision.json", "/label", "2026-5-20"),
        ("revision.json", "/families/0", "import os"),
        ("revision.json", "/aliases", {"x = 1": "Event"}),
        ("revision.json", "/aliases", {"Event.a.b": "Event.c"}),
        ("revision.json", "/withdrawn", {"Event": "Two\nlines."}),
        ("revision.json", "/changed", {"Event stream": "No."}),
        ("routes.json", "/operations/interactions.get/paths/gemini", "/x?y"),
        ("routes.json", "/operations/interactions.get/stream_switch", ...),
        ("routes.json", "/backends/gemini/hosts/*", "example.com/path"),
        ("deviations.json", "/deviations/0/evidence", "rumour"),
        ("deviations.json", "/deviations/0/treatment/kind", "ignore"),
    ],
)
def test_mutated_revision_is_caught(file: str, pointer: str, value: Any) -> None:
    document = json.loads((SPEC / REVISIONS[-1] / file).read_bytes())
    documents = {file: copy.deepcopy(document)}
    put(documents, file, pointer, value)
    assert documents[file] != document
    with pytest.raises(ValidationError):
        validator_of(file).validate(documents[file])
