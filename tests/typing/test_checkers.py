"""mypy and pyright, both strict: no false error in good programs, every planted one found."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOTS = [HERE.parents[1] / name for name in ("generated", "runtime")]
PLANTED = sorted(HERE.glob("planted_*.py"))
PROGRAMS = sorted(HERE.glob("program_*.py"))
EXCUSE = re.compile(r"  # type: ignore\[.*")


def planted_lines() -> set[tuple[str, int]]:
    return {
        (file.name, number)
        for file in PLANTED
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if EXCUSE.search(line)
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All programs, with nothing that excuses an error."""
    folder = tmp_path_factory.mktemp("programs")
    for program in (*PROGRAMS, *PLANTED):
        text = re.sub(f"{EXCUSE.pattern}$", "", program.read_text("utf-8"), flags=re.MULTILINE)
        (folder / program.name).write_text(text, "utf-8")
    return folder


def run(folder: Path, *command: str) -> str:
    pytest.importorskip(command[0])
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def mypy_errors(folder: Path) -> set[tuple[str, int]]:
    path = ":".join(map(str, ROOTS))
    (folder / "mypy.ini").write_text(f"[mypy]\nstrict = true\nmypy_path = {path}\n", "utf-8")
    output = run(folder, "mypy", "--no-error-summary", "--output", "json", ".")
    found = [json.loads(line) for line in output.splitlines()]
    return {(e["file"], e["line"]) for e in found if e["severity"] == "error"}


@pytest.fixture(scope="module")
def pyright_errors(folder: Path) -> set[tuple[str, int]]:
    config = {
        "typeCheckingMode": "strict",
        "extraPaths": [str(root) for root in ROOTS],
        "pythonVersion": "3.10",
        "include": ["."],
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(config), "utf-8")
    output = run(folder, "pyright", "--pythonpath", sys.executable, "--outputjson")
    found = json.loads(output)["generalDiagnostics"]
    assert json.loads(output)["summary"]["filesAnalyzed"] == len(PROGRAMS) + len(PLANTED)
    return {
        (Path(e["file"]).name, e["range"]["start"]["line"] + 1)
        for e in found
        if e["severity"] == "error"
    }


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_good_programs_have_no_errors(checker: str, request: pytest.FixtureRequest) -> None:
    errors: set[tuple[str, int]] = request.getfixturevalue(f"{checker}_errors")
    assert sorted(e for e in errors if not e[0].startswith("planted_")) == []


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_every_planted_error_is_found(checker: str, request: pytest.FixtureRequest) -> None:
    errors: set[tuple[str, int]] = request.getfixturevalue(f"{checker}_errors")
    assert {e for e in errors if e[0].startswith("planted_")} == planted_lines()


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)
def test_good_programs_can_be_imported(program: Path) -> None:
    exec(compile(program.read_text("utf-8"), program, "exec"), {"__name__": program.stem})
