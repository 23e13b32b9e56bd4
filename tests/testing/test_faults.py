"""Every fault does on the wire what its line in the table says."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from urllib3.exceptions import HTTPError, ProtocolError

from gemini_interactions.testing import FAULTS, fault_table

TEXT = "Count to 30"


def healthy(api: Any) -> list[bytes]:
    """The frames of an undisturbed stream, [DONE] the last."""
    return [frame + b"\n\n" for frame in api.stream_bytes(TEXT).split(b"\n\n")[:-1]]


def faulty(api: Any, fault: str, text: str = TEXT, **fields: Any) -> bytes:
    data: bytes = api.stream_bytes(text, headers={"x-test-fault": fault}, **fields)
    return data


def shape(data: bytes) -> bytes:
    """A stream without what differs between two interactions: ids and times."""
    lines = [line for line in data.split(b"\n") if b"interaction" not in line]
    return b"\n".join(lines)


def read_until_closed(connection: Any) -> tuple[bytes, bool]:
    """Everything a socket gives, and whether it ended with a reset."""
    data = b""
    with connection:
        while True:
            try:
                block = connection.recv(65536)
            except ConnectionResetError:
                return data, True
            if not block:
                return data, False
            data += block


def test_the_table_lists_every_fault() -> None:
    table = fault_table()
    assert list(table) == list(FAULTS)
    assert table["eof"] == ("after=2 at=-1", "a clean end after N frames, or at byte N")


@pytest.mark.parametrize("after", [0, 1, 3, 8])
def test_eof_after_frames(api: Any, after: int) -> None:
    assert shape(faulty(api, f"eof after={after}")) == shape(b"".join(healthy(api)[:after]))


def test_eof_at_every_byte(api: Any) -> None:
    whole = api.stream_bytes("Hi")
    for size in range(0, len(whole), 7):
        data = faulty(api, f"eof at={size}", "Hi")
        assert len(data) == size
        assert data.partition(b'"id":"')[0] == whole[:size].partition(b'"id":"')[0]


def test_cut_leaves_the_chunks_unfinished(api: Any) -> None:
    data, reset = read_until_closed(api.connect(TEXT, fault="cut after=2"))
    assert not reset
    assert data.count(b"event: ") == 2
    assert not data.endswith(b"0\r\n\r\n")
    with pytest.raises(ProtocolError):
        faulty(api, "cut after=2")
    with pytest.raises(ProtocolError):
        api.create(headers={"x-test-fault": "cut at=10"})


def test_reset_comes_after_the_frames(api: Any) -> None:
    data, reset = read_until_closed(api.connect(TEXT, fault="reset after=3"))
    assert reset
    assert data.count(b"\n\n\r\n") == 3
    data, reset = read_until_closed(api.connect(TEXT, fault="close-delimited ; reset at=400"))
    assert reset
    assert len(data.partition(b"\r\n\r\n")[2]) == 400


def test_close_delimited(api: Any) -> None:
    data, reset = read_until_closed(api.connect(TEXT, fault="close-delimited"))
    head, _, body = data.partition(b"\r\n\r\n")
    assert not reset
    assert b"Transfer-Encoding" not in head
    assert b"Connection: close" in head
    assert shape(body) == shape(b"".join(healthy(api)))
    data, _ = read_until_closed(api.connect(TEXT, fault="close-delimited at=100"))
    assert len(data.partition(b"\r\n\r\n")[2]) == 100


def test_truncated_frame(api: Any) -> None:
    frames = healthy(api)
    expected = b"".join(frames[:4]) + frames[4][:-6]
    assert shape(faulty(api, "truncated after=4 drop=6")) == shape(expected)


@pytest.mark.parametrize("after", [0, 2])
def test_bare_error(api: Any, after: int) -> None:
    data = faulty(api, f"bare-error after={after} code=400 blank_line=false")
    *frames, line = data.split(b"\n\n")
    assert len(frames) == after
    assert json.loads(line)["error"]["code"] == 400
    assert faulty(api, f"bare-error after={after}").endswith(b"}}\n\n")


def test_array_error_over_many_lines(api: Any) -> None:
    data, _ = read_until_closed(api.connect(TEXT, fault="array-error after=2"))
    chunk = data.rpartition(b"\n\n\r\n")[2].partition(b"\r\n")[2].removesuffix(b"\r\n")
    assert len(chunk.splitlines()) > 5
    assert json.loads(chunk)[0]["error"]["code"] == 503


def test_answers_that_are_no_stream(api: Any) -> None:
    expected = {
        "json-array": ("application/json", b"["),
        "html": ("text/html", b"<!DOCTYPE"),
        "json-answer": ("application/json", b"{"),
        "empty": (None, b""),
        "broken-json": ("application/json", b'{"id"'),
        "content-type": ("text/plain", b"event: "),
    }
    for fault, (content_type, start) in expected.items():
        body = {"model": "m", "input": TEXT, "stream": True}
        headers = {"x-test-fault": fault}
        reply = api.call("POST", "/v1/interactions", json=body, headers=headers)
        assert reply.status == 200
        assert (reply.headers.get("content-type") or "").startswith(content_type or "")
        assert reply.data.startswith(start)
    assert json.loads(faulty(api, "json-answer"))["status"] == "completed"
    assert json.loads(faulty(api, "json-array"))[0]["error"]["status"] == "UNAVAILABLE"


def test_inserted_frames(api: Any) -> None:
    whole = shape(b"".join(healthy(api)))
    for fault, inserted in (
        ("malformed", b'event: step.delta\ndata: {"a":\n\n'),
        (
            "unknown-event",
            b'event: step.sparkle\ndata: {"index":0,"event_type":"step.sparkle"}\n\n',
        ),
    ):
        data = faulty(api, fault)
        assert inserted in data
        assert shape(data.replace(inserted, b"")) == whole
    data = faulty(api, "error-event after=3 end=true code=x")
    assert json.loads(data.split(b"\n\n")[3].partition(b"data: ")[2])["error"]["code"] == "x"
    assert data.count(b"\n\n") == 4


def test_stall_and_release(api: Any) -> None:
    connection = api.connect(TEXT, fault="stall after=3")
    data = b""
    while data.count(b"\n\n\r\n") < 3:
        data += connection.recv(65536)
    connection.settimeout(0.05)
    with pytest.raises(TimeoutError):
        connection.recv(1)
    connection.settimeout(10)
    api.server.release()
    while not data.endswith(b"0\r\n\r\n"):
        data += connection.recv(65536)
    connection.close()
    assert data.count(b"event: ") == len(healthy(api))


def test_resume_that_goes_silent(api: Any) -> None:
    events = api.stream(TEXT)
    path = f"/v1/interactions/{events[0]['interaction']['id']}?stream=true"
    api.server.faults.add("stall", after=2, on="resume")
    connection = api.send("GET", f"{path}&last_event_id=evt_1")
    connection.settimeout(0.1)
    received: list[bytes] = []
    with connection, pytest.raises(TimeoutError):
        received.extend(iter(lambda: connection.recv(65536), b""))
    assert b"".join(received).count(b"\n\n\r\n") == 2


def test_comments_and_noise(api: Any) -> None:
    data = faulty(api, "comments after=1 times=3 every=0")
    assert data.count(b": keep-alive\n\n") == 3
    noisy = faulty(api, "noise")
    assert noisy.count(b": comment\nretry: 10\n") == len(healthy(api))
    connection = api.connect(TEXT, fault="comments every=0.001")
    data = b""
    while data.count(b": keep-alive") < 5:
        data += connection.recv(65536)
    connection.close()
    assert b"event:" not in data.partition(b"\r\n\r\n")[2]


def test_pieces_change_nothing_but_the_chunks(api: Any) -> None:
    whole = shape(b"".join(healthy(api)))
    for fault in ("one-byte", "pieces size=13", "pace seconds=0", "slow-head seconds=0"):
        assert shape(faulty(api, fault)) == whole
    data, _ = read_until_closed(api.connect("Hi", fault="one-byte ; close-delimited"))
    assert data.endswith(b"[DONE]\n\n")
    connection = api.connect("Hi", fault="one-byte")
    data = b""
    while not data.endswith(b"0\r\n\r\n"):
        data += connection.recv(65536)
    connection.close()
    assert data.count(b"1\r\n") >= len(data) // 8


def test_line_ends(api: Any) -> None:
    whole = shape(b"".join(healthy(api)))
    crlf = faulty(api, "line-endings style=crlf")
    assert crlf.count(b"\r\n") == crlf.count(b"\n")
    assert shape(crlf.replace(b"\r\n", b"\n")) == whole
    cr = faulty(api, "line-endings style=cr")
    assert b"\n" not in cr
    assert shape(cr.replace(b"\r", b"\n")) == whole
    mixed = faulty(api, "line-endings style=mixed")
    assert b"\r\n\r\n" in mixed
    assert b"\r\r" in mixed
    assert shape(mixed.replace(b"\r\n", b"\n").replace(b"\r", b"\n")) == whole


def test_odd_bytes(api: Any) -> None:
    assert faulty(api, "bom").startswith(b"\xef\xbb\xbfevent: ")
    assert '"text":"\u2028\u2029\x85'.encode() in faulty(api, "separators")
    assert faulty(api, "bad-utf8").count(b"\xff") == 1
    assert faulty(api, "id-lines").startswith(b"id: id\x000\nevent: ")
    assert faulty(api, "id-lines nul=false").startswith(b"id: id-0\nevent: ")


def test_spelling_of_frames(api: Any) -> None:
    lines = faulty(api, "multi-line").split(b"\n\n")[0].split(b"\n")
    text = b"\n".join(line.removeprefix(b"data: ") for line in lines[1:])
    assert json.loads(text)["event_type"] == "interaction.created"
    assert faulty(api, "event-name name=odd").count(b"event: odd\n") == len(healthy(api)) - 1
    assert b"event:" not in faulty(api, "no-event-name")
    assert b"event_id" not in faulty(api, "no-event-ids")
    assert b'"usage"' not in faulty(api, "no-usage")
    assert len(faulty(api, "doubled").split(b"\n\n")) == 2 * len(healthy(api))


@pytest.mark.parametrize(
    ("fault", "ending"),
    [
        ("no-done", b'"}\n\n'),
        ("done", b"\n\ndata: [DONE]\n\n"),
        ("done form=tight", b"\n\ndata:[DONE]\n\n"),
        ("done form=named-tight", b"\n\nevent:done\ndata:[DONE]\n\n"),
        ("done form=unfinished", b"event: done\ndata: [DONE]"),
        ("done form=one-newline", b"\n\ndata: [DONE]\n"),
        ("no-blank-line", b'"}'),
    ],
)
def test_endings(api: Any, fault: str, ending: bytes) -> None:
    data = faulty(api, fault)
    assert data.endswith(ending)
    assert b"event: interaction.completed" in data


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        ("", 503, "unavailable"),
        ("status=429 retry_after=7", 429, "rate_limit_exceeded"),
        ("status=500 code=odd", 500, "odd"),
        ("status=503 shape=int-code", 503, 503),
        ("status=400 shape=google", 400, 400),
        ("status=503 shape=array", 503, 503),
    ],
)
def test_errors(api: Any, options: str, status: int, code: str | int) -> None:
    headers = {"x-test-fault": f"error {options}"}
    body = {"model": "m", "input": "x"}
    reply = api.call("POST", "/v1/interactions", json=body, headers=headers)
    found = reply.json()
    error = (found[0] if "array" in options else found)["error"]
    assert (reply.status, error["code"]) == (status, code)
    assert reply.headers.get("retry-after") == ("7" if "retry_after" in options else None)
    assert len(api.server.store) == 0


def test_refusals_that_are_no_errors(api: Any) -> None:
    path = "/v1/interactions/x"
    moved = api.call(
        "GET",
        path,
        headers={"x-test-fault": "redirect url=http://127.0.0.1:1/y status=307"},
        redirect=False,
    )
    assert (moved.status, moved.headers["location"]) == (307, "http://127.0.0.1:1/y")
    text = api.call("GET", path, headers={"x-test-fault": "error shape=text retry_after_ms=50"})
    assert (text.json(), text.headers["retry-after-ms"]) == ("The service answers 503.", "50")
    lost = api.call("GET", path, headers={"x-test-fault": "not-implemented"})
    assert (lost.status, lost.json()["error"]["code"]) == (501, "not_implemented")
    marked = api.call("GET", path, headers={"x-test-fault": "header name=x-a value=b"})
    assert marked.headers["x-a"] == "b"
    empty = api.call("DELETE", path, headers={"x-test-fault": "empty status=204"})
    assert (empty.status, empty.data) == (204, b"")


def test_connections_that_die_early(api: Any) -> None:
    assert read_until_closed(api.connect(fault="no-response")) == (b"", False)
    assert read_until_closed(api.connect(fault="no-response reset=true")) == (b"", True)
    data, reset = read_until_closed(api.connect(fault="head-only"))
    assert data.startswith(b"HTTP/1.1 200 OK\r\n")
    assert data.endswith(b"\r\n\r\n")
    assert not reset
    assert [request.status for request in api.server.requests] == [None, None, 200]
    silent = api.connect(fault="silent")
    silent.settimeout(0.05)
    with silent, pytest.raises(TimeoutError):
        silent.recv(1)


ENDLESS = {"stall", "silent", "comments"}
SLOW = {"pace", "slow-head"}


@pytest.mark.parametrize("name", sorted(FAULTS.keys() - ENDLESS))
def test_a_fault_leaves_the_next_request_alone(api: Any, name: str) -> None:
    whole = shape(b"".join(healthy(api)))
    with contextlib.suppress(HTTPError):
        faulty(api, f"{name} seconds=0" if name in SLOW else name, "Hi")
    assert shape(api.stream_bytes(TEXT)) == whole
