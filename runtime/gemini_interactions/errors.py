"""Every failure has a name.

InteractionsError
├── ConfigurationError        the client cannot be built from what it was given
├── InvalidRequestError       the arguments of a call contradict one another; nothing was sent
├── ConnectionFailedError     no answer; `sent` says whether the request may have arrived
│   └── TimeoutExpiredError   a connect, idle or total limit ran out
├── APIError                  the service answered with an error, in or instead of a stream
│   ├── BadRequestError       400
│   ├── AuthenticationError   401
│   ├── PermissionDeniedError 403
│   ├── NotFoundError         404
│   ├── ConflictError         409
│   ├── RateLimitError        429
│   ├── RedirectRefusedError  3xx: it sent us elsewhere; credentials do not follow
│   └── ServerError           5xx
│       └── NotImplementedByServiceError  501
├── UnexpectedAnswerError     an answer that is not what this API speaks
├── StreamInterruptedError    a stream ended before its interaction did
├── ContinuationError         an interaction that comes in parts broke between two of them
├── RunError                  a run stopped before its end; `state` takes it up again
│   ├── RunInterruptedError   a request of it failed
│   ├── RoundsExhaustedError  the model asks for more rounds of calls than it may have
│   └── RunTimeoutError       its time is over
├── UnknownEventError         an event of no known type, where the caller asked for strictness
├── WaitTimeoutError          an interaction was still running when waiting had to stop
├── ToolDeclarationError      a callable that cannot be offered to a model as a tool
├── ToolError                 a tool says that it failed, in words for the model
│   └── ToolArgumentsError    a call whose arguments do not fit what the tool declares
├── ToolConnectionError       the server behind a tool does not answer
│   └── ToolTimeoutError      it did not answer in time
└── TranslationLossError      generateContent says something that interactions cannot, or reversed
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class InteractionsError(Exception):
    """The base of every error this package raises. As text, it is one line."""

    def __str__(self) -> str:
        return one_line(super().__str__())

    def __reduce__(self) -> tuple[Any, ...]:
        return restored, (type(self), self.args, self.__dict__)


class ConfigurationError(InteractionsError, ValueError):
    """The client cannot be built from what it was given."""


class InvalidRequestError(InteractionsError, ValueError):
    """The arguments of a call contradict one another, or cannot be sent. Nothing was."""


class ConnectionFailedError(InteractionsError):
    """No answer came. `sent` says whether the request may have reached the service."""

    def __init__(self, message: str, *, sent: bool, method: str = "", url: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.sent = sent
        self.method = method
        self.url = url

    def __str__(self) -> str:
        fate = "the request may have arrived" if self.sent else "nothing was sent"
        where = f"{self.method} {self.url}".strip()
        return one_line(f"{self.message} ({where}{'; ' if where else ''}{fate})")


class TimeoutExpiredError(ConnectionFailedError, TimeoutError):
    """A limit ran out; `limit` names it: connect, idle or total."""

    def __init__(
        self, message: str, *, limit: str, sent: bool, method: str = "", url: str = ""
    ) -> None:
        super().__init__(message, sent=sent, method=method, url=url)
        self.limit = limit


class APIError(InteractionsError):
    """The service answered with an error.

    `status` is the HTTP status; an error inside a stream has the status its code stands for, or
    `None`. `code` is what the service calls the error (text or number). `interaction_id`,
    `last_event_id` and `interaction` are set where a stream had got that far. `maybe_done` says
    that an earlier attempt of the same call got no clear answer and may have done its work.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None,
        code: str | int | None = None,
        details: Any = None,
        request_id: str | None = None,
        method: str = "",
        url: str = "",
        headers: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.details = details
        self.request_id = request_id
        self.method = method
        self.url = url
        self.headers = dict(headers or {})
        self.body = body
        self.maybe_done = False
        self.interaction_id: str | None = None
        self.last_event_id: str | None = None
        self.interaction: Any = None

    def __str__(self) -> str:
        head = " ".join(str(part) for part in (self.status, self.code) if part is not None)
        where = f"{self.method} {self.url}".strip()
        request = f"request id {self.request_id}" if self.request_id else ""
        context = ", ".join(part for part in (where, request) if part)
        text = f"{head or 'error'}: {self.message}"
        return one_line(f"{text} ({context})" if context else text)


class BadRequestError(APIError):
    """400: the request is not valid."""


class AuthenticationError(APIError):
    """401: there are no credentials, or they are not accepted."""


class PermissionDeniedError(APIError):
    """403: the credentials do not allow this."""


class NotFoundError(APIError):
    """404: there is no such interaction, or no such method."""


class ConflictError(APIError):
    """409: the interaction is not in a state that allows this."""


class RateLimitError(APIError):
    """429: too many requests, or a quota is used up."""


class ServerError(APIError):
    """5xx: the service failed."""


class NotImplementedByServiceError(ServerError):
    """501: the service does not do this. Replaying the history instead of an id may help."""


class RedirectRefusedError(APIError):
    """3xx: the service sent us elsewhere. Nothing follows, least of all credentials."""


class UnexpectedAnswerError(InteractionsError):
    """An answer that is not what this API speaks: its body is kept as it came."""

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        content_type: str = "",
        method: str = "",
        url: str = "",
        body: Any = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.content_type = content_type
        self.method = method
        self.url = url
        self.body = body
        self.interaction_id: str | None = None
        self.last_event_id: str | None = None
        self.interaction: Any = None

    def __str__(self) -> str:
        where = f"{self.method} {self.url}".strip()
        return one_line(f"{self.message} ({where})" if where else self.message)


class StreamInterruptedError(InteractionsError):
    """A stream ended before its interaction did.

    Resume it with `interactions.get(interaction_id, stream=True, last_event_id=last_event_id)`.
    `interaction` is what had been assembled, `None` where assembly was switched off.
    """

    def __init__(
        self,
        message: str,
        *,
        interaction_id: str | None,
        last_event_id: str | None,
        interaction: Any = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.interaction_id = interaction_id
        self.last_event_id = last_event_id
        self.interaction = interaction

    def __str__(self) -> str:
        place = f"interaction {self.interaction_id or 'unknown'}, after event"
        return one_line(f"{self.message} ({place} {self.last_event_id or 'unknown'})")


class ContinuationError(InteractionsError):
    """An interaction that comes in parts broke between two of them.

    `interaction` is what there is of it, merged, with the token of the next part, which
    `create(continuation_token=..., previous_interaction_id=...)` asks for again.
    """

    def __init__(self, message: str, *, interaction: Any) -> None:
        super().__init__(message)
        self.interaction = interaction


class RunError(InteractionsError):
    """A run stopped before its end.

    `interaction` is the last one that is whole, `pending` its calls that have no result yet.
    `run(resume_from=error.state, ...)` takes the run up again: no function that has a result is
    called a second time.
    """

    def __init__(self, message: str, *, state: Any, interaction: Any, pending: Any = ()) -> None:
        super().__init__(message)
        self.message = message
        self.state = state
        self.interaction = interaction
        self.pending = tuple(pending)


class RunInterruptedError(RunError):
    """A request of a run failed; `__cause__` says why. Nothing was sent twice."""


class RoundsExhaustedError(RunError):
    """The model asks for more rounds of calls than the run may have. The last ones are not made."""


class RunTimeoutError(RunError, TimeoutError):
    """The time of a run is over. What it was doing may still happen."""


class UnknownEventError(InteractionsError):
    """An event of no known type, where the caller asked for strictness; `event` holds it."""

    def __init__(self, message: str, *, event: Any) -> None:
        super().__init__(message)
        self.event = event


class WaitTimeoutError(InteractionsError, TimeoutError):
    """An interaction was still running when waiting had to stop; `interaction` is its last state.

    Nothing was cancelled: call `wait` again, or `cancel`.
    """

    def __init__(self, message: str, *, interaction: Any) -> None:
        super().__init__(message)
        self.interaction = interaction


class ToolDeclarationError(InteractionsError, ValueError):
    """A callable cannot be offered to a model as a tool.

    `parameter` is what cannot be declared, `None` where it is the tool as a whole.
    """

    def __init__(self, message: str, *, tool: str, parameter: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.tool = tool
        self.parameter = parameter

    def __str__(self) -> str:
        return one_line(f"{self.tool}: {self.message}")


class ToolError(InteractionsError):
    """A tool says that it failed, in words for the model.

    Raise it inside a tool: the model reads the message, or `result` where there is one.
    """

    def __init__(self, message: str, *, result: Any = None) -> None:
        super().__init__(message)
        self.message = message
        self.result = message if result is None else result


class ToolArgumentsError(ToolError, ValueError):
    """A call whose arguments do not fit; the tool did not run.

    As text, it tells the model which argument, what was expected and what came, for all of
    `problems`: pairs of a path ("stops[2].name") and what is wrong there.
    """

    def __init__(self, message: str, *, tool: str, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__(message)
        self.tool = tool
        self.problems = tuple(problems)


class ToolConnectionError(InteractionsError):
    """The server behind a tool is gone, or does not answer as it should."""

    def __init__(self, message: str, *, tool: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.tool = tool


class ToolTimeoutError(ToolConnectionError, TimeoutError):
    """The server behind a tool did not answer in time. What it was asked may yet happen."""


class TranslationLossError(InteractionsError, ValueError):
    """Something has no counterpart on the other side, where the caller asked for all of it.

    `losses` lists what would be dropped, each with its path and the reason.
    """

    def __init__(self, message: str, *, losses: Sequence[Any]) -> None:
        super().__init__(message)
        self.losses = list(losses)


def one_line(text: str) -> str:
    return " ".join(text.split())


def restored(
    cls: type[InteractionsError], args: tuple[Any, ...], state: dict[str, Any]
) -> InteractionsError:
    """An error out of a pickle: what its constructor was told by keyword is in its state."""
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(state)
    return error


BY_STATUS: Mapping[int, type[APIError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    429: RateLimitError,
    501: NotImplementedByServiceError,
}


def class_for(status: int | None) -> type[APIError]:
    """The class of an error by its HTTP status."""
    if status is None:
        return APIError
    if 300 <= status < 400:
        return RedirectRefusedError
    return BY_STATUS.get(status, ServerError if status >= 500 else APIError)
