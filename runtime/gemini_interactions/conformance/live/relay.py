"""Passes requests on to another server and its answers back, byte for byte and as they come.

The only module here that needs aiohttp, which reads requests and talks to the other server. Answers
are written by hand, as they arrived: with their own headers and framing, and broken off where they
broke off. What passes is also taped.
"""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Final

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
    web,
)
from attrs import define, field
from yarl import URL

from ..recordings import Exchange, Request
from .tape import Tape, header

if TYPE_CHECKING:
    from aiohttp.abc import AbstractStreamWriter

HOP_BY_HOP: Final = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
LONGEST_HEADER: Final = 256 * 1024
GZIP_OR_ZLIB: Final = 47
CONNECT_SECONDS: Final = 30


class Sent(web.StreamResponse):
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


class Relay:
    """Listens until told to stop; `taped` gets each exchange once it is over."""

    def __init__(self, to: str, taped: Callable[[Exchange], object]) -> None:
        self._to = to.rstrip("/")
        self._taped = taped

    async def run(
        self, host: str, port: int, ready: Callable[[int], None], stop: asyncio.Event
    ) -> None:
        async with AsyncExitStack() as open_things:
            self._session = await open_things.enter_async_context(new_session())
            server = web.Server(
                self._handle,
                handler_cancellation=True,
                access_log=None,
                auto_decompress=False,
                max_line_size=LONGEST_HEADER,
                max_field_size=LONGEST_HEADER,
            )
            runner = web.ServerRunner(server, shutdown_timeout=0.1)
            await runner.setup()
            open_things.push_async_callback(runner.cleanup)
            site = web.TCPSite(runner, host, port, backlog=1024)
            await site.start()
            ready(runner.addresses[0][1])
            await stop.wait()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        passage = Passage(request, URL(self._to + request.raw_path, encoded=True))
        try:
            return Sent(reusable=await passage.run(self._session))
        finally:
            self._taped(passage.exchange())


def new_session() -> ClientSession:
    """A session that adds nothing to what passes, and takes nothing away."""
    return ClientSession(
        auto_decompress=False,
        connector=TCPConnector(limit=0),
        cookie_jar=DummyCookieJar(),
        max_field_size=LONGEST_HEADER,
        max_line_size=LONGEST_HEADER,
        skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
        timeout=ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
    )


@define
class Passage:
    """One request on its way there, and its answer on the way back."""

    request: web.BaseRequest
    url: URL
    sent: bytearray = field(factory=bytearray)
    tape: Tape | None = None
    left: bool = False
    """Whether the client went away before the end."""
    _started: float = 0.0
    _unpacker: Unpacker | None = None

    async def run(self, session: ClientSession) -> bool:
        """Pass everything; whether the client's connection can serve another request."""
        self._started = asyncio.get_running_loop().time()
        try:
            async with session.request(
                self.request.method,
                self.url,
                headers=end_to_end(self.request.headers.items(), "host"),
                data=self._body() if self.request.body_exists else None,
                allow_redirects=False,
            ) as response:
                return await self._answer(response)
        except ClientConnectorError as error:
            return await self._unreachable(error)
        except (ClientError, asyncio.TimeoutError, ConnectionResetError):
            return False  # one side broke it off: so does this one
        except asyncio.CancelledError:
            self.left = True
            raise

    async def _body(self) -> AsyncIterator[bytes]:
        async for chunk in self.request.content.iter_any():
            self.sent += chunk
            yield chunk

    async def _answer(self, response: ClientResponse) -> bool:
        headers = dict(response.headers)
        self._unpacker = Unpacker(header(headers, "content-encoding"))
        if self._unpacker.works:
            headers = {name: text for name, text in headers.items() if not is_encoding(name)}
        self.tape = Tape(response.status, headers)
        chunked = response.headers.get("Transfer-Encoding", "").lower() == "chunked"
        chunked = chunked and self.request.version >= (1, 1)
        empty = self.request.method == "HEAD" or response.status in (204, 304)
        measured = "Content-Length" in response.headers or chunked or empty
        reusable = measured and self.request.keep_alive
        await self._write(head_of(response, chunked=chunked and not empty, reusable=reusable))
        async for chunk in response.content.iter_any():
            self._keep(chunk)
            await self._write(b"%x\r\n%b\r\n" % (len(chunk), chunk) if chunked else chunk)
        if chunked and not empty:
            await self._write(b"0\r\n\r\n")
        return reusable

    async def _write(self, data: bytes) -> None:
        try:
            await self.request.writer.write(data)
        except ConnectionResetError:
            self.left = True
            raise

    def _keep(self, chunk: bytes) -> None:
        assert self.tape is not None
        assert self._unpacker is not None
        at = asyncio.get_running_loop().time() - self._started
        self.tape.feed(self._unpacker.feed(chunk), round(at, 6))

    async def _unreachable(self, error: ClientConnectorError) -> bool:
        what = f"the proxy cannot reach {self.url.host} port {self.url.port}: {error.strerror}"
        body = json.dumps({"error": {"code": "bad_gateway", "message": what}}).encode()
        head = "HTTP/1.1 502 Bad Gateway\r\nContent-Type: application/json\r\n"
        head += f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        with suppress(ConnectionResetError):
            await self._write(head.encode() + body)
        return False

    def exchange(self) -> Exchange:
        """What passed."""
        request = Request(
            method=self.request.method,
            url=str(self.url),
            headers=dict(self.request.headers),
            body=bytes(self.sent),
        )
        response = self.tape.response(left=self.left) if self.tape else None
        return Exchange(request=request, response=response)


class Unpacker:
    """Takes off what a body is packed in, for the tape: what passes stays packed."""

    def __init__(self, encoding: str) -> None:
        packed = encoding.strip().lower() in ("gzip", "x-gzip", "deflate")
        self._unpacker = zlib.decompressobj(GZIP_OR_ZLIB) if packed else None

    @property
    def works(self) -> bool:
        return self._unpacker is not None

    def feed(self, chunk: bytes) -> bytes:
        if self._unpacker is None:
            return chunk
        try:
            return self._unpacker.decompress(chunk)
        except zlib.error:
            return b""


def is_encoding(name: str) -> bool:
    return name.lower() in ("content-encoding", "content-length")


def end_to_end(headers: Iterable[tuple[str, str]], *besides: str) -> list[tuple[str, str]]:
    """Headers that are for the other end, not for the next hop."""
    listed = list(headers)
    named = header(dict(listed), "connection").lower().split(",")
    dropped = HOP_BY_HOP.union(besides, (name.strip() for name in named))
    return [(name, value) for name, value in listed if name.lower() not in dropped]


def head_of(response: ClientResponse, *, chunked: bool, reusable: bool) -> bytes:
    """The head of an answer, as it came, with the framing of this connection."""
    raw = [
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in response.raw_headers
    ]
    headers = end_to_end(raw)
    if chunked:
        headers.append(("Transfer-Encoding", "chunked"))
    if not reusable:
        headers.append(("Connection", "close"))
    lines = [f"HTTP/1.1 {response.status} {response.reason or ''}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
