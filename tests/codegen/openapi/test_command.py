"""`interactions-codegen import` and what it leaves behind."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from interactions_codegen.cli import main

Json = Any

HERE = Path(__file__).parent
FIRST = "2026-01-02"


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    return Path(shutil.copytree(HERE / "base", tmp_path / "spec"))


def document(name: str) -> str:
    return str(HERE / "documents" / f"{name}.json")


def run(spec: Path, name: str, revision: str, *options: str) -> int:
    arguments = [document(name), "--revision", revision, "--spec", str(spec), *options]
    return main(["import", *arguments])


def expected(name: str) -> Json:
    return json.loads((HERE / "expected" / f"{name}.json").read_bytes())


def written(folder: Path) -> Json:
    return {path.name: json.loads(path.read_bytes()) for path in folder.iterdir()}


def test_it_writes_the_revision_and_tells_what_is_to_be_done(
    spec: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.json"
    assert run(spec, "names", "2026-09-09", "--report", str(report)) == 0
    assert written(spec / "2026-09-09") == expected("names")["files"]
    assert json.loads(report.read_bytes()) == expected("names")["report"]
    captured = capsys.readouterr()
    assert captured.err == ""
    assert captured.out.startswith("names.json as 2026-09-09, on the base of 2026-01-02\n")
    assert "\nWithout a description: write one (11):\n  Interaction.model\n" in captured.out
    assert captured.out.endswith(f"\n6 files in {spec / '2026-09-09'}\n")
    assert sorted(path.name for path in spec.iterdir()) == [FIRST, "2026-09-09"]


def test_the_bindings_can_be_made_of_it(
    spec: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(spec, "families", "2026-09-09") == 0
    out = tmp_path / "bindings"
    assert main(["generate", "--spec", str(spec), "--out", str(out)]) == 0
    module = (out / "v2026_09_09" / "tool.py").read_text("utf-8")
    assert '"""Tool."""' in module
    capsys.readouterr()


def bases(report: Path) -> str | None:
    base: str | None = json.loads(report.read_bytes())["base"]
    return base


def test_the_base_is_the_newest_before_it_unless_it_is_given(spec: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    for label in ("2026-03-03", "2026-05-05"):
        assert run(spec, "names", label) == 0
    found: list[str | None] = []
    for label, *options in (
        ["2026-04-04"],
        ["2026-09-09"],
        ["2025-01-01"],
        ["2026-06-06", "--base", FIRST],
        ["2026-05-05", "--force"],
    ):
        assert run(spec, "names", label, "--report", str(report), *options) == 0
        found.append(bases(report))
    assert found == ["2026-03-03", "2026-05-05", FIRST, FIRST, "2026-05-05"]


def test_force_replaces_all_of_a_revision_and_keeps_its_words(spec: Path) -> None:
    assert run(spec, "families", "2026-09-09") == 0
    assert (spec / "2026-09-09" / "tool.json").is_file()
    path = spec / "2026-09-09" / "content.json"
    content = json.loads(path.read_bytes())
    content["$defs"]["VideoContent"]["description"] = "A video."
    path.write_text(json.dumps(content), "utf-8")

    assert run(spec, "unions", "2026-09-09", "--force") == 0
    assert not (spec / "2026-09-09" / "tool.json").exists()
    assert run(spec, "families", "2026-09-09", "--force", "--base", FIRST) == 0
    assert written(spec / "2026-09-09") == expected("families")["files"]


def test_words_that_were_written_since_survive_another_import(spec: Path) -> None:
    assert run(spec, "families", "2026-09-09") == 0
    path = spec / "2026-09-09" / "content.json"
    content = json.loads(path.read_bytes())
    content["$defs"]["VideoContent"]["description"] = "A video."
    path.write_text(json.dumps(content), "utf-8")
    assert run(spec, "families", "2026-09-09", "--force") == 0
    assert written(spec / "2026-09-09")["content.json"] == content


def test_a_report_that_cannot_be_written(
    spec: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report"
    report.mkdir()
    assert run(spec, "names", "2026-09-09", "--report", str(report)) == 2
    assert str(report) in capsys.readouterr().err
    assert [path.name for path in spec.iterdir()] == [FIRST]
