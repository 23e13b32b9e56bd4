"""The command line: what it prints and how it ends."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

import interactions_codegen
from interactions_codegen.cli import main

from .lab import FIXTURE, LABEL, mini, write_spec


@pytest.mark.parametrize("arguments", [["--help"], ["generate", "--help"], ["check", "--help"]])
def test_help(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert shown.startswith("usage: interactions-codegen")
    assert "exit codes: 0 done, 1 a check found differences, 2 refused or failed" in shown


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == interactions_codegen.__version__ + "\n"


@pytest.mark.parametrize("arguments", [[], ["destroy"], ["generate", "--force"], ["check", "x"]])
def test_wrong_arguments(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: interactions-codegen" in capsys.readouterr().err


def test_generate_says_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "new" / "bindings"
    assert main(["generate", "--spec", str(FIXTURE), "--out", str(out)]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith(f"{sum(p.is_file() for p in out.rglob('*'))} files in {out} (")
    assert captured.err == ""


@pytest.mark.parametrize("command", ["generate", "check"])
def test_no_spec_folder(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--spec", str(tmp_path / "gone"), "--out", str(tmp_path / "x")]) == 2
    gone = tmp_path / "gone"
    said = f"interactions-codegen: {gone} is no folder: give the spec folder with --spec\n"
    assert capsys.readouterr().err == said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["latest", "2026-5-20", "2026-05-20-beta", "\uff12\uff10\uff12\uff16-05-20"]
)
def test_no_revision(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / name).mkdir()
    assert main(["check", "--spec", str(tmp_path)]) == 2
    assert "a revision's folder is named YYYY-MM-DD" in capsys.readouterr().err


def refused_output(out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    spec = write_spec(mini(), tmp_path / "spec")
    assert main(["generate", "--spec", str(spec), "--out", str(out)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    return captured.err


def test_out_below_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("x")
    error = refused_output(tmp_path / "file" / "bindings", tmp_path, capsys)
    assert error.startswith(f"interactions-codegen: {tmp_path / 'file'}")


def test_out_is_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("x")
    error = refused_output(tmp_path / "file", tmp_path, capsys)
    assert error == f"interactions-codegen: {tmp_path / 'file'}: Not a directory\n"
    assert (tmp_path / "file").read_text() == "x"


def test_out_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path / "locked"))

    # Rather than a mode: root may write anywhere.
    monkeypatch.setattr("interactions_codegen.transaction.acquire", denied)
    error = refused_output(tmp_path / "locked" / "x", tmp_path, capsys)
    assert error == f"interactions-codegen: {tmp_path / 'locked'}: Permission denied\n"


def test_no_room_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes | str) -> None:
        raise OSError(28, "No space left on device", str(path))

    spec = write_spec(mini(), tmp_path / "spec")
    monkeypatch.setattr("interactions_codegen.transaction.write_new", full)
    assert main(["generate", "--spec", str(spec), "--out", str(tmp_path / "x")]) == 2
    assert capsys.readouterr().err.endswith(": No space left on device\n")
    assert [path.name for path in tmp_path.iterdir()] == ["spec"]


def test_an_error_without_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: object, **kwargs: object) -> None:
        raise OSError("something else")

    monkeypatch.setattr("interactions_codegen.cli.check.findings", fails)
    assert main(["check"]) == 2
    assert capsys.readouterr().err == "interactions-codegen: something else\n"


def test_a_folder_called_like_a_spec_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = write_spec(mini(), tmp_path)
    (spec / LABEL / "x.json").mkdir()
    assert main(["check", "--spec", str(spec)]) == 2
    assert capsys.readouterr().err == (
        f"interactions-codegen: {spec / LABEL / 'x.json'}: Is a directory\n"
    )


def test_it_runs_as_a_module(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["interactions-codegen", "--version"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("interactions_codegen", run_name="__main__")
    assert ended.value.code == 0
    assert capsys.readouterr().out == interactions_codegen.__version__ + "\n"
