"""Serves recorded exchanges over a real socket, so that a client can be tested without a service.

Requests are answered as they were answered then. One is known by its method, its path, its query
and its body; equal ones get their answers in the order of the recording. What was redacted in the
recording matches anything. A request that nobody recorded is answered 501, and kept with the
difference from the recorded one that comes closest.
"""

from __future__ import annotations

import difflib
import json
import os
import socket
import threading
from collections.abc import Iterable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from types import TracebackType
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from attrs import field, frozen

from .._core.auth import HIDDEN, is_secret
from .excerpts import is_array, is_object
from .recordings import (
    Exchange,
    RecordedEvent,
    Request,
    Response,
    read_recording,
    redacted_exchange,
)

__all__ = ["ReplayMismatchError", "ReplayServer"]

OWN_HEADERS: Final = frozenset(
    {"connection", "content-encoding", "content-length", "date", "server", "transfer-encoding"}
)
"""Headers that belong to a connection, not to an answer."""


class ReplayMismatchError(AssertionError):
    """The client sent something else than what is recorded, or less."""


@frozen
class Wanted:
    """What a request is known by."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: Any = field(default=None, repr=False)

    @classmethod
    def of(cls, request: Request) -> Wanted:
        parts = urlsplit(request.url)
        query = sorted(parse_qsl(parts.query, keep_blank_values=True))
        return cls(
            method=request.method.upper(),
            path=parts.path,
            query=tuple(pair for pair in query if not is_secret(pair[0])),
            body=content_of(request.body),
        )

    def matches(self, other: Wanted) -> bool:
        """Whether another request is this recorded one. The recording may be of another host and
        of a longer path to it."""
        return (
            self.method == other.method
            and (self.path == other.path or self.path.endswith(other.path))
            and self.query == other.query
            and same(self.body, other.body)
        )

    def lines(self) -> list[str]:
        query = "&".join(f"{name}={value}" for name, value in self.query)
        head = f"{self.method} {self.path}{'?' if query else ''}{query}"
        body = json.dumps(self.body, indent=2, ensure_ascii=False) if self.body is not None else ""
        return [head, *body.splitlines()]


class ReplayServer:
    """Plays a recording: a file, or its exchanges. `url` is the base URL for the client.

    `mismatches` says how each request differs that is not recorded; `unplayed` is what nobody has
    asked for yet. `check` raises if there is any of either.
    """

    def __init__(self, recording: str | os.PathLike[str] | Iterable[Exchange]) -> None:
        self._left = [(Wanted.of(each.request), each.response) for each in exchanges_of(recording)]
        self._lock = threading.Lock()
        self.mismatches: list[str] = []
        self._server = Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def unplayed(self) -> list[str]:
        """The request lines of what nobody asked for yet."""
        with self._lock:
            return [wanted.lines()[0] for wanted, _ in self._left]

    def check(self, *, whole: bool = True) -> None:
        """Raise if a request came that is not recorded, or, if `whole`, one did not come."""
        __tracebackhide__ = True
        problems = list(self.mismatches)
        if whole and self.unplayed:
            problems.append("\n".join(["recorded, and never sent:", *self.unplayed]))
        if problems:
            raise ReplayMismatchError("\n\n".join(problems))

    def answer(self, request: Request) -> Response | None:
        """What was answered then; `None` if the connection broke."""
        asked = Wanted.of(request)
        with self._lock:
            for number, (wanted, response) in enumerate(self._left):
                if wanted.matches(asked):
                    del self._left[number]
                    return response
            difference = self._difference(asked)
            self.mismatches.append(difference)
        error = {"error": {"code": "not_recorded", "message": difference}}
        headers = {"Content-Type": "application/json"}
        return Response(status=501, headers=headers, body=json.dumps(error).encode())

    def _difference(self, asked: Wanted) -> str:
        if not self._left:
            return "\n".join(["nothing is left of the recording, and there came", *asked.lines()])
        closest, _ = max(self._left, key=lambda each: likeness(each[0], asked))
        lines = difflib.unified_diff(
            closest.lines(), asked.lines(), "recorded", "sent", lineterm="", n=2
        )
        return "\n".join(["a request that is not recorded:", *lines])

    # --- life -----------------------------------------------------------------------------------

    def start(self) -> ReplayServer:
        self._thread.start()
        return self

    def stop(self) -> None:
        """Drop all connections and wait until every thread is gone."""
        self._server.shutdown()
        self._thread.join()
        self._server.drop_connections()
        self._server.server_close()

    def __enter__(self) -> ReplayServer:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


def exchanges_of(recording: str | os.PathLike[str] | Iterable[Exchange]) -> Iterable[Exchange]:
    if isinstance(recording, (str, os.PathLike)):
        return read_recording(recording)
    return map(redacted_exchange, recording)


class Server(ThreadingTCPServer):
    request_queue_size = 128

    def __init__(self, replay: ReplayServer) -> None:
        self.replay = replay
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(("127.0.0.1", 0), Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no failure of the server."""

    def drop_connections(self) -> None:
        with self._guard:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(method=self.command, url=self.path, body=body)
        assert isinstance(self.server, Server)
        self.play(self.server.replay.answer(request))

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: what matters is said by the test."""

    def play(self, response: Response | None) -> None:
        if response is None:
            self.close_connection = True
            return
        self.send_response_only(response.status)
        for name, value in response.headers.items():
            if name.lower() not in OWN_HEADERS:
                self.send_header(name, value)
        if response.events is None:
            self.send_header("Content-Length", str(len(response.body)))
            self.end_headers()
            self.wfile.write(response.body)
            return
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for event in response.events:
            data = frame(event)
            self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))
        if response.left:  # nobody knows what would have come
            self.close_connection = True
        else:
            self.wfile.write(b"0\r\n\r\n")


def frame(event: RecordedEvent) -> bytes:
    """An event as it is written on the wire."""
    lines = [f"event: {event.event}"] if event.event else []
    if event.id is not None:
        lines.append(f"id: {event.id}")
    lines += [f"data: {line}" for line in event.data.split("\n")]
    return ("\n".join(lines) + "\n\n").encode()


def content_of(body: bytes) -> Any:
    """A body as JSON, or as text; `None` for none."""
    if not body:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")


def same(recorded: Any, sent: Any) -> bool:
    """Whether two bodies are the same, but for what the recording hides."""
    if recorded == HIDDEN:
        return True
    if is_object(recorded) and is_object(sent):
        return recorded.keys() == sent.keys() and all(
            same(recorded[name], sent[name]) for name in recorded
        )
    if is_array(recorded) and is_array(sent):
        pairs = zip(recorded, sent, strict=False)
        return len(recorded) == len(sent) and all(same(one, other) for one, other in pairs)
    return bool(recorded == sent)


def likeness(one: Wanted, other: Wanted) -> float:
    return difflib.SequenceMatcher(None, "\n".join(one.lines()), "\n".join(other.lines())).ratio()
