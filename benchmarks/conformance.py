"""Validation of recorded traffic.

python -m benchmarks.conformance [--rounds N] [--json]
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from .harness import taking
from .harness.command import main
from .harness.peers import python_of
from .harness.processes import output_of
from .harness.row import Contender, Operation, Row, Scene, at_least
from .harness.taking import MEGABYTES

CORPUS = 6_000_000


def validator(folder: str) -> Operation:
    from gemini_interactions.conformance import Validator

    judge = Validator().judge

    def run() -> int:
        for kind, payload in payloads_of(recordings(folder)):
            judge(kind, payload)
        return size_of(recordings(folder))

    return run


def jsonschema(folder: str) -> Operation:
    """Given the very schemas that ours is compiled from, and as much as it can do in a while."""
    made = import_module("jsonschema").Draft202012Validator
    judges = {
        file.name.partition(".")[0]: made(json.loads(file.read_text("utf-8"))).iter_errors
        for file in Path(folder).glob("*.schema.json")
    }
    some = recordings(folder)[:2]

    def run() -> int:
        for kind, payload in payloads_of(some):
            list(judges[kind](payload))
        return size_of(some)

    return run


def conform(folder: str, jobs: int) -> Operation:
    from gemini_interactions.conformance.corpus import examine_all
    from gemini_interactions.conformance.examining import Options
    from gemini_interactions.conformance.inputs import find_sources

    files = recordings(folder)

    def run() -> int:
        examine_all(find_sources(map(str, files)), Options(), jobs=jobs)
        return size_of(files)

    return run


def recordings(folder: str) -> list[Path]:
    return sorted(Path(folder).glob("*.jsonl"))


def size_of(files: list[Path]) -> int:
    return sum(file.stat().st_size for file in files)


def payloads_of(files: list[Path]) -> Iterator[tuple[Any, Any]]:
    for file in files:
        for line in file.read_text("utf-8").splitlines()[1:]:
            record = json.loads(line)
            if "body" in record["request"]:
                yield "request", record["request"]["body"]
            if "body" in record["response"]:
                yield "interaction", record["response"]["body"]
            for event in record["response"].get("events", ()):
                if event["data"] != "[DONE]":
                    yield "event", json.loads(event["data"])


@contextmanager
def scene() -> Generator[Scene, None, None]:
    with tempfile.TemporaryDirectory() as folder:
        arguments = ("-m", "benchmarks.contenders.corpus", folder, str(CORPUS))
        output_of(python_of("our tools"), *arguments)
        yield Scene(folder)


ROW = Row(
    title="Conformance",
    about=(
        f"{CORPUS / 1e6:.0f} MB of recorded traffic are judged: requests, interactions and events "
        "that the embedded server made. `Validator` and jsonschema are given the same schemas and "
        "the same parsed payloads, on one core; jsonschema gets two files of them. `conform` is "
        "the whole command: reading, grammar of streams, coverage and report as well."
    ),
    measures=(MEGABYTES,),
    contenders=(
        Contender("Validator", "our tools", validator),
        Contender(
            "jsonschema",
            "jsonschema",
            jsonschema,
        ),
        Contender("conform, 1 core", "our tools", conform, (1,)),
        Contender("conform, 2 cores", "our tools", conform, (2,)),
    ),
    goals=(at_least("Validator", MEGABYTES.name, 1, of="jsonschema"),),
    take=taking.megabytes_taken,
    rounds=3,
    scene=scene,
    ours="Validator",
)

if __name__ == "__main__":
    main(ROW, __file__)
