"""A stream that breaks anywhere delivers over all its connections what it would have in one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from gemini_interactions import ConnectionFailedError, InteractionsError, StreamInterruptedError
from gemini_interactions.testing import InteractionsServer

ClientFactory = Callable[..., Any]
MODEL = "gemini-3-flash-preview"
STEPS, CONTENT, LAUNCH = "2026-05-20", "2026-05-07", "2025-12-11"
PARAMETERS = {"type": "object", "properties": {"place": {"type": "string"}}}
TOOLS = [
    {"type": "google_search"},
    {"type": "function", "name": "look", "parameters": PARAMETERS},
    {"type": "function", "name": "listen", "parameters": PARAMETERS},
]
ENDINGS = ("eof", "cut", "reset", "close-delimited", "truncated")


def ask(api: Any, text: Any = "Look at both", **fields: Any) -> Any:
    return api.interactions.create(model=MODEL, input=text, stream=True, **fields)


def sent(server: InteractionsServer) -> list[str]:
    return [request.operation for request in server.requests]


@pytest.mark.parametrize("event_ids", [True, False])
@pytest.mark.parametrize("revision", [STEPS, CONTENT, LAUNCH])
@pytest.mark.parametrize("ending", ENDINGS)
def test_killed_after_every_event(
    make_interactions_server: Any,
    client: ClientFactory,
    ending: str,
    revision: str,
    event_ids: bool,
) -> None:
    server = make_interactions_server(event_ids=event_ids, revision=revision)
    api = client(server, api_revision=revision)
    count = len(list(ask(api, tools=TOOLS)))
    assert count > 12
    for after in range(1, count):
        server.clear()
        server.faults.add(ending, after=after, on="create")
        stream = ask(api, tools=TOOLS)
        events = list(stream)
        assert sent(server) == ["create", "get"], after
        assert server.requests[1].last_event_id == (f"evt_{after - 1}" if event_ids else None)
        assert stream.interaction == api.interactions.get(stream.interaction_id)
        assert events == list(api.interactions.get(stream.interaction_id, stream=True)), after


@pytest.mark.parametrize("event_ids", [True, False])
@pytest.mark.parametrize("prompt", ["[scenario: status incomplete]", "[scenario: failed]"])
def test_a_last_status_does_not_hide_the_closing_event(
    make_interactions_server: Any, client: ClientFactory, prompt: str, event_ids: bool
) -> None:
    """Also an unknown status: it may be a running one of tomorrow."""
    server = make_interactions_server(event_ids=event_ids)
    api = client(server)
    whole = [event.event_type for event in ask(api, prompt)]
    assert whole[-2:] == ["interaction.status_update", "interaction.completed"]
    for ending in ("eof", "cut"):
        server.clear()
        server.faults.add(ending, after=len(whole) - 1, on="create")
        stream = ask(api, prompt)
        assert [event.event_type for event in stream] == whole
        assert sent(server) == ["create", "get"]


@pytest.mark.parametrize("event_ids", [True, False])
@pytest.mark.parametrize("revision", [STEPS, LAUNCH])
def test_killed_many_times(
    make_interactions_server: Any, client: ClientFactory, time: Any, revision: str, event_ids: bool
) -> None:
    """Progress restores the budget, so a stream may break more often than it has attempts."""
    server = make_interactions_server(event_ids=event_ids, revision=revision)
    api = client(server, api_revision=revision)
    prompt = "Count to 60"
    count = len(list(ask(api, prompt)))
    assert count > 15
    server.clear()
    for number in range(1, count):
        # Every connection brings one event more than the ones before.
        server.faults.add("cut", after=1 if event_ids else number, nth=number, on="stream")
    stream = ask(api, prompt)
    events = list(stream)
    assert len(events) == count
    assert sent(server) == ["create"] + ["get"] * (count - 1)
    assert len(time.pauses) == count - 1
    assert events == list(api.interactions.get(stream.interaction_id, stream=True))
    assert stream.interaction == api.interactions.get(stream.interaction_id)


def short_events(revision: str, event_ids: bool) -> list[dict[str, Any]]:
    """A whole interaction in as few bytes as there can be."""
    if revision == STEPS:
        noun, shell = "step", {"type": "model_output"}
        first, last = "interaction.created", "interaction.completed"
    else:
        noun, shell = "content", {"type": "text"}
        first, last = "interaction.start", "interaction.complete"
    events: list[dict[str, Any]] = [
        {"event_type": first, "interaction": {"id": "i", "status": "in_progress"}},
        {"event_type": f"{noun}.start", "index": 0, noun: shell},
        {"event_type": f"{noun}.delta", "index": 0, "delta": {"type": "text", "text": "é\u2028"}},
        {"event_type": last, "interaction": {"id": "i", "status": "completed"}},
    ]
    if event_ids:
        events = [{**event, "event_id": str(n)} for n, event in enumerate(events)]
    return events


def size(event: dict[str, Any]) -> int:
    data = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    return len(f"event: {event['event_type']}\ndata: {data}\n\n".encode())


@pytest.mark.parametrize(
    ("ending", "revision", "event_ids"),
    [
        ("eof", STEPS, True),
        ("eof", STEPS, False),
        ("eof", LAUNCH, True),
        ("eof", CONTENT, False),
        ("cut", STEPS, True),
        ("cut", CONTENT, False),
        ("reset", STEPS, False),
        ("close-delimited", STEPS, True),
    ],
)
def test_killed_at_every_byte(
    make_interactions_server: Any,
    client: ClientFactory,
    ending: str,
    revision: str,
    event_ids: bool,
) -> None:
    server = make_interactions_server(revision=revision)
    events = short_events(revision, event_ids)
    server.script(events, repeat=True)
    api = client(server, api_revision=revision)
    undisturbed = ask(api)
    expected = list(undisturbed)
    assert len(expected) == len(events)
    id_known = size(events[0])
    closed = sum(map(size, events)) - len("\n\n")
    for at in range(closed + 4):
        server.store.clear()
        before = len(server.requests)
        server.faults.clear()
        server.faults.add(ending, at=at, on="create")
        stream = ask(api)
        if at < id_known:
            with pytest.raises((StreamInterruptedError, ConnectionFailedError)) as caught:
                list(stream)
            assert getattr(caught.value, "interaction_id", None) is None
            operations = ["create"]
        else:
            assert list(stream) == expected, at
            assert stream.interaction == undisturbed.interaction
            operations = ["create"] if at >= closed else ["create", "get"]
        assert sent(server)[before:] == operations, at


@pytest.mark.parametrize("ending", ["eof", "close-delimited"])
@pytest.mark.parametrize("event_ids", [True, False])
def test_every_early_end_is_an_error_without_resuming(
    make_interactions_server: Any, client: ClientFactory, ending: str, event_ids: bool
) -> None:
    server = make_interactions_server(event_ids=event_ids)
    api = client(server, resume=False)
    whole = list(ask(api, "Hello"))
    for after in range(len(whole)):
        server.clear()
        server.faults.add(ending, after=after)
        stream = ask(api, "Hello")
        delivered: list[Any] = []
        with pytest.raises(StreamInterruptedError) as caught:
            delivered.extend(stream)
        assert [e.event_type for e in delivered] == [e.event_type for e in whole[:after]]
        error = caught.value
        assert sent(server) == ["create"]
        assert error.interaction_id == stream.interaction_id
        assert (error.interaction_id is None) == (after == 0)
        assert error.last_event_id == (f"evt_{after - 1}" if event_ids and after else None)
        assert (error.interaction is None) == (after == 0)
        if after:
            assert error.interaction.id == error.interaction_id
            assert error.interaction.status == "in_progress"


@pytest.mark.parametrize("ending", ["cut", "reset", "truncated"])
def test_a_break_without_resuming(
    server: InteractionsServer, client: ClientFactory, ending: str
) -> None:
    server.faults.add(ending, after=9)
    stream = ask(client(server, resume=False), "Count to 40")
    texts: list[str] = []
    with pytest.raises(StreamInterruptedError) as caught:
        texts.extend(e.delta.text for e in stream if e.event_type == "step.delta" and e.index)
    error: Any = caught.value
    assert texts
    assert error.interaction.output_text == "".join(texts)
    assert error.last_event_id == "evt_8"
    assert error.interaction_id in str(error)
    assert "evt_8" in str(error)
    rest = client(server).interactions.get(
        error.interaction_id, stream=True, last_event_id=error.last_event_id
    )
    texts += [e.delta.text for e in rest if e.event_type == "step.delta"]
    assert "".join(texts) == client(server).interactions.get(error.interaction_id).output_text
    assert sent(server).count("create") == 1


@pytest.mark.parametrize("stored", [True, False])
def test_what_has_no_id_is_not_resumed(
    server: InteractionsServer, client: ClientFactory, stored: bool
) -> None:
    server.faults.add("cut", after=4, on="create")
    stream = ask(client(server), "Hello", store=stored)
    if stored:
        assert stream.until_done().status == "completed"
        return
    with pytest.raises(StreamInterruptedError) as caught:
        list(stream)
    assert caught.value.interaction_id is None
    assert caught.value.interaction.status == "in_progress"
    assert sent(server) == ["create"]


def test_bytes_that_are_no_event_end_are_never_a_quiet_end(
    server: InteractionsServer, client: ClientFactory
) -> None:
    """Every prefix of a stream, as an answer that cannot be taken up again."""
    events = short_events(STEPS, event_ids=True)
    frames = [f"data: {json.dumps(event)}\n\n".encode() for event in events]
    whole = b"".join(frames)
    api = client(server, resume=False)
    for at in range(0, len(whole) - 2, 3):
        server.script_frames([whole[:at]])
        with pytest.raises(InteractionsError):
            list(ask(api))
