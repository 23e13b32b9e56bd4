"""One call, with its retries, as a procedure that asks for I/O instead of doing it.

A procedure is a generator: it yields an effect, is sent the result, and returns its own. The
shells perform effects, synchronously or not; every decision is here.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any, Protocol, TypeVar

from attrs import frozen

from ..errors import APIError, ConnectionFailedError, InteractionsError
from ..hooks import FailureInfo, Hooks, RequestInfo, ResponseInfo, RetryInfo
from .answers import Origin, failure
from .failures import out_of_time
from .limits import Deadline, Timeout
from .requests import Request
from .retry import Retry, leaves_open, pause_before_retry

ResultT = TypeVar("ResultT")


class OpenResponse(Protocol):
    """What a transport gives back: status and headers are there, the body is still to be read."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...


@frozen
class Authorize:
    """Give all headers of an attempt, credentials included: they are made anew each time."""

    request: Request


@frozen
class Send:
    """Send a request and give the open response."""

    request: Request
    headers: Mapping[str, str]
    timeout: Timeout
    deadline: Deadline


@frozen
class ReadAll:
    """Give the whole body of a response, and let go of it."""

    response: OpenResponse


@frozen
class Pause:
    """Let time pass."""

    seconds: float


class Beyond:
    """An effect that goes beyond one call: only shells that know it perform it."""


Effect = Authorize | Send | ReadAll | Pause | Beyond
Procedure = Generator[Effect, Any, ResultT]


@frozen(kw_only=True)
class Policy:
    """How one call is to be carried out."""

    timeout: Timeout
    retry: Retry
    deadline: Deadline
    hooks: Hooks


def exchange(request: Request, policy: Policy) -> Procedure[tuple[Origin, bytes]]:
    """Send until answered: the body of the first good answer, or the error of the last attempt."""
    return repeated(request, policy, whole_answer)


def open_stream(request: Request, policy: Policy) -> Procedure[tuple[OpenResponse, Origin]]:
    """Send until a stream is open. A good answer that is no stream is an error, or its content."""
    return repeated(request, policy, attempt)


def repeated(
    request: Request, policy: Policy, once: Callable[[Request, Policy, int], Procedure[ResultT]]
) -> Procedure[ResultT]:
    failures = 0
    maybe_done = False
    while True:
        try:
            return (yield from once(request, policy, failures + 1))
        except InteractionsError as error:
            failures += 1
            if isinstance(error, APIError):
                error.maybe_done = maybe_done
            maybe_done = maybe_done or leaves_open(error)
            if isinstance(error, ConnectionFailedError):
                error.sent = maybe_done
            pause = pause_before_retry(policy.retry, error, failures, billable=request.billable)
            if pause is None or not policy.deadline.allows(pause):
                raise
            policy.hooks.on_retry(RetryInfo(request.operation, failures, pause, error))
        yield Pause(pause)


def whole_answer(request: Request, policy: Policy, number: int) -> Procedure[tuple[Origin, bytes]]:
    response, origin = yield from attempt(request, policy, number)
    body: bytes = yield ReadAll(response)
    return origin, body


def attempt(
    request: Request, policy: Policy, number: int
) -> Procedure[tuple[OpenResponse, Origin]]:
    if policy.deadline.expired():
        raise out_of_time(request, "total", sent=False)
    headers: Mapping[str, str] = yield Authorize(request)
    info = RequestInfo(request.operation, request.method, request.shown_url, number)
    policy.hooks.on_request(info)
    response: OpenResponse
    try:
        response = yield Send(request, headers, policy.timeout, policy.deadline)
    except InteractionsError as error:
        policy.hooks.on_failure(FailureInfo(request.operation, number, error))
        raise
    origin = Origin.of(request, response.status, response.headers)
    policy.hooks.on_response(
        ResponseInfo(request.operation, response.status, origin.request_id(), number)
    )
    if response.status >= 300:
        body: bytes = yield ReadAll(response)
        raise failure(origin, body)
    return response, origin
