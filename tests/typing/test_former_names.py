"""mypy and pyright, both strict, on a program that uses former names of the golden bindings."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[1] / "codegen" / "golden"
PROGRAM = """
from __future__ import annotations

from collections.abc import Sequence

import bindings.v2026_01_02 as api
from bindings.v2026_01_02 import Message, PlainPart
from bindings.v2026_01_02 import params
from bindings.v2026_01_02.word import RoundShape  # wrong: it was never there
from bindings.v2026_01_02.word import Shape


def text_of(message: Message) -> str | None:
    if message.type == "text":
        return message.body
    if isinstance(message, api.UnknownMessage):
        return message.tag
    return None


def is_done(call: api.Call, phase: api.Phase) -> bool:
    return call.phase == phase and phase in api.PHASE_VALUES


part: api.TextPart = PlainPart(body="a", notes=[])
part.body = "b"
PlainPart(text="a")
PlainPart(body=1)  # wrong: of another type
PlainPart(bodi="a")  # wrong: no such field
part.body = 1  # wrong: of another type
part.bodi  # wrong: no such field
api.Massage  # wrong: no such type
api.Secrets(in_="x")
shapes: Sequence[Shape] = [api.RoundShape(radius=1.0)]
secrets: params.SecretsParam = {"in": "x"}
body: params.MessageParam = {"type": "text", "body": "a"}
plain: params.PlainPartParam = {"type": "text", "text": "a"}
wrong: params.PlainPartParam = {"type": "text", "bodi": "a"}  # wrong: no such key
create: params.CreateModelCallFields = {"model": "m", "input": "i", "itemLimit": 3}
"""
WRONG = {n for n, line in enumerate(PROGRAM.splitlines(), 1) if "# wrong: " in line}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("former")
    shutil.copytree(GOLDEN, folder / "bindings")
    (folder / "program.py").write_text(PROGRAM, "utf-8")
    config = {"typeCheckingMode": "strict", "reportUnusedExpression": False}
    (folder / "pyrightconfig.json").write_text(json.dumps(config), "utf-8")
    return folder


def run(folder: Path, *command: str) -> str:
    pytest.importorskip(command[0])
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def test_mypy_sees_old_names_and_no_others(folder: Path) -> None:
    output = run(folder, "mypy", "--strict", "--no-error-summary", "--output", "json", ".")
    errors = [json.loads(line) for line in output.splitlines()]
    found = {(e["file"], e["line"]) for e in errors if e["severity"] == "error"}
    assert found == {("program.py", line) for line in WRONG}


def test_pyright_sees_old_names_and_no_others(folder: Path) -> None:
    output = run(folder, "pyright", "--pythonpath", sys.executable, "--outputjson")
    errors = json.loads(output)["generalDiagnostics"]
    found = {
        (Path(e["file"]).name, e["range"]["start"]["line"] + 1)
        for e in errors
        if e["severity"] == "error" and e.get("rule") != "reportUnusedImport"
    }
    assert found == {("program.py", line) for line in WRONG}
