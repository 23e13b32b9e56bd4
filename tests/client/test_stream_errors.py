"""What goes wrong inside or instead of a stream comes out under its own name."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from gemini_interactions import (
    APIError,
    AuthenticationError,
    BadRequestError,
    ConnectionFailedError,
    NotImplementedByServiceError,
    RateLimitError,
    RedirectRefusedError,
    Resume,
    ServerError,
    StreamInterruptedError,
    UnexpectedAnswerError,
)
from gemini_interactions.testing import InteractionsServer

ClientFactory = Callable[..., Any]
MODEL = "gemini-3-flash-preview"
CREATED = (
    b'data: {"event_type":"interaction.created",'
    b'"interaction":{"id":"i","status":"in_progress"},"event_id":"e1"}\n\n'
)
DELTA = b'data: {"event_type":"step.delta","index":0,"delta":{"type":"text","text":"so far"}}\n\n'
REFUSAL = {"error": {"code": "content_filtered", "message": "Blocked."}}
UNAVAILABLE = [{"error": {"code": 503, "message": "Overloaded.", "status": "UNAVAILABLE"}}]


def ask(api: Any, text: Any = "Hello", **fields: Any) -> Any:
    return api.interactions.create(model=MODEL, input=text, stream=True, **fields)


def sent(server: InteractionsServer) -> list[str]:
    return [request.operation for request in server.requests]


def broken(stream: Any, kind: type[Exception]) -> tuple[list[Any], Any]:
    """What a stream delivers before the error it raises."""
    delivered: list[Any] = []
    with pytest.raises(kind) as caught:
        delivered.extend(stream)
    return delivered, caught.value


# --- errors the service states -----------------------------------------------------------------


@pytest.mark.parametrize("blank_line", [True, False])
@pytest.mark.parametrize("after", [0, 1, 4])
def test_a_bare_error(
    server: InteractionsServer, client: ClientFactory, after: int, blank_line: bool
) -> None:
    server.faults.add("bare-error", after=after, blank_line=blank_line)
    stream = ask(client(server, resume=Resume(fallback="get")))
    delivered, error = broken(stream, APIError)
    assert len(delivered) == after
    assert (error.code, error.message) == ("content_filtered", "The answer was blocked.")
    assert error.status is None
    assert error.body == {"error": {"code": error.code, "message": error.message}}
    assert error.interaction_id == stream.interaction_id
    assert error.last_event_id == (f"evt_{after - 1}" if after else None)
    assert (error.interaction is None) == (after == 0)
    assert sent(server) == ["create"]


@pytest.mark.parametrize("cut", [True, False])
@pytest.mark.parametrize("after", [0, 2])
def test_an_error_array_over_many_lines(
    server: InteractionsServer, client: ClientFactory, after: int, cut: bool
) -> None:
    """As it is written after ten minutes, before the connection is cut."""
    server.faults.add("array-error", after=after, cut=cut)
    stream = ask(client(server))
    delivered, error = broken(stream, ServerError)
    assert len(delivered) == after
    assert (error.status, error.code) == (503, 503)
    assert error.message == "The service is currently unavailable."
    assert isinstance(error.body, list)
    assert error.interaction_id == stream.interaction_id
    assert sent(server) == ["create"]


@pytest.mark.parametrize("payload", [REFUSAL, UNAVAILABLE], ids=["object", "array"])
@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("end", [b"", b"\n", b"\n\n", b"\r\n\r\n", b"\n" + DELTA])
def test_bare_json_however_it_is_cut(
    server: InteractionsServer, client: ClientFactory, payload: Any, indent: Any, end: bytes
) -> None:
    text = json.dumps(payload, indent=indent).encode() + end
    for at in range(0, len(text), 7):
        server.script_frames([CREATED, text[:at], text[at:]])
        delivered, error = broken(ask(client(server)), APIError)
        assert len(delivered) == 1
        assert error.body == payload
        assert error.last_event_id == "e1"
    assert "get" not in sent(server)


def test_what_came_before_an_error_in_one_piece(
    server: InteractionsServer, client: ClientFactory
) -> None:
    bare = json.dumps(REFUSAL).encode() + b"\n\n"
    server.script_frames([CREATED + DELTA + bare + DELTA])
    delivered, error = broken(ask(client(server)), APIError)
    assert len(delivered) == 2
    assert error.interaction.output_text == "so far"


@pytest.mark.parametrize("after", [0, 2, 4])
def test_an_error_event_raises(
    server: InteractionsServer, client: ClientFactory, after: int
) -> None:
    server.faults.add("error-event", after=after)
    stream = ask(client(server))
    delivered, error = broken(stream, ServerError)
    assert len(delivered) == after
    assert (error.status, error.code, error.message) == (500, "internal", "Something broke.")
    assert error.interaction_id == stream.interaction_id
    assert sent(server) == ["create"]


def test_an_error_event_from_the_scenario(
    server: InteractionsServer, client: ClientFactory
) -> None:
    stream = ask(client(server), "[scenario: error-event]")
    delivered, error = broken(stream, ServerError)
    assert (error.status, error.code) == (504, "gateway_timeout")
    assert error.interaction.output_text == "".join(
        event.delta.text for event in delivered if event.event_type == "step.delta"
    )


@pytest.mark.parametrize(
    ("error", "message"),
    [
        ({"message": "m", "code": 429}, "m"),
        ("only a text", "only a text"),
        ({}, "the service gives no reason"),
        (None, "the service gives no reason"),
        (["odd"], "the service gives no reason"),
    ],
)
@pytest.mark.parametrize("end", ["\n\n", "\n", ""])
def test_error_events_of_any_form(
    server: InteractionsServer, client: ClientFactory, error: Any, message: str, end: str
) -> None:
    """Also the last one, without its blank line."""
    event = {"event_type": "error", "error": error}
    server.script_frames([CREATED, f"event: error\ndata: {json.dumps(event)}{end}".encode()])
    _, raised = broken(ask(client(server)), APIError)
    assert raised.message == message
    assert isinstance(raised, RateLimitError) == (message == "m")
    assert sent(server) == ["create"]


@pytest.mark.parametrize("payload", [REFUSAL, UNAVAILABLE], ids=["object", "array"])
@pytest.mark.parametrize("end", ["\n\n", ""])
def test_an_error_without_event_type(
    server: InteractionsServer, client: ClientFactory, payload: Any, end: str
) -> None:
    server.script_frames([CREATED, f"data: {json.dumps(payload)}{end}".encode()])
    _, error = broken(ask(client(server)), APIError)
    assert error.body == payload


def test_error_events_as_events(server: InteractionsServer, client: ClientFactory) -> None:
    server.faults.add("error-event", after=2)
    stream = ask(client(server), raise_on_error=False)
    events = list(stream)
    assert events[2].event_type == "error"
    assert events[2].error.code == "internal"
    assert events[-1].event_type == "interaction.completed"
    assert stream.interaction == client(server).interactions.get(stream.interaction_id)


@pytest.mark.parametrize("last", [b"data: [DONE]\n\n", b""])
@pytest.mark.parametrize("error", ['{"message":"m"}', '"m"', "[]"])
def test_an_error_event_as_the_last_event(
    server: InteractionsServer, client: ClientFactory, last: bytes, error: str
) -> None:
    """The caller has seen it, so this is an end; nothing is resumed, odd forms are handed over."""
    event = b'data: {"event_type":"error","error":%b}\n\n' % error.encode()
    server.script_frames([CREATED, event, last])
    events = list(ask(client(server), raise_on_error=False))
    assert len(events) == 2
    assert sent(server) == ["create"]


def test_an_error_event_and_then_a_cut(server: InteractionsServer, client: ClientFactory) -> None:
    """What comes after the error shows that the stream went on: then an early end is one."""
    error = b'data: {"event_type":"error","error":{"message":"m"}}\n\n'
    server.script_frames([CREATED, error, DELTA])
    delivered, _ = broken(
        ask(client(server), raise_on_error=False, resume=False), StreamInterruptedError
    )
    assert len(delivered) == 3


# --- errors instead of the stream --------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 503])
def test_a_create_that_was_not_taken_is_sent_again(
    server: InteractionsServer, client: ClientFactory, time: Any, status: int
) -> None:
    server.faults.add("error", status=status, retry_after="3", hits=2)
    assert ask(client(server)).until_done().status == "completed"
    assert sent(server) == ["create"] * 3
    assert time.pauses == [3.0, 3.0]


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, BadRequestError), (401, AuthenticationError), (500, ServerError), (504, ServerError)],
)
@pytest.mark.parametrize("shape", ["object", "google", "array", "text"])
def test_every_other_error_is_raised_at_once(
    server: InteractionsServer,
    client: ClientFactory,
    status: int,
    kind: type[Exception],
    shape: str,
) -> None:
    server.faults.add("error", status=status, shape=shape)
    with pytest.raises(kind) as caught:
        ask(client(server))
    assert caught.value.status == status  # type: ignore[attr-defined]
    assert sent(server) == ["create"]


def test_refusals_of_the_whole(server: InteractionsServer, client: ClientFactory) -> None:
    server.faults.add("not-implemented")
    with pytest.raises(NotImplementedByServiceError):
        ask(client(server))
    server.faults.add("redirect")
    with pytest.raises(RedirectRefusedError):
        ask(client(server))
    assert sent(server) == ["create", "create"]


@pytest.mark.parametrize("fault", ["no-response", "head-only"])
@pytest.mark.parametrize("reset", [True, False])
def test_a_create_that_may_have_arrived_is_not_sent_again(
    server: InteractionsServer, client: ClientFactory, fault: str, reset: bool
) -> None:
    server.faults.add(fault, reset=reset)
    with pytest.raises(ConnectionFailedError) as caught:
        list(ask(client(server)))
    assert caught.value.sent
    assert sent(server) == ["create"]


@pytest.mark.parametrize("fault", ["no-response", "head-only"])
def test_a_get_may_be_sent_again(
    server: InteractionsServer, client: ClientFactory, fault: str
) -> None:
    api = client(server)
    whole = list(ask(api))
    server.faults.add(fault, on="get", hits=2)
    assert list(api.interactions.get(whole[0].interaction.id, stream=True)) == whole
    assert sent(server) == ["create", "get", "get", "get"]


# --- answers that are no stream ----------------------------------------------------------------


def test_a_page_of_html(server: InteractionsServer, client: ClientFactory) -> None:
    server.faults.add("html")
    _, error = broken(ask(client(server)), UnexpectedAnswerError)
    assert (error.status, error.content_type) == (200, "text/html")
    assert b"<h1>Error</h1>" in error.body
    assert "text/html" in str(error)
    assert error.interaction is None
    assert sent(server) == ["create"]


@pytest.mark.parametrize("code", [503, 429])
def test_an_error_array_with_status_200(
    server: InteractionsServer, client: ClientFactory, code: int
) -> None:
    server.faults.add("json-array", code=code)
    _, error = broken(ask(client(server)), ServerError if code == 503 else RateLimitError)
    assert (error.status, error.code) == (code, code)
    assert sent(server) == ["create"]


def test_a_json_answer_is_kept(server: InteractionsServer, client: ClientFactory) -> None:
    """A gateway that does not stream: the interaction is paid for, so it is on the error."""
    server.faults.add("json-answer")
    api = client(server)
    _, error = broken(ask(api), UnexpectedAnswerError)
    assert error.interaction == api.interactions.get(error.interaction.id)
    assert json.loads(error.body)["id"] == error.interaction.id
    assert error.content_type == "application/json"
    assert sent(server).count("create") == 1


def test_an_answer_over_many_lines_is_kept(
    server: InteractionsServer, client: ClientFactory
) -> None:
    text = json.dumps({"id": "i", "status": "completed"}, indent=2).encode()
    server.script_response(text.replace(b"\n", b"\r\n"))
    _, error = broken(ask(client(server)), UnexpectedAnswerError)
    assert error.interaction.id == "i"


@pytest.mark.parametrize("body", [b"[1, 2]", b"5", b"null", b'{"id": "v1_broken", "stat'])
def test_json_that_is_no_answer(
    server: InteractionsServer, client: ClientFactory, body: bytes
) -> None:
    server.script_response(body)
    _, error = broken(ask(client(server)), UnexpectedAnswerError)
    assert (error.body, error.interaction) == (body, None)


def test_broken_json(server: InteractionsServer, client: ClientFactory) -> None:
    server.faults.add("broken-json")
    _, error = broken(ask(client(server)), UnexpectedAnswerError)
    assert b"v1_broken" in error.body
    assert sent(server) == ["create"]


@pytest.mark.parametrize("status", [200, 204])
def test_no_answer_at_all(server: InteractionsServer, client: ClientFactory, status: int) -> None:
    server.faults.add("empty", status=status)
    _, error = broken(ask(client(server)), StreamInterruptedError)
    assert error.interaction_id is None
    assert sent(server) == ["create"]


# --- events that are none ----------------------------------------------------------------------


@pytest.mark.parametrize("after", [0, 2, 5])
def test_malformed_json(server: InteractionsServer, client: ClientFactory, after: int) -> None:
    """Not resumed: the same event would come again."""
    server.faults.add("malformed", after=after)
    stream = ask(client(server))
    delivered, error = broken(stream, UnexpectedAnswerError)
    assert len(delivered) == after
    assert error.body == '{"a":'
    assert error.interaction_id == stream.interaction_id
    assert (error.interaction is None) == (after == 0)
    assert sent(server) == ["create"]


@pytest.mark.parametrize("data", ["5", "null", "[]", '"text"', "ping", '{"a":1}}', "[" * 100_000])
def test_data_that_is_no_object(
    server: InteractionsServer, client: ClientFactory, data: str
) -> None:
    server.script_frames([CREATED, f"data: {data}\n\n".encode()])
    delivered, error = broken(ask(client(server)), UnexpectedAnswerError)
    assert len(delivered) == 1
    assert error.body == data
    assert len(str(error)) < 500


@pytest.mark.parametrize("limit", [100, 5_000])
def test_an_event_that_is_too_large(
    server: InteractionsServer, client: ClientFactory, limit: int
) -> None:
    stream = ask(client(server), "[scenario: big 10000]", max_event_bytes=limit)
    delivered, error = broken(stream, UnexpectedAnswerError)
    assert len(delivered) == (0 if limit == 100 else 3)
    assert str(limit) in str(error)
    assert error.interaction_id == stream.interaction_id
    assert sent(server) == ["create"]


def test_a_large_event_within_the_limit(server: InteractionsServer, client: ClientFactory) -> None:
    stream = ask(client(server), "[scenario: big 10000]", max_event_bytes=20_000)
    assert len(stream.until_done().output_text) == 10_000
