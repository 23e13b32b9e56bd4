"""What an observer is told: subclass `Hooks`, override what you need, give it to the client.

Hooks are called where things happen, so keep them short. They see no secret: URLs and errors come
without credentials, and headers and bodies do not come at all.
"""

from __future__ import annotations

from typing import Any

from attrs import frozen

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

    def on_retry(self, info: RetryInfo) -> None: ...

    def on_resume(self, info: ResumeInfo) -> None: ...

    def on_event(self, event: Any) -> None: ...
