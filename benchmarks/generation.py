"""Bindings of all revisions from the spec, and the check that they are what it gives.

python -m benchmarks.generation [--rounds N] [--json]
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .harness import taking
from .harness.command import main
from .harness.peers import ROOT, python_of
from .harness.processes import environ, output_of
from .harness.row import Contender, Figures, Measure, Operation, Row, Scene, at_most

REVISIONS = ("2025-12-11", "2026-05-07", "2026-05-20")
VERBS = {"get", "post", "delete"}
SECONDS = Measure("s, all revisions", 2)
NEWEST = Measure("s, 2026-05-20 alone", 2)
CLASSES = Measure("classes")


def generate(folder: str) -> Operation:
    whole, newest = Path(folder, "whole"), Path(folder, "newest")

    def measure() -> Figures:
        return {
            SECONDS.name: seconds(codegen("generate"), whole),
            NEWEST.name: seconds(codegen("generate"), newest),
            CLASSES.name: classes(whole / "generated"),
        }

    return measure


def check(folder: str) -> Operation:
    whole, newest = Path(folder, "whole"), Path(folder, "newest")
    return lambda: {
        SECONDS.name: seconds(codegen("check"), whole),
        NEWEST.name: seconds(codegen("check"), newest),
    }


def openapi_python_client(folder: str) -> Operation:
    def command(document: Path, out: Path) -> list[str]:
        return [
            *("openapi_python_client", "generate", "--path", str(document)),
            *("--output-path", str(out), "--meta", "none", "--overwrite"),
        ]

    return from_documents(folder, command)


def datamodel_code_generator(folder: str) -> Operation:
    """With the formatters that are the fastest of those it has."""

    def command(document: Path, out: Path) -> list[str]:
        return [
            *("datamodel_code_generator", "--input", str(document)),
            *("--input-file-type", "openapi", "--output", str(out / "models.py")),
            *("--output-model-type", "pydantic_v2.BaseModel", "--formatters", "ruff-format"),
        ]

    return from_documents(folder, command)


def from_documents(folder: str, command: Callable[[Path, Path], list[str]]) -> Operation:
    """Those that know one document at a time are run for one after the other."""

    def measure() -> Figures:
        spent: dict[str, float] = {}
        found = 0
        for revision in REVISIONS:
            with tempfile.TemporaryDirectory() as out:
                arguments = command(Path(folder, f"{revision}.json"), Path(out, "api"))
                Path(out, "api").mkdir()
                spent[revision] = seconds(arguments, Path(out))
                found += classes(Path(out))
        return {
            SECONDS.name: sum(spent.values()),
            NEWEST.name: spent[REVISIONS[-1]],
            CLASSES.name: found,
        }

    return measure


def codegen(command: str) -> list[str]:
    return ["interactions_codegen", command]


def seconds(command: list[str], folder: Path) -> float:
    """Of a whole process, with the tools of its environment on the path."""
    tools = str(Path(sys.executable).parent)
    inherited = environ()
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**inherited, "PATH": f"{tools}:{inherited['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    spent = time.perf_counter() - begin
    if done.returncode:
        raise RuntimeError(f"{command} ended with {done.returncode}: {done.stdout}")
    return spent


def classes(folder: Path) -> int:
    """How many classes have been written: what came of the time."""
    return sum(
        line.startswith("class ")
        for file in folder.rglob("*.py")
        for line in file.read_text("utf-8").splitlines()
    )


@contextmanager
def scene() -> Generator[Scene, None, None]:
    """A copy of the spec and its bindings, one with the newest revision alone, and documents."""
    with tempfile.TemporaryDirectory() as folder:
        for name, revisions in (("whole", REVISIONS), ("newest", REVISIONS[-1:])):
            for file in (ROOT / "spec").iterdir():
                if file.is_file():
                    Path(folder, name, "spec").mkdir(parents=True, exist_ok=True)
                    shutil.copy(file, Path(folder, name, "spec"))
            for revision in revisions:
                shutil.copytree(ROOT / "spec" / revision, Path(folder, name, "spec", revision))
        for revision in REVISIONS:
            write_document(Path(folder, f"{revision}.json"), revision)
        yield Scene(folder)


def write_document(to: Path, revision: str) -> None:
    arguments = ("-m", "interactions_codegen", "export", revision)
    document: dict[str, Any] = json.loads(output_of(python_of("our tools"), *arguments))
    for path in document["paths"].values():
        for operation in (path, *(path[verb] for verb in VERBS & path.keys())):
            for parameter in operation.get("parameters", ()):
                simplify(parameter["schema"])
    to.write_text(json.dumps(document), "utf-8")


def simplify(schema: dict[str, Any]) -> None:
    """Say of a parameter what all know: openapi-python-client stumbles over the rest."""
    schema.pop("default", None)
    if "const" in schema:
        schema.update(type="string", enum=[schema.pop("const")])


ROW = Row(
    title="Generation",
    about=(
        "The bindings of all three revisions are written anew, and `check` compares those that are "
        "there. The peers are given what `interactions-codegen export` makes of the same spec: "
        "one OpenAPI document for each revision, one run for each. A run is a whole process."
    ),
    measures=(SECONDS, NEWEST, CLASSES),
    contenders=(
        Contender("ours, generate", "our tools", generate),
        Contender("ours, check", "our tools", check),
        Contender("openapi-python-client", "openapi-python-client", openapi_python_client),
        Contender("datamodel-code-generator", "datamodel-code-generator", datamodel_code_generator),
    ),
    goals=(
        at_most("ours, generate", SECONDS.name, 1, of="openapi-python-client"),
        at_most("ours, generate", SECONDS.name, 1, of="datamodel-code-generator"),
        at_most("ours, check", SECONDS.name, 2),
    ),
    take=taking.as_they_are,
    rounds=3,
    scene=scene,
    ours="ours, generate",
)

if __name__ == "__main__":
    main(ROW, __file__)
