"""Run the runtime's tests against a vendored copy, where our own packages are not installed.

`python tests/vendoring/suite.py FOLDER [pytest's arguments]`: the copy, as `x._vendor.y`, and the
tests, with its name in them, go into FOLDER; the tests run there. The tests of the bindings run
against a copy of the types alone, `x._vendor.z`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
OURS = ("gemini_interactions", "gemini_interactions_types", "interactions_codegen")
FULL, TYPES = "x._vendor.y", "x._vendor.z"
ELSEWHERE = ("adk", "benchmarks", "official", "typing")
"""Tests that need other packages, run their programs, run none, or are of no package."""
BESIDE = ("benchmarks", "docs", "examples", "spec", "README.md")
"""What tests read."""
SETTINGS = """\
[pytest]
addopts = -ra --strict-markers --import-mode=importlib -p x._vendor.y.testing.pytest_plugin
filterwarnings = error
xfail_strict = true
"""
FEWER_EXAMPLES = """\
from hypothesis import settings

settings.register_profile("copy", max_examples=10)
settings.load_profile("copy")
"""
"""What properties hold is shown with our own packages; here, that the copy is whole."""


def main() -> int:
    folder, arguments = Path(sys.argv[1]), sys.argv[2:]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    vendor(folder, FULL)
    vendor(folder, TYPES, "--types-only")
    for name in (*BESIDE, *tests_of_the_runtime()):
        bindings = TYPES if name == "tests/types" else f"{FULL}.bindings"
        bring(name, folder, bindings)
    (folder / "pytest.ini").write_text(SETTINGS, "utf-8")
    (folder / "conftest.py").write_text(FEWER_EXAMPLES, "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    present = [name for name in OURS if find_spec(name) is not None]
    assert not present, f"{present} can be imported: this proves nothing"
    command = [sys.executable, "-m", "pytest", "tests", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, check=False).returncode


def tests_of_the_runtime() -> list[str]:
    """The folders of tests that do without the generator."""
    return [
        f"tests/{folder.name}"
        for folder in sorted((REPOSITORY / "tests").iterdir())
        if folder.is_dir()
        and folder.name not in ELSEWHERE
        and not any(OURS[2] in path.read_text("utf-8") for path in folder.rglob("*.py"))
    ]


def vendor(folder: Path, package: str, *arguments: str) -> None:
    command = [sys.executable, "-m", "interactions_codegen", "vendor", "--package", package]
    destination = folder.joinpath(*package.split("."))
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "codegen")}
    subprocess.run([*command, *arguments, str(destination)], env=environment, check=True)


def bring(name: str, folder: Path, bindings: str) -> None:
    """A file or folder of ours, with the copy's names for our packages."""
    source = REPOSITORY / name
    for path in [source] if source.is_file() else sorted(source.rglob("*")):
        if path.is_dir() or "__pycache__" in path.parts:
            continue
        target = folder / path.relative_to(REPOSITORY)
        target.parent.mkdir(parents=True, exist_ok=True)
        content = path.read_bytes()
        if path.suffix in (".py", ".md"):
            content = renamed(content.decode(), bindings).encode()
        target.write_bytes(content)


def renamed(text: str, bindings: str) -> str:
    return re.sub(r"\bgemini_interactions\b", FULL, re.sub(rf"\b{OURS[1]}\b", bindings, text))


if __name__ == "__main__":
    sys.exit(main())
