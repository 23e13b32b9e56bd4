"""Bytes over aiohttp: one request out, one open response back, every failure under its own name.

aiohttp is an extra, imported with the first request. A session belongs to one event loop, so each
loop gets its own, which ends with the loop: a second `asyncio.run` finds no trace of the first.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Generator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .._core.exchange import Send
from .._core.failures import (
    bad_address,
    bad_header,
    broke,
    closed_here,
    is_about_headers,
    out_of_time,
    pool_closed,
    proxy_failed,
    proxy_twice,
    tls_failed,
    unreached,
)
from .._core.limits import CHUNK, LINGERING, NO_TIME_LEFT, SETTLING, least, tightest
from .._core.proxy import Proxy
from ..errors import ConfigurationError, InteractionsError, TimeoutExpiredError

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession

MISSING = 'the asynchronous client needs aiohttp: pip install "gemini-interactions[aio]"'
NOTHING_OF_ITS_OWN = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


def library() -> ModuleType:
    try:
        import aiohttp
    except ImportError as error:
        raise ConfigurationError(MISSING) from error
    return aiohttp


class AsyncTransport:
    """Keeps a session for each event loop, and closes only what it opened."""

    def __init__(self, *, proxy: str | None = None, session: ClientSession | None = None) -> None:
        if proxy is not None and session is not None:
            raise proxy_twice("session")
        self._proxy = proxy
        self._given = session
        self._own: dict[asyncio.AbstractEventLoop, OwnSession] = {}

    async def send(self, send: Send) -> AsyncResponse:
        library()
        left = send.deadline.left()
        if left == NO_TIME_LEFT:  # fetching a token took it all
            raise out_of_time(send.request, "total", sent=False)
        session = await self.session()
        if session.closed:
            raise pool_closed(send.request)
        body = send.request.body
        if body is None or len(body) <= CHUNK:
            response = await self._request(session, send, left, body)
        else:
            pieces = Pieces(send, body)
            request = self._request(session, send, left, pieces.chunks())
            response = await pieces.watched(request)
        return AsyncResponse(response, send)

    async def _request(
        self, session: ClientSession, send: Send, left: float | None, data: Any
    ) -> ClientResponse:
        from aiohttp import ClientTimeout
        from yarl import URL

        request = send.request
        proxy = None if self._proxy is None else Proxy.of(self._proxy)
        login = {} if proxy is None else proxy.headers()
        tunnelled = request.url.startswith("https:")
        length = {} if request.body is None else {"Content-Length": str(len(request.body))}
        with named_failures(send, left):
            return await session.request(
                request.method,
                URL(request.url, encoded=True),
                data=data,
                headers={
                    "Accept-Encoding": "identity",
                    **send.headers,
                    **length,
                    **({} if tunnelled else login),
                },
                skip_auto_headers=NOTHING_OF_ITS_OWN,
                timeout=ClientTimeout(
                    total=None,
                    connect=least(send.timeout.connect, left),
                    sock_read=least(send.timeout.idle, left),
                ),
                allow_redirects=False,
                raise_for_status=False,
                proxy=None if proxy is None else proxy.address,
                proxy_headers=login if tunnelled else None,
            )

    async def session(self) -> ClientSession:
        if self._given is not None:
            return self._given
        loop = asyncio.get_running_loop()
        own = self._own.get(loop)
        if own is None or own.session.closed:
            for other in [other for other in self._own if other.is_closed()]:
                self._own.pop(other, None)
            own = self._own[loop] = OwnSession()
            await own.open(lambda: self._own.pop(loop, None))
        return own.session

    async def close(self) -> None:
        own = self._own.get(asyncio.get_running_loop())
        if own is not None:
            await own.close()


class OwnSession:
    """A session that ends with its loop, at the latest.

    What an event loop knows of and closes at its end are asynchronous generators; so one of them
    holds the session.
    """

    def open(self, forget: Callable[[], object]) -> Coroutine[Any, Any, None]:
        self._life = lifetime(self.session, forget)
        return self._life.__anext__()

    def __init__(self) -> None:
        self.session = new_session()

    async def close(self) -> None:
        await self._life.aclose()


async def lifetime(
    session: ClientSession, forget: Callable[[], object]
) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        forget()
        await session.close()
        await asyncio.sleep(0)  # in which the transports notice


def new_session() -> ClientSession:
    from aiohttp import ClientSession, DummyCookieJar, TCPConnector

    # A stream keeps its connection for long: any limit would make others wait for it.
    session = ClientSession(
        connector=TCPConnector(limit=0), cookie_jar=DummyCookieJar(), trust_env=False
    )
    # Whether a request may be repeated is decided in the core, and nowhere else.
    if hasattr(session, "_retry_connection"):  # older ones have no such switch
        session._retry_connection = False  # pyright: ignore[reportPrivateUsage]
    return session


class Pieces:
    """A long body on its way, piece by piece, each of which has its time.

    The timeout while sending is that of connecting, as nothing else is known of the other side.
    """

    def __init__(self, send: Send, body: bytes) -> None:
        self._send = send
        self._body = memoryview(body)
        self._until: float | None = None
        self._total = False

    async def chunks(self) -> AsyncIterator[memoryview]:
        now = asyncio.get_running_loop().time
        for start in range(0, len(self._body), CHUNK):
            left = self._send.deadline.left()
            seconds = least(self._send.timeout.connect, left)
            self._until = None if seconds is None else now() + seconds
            yield self._body[start : start + CHUNK]
        self._until = None

    async def watched(self, work: Coroutine[Any, Any, ClientResponse]) -> ClientResponse:
        """The response, or the end of the wait when a piece does not get off."""
        task = asyncio.ensure_future(work)
        now = asyncio.get_running_loop().time
        try:
            while not task.done():
                until = self._until
                if until is not None and now() >= until:
                    raise broke(self._send.request, self._send.deadline, TimeoutError())
                wait = LOOK_AFTER if until is None else min(LOOK_AFTER, until - now())
                await asyncio.wait({task}, timeout=wait)
            return task.result()
        except BaseException:
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
            if not task.cancelled() and task.exception() is None:
                task.result().close()
            raise


LOOK_AFTER = 0.1


class AsyncResponse:
    """An open response. Read it to its end, or close it: closing drops the connection at once."""

    def __init__(self, response: ClientResponse, send: Send) -> None:
        self._response = response
        self._content = response.content
        self._send = send
        self._idle = send.timeout.idle
        self._closed = False
        self._loop = asyncio.get_running_loop()
        self._watch: asyncio.TimerHandle | None = None
        self._until: float | None = None
        self._limit = "idle"
        self._expired: TimeoutExpiredError | None = None
        self.status = response.status
        self.headers = as_they_came(response)
        connection = response.connection
        if connection is not None and connection.protocol is not None:
            # The library counts also while nobody reads, and then throws away what has come.
            connection.protocol.read_timeout = None
            connection.protocol.start_timeout()

    async def read_all(self) -> bytes:
        parts: list[bytes] = []
        while chunk := await self.read():
            parts.append(chunk)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    async def read(self) -> bytes:
        """What has arrived, or what arrives next, of any size; nothing at the end."""
        left = self._send.deadline.left()
        if left is not None and left <= 0:
            raise out_of_time(self._send.request, "total")
        try:
            chunk = self._content.read_nowait()
            if chunk or self._content.is_eof():
                return chunk
            self._wait_at_most(left)
            return await self._content.readany()
        except Exception as error:
            rest = self._rest()
            if rest:
                return rest
            raise self._named(error, left) from error.__cause__
        finally:
            self._until = None

    def _rest(self) -> bytes:
        """What had come before a break, which the library would keep to itself."""
        if self._closed:
            return b""
        return self._content._read_nowait(-1)  # pyright: ignore[reportPrivateUsage]

    def _named(self, error: Exception, left: float | None) -> Exception:
        if self._expired is not None:
            return self._expired
        if self._closed:
            return closed_here(self._send.request)
        if isinstance(error, RuntimeError):  # its session was closed, and it has just seen it
            error = ConnectionError(str(error))
        try:
            with named_failures(self._send, left):
                raise error
        except Exception as named:
            return named

    # --- time ----------------------------------------------------------------------------------

    def _wait_at_most(self, left: float | None) -> None:
        """Watch over a read. One timer serves many: it looks again if there was a byte."""
        seconds = least(self._idle, left)
        if seconds is None:
            return
        self._until = self._loop.time() + seconds
        self._limit = tightest("idle", self._idle, left)
        if self._watch is None or self._watch.when() > self._until:
            self._arm(self._until)

    def _arm(self, when: float) -> None:
        if self._watch is not None:
            self._watch.cancel()
        self._watch = self._loop.call_at(when, self._look)

    def _look(self) -> None:
        self._watch = None
        if self._until is None:
            return
        if self._loop.time() < self._until:
            self._arm(self._until)
            return
        self._expired = out_of_time(self._send.request, self._limit)
        self.close()

    def hurry(self) -> None:
        """Wait no more than a moment for what may still come."""
        self._idle = least(self._idle, LINGERING)

    # --- leaving -------------------------------------------------------------------------------

    async def settle(self) -> None:
        """Give the connection back if the body is over, known without waiting; else drop it.

        A stream says that it is over before its last bytes, which carry nothing, have been read.
        """
        self._idle = SETTLING
        try:
            await self.read()
        except InteractionsError:
            pass
        finally:
            self.close()

    def close(self) -> None:
        """Nothing lingers: a connection that is not at its end is aborted, TLS or not."""
        if self._closed:
            return
        self._closed = True
        if self._watch is not None:
            self._watch.cancel()
        connection = self._response.connection
        if connection is not None and connection.transport is not None:
            connection.transport.abort()
        self._response.close()


def as_they_came(response: ClientResponse) -> Mapping[str, str]:
    """The headers under the names the service wrote; the library would write them its own way."""
    from multidict import CIMultiDict, CIMultiDictProxy

    pairs = [(name.decode("latin-1"), v.decode("latin-1")) for name, v in response.raw_headers]
    return CIMultiDictProxy(CIMultiDict(pairs))


@contextmanager
def named_failures(send: Send, left: float | None) -> Generator[None, None, None]:
    """aiohttp's exceptions as ours, told apart by whether the request may have arrived.

    `left` is what was left of the total time before. Some of them hold addresses and headers: they
    stay behind, and the cause is what is below them.
    """
    import aiohttp

    request = send.request
    try:
        yield
    except InteractionsError:
        raise
    except aiohttp.ConnectionTimeoutError:
        limit = tightest("connect", send.timeout.connect, left)
        raise out_of_time(request, limit, sent=False) from None
    except aiohttp.ServerTimeoutError as error:
        raise out_of_time(request, tightest("idle", send.timeout.idle, left)) from error
    except aiohttp.ClientHttpProxyError as error:
        raise proxy_failed(request, error) from None
    except aiohttp.ClientProxyConnectionError as error:
        raise proxy_failed(request, error) from error.os_error
    except aiohttp.ClientSSLError as error:
        raise tls_failed(request, sent=False) from error.__cause__
    except aiohttp.ClientConnectorError as error:
        raise unreached(request, error) from error.os_error
    except aiohttp.InvalidURL:
        raise bad_address() from None
    except aiohttp.ClientResponseError as error:
        raise broke(request, send.deadline, error) from None
    except (aiohttp.ClientError, OSError, asyncio.TimeoutError) as error:
        raise broke(request, send.deadline, error) from error
    except ValueError as error:
        if is_about_headers(error):
            raise bad_header() from None
        raise
