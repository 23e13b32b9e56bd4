"""What an answer means: an object, an error, or something this API does not speak."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from attrs import frozen

from ..errors import APIError, InteractionsError, UnexpectedAnswerError, class_for

if TYPE_CHECKING:
    from .requests import Request

SHOWN = 200

# The canonical error codes of Google APIs, as they appear in `status` or, lower-cased, in `code`.
STATUS_OF_CODE: Mapping[str, int] = {
    "aborted": 409,
    "already_exists": 409,
    "cancelled": 499,
    "data_loss": 500,
    "deadline_exceeded": 504,
    "failed_precondition": 400,
    "gateway_timeout": 504,
    "internal": 500,
    "internal_error": 500,
    "invalid_argument": 400,
    "invalid_request": 400,
    "not_found": 404,
    "not_implemented": 501,
    "out_of_range": 400,
    "permission_denied": 403,
    "rate_limit_exceeded": 429,
    "resource_exhausted": 429,
    "service_unavailable": 503,
    "unauthenticated": 401,
    "unavailable": 503,
    "unimplemented": 501,
}
REQUEST_ID_HEADERS = ("x-request-id", "x-goog-request-id", "x-cloud-trace-context")


@frozen(kw_only=True)
class Origin:
    """Which exchange something came from, for errors. The URL holds no secret."""

    method: str
    url: str
    status: int | None = None
    headers: Mapping[str, str] = {}

    @classmethod
    def of(cls, request: Request, status: int | None, headers: Mapping[str, str]) -> Origin:
        return cls(method=request.method, url=request.shown_url, status=status, headers=headers)

    def header(self, name: str) -> str | None:
        return next((v for k, v in self.headers.items() if k.lower() == name), None)

    def content_type(self) -> str:
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    def request_id(self) -> str | None:
        said = {name.lower(): value for name, value in self.headers.items()}
        return next((said[name] for name in REQUEST_ID_HEADERS if said.get(name)), None)


def failure(origin: Origin, body: bytes) -> APIError:
    """The error that an HTTP status of 300 and more stands for, whatever its body looks like."""
    status = origin.status or 0
    payload = parsed(body)
    error = error_in(payload)
    if error is not None:
        return api_error(error, origin, payload)
    if 300 <= status < 400:
        text = f"the service sent us to {host_of(origin.header('location'))}, which is refused"
    else:
        text = shown(body) or "the answer has no body"
    kept = body.decode("utf-8", "replace") if payload is None else payload
    return make(text, origin, status, code=None, details=None, body=kept)


def error_in(payload: Any) -> Mapping[str, Any] | None:
    """The error object of a body: `{"error": {...}}`, possibly inside an array, or a bare text."""
    if isinstance(payload, list) and payload:
        return error_in(cast("Sequence[Any]", payload)[0])
    error = as_object(payload).get("error")
    if isinstance(error, str):
        return {"message": error}
    return as_object(error) if isinstance(error, dict) else None


def as_object(value: Any) -> dict[str, Any]:
    """A JSON object, or an empty one for anything else."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def api_error(error: Mapping[str, Any], origin: Origin, body: Any) -> APIError:
    """An error object as an exception; inside a stream its own code decides on the status."""
    code = error.get("code", error.get("status"))
    status = origin.status
    if status is None or status < 300:
        status = status_of(code) or status_of(error.get("status"))
    message = error.get("message")
    return make(
        message if isinstance(message, str) and message else "the service gives no reason",
        origin,
        status,
        code=code if isinstance(code, (str, int)) else None,
        details=error.get("details"),
        body=body,
    )


def make(
    message: str, origin: Origin, status: int | None, *, code: Any, details: Any, body: Any
) -> APIError:
    return class_for(status)(
        message,
        status=status,
        code=code,
        details=details,
        request_id=origin.request_id(),
        method=origin.method,
        url=origin.url,
        headers=origin.headers,
        body=body,
    )


def status_of(code: Any) -> int | None:
    if isinstance(code, int) and 300 <= code < 600:
        return code
    return STATUS_OF_CODE.get(code.lower()) if isinstance(code, str) else None


def json_object(origin: Origin, body: bytes) -> dict[str, Any]:
    """The object of a successful answer; anything else is an error of its own."""
    payload = parsed(body)
    error = error_in(payload)
    if error is not None:
        raise api_error(error, origin, payload)
    if not isinstance(payload, dict):
        raise unexpected(origin, body, "expected a JSON object")
    return as_object(payload)


def unexpected(origin: Origin, body: bytes, expected: str) -> UnexpectedAnswerError:
    kind = origin.content_type() or "no content type"
    begins = f": {shown(body)!r}" if body else ", and no body"
    return UnexpectedAnswerError(
        f"{expected}, got HTTP {origin.status} with {kind}{begins}",
        status=origin.status,
        content_type=kind,
        method=origin.method,
        url=origin.url,
        body=body,
    )


def parsed(body: bytes | str) -> Any:
    """JSON, or `None`."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def shown(body: bytes) -> str:
    """The beginning of a body on one line."""
    text = body[: SHOWN * 4].decode("utf-8", "replace")
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def host_of(location: str | None) -> str:
    """Where a redirect points, without the path and the user, which may be secret."""
    if not location:
        return "nowhere"
    authority = re.split(r"[/?#\\]", location.partition("//")[2], maxsplit=1)[0]
    return authority.rpartition("@")[2] or "another path"


def with_place(
    error: InteractionsError, *, interaction_id: str | None, last_event_id: str | None, got: Any
) -> InteractionsError:
    """Add to an error how far its stream had come."""
    if isinstance(error, (APIError, UnexpectedAnswerError)):
        error.interaction_id = interaction_id
        error.last_event_id = last_event_id
        error.interaction = got
    return error
