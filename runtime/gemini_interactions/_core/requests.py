"""From the arguments of a call to the bytes of a request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ..errors import InvalidRequestError

if TYPE_CHECKING:
    from .._bindings import Bindings

STREAM_ACCEPT = "text/event-stream"
JSON_ACCEPT = "application/json"


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

    def __repr__(self) -> str:
        return f"Request({self.method} {self.url})"


def create_body(
    bindings: Bindings, fields: Mapping[str, Any], extra_body: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The body of a create, refused where its fields contradict one another.

    `None` means absent. `extra_body` goes in as it is, and wins.
    """
    given = {name: value for name, value in fields.items() if value is not None}
    extra = dict(extra_body or {})
    addressed = [name for name in ("model", "agent") if name in given or name in extra]
    if len(addressed) != 1:
        what = "both model and agent are given" if addressed else "neither model nor agent is given"
        raise InvalidRequestError(f"{what}: an interaction is with one of them")
    refuse_unknown(bindings, addressed[0], given)
    try:
        return {**{name: bindings.unstructure(value) for name, value in given.items()}, **extra}
    except ValueError as error:
        raise InvalidRequestError(f"the request cannot be sent: {error}") from error


def refuse_unknown(bindings: Bindings, addressed: str, given: Mapping[str, Any]) -> None:
    allowed = bindings.body_keys[addressed]
    for name in given:
        if name in allowed:
            continue
        other = "agent" if addressed == "model" else "model"
        if name in bindings.body_keys[other]:
            raise InvalidRequestError(f"{name} goes with {other}, not with {addressed}")
        close = get_close_matches(name, allowed, 1)
        hint = f": did you mean {close[0]}?" if close else ""
        raise InvalidRequestError(
            f"revision {bindings.label} has no argument {name!r}{hint or ''}"
            " (anything else goes into extra_body)"
        )


def encoded(body: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidRequestError(f"the request is not JSON: {error}") from error
