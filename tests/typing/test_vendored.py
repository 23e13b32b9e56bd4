"""mypy and pyright, both strict, on vendored copies: of all revisions, and of each one alone."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from interactions_codegen.vendoring.copying import planned
from interactions_codegen.vendoring.sources import read_sources
from interactions_codegen.vendoring.upkeep import make

REVISIONS = tuple(read_sources().revisions)
SUBSETS = {
    "copy_whole": REVISIONS,
    "copy_older": REVISIONS[:2],
    **{f"copy_{number}": (label,) for number, label in enumerate(REVISIONS)},
}
PROGRAM = """\
from __future__ import annotations

from typing import Any

from typing_extensions import assert_type

import {package} as genai
from {package}.bindings import {modules}


def newest(client: genai.Client) -> None:
    assert_type(genai.Client(), genai.Client)
    assert_type(genai.Client(api_revision="{newest}"), genai.Client)
    interaction = client.interactions.create(model="m", input="Hello")
    assert_type(interaction, {newest_module}.Interaction)
    assert_type(interaction, genai.types.Interaction)
    for event in client.interactions.create(model="m", input="Hello", stream=True):
        assert_type(event, {newest_module}.Event)
    other = genai.Client(api_revision=str(interaction.id))
    assert_type(other.interactions.get("x"), Any)
    client.interactions.create(model="m", inptu="Hello")  # planted
    interaction.output_txet  # planted


async def asynchronous(client: genai.AsyncClient) -> None:
    assert_type(await client.interactions.get("x"), {newest_module}.Interaction)
"""
OLDER = """

async def older_{module}() -> None:
    client = genai.Client(api_revision="{label}")
    assert_type(client.interactions.get("x"), {module}.Interaction)
    assert_type(next(client.interactions.get("x", stream=True)), {module}.Event)
    later = genai.AsyncClient(api_revision="{label}")
    assert_type(await later.interactions.get("x"), {module}.Interaction)
    client.interactions.get("x").output_txet  # planted
"""
ABSENT = """

def absent_{module}() -> None:
    assert_type(genai.Client(api_revision="{label}").interactions.get("x"), Any)
"""


def module_of(label: str) -> str:
    return "v" + label.replace("-", "_")


def program(package: str, revisions: tuple[str, ...]) -> str:
    """A user's program for a copy with these revisions, oldest first."""
    *older, newest = revisions
    names = {"newest": newest, "newest_module": module_of(newest)}
    modules = ", ".join(map(module_of, revisions))
    text = PROGRAM.format(package=package, modules=modules, **names)
    text += "".join(OLDER.format(label=label, module=module_of(label)) for label in older)
    absent = (label for label in REVISIONS if label not in revisions)
    return text + "".join(ABSENT.format(label=label, module=module_of(label)) for label in absent)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy and a program for each subset."""
    folder, sources = tmp_path_factory.mktemp("copies"), read_sources()
    for name, revisions in SUBSETS.items():
        package = f"{name}._vendor.gemini"
        plan = planned(sources, package, revisions, "full")
        make(folder / name / "_vendor" / "gemini", sources, plan)
        (folder / f"use_{name}.py").write_text(program(package, revisions), "utf-8")
    return folder


def planted(folder: Path) -> set[tuple[str, int]]:
    return {
        (file.name, number)
        for file in folder.glob("use_*.py")
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if line.endswith("# planted")
    }


def run(folder: Path, *command: str) -> str:
    pytest.importorskip(command[0])
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def test_mypy(folder: Path) -> None:
    settings = "[mypy]\nstrict = true\nexplicit_package_bases = true\n"
    (folder / "mypy.ini").write_text(settings, "utf-8")
    lines = run(folder, "mypy", "--output", "json", "--no-error-summary", ".").splitlines()
    found = [json.loads(line) for line in lines]
    assert {(e["file"], e["line"]) for e in found if e["severity"] == "error"} == planted(folder)


def test_pyright(folder: Path) -> None:
    settings = {
        "typeCheckingMode": "strict",
        "pythonVersion": "3.10",
        "reportUnusedExpression": False,
        "include": ["."],
        # The same files as in the copy of all revisions.
        "exclude": [f"{name}/**/bindings/v*" for name in SUBSETS if name != "copy_whole"],
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), "utf-8")
    output = json.loads(run(folder, "pyright", "--pythonpath", sys.executable, "--outputjson"))
    errors = {
        (Path(e["file"]).relative_to(folder).as_posix(), e["range"]["start"]["line"] + 1)
        for e in output["generalDiagnostics"]
        if e["severity"] == "error"
    }
    assert errors == planted(folder)
    assert output["summary"]["filesAnalyzed"] > 5 * 80


def test_the_copies_share_their_bindings(folder: Path) -> None:
    """What is checked in one of them need not be checked in the others."""
    for name, revisions in SUBSETS.items():
        for label in revisions:
            place = Path("_vendor", "gemini", "bindings", module_of(label))
            for path in (folder / name / place).glob("*.py"):
                text = path.read_text("utf-8")
                same = (folder / "copy_whole" / place / path.name).read_text("utf-8")
                assert re.sub(rf"\b{name}\b", "copy_whole", text) == same
