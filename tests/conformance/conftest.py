"""Real traffic for the conformance kit: what the embedded server answers, recorded."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import urllib3

from gemini_interactions._core.sse import Decoder, Frame
from gemini_interactions.conformance.recordings import (
    Exchange,
    RecordedEvent,
    Recorder,
    Request,
    Response,
)
from gemini_interactions.testing import InteractionsServer

MODEL = "gemini-3-flash-preview"
PROMPTS = (
    "Count from 1 to 25.",
    "Hello.",
    "[scenario: parallel 2]",
    "[scenario: text-around-tool]",
    "[scenario: status incomplete]",
    "[scenario: image 400]",
)
FAMILIES = ("2026-05-20", "2026-05-07")


class Taping:
    """Calls a server and keeps what went over the wire."""

    def __init__(self, server: InteractionsServer) -> None:
        self.server = server
        self.pool = urllib3.PoolManager(retries=False, timeout=10)

    def call(self, method: str, path: str, body: Any = None, revision: str = "") -> Exchange:
        headers = {"Content-Type": "application/json", "x-goog-api-key": "AIza-s3cr3t"}
        if revision:
            headers["Api-Revision"] = revision
        data = b"" if body is None else json.dumps(body).encode()
        url = f"{self.server.url}/v1beta/interactions{path}"
        request = Request(method=method, url=url, headers=headers, body=data)
        began = time.monotonic()
        answer = self.pool.request(
            method, url, body=data or None, headers=headers, preload_content=False
        )
        if not answer.headers["content-type"].startswith("text/event-stream"):
            said = Response(status=answer.status, headers=dict(answer.headers), body=answer.read())
            return Exchange(request=request, response=said)
        decoder = Decoder()
        events: list[RecordedEvent] = []
        while chunk := answer.read1(65536):
            at = round(time.monotonic() - began, 6)
            events += [recorded(item, at) for item in decoder.feed(chunk)]
        head = Response(status=answer.status, headers=dict(answer.headers), events=tuple(events))
        return Exchange(request=request, response=head)

    def stream(self, prompt: str, revision: str = "", **fields: Any) -> Exchange:
        body = {"model": MODEL, "input": prompt, "stream": True, **fields}
        return self.call("POST", "", body, revision)

    def turn(self, prompt: str, revision: str = "", **fields: Any) -> list[Exchange]:
        """A streamed create, and what the server keeps of it."""
        created = self.stream(prompt, revision, **fields)
        return [created, self.call("GET", f"/{interaction_id(created)}", revision=revision)]


def recorded(item: Any, at: float) -> RecordedEvent:
    assert isinstance(item, Frame)
    return RecordedEvent(at=at, data=item.data, event=item.event, id=item.id)


def interaction_id(created: Exchange) -> str:
    assert created.response is not None
    assert created.response.events is not None
    found: str = json.loads(created.response.events[0].data)["interaction"]["id"]
    return found


@pytest.fixture
def taping() -> Iterator[Taping]:
    with InteractionsServer() as server:
        tape = Taping(server)
        yield tape
        tape.pool.clear()


@pytest.fixture(scope="session")
def turns() -> list[list[Exchange]]:
    """One turn for each prompt, in both families of events."""
    with InteractionsServer() as server:
        tape = Taping(server)
        found = [tape.turn(prompt, family) for prompt in PROMPTS for family in FAMILIES]
        tape.pool.clear()
    return found


@pytest.fixture(scope="session")
def legacy_turn(turns: list[list[Exchange]]) -> list[Exchange]:
    return turns[1]


@pytest.fixture(scope="session")
def turn(turns: list[list[Exchange]]) -> list[Exchange]:
    """A streamed answer in the family of the day, and the stored interaction."""
    return turns[0]


def record(path: Path, exchanges: Sequence[Exchange]) -> Path:
    with Recorder(path) as recorder:
        for exchange in exchanges:
            recorder.write(exchange)
    return path


@pytest.fixture(name="record")
def record_fixture() -> Callable[[Path, Sequence[Exchange]], Path]:
    return record


@pytest.fixture(scope="session")
def corpus(turns: list[list[Exchange]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A thousand recordings in folders; every tenth says something that is wrong."""
    folder = tmp_path_factory.mktemp("corpus")
    whole = record(folder / "turns", [each for turn in turns for each in turn])
    header, *lines = whole.read_text().splitlines(keepends=True)
    whole.unlink()
    for number in range(1000):
        first, second = 2 * (number % len(turns)), 2 * ((number // 7) % len(turns))
        text = header + "".join(lines[first : first + 2] + lines[second : second + 2])
        if number % 10 == 3:
            text = text.replace('\\"index\\":0', '\\"index\\":\\"0\\"', 1)
        if number % 100 == 50:
            text += "{broken\n"
        below = folder / f"{number // 100}"
        below.mkdir(exist_ok=True)
        (below / f"{number:04}.jsonl").write_text(text)
    return folder
