"""urllib3's pools as this client opens them: what they log and raise shows no key of a query.

Imported with the first request, as urllib3 is.
"""

from __future__ import annotations

from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from ._core.auth import redacted_url
from ._core.failures import bad_proxy
from ._core.proxy import Proxy

CONNECTIONS_KEPT = 512


def new_pool(proxy: str | None) -> PoolManager:
    pool = unproxied() if proxy is None else proxied(proxy)
    classes: dict[str, type[HTTPConnectionPool | HTTPSConnectionPool]]
    classes = {"http": QuietPool, "https": QuietSecurePool}
    pool.pool_classes_by_scheme = classes
    return pool


def unproxied() -> PoolManager:
    return PoolManager(maxsize=CONNECTIONS_KEPT)


def proxied(proxy: str) -> PoolManager:
    to = Proxy.of(proxy)
    login = to.headers()
    try:
        return ProxyManager(to.address, proxy_headers=login, maxsize=CONNECTIONS_KEPT)
    except (ValueError, HTTPError):
        raise bad_proxy() from None


class Target(str):
    """What a request asks for, as it may be shown; `whole` is what goes over the wire."""

    whole: str

    @classmethod
    def of(cls, url: str) -> Target:
        target = cls(redacted_url(url))
        target.whole = url
        return target


class QuietConnection(HTTPConnection):
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
