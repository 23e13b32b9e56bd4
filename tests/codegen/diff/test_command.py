"""`interactions-codegen diff`, and the changelogs that `generate` and `check` look after."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from interactions_codegen.cli import main

from ..lab import LABEL, REVISIONS, SPEC, STRING, Json, mini, put, tree, write_spec

OLD, NEW = REVISIONS[1:]
LATER = "2026-02-03"


def two_revisions(folder: Path) -> Path:
    """A spec of two small revisions that differ by a field."""
    spec = write_spec(mini(), folder / "spec")
    later: Json = mini()
    later["revision.json"]["label"] = LATER
    put(later, "call.json", "/$defs/Call/properties/more", STRING)
    (spec / LATER).mkdir()
    for name, document in later.items():
        (spec / LATER / name).write_text(json.dumps(document))
    return spec


@pytest.mark.parametrize("form", ["text", "markdown", "json", "html"])
def test_a_report_to_the_terminal_or_a_file(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = two_revisions(tmp_path)
    arguments = ["diff", LABEL, LATER, "--spec", str(spec), "--format", form]
    assert main(arguments) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert "more" in shown.out
    assert main([*arguments, "--to", str(tmp_path / "report")]) == 0
    assert capsys.readouterr().out == ""
    assert (tmp_path / "report").read_text("utf-8") == shown.out


def test_folders_in_place_of_labels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = two_revisions(tmp_path)
    shutil.move(spec / LATER, tmp_path / LATER)
    assert main(["diff", LABEL, str(tmp_path / LATER), "--spec", str(spec)]) == 0
    assert "+++ more: new: string" in capsys.readouterr().out


def test_text_is_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", OLD, NEW, "--spec", str(SPEC)]) == 0
    assert capsys.readouterr().out.startswith(f"{OLD} -> {NEW}: major")


@pytest.mark.parametrize("name", ["2020-01-01", "nowhere", "../spec"])
def test_no_such_revision(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = two_revisions(tmp_path)
    assert main(["diff", LABEL, name, "--spec", str(spec)]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == (
        f"interactions-codegen: there is no revision {name!r}:"
        f" give a folder, or one of {LABEL}, {LATER}\n"
    )


def test_a_folder_that_is_no_revision(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", str(tmp_path), NEW, "--spec", str(SPEC)]) == 2
    assert "revision.json#: the file is missing" in capsys.readouterr().err


def test_no_spec_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", OLD, NEW, "--spec", str(tmp_path / "gone")]) == 2
    assert "there is no revision" in capsys.readouterr().err


def test_a_file_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = two_revisions(tmp_path)
    (tmp_path / "taken").mkdir()
    arguments = ["diff", LABEL, LATER, "--spec", str(spec), "--to", str(tmp_path / "taken")]
    assert main(arguments) == 2
    assert capsys.readouterr().err == (
        f"interactions-codegen: {tmp_path / 'taken'}: Is a directory\n"
    )


# --- changelogs ----------------------------------------------------------------------------------


def run(command: str, spec: Path, *more: str) -> int:
    out = spec.parent / "out" / "bindings"
    return main([command, "--spec", str(spec), "--out", str(out), *more])


def test_no_changelogs_where_there_are_no_docs(tmp_path: Path) -> None:
    spec = two_revisions(tmp_path)
    assert run("generate", spec) == 0
    assert run("check", spec) == 0
    assert not (tmp_path / "docs").exists()


def test_changelogs_beside_the_spec(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = two_revisions(tmp_path)
    (tmp_path / "docs").mkdir()
    assert run("generate", spec) == 0
    changes = tmp_path / "docs" / "changes"
    assert f"changelogs in {changes}" in capsys.readouterr().out
    assert tree(changes).keys() == {"README.md", f"{LATER}.md"}
    assert "`more`: new: `string`" in (changes / f"{LATER}.md").read_text("utf-8")
    assert run("check", spec) == 0


def test_changelogs_elsewhere(tmp_path: Path) -> None:
    spec, changes = two_revisions(tmp_path), tmp_path / "some" / "where"
    assert run("generate", spec, "--changes", str(changes)) == 0
    assert tree(changes).keys() == {"README.md", f"{LATER}.md"}
    assert run("check", spec, "--changes", str(changes)) == 0
    (changes / "README.md").unlink()
    assert run("check", spec, "--changes", str(changes)) == 1


@pytest.mark.parametrize("name", ["README.md", f"{LATER}.md"])
def test_check_finds_a_changelog_that_was_edited(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = two_revisions(tmp_path)
    (tmp_path / "docs").mkdir()
    run("generate", spec)
    page = tmp_path / "docs" / "changes" / name
    page.write_text(page.read_text("utf-8").replace("2026", "2027", 1), "utf-8")
    capsys.readouterr()
    assert run("check", spec) == 1
    shown = capsys.readouterr().out
    assert shown.startswith(f"{page.parent}:\n--- {name} (as it is)\n")
    assert "run `interactions-codegen generate`" in shown
    assert run("generate", spec) == 0
    assert run("check", spec) == 0


def test_check_finds_a_changelog_that_is_missing_or_too_many(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = two_revisions(tmp_path)
    (tmp_path / "docs").mkdir()
    run("generate", spec)
    changes = tmp_path / "docs" / "changes"
    (changes / f"{LATER}.md").rename(changes / "2026-01-01.md")
    capsys.readouterr()
    assert run("check", spec) == 1
    assert capsys.readouterr().out.splitlines()[:3] == [
        f"{changes}:",
        "2026-01-01.md: not generated from the spec",
        f"{LATER}.md: missing",
    ]
    assert run("generate", spec) == 0  # which knows its own, and removes it
    assert tree(changes).keys() == {"README.md", f"{LATER}.md"}


@pytest.mark.parametrize("command", ["generate", "check"])
def test_somebody_elses_files_stay(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec, changes = two_revisions(tmp_path), tmp_path / "mine"
    changes.mkdir()
    (changes / "notes.md").write_text("Mine.")
    run(command, spec, "--changes", str(changes))
    captured = capsys.readouterr()
    assert "notes.md" in captured.out + captured.err
    assert tree(changes) == {"notes.md": b"Mine."}
    if command == "generate":
        assert captured.err == (
            f"interactions-codegen: {changes} holds files that are not ours: notes.md\n"
        )
        assert not (tmp_path / "out").exists()
