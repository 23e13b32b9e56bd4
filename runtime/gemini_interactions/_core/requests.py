"""From the arguments of a call to the bytes of a request."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from attrs import Factory, field, frozen

from ..errors import InvalidRequestError
from .auth import redacted_url

if TYPE_CHECKING:
    from .._bindings import Bindings

STREAM_ACCEPT = "text/event-stream"
JSON_ACCEPT = "application/json"

CALL_OPTIONS = ("timeout", "retry", "extra_headers", "extra_query")
STREAM_OPTIONS = ("resume", "on_unknown", "raise_on_error", "max_event_bytes", "assemble")
OPTIONS = (*CALL_OPTIONS, *STREAM_OPTIONS, "extra_body", "stream", "follow_continuation")


def shown_url(request: Request) -> str:
    return redacted_url(request.url)


@frozen(kw_only=True, repr=False)
class Request:
    """One HTTP request, ready but for its credentials, which are applied at each attempt.

    `headers` are our own defaults, `extra_headers` the caller's, who has the last word.
    """

    operation: str
    method: str
    url: str
    headers: Mapping[str, str]
    extra_headers: Mapping[str, str] | None
    body: bytes | None
    streaming: bool
    billable: bool
    shown_url: str = field(init=False, default=Factory(shown_url, takes_self=True))
    """For errors, hooks and logs: without what is secret in it."""

    def __repr__(self) -> str:
        return f"Request({self.method} {self.shown_url})"


def create_body(
    bindings: Bindings, fields: Mapping[str, Any], extra_body: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The body of a create, refused where its fields contradict one another.

    `None` means absent. `extra_body` may hold anything that is JSON, and wins.
    """
    given = {name: value for name, value in fields.items() if value is not None}
    extra = checked_extra(extra_body)
    addressed = [name for name in ("model", "agent") if name in given or name in extra]
    if len(addressed) != 1:
        what = "both model and agent are given" if addressed else "neither model nor agent is given"
        raise InvalidRequestError(f"{what}: an interaction is with one of them")
    refuse_unknown(bindings, addressed[0], given)
    body = {**given, **extra}
    return {name: written(bindings, name, value) for name, value in body.items()}


def checked_extra(extra_body: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if extra_body is None:
        return {}
    if not is_mapping(extra_body):
        kind = type(extra_body).__name__
        raise InvalidRequestError(f"extra_body must be a mapping, got {kind}")
    if "stream" in extra_body:
        raise InvalidRequestError("stream is an argument of its own: it cannot go into extra_body")
    return extra_body


def is_mapping(value: object) -> bool:
    return isinstance(value, Mapping)


def written(bindings: Bindings, name: str, value: Any) -> Any:
    try:
        return bindings.unstructure(value)
    except ValueError as error:
        raise InvalidRequestError(f"{name} cannot be sent: {error}") from error


def refuse_unknown(bindings: Bindings, addressed: str, given: Mapping[str, Any]) -> None:
    allowed = bindings.body_keys[addressed]
    for name in given:
        if name in allowed:
            continue
        other = "agent" if addressed == "model" else "model"
        if name in bindings.body_keys[other]:
            raise InvalidRequestError(f"{name} goes with {other}, not with {addressed}")
        raise InvalidRequestError(
            f"revision {bindings.label} has no argument {name!r}"
            f"{did_you_mean(name, [*allowed, *OPTIONS])} (anything else goes into extra_body)"
        )


def did_you_mean(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, known, 1)
    return f": did you mean {close[0]}?" if close else ""


def encoded(body: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidRequestError(f"the request is not JSON: {error}") from error
