"""Carries replies out over real sockets. The only module that needs aiohttp.

aiohttp listens and reads the requests. Responses are written by hand, byte for byte, because
most faults are things that a well-behaved HTTP library refuses to do.
"""

from __future__ import annotations

import asyncio
import contextlib
import http
import socket
import struct
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from aiohttp import web

from .recorded import RecordedRequest
from .reply import Item, Mark, Pause, Reply, Wait, error_body, json_reply

if TYPE_CHECKING:
    from aiohttp.abc import AbstractStreamWriter

    from .service import Service

_BLOCK = 65536
"""Frames of a busy stream are sent together once they fill this many bytes."""
_BACKLOG = 4096


class _Sent(web.StreamResponse):
    """Tells aiohttp that the response is out already."""

    def __init__(self, *, reusable: bool) -> None:
        super().__init__()
        self._reusable = reusable

    @property
    def keep_alive(self) -> bool:
        return self._reusable

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        return None

    async def write_eof(self, data: bytes | bytearray | memoryview = b"") -> None:
        return None


class Listener:
    """Serves a service until told to stop."""

    def __init__(self, service: Service, record: Callable[[RecordedRequest], object]) -> None:
        self._service = service
        self._record = record
        self._handlers: set[asyncio.Task[None] | None] = set()

    async def run(
        self, host: str, port: int, ready: Callable[[int], None], stop: asyncio.Event
    ) -> None:
        """Listen, report the port, serve until `stop` is set, leave nothing behind."""
        server = web.Server(self._handle, handler_cancellation=True, access_log=None)
        runner = web.ServerRunner(server, shutdown_timeout=0.1)
        await runner.setup()
        try:
            site = web.TCPSite(runner, host, port, backlog=_BACKLOG)
            await site.start()
            ready(runner.addresses[0][1])
            await stop.wait()
        finally:
            for task in self._handlers:
                if task is not None:
                    task.cancel()
            await runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        task = asyncio.current_task()
        self._handlers.add(task)
        try:
            recorded = await _recorded(request)
            self._record(recorded)
            reply = self._answer(recorded)
            delivery = _Delivery(request, reply)
            recorded.status = None if _unanswered(reply) else reply.status
            return _Sent(reusable=await delivery.run())
        finally:
            self._handlers.discard(task)

    def _answer(self, recorded: RecordedRequest) -> Reply:
        try:
            return self._service.answer(recorded)
        except Exception as error:
            # A fault header or a scenario of the test is wrong: say so where it is looked for.
            message = f"{type(error).__name__}: {error}"
            return json_reply(500, error_body("test_server_failure", message))


async def _recorded(request: web.BaseRequest) -> RecordedRequest:
    path, _, query = request.raw_path.partition("?")
    return RecordedRequest(
        method=request.method,
        raw_path=path,
        raw_query=query,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await request.content.read(),
    )


def _unanswered(reply: Reply) -> bool:
    """Whether the connection ends before the head."""
    return any(isinstance(item, Mark) for item in reply.before)


class _Delivery:
    """One reply on its way out."""

    def __init__(self, request: web.BaseRequest, reply: Reply) -> None:
        self._writer = request.writer
        self._transport = request.transport
        self._reply = reply
        self._keep_alive = request.keep_alive
        self._pending: list[bytes] = []
        self._size = 0
        self._limit = 0
        self._body_bytes = 0

    async def run(self) -> bool:
        """Send everything; whether the connection can serve another request."""
        reply = self._reply
        try:
            ended = await self._send(reply.before)
            if not ended:
                self._pending.append(self._head())
                ended = await self._send(reply.body, framed=True)
            if not ended and reply.framing == "chunked":
                self._pending.append(b"0\r\n\r\n")
            await self._flush()
            if ended is Mark.RESET:
                await self._reset()
        except ConnectionResetError:  # the client hung up, as clients may
            return False
        finally:
            if reply.hung_up:
                reply.hung_up()
        return self._keep_alive and not ended and self._whole()

    def _head(self) -> bytes:
        reply = self._reply
        headers = dict(reply.headers)
        if reply.framing == "chunked":
            headers["Transfer-Encoding"] = "chunked"
        if reply.framing in ("chunked", "close"):
            headers.pop("Content-Length", None)
        if reply.framing == "close" or not self._keep_alive:
            headers["Connection"] = "close"
        with contextlib.suppress(ValueError):
            reason = http.HTTPStatus(reply.status).phrase
            return _head_bytes(f"HTTP/1.1 {reply.status} {reason}", headers)
        return _head_bytes(f"HTTP/1.1 {reply.status} Status", headers)

    def _whole(self) -> bool:
        """Whether the body kept the promise of its head."""
        promised = self._reply.headers.get("Content-Length", "0")
        if self._reply.framing == "length":
            return self._body_bytes == int(promised)
        return self._reply.framing != "close"

    async def _send(self, items: Iterable[Item], *, framed: bool = False) -> Mark | None:
        """Send items until they end or the connection has to; the mark that ended it."""
        chunked = framed and self._reply.framing == "chunked"
        for item in items:
            if isinstance(item, bytes):
                # An empty chunk would be the end of the body.
                if item:
                    self._pending.append(b"%x\r\n%b\r\n" % (len(item), item) if chunked else item)
                    self._size += len(item)
                if self._size > self._limit:
                    await self._flush()
                continue
            await self._flush()
            if isinstance(item, Pause):
                await asyncio.sleep(item.seconds)
            elif isinstance(item, Wait):
                await _wait(item)
            elif item is not Mark.FLUSH:
                return item
        return None

    async def _flush(self) -> None:
        if self._pending:
            await self._writer.write(b"".join(self._pending))
            # The first frame goes out at once, the crowd behind it in blocks.
            self._limit = _BLOCK
            self._body_bytes += self._size
            self._pending, self._size = [], 0
        await asyncio.sleep(0)

    async def _reset(self) -> None:
        """Close with a RST, but only once everything written has left this process."""
        transport = self._transport
        if transport is None:
            return
        transport.set_write_buffer_limits(0)
        await self._writer.drain()
        sock: socket.socket = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()


def _head_bytes(status_line: str, headers: dict[str, str]) -> bytes:
    lines = [status_line, *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


async def _wait(wait: Wait) -> None:
    if wait.signal.count != wait.count:
        return
    woken = asyncio.Event()
    wait.signal.listen(woken.set)
    try:
        await woken.wait()
    finally:
        wait.signal.forget(woken.set)
