"""The server sends what a client of the API would get, one HTTP chunk for each event."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.contenders import streams
from benchmarks.contenders.asking import STREAMED, request_bytes
from benchmarks.contenders.streams import data_of
from benchmarks.harness import wire
from benchmarks.harness.row import Scene
from benchmarks.harness.server import serving
from gemini_interactions_types import v2026_05_20 as api

COUNT = 7


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    answers: dict[str, list[Any]] = {
        "whole": ["interaction"],
        "texts": ["texts", COUNT],
        "images": ["images", 2, 1024],
        "paced": ["paced_texts", 2, 0.001],
    }
    with serving(**answers) as scene:
        yield scene


@pytest.fixture
def connection(scene: Scene) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(urlsplit(scene.address).netloc, timeout=10)
    yield connection
    connection.close()


def ask(connection: http.client.HTTPConnection, answer: str) -> http.client.HTTPResponse:
    connection.request("POST", f"/{answer}/v1beta/interactions", json.dumps(STREAMED))
    return connection.getresponse()


def events_of(body: bytes) -> list[Any]:
    *data, done = data_of([body])
    assert done == b"[DONE]"
    return [json.loads(one) for one in data]


@pytest.mark.parametrize(
    ("answer", "deltas", "kind"),
    [("texts", COUNT, "text"), ("images", 2, "image"), ("paced", 2, "text")],
)
def test_a_stream_is_one_the_types_know(
    connection: http.client.HTTPConnection, answer: str, deltas: int, kind: str
) -> None:
    payloads = events_of(ask(connection, answer).read())
    form: Any = api.Event
    events = [api.structure(form, payload) for payload in payloads]
    assert [event.event_type for event in events] == [
        "interaction.created",
        "step.start",
        *["step.delta"] * deltas,
        "step.stop",
        "interaction.completed",
    ]
    assert {event.delta.type for event in events if event.event_type == "step.delta"} == {kind}
    assert [api.unstructure(event) for event in events] == payloads


def test_every_event_is_one_chunk(connection: http.client.HTTPConnection) -> None:
    response = ask(connection, "texts")
    chunks = list(iter(lambda: response.read1(1 << 16), b""))
    assert all(chunk.startswith(b"event: ") and chunk.endswith(b"\n\n") for chunk in chunks)
    assert len(chunks) == COUNT + 4 + 1  # the events around the deltas, and the end


def test_a_connection_is_kept_and_serves_all(connection: http.client.HTTPConnection) -> None:
    for _ in range(3):
        whole = json.loads(ask(connection, "whole").read())
        assert whole["status"] == "completed"
        assert len(events_of(ask(connection, "texts").read())) == COUNT + 4


def test_a_request_may_come_in_pieces(scene: Scene) -> None:
    address = urlsplit(scene.address)
    request = request_bytes(f"{scene.address}/whole", STREAMED)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        for number in range(len(request) - 1):
            connection.sendall(request[number : number + 1])
        answered = list(streams.bare_socket(scene.address, "texts")())  # it has turned to others
        assert answered
        connection.setblocking(False)
        with pytest.raises(BlockingIOError):
            connection.recv(1)
        connection.settimeout(10)
        connection.sendall(request[-1:])
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_bare_socket_reads_to_the_end_and_no_further(scene: Scene) -> None:
    pieces = list(streams.bare_socket(scene.address, "texts")())
    assert b"".join(pieces) == wire.texts(COUNT).start


@given(st.data())
def test_data_lines_are_the_same_however_they_are_cut(data: st.DataObject) -> None:
    frames = [b"data: one", b"event: x", b"data: " + b"two" * 9, b"", b": no", b"data: three"]
    body = b"\n".join(frames) + b"\n"
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)))))
    pieces = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    assert list(data_of(pieces)) == [b"one", b"two" * 9, b"three"]
