"""Bytes over urllib3: one request out, one open response back, every failure under its own name.

urllib3 is imported with the first request, not with the package.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from ._core.exchange import Send
from ._core.failures import (
    bad_address,
    bad_header,
    broke,
    closed_here,
    is_about_headers,
    is_refusal,
    out_of_time,
    pool_closed,
    proxy_failed,
    proxy_twice,
    tls_failed,
    unreached,
)
from ._core.limits import CHUNK, LINGERING, NO_TIME_LEFT, SETTLING, Deadline, least, tightest

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager


class Transport:
    """Keeps connections, is safe over threads and forks, and closes only what it opened."""

    def __init__(self, *, proxy: str | None = None, pool: PoolManager | None = None) -> None:
        if proxy is not None and pool is not None:
            raise proxy_twice("pool")
        self._proxy = proxy
        self._given = pool
        self._own: PoolManager | None = None
        self._lock = threading.Lock()
        self._process = os.getpid()

    def send(self, send: Send) -> Response:
        from urllib3 import Timeout

        request, left = send.request, send.deadline.left()
        if left == NO_TIME_LEFT:  # fetching a token took it all
            raise out_of_time(request, "total", sent=False)
        timeout = Timeout(
            connect=least(send.timeout.connect, left), read=least(send.timeout.idle, left)
        )
        with named_failures(send, left):
            response = self.pool().request(
                request.method,
                request.url,
                body=None if request.body is None else pieces(request.body, send.deadline),
                headers=framed(send.headers, request.body),
                timeout=timeout,
                retries=False,
                redirect=False,
                preload_content=False,
            )
        return Response(response, send)

    def pool(self) -> PoolManager:
        if self._given is not None:
            return self._given
        if self._process == os.getpid() and (own := self._own) is not None:
            return own  # without the lock, which many threads would wait for at once
        with self._mutex():
            if self._own is None:
                from ._pool import new_pool

                self._own = new_pool(self._proxy)
            return self._own

    def close(self) -> None:
        with self._mutex():
            if self._own is not None:
                self._own.clear()
            self._own = None

    def _mutex(self) -> threading.Lock:
        # A forked child has connections of its own, and a lock that no lost thread can hold.
        # The process is noted last, so that no thread sees it with the old lock or pool.
        if self._process != os.getpid():
            self._lock = threading.Lock()
            self._own = None
            self._process = os.getpid()
        return self._lock


def pieces(body: bytes, deadline: Deadline) -> Any:
    """A body as it is sent: a socket's timeout is for a whole `sendall`, so a long body takes many.

    The timeout while sending is that of connecting, as nothing else is known of the other side.
    """
    return body if len(body) <= CHUNK else paced(memoryview(body), deadline)


def paced(body: memoryview, deadline: Deadline) -> Iterator[memoryview]:
    for start in range(0, len(body), CHUNK):
        if deadline.expired():
            raise TimeoutError
        yield body[start : start + CHUNK]


def framed(headers: Mapping[str, str], body: bytes | None) -> dict[str, str]:
    """All headers, with the length of a body that urllib3 would otherwise not know."""
    length = {"Content-Length": str(len(body))} if body is not None else {}
    return {**headers, **length}


class Response:
    """An open response. Read it to its end, or close it: closing drops the connection at once."""

    def __init__(self, response: BaseHTTPResponse, send: Send) -> None:
        self._response = response
        self._send = send
        self._process = os.getpid()
        self._idle = send.timeout.idle
        self._closed = False
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers
        self._read: Callable[[int, bool], bytes] = response.read1
        self._decodes = "content-encoding" in response.headers

    def read_all(self) -> bytes:
        parts = list(self.chunks())
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def chunks(self) -> Iterator[bytes]:
        """The body as it arrives, without waiting to fill a buffer."""
        deadline = self._send.deadline
        while True:
            left = deadline.left()
            if left is not None:
                self._limit(left)
            try:
                chunk = self._read(CHUNK, self._decodes)
            except Exception as error:
                named = self._named(error, left)
                raise named from named.__cause__
            if chunk:
                yield chunk
            if not chunk or self._is_whole():
                self._response.release_conn()
                return

    def _is_whole(self) -> bool:
        """Whether nothing can follow, known without another read."""
        return self._response.length_remaining == 0 and not self._decodes

    def _named(self, error: Exception, left: float | None) -> Exception:
        if self._closed:
            return closed_here(self._send.request)
        try:
            with named_failures(self._send, left):
                raise error
        except Exception as named:
            return named

    def settle(self) -> None:
        """Give the connection back if the body is over, known without waiting; else drop it.

        A stream says that it is over before its last bytes, which carry nothing, have been read.
        """
        found = socket_of(self._response)
        if found is not None and not self._closed:
            try:
                found.settimeout(SETTLING)
                if not self._read(CHUNK, self._decodes):
                    self._response.release_conn()
                    self._closed = True
            except Exception:
                pass
        self.close()

    def hurry(self) -> None:
        """Wait no more than a moment for what may still come."""
        self._idle = least(self._idle, LINGERING)
        self._wait_at_most(self._idle)

    def _limit(self, left: float) -> None:
        """Let no read outlast the deadline."""
        if left <= 0:
            raise out_of_time(self._send.request, "total")
        self._wait_at_most(least(self._idle, left))

    def _wait_at_most(self, seconds: float | None) -> None:
        found = socket_of(self._response)
        if found is not None:
            with suppress(OSError):  # closed by another thread: reading will tell
                found.settimeout(seconds)

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        found = socket_of(self._response)
        if found is not None and self._process == os.getpid():  # else it is also the parent's
            with suppress(OSError):
                found.shutdown(socket.SHUT_RDWR)  # wakes a thread that waits for bytes
        self._response.close()
        self._response.release_conn()  # closed as it is: a pool that blocks counts connections


def socket_of(response: Any) -> socket.socket | None:
    """The socket below a response that is being read; `None` once it is over."""
    for name in ("_fp", "fp", "raw", "_sock"):
        response = getattr(response, name, None)
    return response if isinstance(response, socket.socket) else None


@contextmanager
def named_failures(send: Send, left: float | None) -> Generator[None, None, None]:
    """urllib3's exceptions as ours, told apart by whether the request may have arrived.

    `left` is what was left of the total time before.
    """
    from ssl import SSLError

    from urllib3 import exceptions

    request = send.request
    try:
        yield
    except exceptions.NewConnectionError as error:
        raise unreached(request, error) from error
    except exceptions.ConnectTimeoutError as error:
        limit = tightest("connect", send.timeout.connect, left)
        raise out_of_time(request, limit, sent=False) from error
    except exceptions.ReadTimeoutError as error:
        raise out_of_time(request, tightest("idle", send.timeout.idle, left)) from error
    except (exceptions.ClosedPoolError, exceptions.EmptyPoolError) as error:
        raise pool_closed(request) from error
    except exceptions.ProxyError as error:
        raise proxy_failed(request, error) from error
    except (exceptions.SSLError, SSLError) as error:
        raise tls_failed(request, sent=not is_refusal(error)) from error
    except exceptions.LocationParseError:
        raise bad_address() from None
    except (exceptions.HTTPError, OSError) as error:
        raise broke(request, send.deadline, error) from error
    except ValueError as error:
        if is_about_headers(error):
            raise bad_header() from None
        raise
