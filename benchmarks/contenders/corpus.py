"""The corpus of the conformance row: traffic of the embedded server, written as recordings.

    python -m benchmarks.contenders.corpus FOLDER BYTES

Beside the recordings lie the schemas that ours is compiled from, one for each kind of payload,
for whoever else judges them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

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


def write_recordings(folder: Path, wanted: int) -> None:
    service = Service(Settings(), FaultPlan((), 0))
    numbers, written = count(), 0
    for name in count():
        file = folder / f"{name:04}.jsonl"
        with Recorder(file) as recorder:
            while file.stat().st_size < FILE_BYTES:
                for exchange in exchanges(service, next(numbers)):
                    recorder.write(exchange)
        written += file.stat().st_size
        if written >= wanted:
            return


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


def write_schemas(folder: Path) -> None:
    schema = schema_of()
    for kind, name in schema.roots.items():
        judging = judging_schema(schema, name, SENDERS[kind])
        (folder / f"{kind}.schema.json").write_text(json.dumps(judging), "utf-8")


if __name__ == "__main__":
    write_recordings(Path(sys.argv[1]), int(sys.argv[2]))
    write_schemas(Path(sys.argv[1]))
