"""Export, then import: the same files, byte for byte; and the document in between is of use."""

from __future__ import annotations

import json
import subprocess
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from interactions_codegen.cli import main
from interactions_codegen.openapi.exporting import export, openapi_of
from interactions_codegen.source import load

SPEC = Path(__file__).parents[3] / "spec"
REVISIONS = ("2025-12-11", "2026-05-07", "2026-05-20")

each_revision = pytest.mark.parametrize("revision", REVISIONS)


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@each_revision
def test_export_then_import_is_the_identity(revision: str, tmp_path: Path) -> None:
    """Through files, into a spec folder that holds nothing."""
    document, spec = tmp_path / "openapi.json", tmp_path / "spec"
    spec.mkdir()
    assert main(["export", revision, "--spec", str(SPEC), "--to", str(document)]) == 0
    assert main(["import", str(document), "--revision", revision, "--spec", str(spec)]) == 0
    assert files_of(spec / revision) == files_of(SPEC / revision)


@each_revision
def test_also_through_pipes_and_beside_other_revisions(
    revision: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for other in {*REVISIONS} - {revision}:
        (tmp_path / other).mkdir()
        for name, content in files_of(SPEC / other).items():
            (tmp_path / other / name).write_bytes(content)
    assert main(["export", revision, "--spec", str(SPEC)]) == 0
    document = capsys.readouterr().out
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(document.encode())))
    assert main(["import", "-", "--revision", revision, "--spec", str(tmp_path)]) == 0
    assert files_of(tmp_path / revision) == files_of(SPEC / revision)


@each_revision
def test_an_exported_revision_imported_under_another_label(revision: str, tmp_path: Path) -> None:
    document = tmp_path / "openapi.json"
    document.write_text(export(load(SPEC / revision)), "utf-8")
    spec = tmp_path / "spec"
    spec.mkdir()
    assert main(["import", str(document), "--revision", "2027-01-01", "--spec", str(spec)]) == 0
    before, after = files_of(SPEC / revision), files_of(spec / "2027-01-01")
    revisions = [json.loads(files.pop("revision.json")) for files in (before, after)]
    assert after == before
    assert revisions[1] == {**revisions[0], "label": "2027-01-01"}


@each_revision
def test_the_document_is_valid(revision: str) -> None:
    errors = OpenAPIV31SpecValidator(openapi_of(load(SPEC / revision))).iter_errors()
    assert [error.message for error in errors] == []


def test_the_document_says_what_a_stranger_needs() -> None:
    document = openapi_of(load(SPEC / "2026-05-20"))
    create = document["paths"]["/{api_version}/interactions"]["post"]
    schema = "#/components/schemas/"
    assert document["servers"] == [{"url": "https://generativelanguage.googleapis.com"}]
    assert [*document["components"]["securitySchemes"]] == ["api_key", "access_token"]
    body = create["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": schema + "CreateInteraction"}
    assert create["responses"]["200"]["content"] == {
        "application/json": {"schema": {"$ref": schema + "Interaction"}},
        "text/event-stream": {"schema": {"$ref": schema + "Event"}},
    }
    assert create["responses"]["default"]["content"]["application/json"]["schema"] == {
        "$ref": schema + "ErrorResponse"
    }
    parameters = [*create["parameters"]]
    assert {"name": "Api-Revision", "in": "header", "schema": {"const": "2026-05-20"}} in parameters
    event = document["components"]["schemas"]["Event"]
    assert event["discriminator"]["mapping"]["step.delta"] == schema + "StepDelta"
    vertex = "/{api_version}/projects/{project}/locations/{location}/interactions"
    hosts = [server["url"] for server in document["paths"][vertex]["servers"]]
    assert "https://aiplatform.googleapis.com" in hosts


def operations(document: Any) -> list[dict[str, Any]]:
    return [
        operation
        for item in document["paths"].values()
        for method, operation in item.items()
        if method in ("get", "post", "delete")
    ]


def test_operations_have_names_of_their_own_and_all_their_parameters() -> None:
    document = openapi_of(load(SPEC / "2026-05-20"))
    names = [operation["operationId"] for operation in operations(document)]
    assert sorted(names) == sorted(set(names))
    assert "interactions.get" in names
    assert "interactions.get.vertex" in names
    for template, item in document["paths"].items():
        declared = {parameter["name"] for parameter in item["parameters"]}
        assert declared == {part[1:-1] for part in template.split("/") if part.startswith("{")}


def test_export_is_the_same_on_every_run() -> None:
    program = (
        "import sys; from interactions_codegen.cli import main;"
        f" sys.exit(main(['export', '2026-05-20', '--spec', {str(SPEC)!r}]))"
    )
    environments = [{"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)} for seed in "12"]
    runs = [
        subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, check=True)
        for env in environments
    ]
    assert runs[0].stdout == runs[1].stdout == export(load(SPEC / "2026-05-20")).encode()


@pytest.mark.parametrize("revision", ["2020-01-01", "../spec", "nonsense", ""])
def test_there_is_no_such_revision(
    revision: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "openapi.json"
    assert main(["export", revision, "--spec", str(SPEC), "--to", str(target)]) == 2
    assert f"holds no revision {revision!r}" in capsys.readouterr().err
    assert not target.exists()
