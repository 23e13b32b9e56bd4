"""A plain HTTP caller for the embedded server, and what every client does with its events."""

from __future__ import annotations

import copy
import json
import socket
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
import urllib3

from gemini_interactions.testing import InteractionsServer
from gemini_interactions.testing.pytest_plugin import (
    interactions_server,
    make_interactions_server,
)

__all__ = ["interactions_server", "make_interactions_server"]

Json = dict[str, Any]
MODEL = "gemini-3-flash-preview"


class Api:
    """Calls one server; the caller decides every byte that matters."""

    def __init__(self, server: InteractionsServer) -> None:
        self.server = server
        self.pool = urllib3.PoolManager(retries=False, timeout=10)

    def call(self, method: str, path: str, **options: Any) -> urllib3.BaseHTTPResponse:
        return self.pool.request(method, self.server.url + path, **options)

    def create(self, text: Any = "Hello.", *, headers: Any = None, **fields: Any) -> Json:
        model = {} if "agent" in fields else {"model": MODEL}
        body = {**model, "input": text, **fields}
        reply = self.call("POST", "/v1beta/interactions", json=body, headers=headers)
        return self._checked(reply)

    def get(self, interaction_id: str, query: str = "") -> Json:
        return self._checked(self.call("GET", f"/v1beta/interactions/{interaction_id}{query}"))

    def cancel(self, interaction_id: str) -> Json:
        return self._checked(self.call("POST", f"/v1beta/interactions/{interaction_id}/cancel"))

    def delete(self, interaction_id: str) -> Json:
        return self._checked(self.call("DELETE", f"/v1beta/interactions/{interaction_id}"))

    def stream(self, text: Any = "Hello.", *, headers: Any = None, **fields: Any) -> list[Json]:
        return events_in(self.stream_bytes(text, headers=headers, **fields))

    def stream_bytes(self, text: Any = "Hello.", *, headers: Any = None, **fields: Any) -> bytes:
        model = {} if "agent" in fields else {"model": MODEL}
        body = {**model, "input": text, "stream": True, **fields}
        return self.call("POST", "/v1beta/interactions", json=body, headers=headers).data

    def resume(self, interaction_id: str, last_event_id: str = "") -> list[Json]:
        query = "?stream=true" + (f"&last_event_id={last_event_id}" if last_event_id else "")
        return events_in(self.call("GET", f"/v1beta/interactions/{interaction_id}{query}").data)

    def connect(self, text: str = "Hello.", *, fault: str = "", **fields: Any) -> socket.socket:
        """A socket with a streaming create on its way, nothing read yet."""
        body = json.dumps({"model": MODEL, "input": text, "stream": True, **fields})
        return self.send("POST", "/v1beta/interactions", body, fault)

    def send(self, method: str, path: str, body: str = "", fault: str = "") -> socket.socket:
        """A socket with a request on its way, nothing read yet."""
        connection = socket.create_connection(("127.0.0.1", self.server.port), timeout=10)
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n"
        extra = f"x-test-fault: {fault}\r\n" if fault else ""
        length = f"Content-Length: {len(body.encode())}\r\n\r\n"
        connection.sendall((head + extra + length + body).encode())
        return connection

    @staticmethod
    def _checked(reply: urllib3.BaseHTTPResponse) -> Json:
        body: Json = reply.json()
        assert reply.status == 200, body
        return body


def events_in(data: bytes) -> list[Json]:
    """The JSON events of a well-formed stream, which has to end with [DONE]."""
    frames = data.decode().split("\n\n")
    assert frames[-2:] == ["event: done\ndata: [DONE]", ""], frames[-2:]
    events: list[Json] = []
    for frame in frames[:-2]:
        name, payload = frame.split("\n")
        event: Json = json.loads(payload.removeprefix("data: "))
        assert name == f"event: {event['event_type']}"
        events.append(event)
    return events


def fold(events: Iterable[Json]) -> Json:
    """The interaction that a stream tells about."""
    interaction: Json = {}
    members: dict[int, Json] = {}
    arguments: dict[int, str] = {}
    field = "steps"
    for event in copy.deepcopy(list(events)):
        kind = event["event_type"]
        if kind.startswith("interaction.") and "interaction" in event:
            interaction |= event["interaction"]
            field = "outputs" if kind in ("interaction.start", "interaction.complete") else field
        elif kind.endswith(".start"):
            members[event["index"]] = event.get("step") or event["content"]
        elif kind.endswith(".delta"):
            _fill(members[event["index"]], event["delta"], arguments, event["index"])
    for index, text in arguments.items():
        members[index]["arguments"] = json.loads(text)
    has_members = interaction["status"] not in ("failed", "cancelled", "in_progress")
    return {**interaction, field: list(members.values())} if has_members else interaction


def _fill(member: Json, delta: Json, arguments: dict[int, str], index: int) -> None:
    kind = delta.get("type", "text" if "text" in delta else None)
    if kind == "arguments_delta":
        arguments[index] = arguments.get(index, "") + delta["arguments"]
    elif kind == "thought_signature":
        member["signature"] = delta["signature"]
    elif kind == "thought_summary":
        member.setdefault("summary", []).append({"type": "text", **delta["content"]})
    elif member["type"] == "model_output":
        _fill_content(member.setdefault("content", []), kind, delta)
    elif kind == "text_annotation" or (kind == "text" and "annotations" in delta):
        member.setdefault("annotations", []).extend(delta["annotations"])
    elif kind == "text":
        member["text"] += delta["text"]
    else:
        member |= delta


def _fill_content(content: list[Json], kind: str | None, delta: Json) -> None:
    if kind == "text_annotation_delta":
        content[-1].setdefault("annotations", []).extend(delta["annotations"])
    elif kind == "text" and content and content[-1]["type"] == "text":
        content[-1]["text"] += delta["text"]
    else:
        content.append({"type": kind, **delta})


@pytest.fixture
def api(interactions_server: InteractionsServer) -> Iterator[Api]:
    caller = Api(interactions_server)
    yield caller
    caller.pool.clear()


@pytest.fixture
def api_for() -> Iterator[Callable[[InteractionsServer], Api]]:
    callers: list[Api] = []

    def make(server: InteractionsServer) -> Api:
        callers.append(Api(server))
        return callers[-1]

    yield make
    for caller in callers:
        caller.pool.clear()


@pytest.fixture(name="fold")
def fold_fixture() -> Callable[[Iterable[Json]], Json]:
    return fold
