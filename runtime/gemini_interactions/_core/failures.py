"""What a transport says when no answer came, in the same words for every transport."""

from __future__ import annotations

from ..errors import ConnectionFailedError, TimeoutExpiredError
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
