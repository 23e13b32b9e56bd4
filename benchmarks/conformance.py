"""Validation of recorded traffic: ours, on one core and on two, beside python-jsonschema.

    python benchmarks/conformance.py [--megabytes 16] [--rounds 3] [--json]

The corpus is made by the embedded server: requests, streams and stored interactions, written as
recordings. All runs read the same files and parse the same payloads. `jsonschema` is given the
very schema that ours is compiled from. `conform` is the whole kit: grammar, coverage and report
as well. Runs are interleaved; the figures are medians.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from jsonschema import (  # type: ignore[import-untyped,unused-ignore]
    Draft202012Validator,
)

from gemini_interactions.conformance import Kind, Validator
from gemini_interactions.conformance.corpus import examine_all
from gemini_interactions.conformance.examining import Options
from gemini_interactions.conformance.inputs import find_sources
from gemini_interactions.conformance.judging import judging_schema
from gemini_interactions.conformance.recordings import (
    Exchange,
    RecordedEvent,
    Recorder,
    Request,
    Response,
)
from gemini_interactions.conformance.schemas import schema_of
from gemini_interactions.conformance.validation import SENDERS
from gemini_interactions.testing import RecordedRequest
from gemini_interactions.testing.fault_plan import FaultPlan
from gemini_interactions.testing.service import Service
from gemini_interactions.testing.settings import Settings

FILE_BYTES = 256 << 10
URL = "http://127.0.0.1/v1beta/interactions"
PATH = "/v1beta/interactions"
TOOLS = ("google_search", "code_execution", "url_context", "mcp_server")
PROMPTS: list[dict[str, Any]] = [
    {"input": "Write a story about the sea."},
    {"input": "Count from 1 to 60.", "generation_config": {"thinking_summaries": "auto"}},
    {
        "input": "What is the weather in both Paris and Rome?",
        "tools": [
            {
                "type": "function",
                "name": "get_weather",
                "parameters": {"type": "object", "properties": {"location": {"type": "string"}}},
            }
        ],
    },
    {"input": "Draw a map.", "response_modalities": ["image"]},
    *({"input": "Search for high mountains.", "tools": [{"type": tool}]} for tool in TOOLS),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(2) as pool:
        files = written_corpus(Path(folder), int(options.megabytes * 1e6))
        size = sum(file.stat().st_size for file in files)
        payloads = sum(1 for file in files for _ in payloads_of(file))
        seconds = measured(
            {
                "Validator, 1 core": lambda files: judged(ours, files, None),
                "Validator, 2 cores": lambda files: judged(ours, files, pool),
                "jsonschema, 1 core": lambda files: judged(theirs, files, None),
                "jsonschema, 2 cores": lambda files: judged(theirs, files, pool),
                "conform, 1 core": lambda files: conformed(files, 1),
                "conform, 2 cores": lambda files: conformed(files, 2),
            },
            files,
            options.rounds,
        )
    figures = {name: round(size / 1e6 / spent, 2) for name, spent in seconds.items()}
    if options.json:
        about = {"bytes": size, "files": len(files), "payloads": payloads}
        print(json.dumps({**about, "megabytes_per_second": figures}))
        return
    print(f"{size / 1e6:.1f} MB in {len(files)} recordings, {payloads} payloads; MB/s (median)")
    for name, figure in figures.items():
        print(f"  {name:20} {figure:8.2f}")


# --- the corpus -----------------------------------------------------------------------------------


def written_corpus(folder: Path, wanted: int) -> list[Path]:
    service = Service(Settings(), FaultPlan((), 0))
    numbers, files, size = count(), list[Path](), 0
    while size < wanted:
        file = folder / f"{len(files):04}.jsonl"
        with Recorder(file) as recorder:
            while file.stat().st_size < FILE_BYTES:
                for exchange in exchanges(service, next(numbers)):
                    recorder.write(exchange)
        files.append(file)
        size += file.stat().st_size
    return files


def exchanges(service: Service, number: int) -> Iterator[Exchange]:
    """A streamed create, and a get of what it left."""
    body = {"model": "gemini-3-flash-preview", "stream": True, **PROMPTS[number % len(PROMPTS)]}
    frames = asked(service, "POST", PATH, json.dumps(body).encode())
    events = tuple(
        RecordedEvent(at=0.1, event=frame.partition("\n")[0][7:], data=frame.partition("data: ")[2])
        for frame in frames.decode().removesuffix("\n\n").split("\n\n")
    )
    yield Exchange(
        request=Request(method="POST", url=URL, headers=JSON, body=json.dumps(body).encode()),
        response=Response(status=200, headers=STREAM, events=events),
    )
    identity = json.loads(events[0].data)["interaction"]["id"]
    stored = asked(service, "GET", f"{PATH}/{identity}", b"")
    yield Exchange(
        request=Request(method="GET", url=f"{URL}/{identity}"),
        response=Response(status=200, headers=JSON, body=stored),
    )


JSON = {"content-type": "application/json"}
STREAM = {"content-type": "text/event-stream"}


def asked(service: Service, method: str, path: str, body: bytes) -> bytes:
    reply = service.answer(RecordedRequest(method, path, "", {}, body))
    return b"".join(part for part in reply.body if isinstance(part, bytes))


# --- the runs -------------------------------------------------------------------------------------


def payloads_of(file: Path) -> Iterator[tuple[Kind, Any]]:
    with file.open(encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            record = json.loads(line)
            if "body" in record["request"]:
                yield "request", record["request"]["body"]
            if "body" in record["response"]:
                yield "interaction", record["response"]["body"]
            for event in record["response"].get("events", ()):
                if event["data"] != "[DONE]":
                    yield "event", json.loads(event["data"])


def ours(file: Path) -> int:
    validator = our_validator()
    return sum(len(validator.judge(kind, payload)) for kind, payload in payloads_of(file))


def theirs(file: Path) -> int:
    validators = their_validators()
    return sum(
        sum(1 for _ in validators[kind].iter_errors(payload)) for kind, payload in payloads_of(file)
    )


@cache
def our_validator() -> Validator:
    return Validator()


@cache
def their_validators() -> dict[Kind, Any]:
    schema = schema_of()
    return {
        kind: Draft202012Validator(judging_schema(schema, name, SENDERS[kind]))
        for kind, name in schema.roots.items()
    }


def judged(judge: Callable[[Path], int], files: list[Path], pool: Executor | None) -> int:
    return sum(pool.map(judge, files) if pool else map(judge, files))


def conformed(files: list[Path], jobs: int) -> int:
    sources = find_sources(map(str, files))
    return examine_all(sources, Options(), jobs=jobs).deviations(strict=True)


def measured(
    runs: dict[str, Callable[[list[Path]], int]], files: list[Path], rounds: int
) -> dict[str, float]:
    """Seconds for all files. Before that, schemas are compiled and processes started."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for run in runs.values():
        run(files[:2])
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.perf_counter()
            run(files)
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in times.items()}


if __name__ == "__main__":
    main()
