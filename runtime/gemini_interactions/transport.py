"""Bytes over urllib3: one request out, one open response back, every failure under its own name.

urllib3 is imported with the first request, not with the package.
"""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from ._core.exchange import Send
from ._core.requests import Request
from .errors import ConfigurationError, ConnectionFailedError, TimeoutExpiredError

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

CONNECTIONS_KEPT = 128
CHUNK = 64 * 1024
SETTLING = 0.02


class Transport:
    """Keeps connections, is safe over threads and forks, and closes only what it opened."""

    def __init__(self, *, proxy: str | None = None, pool: PoolManager | None = None) -> None:
        self._proxy = proxy
        self._given = pool
        self._own: PoolManager | None = None
        self._process = os.getpid()
        self._lock = threading.Lock()

    def send(self, send: Send) -> Response:
        from urllib3 import Timeout

        request, left = send.request, send.deadline.left()
        timeout = Timeout(
            connect=least(send.timeout.connect, left), read=least(send.timeout.idle, left)
        )
        with named_failures(request, left):
            response = self.pool().request(
                request.method,
                request.url,
                body=request.body,
                headers=dict(send.headers),
                timeout=timeout,
                retries=False,
                redirect=False,
                preload_content=False,
            )
        return Response(response, send)

    def pool(self) -> PoolManager:
        if self._given is not None:
            return self._given
        with self._lock:
            if self._own is None or self._process != os.getpid():
                self._own = new_pool(self._proxy)
                self._process = os.getpid()
            return self._own

    def close(self) -> None:
        with self._lock:
            if self._own is not None and self._process == os.getpid():
                self._own.clear()
            self._own = None


def new_pool(proxy: str | None) -> PoolManager:
    import urllib3

    if proxy is None:
        return urllib3.PoolManager(maxsize=CONNECTIONS_KEPT)
    try:
        return urllib3.ProxyManager(proxy, maxsize=CONNECTIONS_KEPT)
    except (ValueError, urllib3.exceptions.HTTPError):
        raise ConfigurationError("the proxy's address is not valid") from None


class Response:
    """An open response. Read it to its end, or close it: closing drops the connection at once."""

    def __init__(self, response: BaseHTTPResponse, send: Send) -> None:
        self._response = response
        self._send = send
        self._closed = False
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers

    def read_all(self) -> bytes:
        parts = list(self.chunks())
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def chunks(self) -> Iterator[bytes]:
        """The body as it arrives, without waiting to fill a buffer."""
        deadline = self._send.deadline
        read: Any = self._response.read1
        while True:
            left = deadline.left()
            if left is not None:
                self._limit(left)
            with named_failures(self._send.request, left):
                chunk = read(CHUNK)
            if not chunk:
                self._response.release_conn()
                return
            yield chunk

    def settle(self) -> None:
        """Give the connection back if the body is over, known without waiting; else drop it.

        A stream says that it is over before its last bytes, which carry nothing, have been read.
        """
        found = socket_of(self._response)
        if found is not None and not self._closed:
            found.settimeout(SETTLING)
            try:
                if not self._response.read1(1):
                    self._response.release_conn()
                    self._closed = True
            except Exception:
                pass
        self.close()

    def _limit(self, left: float) -> None:
        """Let no read outlast the deadline."""
        if left <= 0:
            raise out_of_time(self._send.request, "total")
        found = socket_of(self._response)
        if found is not None:
            found.settimeout(least(self._send.timeout.idle, left))

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        found = socket_of(self._response)
        if found is not None:
            with suppress(OSError):
                found.shutdown(socket.SHUT_RDWR)  # wakes a thread that waits for bytes
        self._response.close()


def socket_of(response: Any) -> socket.socket | None:
    """The socket below a response that is being read; `None` once it is over."""
    for name in ("_fp", "fp", "raw", "_sock"):
        response = getattr(response, name, None)
    return response if isinstance(response, socket.socket) else None


@contextmanager
def named_failures(request: Request, left: float | None) -> Generator[None, None, None]:
    """urllib3's exceptions as ours, told apart by whether the request may have arrived."""
    from urllib3 import exceptions

    try:
        yield
    except exceptions.NewConnectionError as error:
        raise failed(request, f"no connection: {reason(error)}", sent=False) from error
    except exceptions.ConnectTimeoutError as error:
        raise out_of_time(request, "connect", sent=False) from error
    except exceptions.ReadTimeoutError as error:
        limit = "total" if left is not None and left <= 0 else "idle"
        raise out_of_time(request, limit) from error
    except exceptions.ProxyError as error:
        raise failed(request, f"the proxy fails: {reason(error)}", sent=False) from error
    except (exceptions.SSLError, ssl.SSLError) as error:
        raise failed(request, "the TLS connection fails", sent=not is_refusal(error)) from error
    except exceptions.LocationParseError:
        raise ConfigurationError("the address of the service is not valid") from None
    except (exceptions.HTTPError, OSError) as error:
        raise failed(request, f"the connection broke: {reason(error)}", sent=True) from error
    except ValueError as error:
        # Raised for headers that cannot be sent: the text of the error would show their values.
        if isinstance(error, UnicodeError) or "header" in str(error):
            raise ConfigurationError("a header has characters that cannot be sent") from None
        raise


def is_refusal(error: BaseException | None) -> bool:
    """Whether a TLS failure is about the certificate, so that nothing was sent yet."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.args[0] if error.args and isinstance(error.args[0], Exception) else None
    return False


def failed(request: Request, message: str, *, sent: bool) -> ConnectionFailedError:
    return ConnectionFailedError(message, sent=sent, method=request.method, url=request.url)


def out_of_time(request: Request, limit: str, *, sent: bool = True) -> TimeoutExpiredError:
    text = {
        "connect": "no connection in time",
        "idle": "not one byte came in time",
        "total": "the total time for the call ran out",
    }[limit]
    return TimeoutExpiredError(text, limit=limit, sent=sent, method=request.method, url=request.url)


def reason(error: BaseException) -> str:
    """The innermost reason, which is the readable one."""
    seen: set[int] = set()
    while id(error) not in seen:
        seen.add(id(error))
        inner = error.__cause__ or (error.args[-1] if error.args else None)
        if not isinstance(inner, BaseException):
            break
        error = inner
    return getattr(error, "strerror", None) or type(error).__name__


def least(*limits: float | None) -> float | None:
    return min((limit for limit in limits if limit is not None), default=None)
