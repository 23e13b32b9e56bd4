"""Hooks: called in order, told the truth, and unable to break what they watch."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from gemini_interactions import (
    ConnectionFailedError,
    FailureInfo,
    Hooks,
    RequestInfo,
    ResponseInfo,
    ResumeInfo,
    RetryInfo,
    ServerError,
)
from gemini_interactions.testing import InteractionsServer

MODEL = "gemini-3-flash-preview"


class Record(Hooks):
    def __init__(self) -> None:
        self.seen: list[Any] = []

    def on_request(self, info: RequestInfo) -> None:
        self.seen.append(info)

    def on_response(self, info: ResponseInfo) -> None:
        self.seen.append(info)

    def on_failure(self, info: FailureInfo) -> None:
        self.seen.append(info)

    def on_retry(self, info: RetryInfo) -> None:
        self.seen.append(info)

    def on_resume(self, info: ResumeInfo) -> None:
        self.seen.append(info)

    def on_event(self, event: Any) -> None:
        self.seen.append(event)

    def names(self) -> list[str]:
        return [type(info).__name__ for info in self.seen]


def test_infos_come_in_order(server: InteractionsServer, client: Any) -> None:
    hooks = Record()
    made = client(server, hooks=hooks)
    server.faults.parse("error status=503; header name=x-request-id value=r hits=0")
    created = made.interactions.create(model=MODEL, input="x")
    url = f"{server.url}/v1beta/interactions"
    sent, refused, retry, again, answered = hooks.seen
    assert sent == RequestInfo("interactions.create", "POST", url, 1)
    assert refused == ResponseInfo("interactions.create", 503, "r", 1)
    assert (retry.failures, type(retry.error)) == (1, ServerError)
    assert again == RequestInfo("interactions.create", "POST", url, 2)
    assert answered == ResponseInfo("interactions.create", 200, "r", 2)
    hooks.seen.clear()
    made.interactions.get(created.id)
    made.interactions.delete(created.id)
    assert [i.operation for i in hooks.seen] == ["interactions.get"] * 2 + [
        "interactions.delete"
    ] * 2


@pytest.mark.parametrize("stream", [False, True])
def test_a_request_without_an_answer_is_told_too(
    server: InteractionsServer, client: Any, stream: bool
) -> None:
    hooks = Record()
    server.faults.add("no-response")
    made = client(server, hooks=hooks)
    with pytest.raises(ConnectionFailedError) as caught:
        made.interactions.create(model=MODEL, input="x", stream=stream)
    assert hooks.names() == ["RequestInfo", "FailureInfo"]
    assert hooks.seen[1] == FailureInfo("interactions.create", 1, caught.value)


def test_a_stream_tells_its_events_and_resumptions(server: InteractionsServer, client: Any) -> None:
    hooks = Record()
    server.faults.add("cut", after=3, on="create")
    stream = client(server, hooks=hooks).interactions.create(model=MODEL, input="x", stream=True)
    events = list(stream)
    assert [i for i in hooks.seen if hasattr(i, "event_type")] == events
    around = [n for n in hooks.names() if n.endswith("Info")]
    assert around == [
        "RequestInfo",
        "ResponseInfo",
        "ResumeInfo",
        "RequestInfo",
        "ResponseInfo",
    ]
    resumed = next(i for i in hooks.seen if isinstance(i, ResumeInfo))
    assert resumed.interaction_id == stream.interaction_id
    assert resumed.last_event_id


class Broken(Hooks):
    def __init__(self) -> None:
        self.called: list[str] = []

    def fail(self, name: str) -> None:
        self.called.append(name)
        raise RuntimeError(f"{name} is broken")

    def on_request(self, info: RequestInfo) -> None:
        self.fail("on_request")

    def on_response(self, info: ResponseInfo) -> None:
        self.fail("on_response")

    def on_failure(self, info: FailureInfo) -> None:
        self.fail("on_failure")

    def on_retry(self, info: RetryInfo) -> None:
        self.fail("on_retry")

    def on_resume(self, info: ResumeInfo) -> None:
        self.fail("on_resume")

    def on_event(self, event: Any) -> None:
        self.fail("on_event")


def test_a_broken_hook_breaks_no_call(
    server: InteractionsServer, client: Any, caplog: pytest.LogCaptureFixture
) -> None:
    hooks = Broken()
    made = client(server, hooks=hooks)
    server.faults.parse("error status=503; cut after=3 on=stream; no-response on=get")
    with caplog.at_level(logging.ERROR, "gemini_interactions"):
        assert made.interactions.create(model=MODEL, input="x").output_text
        stream = made.interactions.create(model=MODEL, input="x", stream=True)
        assert stream.until_done().output_text
    kinds = "request", "response", "failure", "retry", "resume", "event"
    assert set(hooks.called) == {f"on_{kind}" for kind in kinds}
    assert len(server.requests) == 5
    assert len(caplog.records) == len(hooks.called)
    assert "the hook Broken.on_request failed" in caplog.text


@pytest.mark.sync_only
def test_what_stops_the_program_goes_through(server: InteractionsServer, client: Any) -> None:
    class Stop(Hooks):
        def on_response(self, info: ResponseInfo) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client(server, hooks=Stop()).interactions.create(model=MODEL, input="x")
