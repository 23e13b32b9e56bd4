"""What a transport says when no answer came, in the same words for every transport."""

from __future__ import annotations

import os

from ..errors import ConfigurationError, ConnectionFailedError, TimeoutExpiredError
from .limits import Deadline
from .requests import Request

LIMITS = {
    "connect": "no connection in time",
    "idle": "not one byte came in time",
    "total": "the total time for the call ran out",
}


def failed(request: Request, message: str, *, sent: bool) -> ConnectionFailedError:
    return ConnectionFailedError(message, sent=sent, method=request.method, url=request.shown_url)


def out_of_time(request: Request, limit: str, *, sent: bool = True) -> TimeoutExpiredError:
    return TimeoutExpiredError(
        LIMITS[limit], limit=limit, sent=sent, method=request.method, url=request.shown_url
    )


def unreached(request: Request, error: BaseException) -> ConnectionFailedError:
    return failed(request, f"no connection: {reason(error)}", sent=False)


def proxy_failed(request: Request, error: BaseException) -> ConnectionFailedError:
    return failed(request, f"the proxy fails: {reason(error)}", sent=False)


def tls_failed(request: Request, *, sent: bool) -> ConnectionFailedError:
    return failed(request, "the TLS connection fails", sent=sent)


def pool_closed(request: Request) -> ConnectionFailedError:
    message = "the pool was closed, or has no connection left"
    return failed(request, message, sent=False)


def broke(request: Request, deadline: Deadline, error: BaseException) -> ConnectionFailedError:
    """A connection broke under way: the total time is named where it was its end that did it."""
    if deadline.expired():
        return out_of_time(request, "total")
    return failed(request, f"the connection broke: {reason(error)}", sent=True)


def closed_here(request: Request) -> ConnectionFailedError:
    return failed(request, "it was closed here", sent=True)


def bad_address() -> ConfigurationError:
    return ConfigurationError("the address of the service is not valid")


def bad_proxy() -> ConfigurationError:
    return ConfigurationError("the proxy's address is not valid")


def proxy_twice(own: str) -> ConfigurationError:
    return ConfigurationError(f"proxy and {own} are both given: the {own} brings its own proxy")


def bad_header() -> ConfigurationError:
    """For headers that cannot be sent: a library's own words would show their values."""
    return ConfigurationError("a header has characters that cannot be sent")


def is_about_headers(error: ValueError) -> bool:
    return isinstance(error, UnicodeError) or "header" in str(error)


def is_refusal(error: BaseException | None) -> bool:
    """Whether a TLS failure is about the certificate, so that nothing was sent yet."""
    import ssl  # loaded by then: whatever failed has used it

    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.args[0] if error.args and isinstance(error.args[0], Exception) else None
    return False


def reason(error: BaseException) -> str:
    """The innermost reason, which is the readable one."""
    seen: set[int] = set()
    while id(error) not in seen:
        seen.add(id(error))
        inner = error.__cause__ or (error.args[-1] if error.args else None)
        if not isinstance(inner, BaseException):
            break
        error = inner
    if (type(error) is OSError or isinstance(error, ConnectionError)) and error.errno:
        return os.strerror(error.errno)  # asyncio puts an address there instead
    return getattr(error, "strerror", None) or type(error).__name__
