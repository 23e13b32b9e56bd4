"""`conform proxy`: what passes stays as it is, byte for byte; what is recorded has no secrets."""

from __future__ import annotations

import gzip
import json
import queue
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import urllib3

from gemini_interactions.conformance.examining import Options, examined
from gemini_interactions.conformance.inputs import Source
from gemini_interactions.conformance.live.proxy import Passed, Proxy
from gemini_interactions.conformance.live.server_check import check_server, plan
from gemini_interactions.conformance.recordings import Exchange, Recorder, read_recording
from gemini_interactions.errors import ConfigurationError
from gemini_interactions.testing import REVISIONS, InteractionsServer

MODEL = "gemini-3-flash-preview"
CREATE = {"model": MODEL, "input": "Count from 1 to 25."}
GUARD = 10


class Passage:
    """A proxy, the lines about what passed, and its recording."""

    def __init__(self, to: str, path: Path, **options: Any) -> None:
        self.lines: queue.SimpleQueue[Passed] = queue.SimpleQueue()
        self.path = path
        self.recorder = Recorder(path)
        self.proxy = Proxy(to, recorder=self.recorder, on_passed=self.lines.put, **options)
        self.pool = urllib3.PoolManager(retries=False, timeout=GUARD)

    def send(self, body: Any = None, path: str = "", method: str = "POST", **options: Any) -> Any:
        headers = {
            "Content-Type": "application/json",
            "x-goog-api-key": "s3cr3t-key",
            "Api-Revision": REVISIONS[-1],
            **options.pop("headers", {}),
        }
        url = f"{self.proxy.url}/v1beta/interactions{path}"
        data = json.dumps(body) if body is not None else None
        return self.pool.request(method, url, body=data, headers=headers, **options)

    def over(self) -> Passed:
        """The next exchange that is over."""
        return self.lines.get(timeout=GUARD)

    def exchanges(self) -> list[Exchange]:
        return [*read_recording(self.path)]


Pass = Callable[..., Passage]


@pytest.fixture
def passing(tmp_path: Path) -> Iterator[Pass]:
    """`passing(url)` starts a proxy to there."""
    started: list[Passage] = []

    def start(to: str, **options: Any) -> Passage:
        path = tmp_path / f"recording-{len(started)}.jsonl"
        passage = Passage(to, path, **options)
        passage.proxy.start()
        started.append(passage)
        return passage

    yield start
    for passage in started:
        passage.pool.clear()
        passage.proxy.stop()
        passage.recorder.close()


@contextmanager
def upstream(talk: Callable[[socket.socket, bytes], None]) -> Iterator[str]:
    """A server by hand: it reads one request and then does what it likes with the connection."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(GUARD)
    failures: list[Exception] = []

    def serve() -> None:
        try:
            connection, _ = listening.accept()
            connection.settimeout(GUARD)
            with connection:
                request = b""
                while b"\r\n\r\n" not in request:
                    request += connection.recv(65536)
                talk(connection, request)
        except Exception as error:
            failures.append(error)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        thread.join()
        listening.close()
    assert not failures


# --- what passes -------------------------------------------------------------------------------


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_server_behind_the_proxy_holds_every_clause(revision: str, passing: Pass) -> None:
    with InteractionsServer(strict=True, require_auth=True, revision=revision) as server:
        passage = passing(server.url, revision=revision)
        settings = {"base_url": passage.proxy.url, "api_key": "k", "api_revision": revision}
        verdicts = [*check_server(plan(), settings, strict=True)]
    allowed = {"get.input"} if revision == "2025-12-11" else set[str]()
    assert {each.clause for each in verdicts if each.outcome != "holds"} == allowed


@pytest.mark.parametrize(
    "fault", ["", "pieces size=5", "multi-line", "line-endings style=cr", "bad-utf8", "noise"]
)
@pytest.mark.parametrize("stream", [False, True])
def test_every_byte_passes(fault: str, stream: bool, passing: Pass) -> None:
    body = {**CREATE, "stream": stream}
    headers = {"x-test-fault": fault, "x-goog-api-key": "k"}
    with InteractionsServer() as behind, InteractionsServer() as twin:
        passage = passing(behind.url)
        there = passage.send(body, headers=headers)
        url = f"{twin.url}/v1beta/interactions"
        here = passage.pool.request("POST", url, body=json.dumps(body), headers=headers)
        sent = [request.body for request in behind.requests]
    assert there.data == here.data
    assert there.status == here.status
    assert there.headers == here.headers
    assert sent == [json.dumps(body).encode()]


def test_an_event_passes_before_the_next_one_exists(passing: Pass) -> None:
    with InteractionsServer(faults=["stall after=3"]) as server:
        passage = passing(server.url)
        answer = passage.send({**CREATE, "stream": True}, preload_content=False)
        got = b""
        while got.count(b"\n\n") < 3:
            got += answer.read1(65536)
        assert got.count(b"\n\n") == 3
        server.release()
        while more := answer.read1(65536):
            got += more
        assert got.endswith(b"[DONE]\n\n")
        assert passage.over().events == 14


def test_a_request_passes_before_its_end_exists(passing: Pass) -> None:
    arrived = threading.Event()

    def talk(connection: socket.socket, request: bytes) -> None:
        body = request.partition(b"\r\n\r\n")[2]
        while b"first" not in body:
            body += connection.recv(65536)
        arrived.set()
        while b"0\r\n\r\n" not in body:
            body += connection.recv(65536)
        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    def pieces() -> Iterator[bytes]:
        yield b"first"
        assert arrived.wait(GUARD)
        yield b"last"

    with upstream(talk) as url:
        passage = passing(url)
        answer = passage.pool.request(
            "POST", f"{passage.proxy.url}/v1beta/interactions", body=pieces()
        )
    assert answer.status == 204
    passage.over()
    assert passage.exchanges()[0].request.body == b"firstlast"


@pytest.mark.parametrize("fault", ["error status=503 retry_after=7", "html status=502", "redirect"])
def test_errors_pass(fault: str, passing: Pass) -> None:
    with InteractionsServer(faults=[f"{fault} hits=2"]) as server:
        passage = passing(server.url)
        there = passage.send(CREATE, redirect=False)
        url = f"{server.url}/v1beta/interactions"
        here = passage.pool.request("POST", url, body=json.dumps(CREATE), redirect=False)
    assert (there.status, there.data, there.headers) == (here.status, here.data, here.headers)


@pytest.mark.parametrize("fault", ["cut after=3", "reset after=3", "no-response", "cut at=30"])
def test_where_the_server_breaks_off_so_does_the_proxy(fault: str, passing: Pass) -> None:
    stream = "after" in fault
    with InteractionsServer(faults=[fault]) as server:
        passage = passing(server.url)
        with pytest.raises(urllib3.exceptions.HTTPError):
            passage.send({**CREATE, "stream": stream})
        passed = passage.over()
    assert passed.events == (3 if stream else None)
    assert (passed.status is None) == (fault == "no-response")
    [exchange] = passage.exchanges()
    assert not (exchange.response and exchange.response.left)


def test_where_the_client_goes_away_the_server_is_told(passing: Pass) -> None:
    left = threading.Event()

    def talk(connection: socket.socket, request: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
        connection.sendall(head + b'data: {"event_type": "x"}\n\n')
        assert connection.recv(1) == b""
        left.set()

    with upstream(talk) as url:
        passage = passing(url)
        answer = passage.send({**CREATE, "stream": True}, preload_content=False)
        assert answer.read1(65536)
        answer.close()
        assert left.wait(GUARD)
        assert passage.over().events == 1
    [exchange] = passage.exchanges()
    assert exchange.response
    assert exchange.response.left


def test_a_server_that_cannot_be_reached_is_told_as_502(passing: Pass) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    passage = passing(f"http://127.0.0.1:{port}")
    answer = passage.send(CREATE)
    assert answer.status == 502
    assert f"port {port}" in answer.json()["error"]["message"]
    assert passage.over().status is None


def test_a_packed_answer_stays_packed_and_is_judged_unpacked(passing: Pass) -> None:
    body = json.dumps({"id": "v1_x", "status": "completed", "steps": [], "surprise": 1}).encode()
    packed = gzip.compress(body)

    def talk(connection: socket.socket, request: bytes) -> None:
        assert b"accept-encoding: gzip" in request.lower()
        head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
        connection.sendall(f"{head}Content-Length: {len(packed)}\r\n\r\n".encode() + packed)

    with upstream(talk) as url:
        passage = passing(url)
        headers = {"Accept-Encoding": "gzip"}
        answer = passage.send(CREATE, headers=headers, decode_content=False)
        assert answer.data == packed
        assert passage.over().deviations == 1
    [exchange] = passage.exchanges()
    assert exchange.response
    assert json.loads(exchange.response.body) == json.loads(body)


def test_headers_pass_but_for_those_of_the_connection(passing: Pass) -> None:
    seen: list[bytes] = []

    def talk(connection: socket.socket, request: bytes) -> None:
        seen.append(request)
        connection.sendall(
            b"HTTP/1.1 200 Fine\r\nX-Odd: caf\xe9\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n"
            b"Keep-Alive: timeout=5\r\nContent-Length: 0\r\n\r\n"
        )

    with upstream(talk) as url:
        passage = passing(url + "/prefix")
        headers = {"X-Own": "yes", "Connection": "x-hop", "X-Hop": "1", "User-Agent": "me"}
        answer = passage.send(CREATE, "?a=%20b&c=%2F", headers=headers)
    head = seen[0].partition(b"\r\n\r\n")[0]
    line, *lines = head.decode().split("\r\n")
    names = {each.partition(":")[0].lower() for each in lines}
    assert line == "POST /prefix/v1beta/interactions?a=%20b&c=%2F HTTP/1.1"
    assert {"X-Own: yes", "User-Agent: me", f"Host: {url[7:]}"} <= {*lines}
    assert not names & {"x-hop", "keep-alive", "accept"}
    assert answer.reason == "Fine"
    assert answer.headers.getlist("set-cookie") == ["a=1", "b=2"]
    assert answer.headers["x-odd"] == "caf\xe9"
    assert {*answer.headers} == {"X-Odd", "Set-Cookie", "Content-Length"}


# --- what is recorded and judged -----------------------------------------------------------------


def test_secrets_pass_and_are_not_recorded(passing: Pass) -> None:
    tool = {"type": "mcp_server", "name": "x", "url": "https://x.test", "headers": {"k": "s3cr3t"}}
    with InteractionsServer() as server:
        passage = passing(server.url)
        passage.send({**CREATE, "tools": [tool]}, "?key=s3cr3t", headers={"Cookie": "s3cr3t"})
        passage.over()
        [request] = server.requests
    assert request.headers["x-goog-api-key"] == "s3cr3t-key"
    assert request.query == {"key": "s3cr3t"}
    assert request.json["tools"] == [tool]
    text = passage.path.read_text()
    assert "s3cr3t" not in text
    assert "Count from 1 to 25." in text


def test_the_recording_is_judged_as_the_traffic_was(passing: Pass) -> None:
    fault = "unknown-event after=4"
    with InteractionsServer(faults=[fault]) as server:
        passage = passing(server.url)
        passage.send({**CREATE, "stream": True})
        passage.send({**CREATE, "temprature": 1})
        passed = [passage.over(), passage.over()]
    passage.proxy.stop()
    live, later = passage.proxy.report, examined(Source(str(passage.path)), Options())
    assert [each.deviations for each in passed] == [0, 1]
    assert [each.known for each in passed] == [1, 1]
    assert live.deviations(strict=True) == later.deviations(strict=True) == 3
    assert {*live.groups} == {*later.groups}


def test_requests_are_judged_beyond_their_bodies(passing: Pass) -> None:
    with InteractionsServer() as server:
        passage = passing(server.url)
        passage.send(CREATE, "?alt=sse")
        passage.over()
    passage.proxy.stop()
    [group] = [each for each in passage.proxy.report.groups.values() if each.known is None]
    assert (group.rule, group.pattern) == ("query", "/alt")


def test_many_streams_pass_side_by_side(passing: Pass) -> None:
    with InteractionsServer() as server:
        passage = passing(server.url)
        answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()

        def stream() -> None:
            answers.put(passage.send({**CREATE, "stream": True}).data)

        threads = [threading.Thread(target=stream) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {passage.over().deviations for _ in threads} == {0}
    assert answers.qsize() == 16
    assert len(passage.exchanges()) == 16


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="no address"):
        Proxy("ftp://x")


def test_stopping_drops_what_still_passes(passing: Pass) -> None:
    with InteractionsServer(faults=["stall after=2"]) as server:
        passage = passing(server.url)
        answer = passage.send({**CREATE, "stream": True}, preload_content=False)
        assert answer.read1(65536)
        passage.proxy.stop()
        with suppress(urllib3.exceptions.HTTPError):
            while answer.read1(65536):
                pass
        answer.close()
    [exchange] = passage.exchanges()
    assert exchange.response
    assert exchange.response.left


def test_a_recording_that_cannot_be_written_is_told_in_the_end() -> None:
    class Full:
        def write(self, exchange: Exchange) -> None:
            raise OSError(28, "No space left on device")

    recorder: Any = Full()
    with InteractionsServer() as server:
        proxy = Proxy(server.url, recorder=recorder).start()
        url = f"{proxy.url}/v1beta/interactions"
        assert urllib3.request("POST", url, body=json.dumps(CREATE)).status == 200
        with pytest.raises(OSError, match="No space left"):
            proxy.stop()
