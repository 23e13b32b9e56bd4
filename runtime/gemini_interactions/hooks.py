"""What an observer is told: subclass `Hooks`, override what you need, give it to the client.

Hooks are called where things happen, so keep them short. They see no secret: URLs and errors come
without credentials, and headers and bodies do not come at all. A hook that raises is logged, and
the call goes on: an answer that may be paid for is not lost to an observer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import frozen

from ._core.log import logger
from .errors import InteractionsError


@frozen
class RequestInfo:
    """A request goes out; `attempt` counts from 1."""

    operation: str
    method: str
    url: str
    attempt: int


@frozen
class ResponseInfo:
    """The head of an answer came."""

    operation: str
    status: int
    request_id: str | None
    attempt: int


@frozen
class FailureInfo:
    """No answer came: each request ends in this or in a `ResponseInfo`."""

    operation: str
    attempt: int
    error: InteractionsError


@frozen
class RetryInfo:
    """A request failed and goes out again after a pause."""

    operation: str
    failures: int
    pause: float
    error: InteractionsError


@frozen
class ResumeInfo:
    """A stream broke and is taken up again after a pause."""

    interaction_id: str | None
    last_event_id: str | None
    failures: int
    pause: float
    error: InteractionsError


class Hooks:
    """Does nothing: override what you want to see."""

    def on_request(self, info: RequestInfo) -> None: ...

    def on_response(self, info: ResponseInfo) -> None: ...

    def on_failure(self, info: FailureInfo) -> None: ...

    def on_retry(self, info: RetryInfo) -> None: ...

    def on_resume(self, info: ResumeInfo) -> None: ...

    def on_event(self, event: Any) -> None: ...


def guarded(hooks: Hooks) -> Hooks:
    """The same hooks, unable to break a call."""
    if type(hooks) is Hooks or isinstance(hooks, Guarded):
        return hooks
    watches_events = getattr(hooks.on_event, "__func__", None) is not Hooks.on_event
    return GuardedWithEvents(hooks) if watches_events else Guarded(hooks)


class Guarded(Hooks):
    def __init__(self, hooks: Hooks) -> None:
        self.hooks = hooks

    def on_request(self, info: RequestInfo) -> None:
        tell(self.hooks.on_request, info)

    def on_response(self, info: ResponseInfo) -> None:
        tell(self.hooks.on_response, info)

    def on_failure(self, info: FailureInfo) -> None:
        tell(self.hooks.on_failure, info)

    def on_retry(self, info: RetryInfo) -> None:
        tell(self.hooks.on_retry, info)

    def on_resume(self, info: ResumeInfo) -> None:
        tell(self.hooks.on_resume, info)


class GuardedWithEvents(Guarded):
    """Apart, so that a stream which nobody watches calls nothing for each event."""

    def on_event(self, event: Any) -> None:
        tell(self.hooks.on_event, event)


def tell(hook: Callable[[Any], None], info: Any) -> None:
    try:
        hook(info)
    except Exception:
        logger.exception("the hook %s failed", getattr(hook, "__qualname__", hook))
