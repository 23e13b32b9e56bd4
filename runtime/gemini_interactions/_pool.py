"""urllib3's pools as this client opens them.

What they log and raise shows no key of a query, and they read all that has come at once. Imported
with the first request, as urllib3 is.
"""

from __future__ import annotations

from http.client import HTTPResponse
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from ._core.auth import redacted_url
from ._core.chunked import ChunkedBody
from ._core.failures import bad_proxy
from ._core.proxy import Proxy

CONNECTIONS_KEPT = 512
ASKED_WHILE_WAITING = 512
"""A read holds all the memory it asks for while it waits: little, until more than that comes."""


def new_pool(proxy: str | None) -> PoolManager:
    pool = unproxied() if proxy is None else proxied(proxy)
    classes: dict[str, type[HTTPConnectionPool | HTTPSConnectionPool]]
    classes = {"http": QuietPool, "https": QuietSecurePool}
    pool.pool_classes_by_scheme = classes
    return pool


def unproxied() -> PoolManager:
    return StandingPool(maxsize=CONNECTIONS_KEPT)


def proxied(proxy: str) -> PoolManager:
    to = Proxy.of(proxy)
    login = to.headers()
    try:
        return ProxyManager(to.address, proxy_headers=login, maxsize=CONNECTIONS_KEPT)
    except (ValueError, HTTPError):
        raise bad_proxy() from None


class StandingPool(PoolManager):
    """Remembers the connections of the origin it was last asked for.

    A client asks for one origin only, and looking its connections up by the whole address takes a
    sixth of a short call.
    """

    _last: tuple[str, HTTPConnectionPool] | None = None

    def urlopen(self, method: str, url: str, *of: Any, **options: Any) -> Any:
        start = url.find("/", url.find("//") + 2)
        origin, target = url[:start], url[start:]
        known, connections = self._last or ("", None)
        if connections is None or known != origin or connections.pool is None:
            connections = self.connection_from_url(origin)
            self._last = origin, connections
        return connections.urlopen(method, target, *of, **options)


class Target(str):
    """What a request asks for, as it may be shown; `whole` is what goes over the wire."""

    whole: str

    @classmethod
    def of(cls, url: str) -> Target:
        target = cls(redacted_url(url))
        target.whole = url
        return target


class EagerResponse(HTTPResponse):
    """Reads on over the ends of chunks, as far as bytes have come.

    The library's own `read1` stops at each, and an event is a chunk: streams of short events are
    read more than twice as fast like this. Read it with nothing but `read1`.
    """

    def __init__(self, *of: Any, **options: Any) -> None:
        super().__init__(*of, **options)
        self._body = ChunkedBody()
        self._asked = ASKED_WHILE_WAITING

    def read1(self, n: int = -1) -> bytes:
        if not self.chunked or self.isclosed():
            return super().read1(n)
        body = b""
        while not body and not self._body.ended:
            data = self.fp.read1(min(n, self._asked))
            self._asked = n if len(data) == self._asked else ASKED_WHILE_WAITING
            body = self._body.feed(data)
        return body


class QuietConnection(HTTPConnection):
    response_class = EagerResponse
    _head: bytes | None = None
    """What waits for the first bytes of a body, so that both go out as one: a tenth of a call."""

    def request(self, method: str, url: str, body: Any = None, *rest: Any, **options: Any) -> None:
        self._head = b"" if body else None
        super().request(method, url, body, *rest, **options)

    def send(self, data: Any) -> None:
        if self._head == b"":
            self._head = data
            return
        if self._head is not None:
            data, self._head = self._head + data, None
        super().send(data)

    def putrequest(self, method: str, url: str, *rest: Any, **options: Any) -> None:
        whole = url.whole if isinstance(url, Target) else url
        super().putrequest(method, whole, *rest, **options)


class QuietSecureConnection(QuietConnection, HTTPSConnection):
    pass


class QuietPool(HTTPConnectionPool):
    """urllib3 logs and raises from here on what it is given here."""

    ConnectionCls: Any = QuietConnection

    def _make_request(self, conn: Any, method: str, url: str, *rest: Any, **options: Any) -> Any:
        shown = Target.of(url) if "?" in url else url
        return super()._make_request(conn, method, shown, *rest, **options)


class QuietSecurePool(QuietPool, HTTPSConnectionPool):
    ConnectionCls: Any = QuietSecureConnection
