"""What arrived, exactly as it arrived."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from .json_values import Json, as_object
from .routes import Route, find_route


@dataclass
class RecordedRequest:
    """One request, with the path undecoded and header names in lower case."""

    method: str
    raw_path: str
    raw_query: str = ""
    headers: dict[str, str] = field(default_factory=dict[str, str], repr=False)
    """Not part of the repr: they hold the caller's credentials."""
    body: bytes = field(default=b"", repr=False)
    faults: list[str] = field(default_factory=list[str])
    """Names of the faults that hit this request."""
    status: int | None = None
    """The HTTP status it was answered with, if it was."""

    @cached_property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.raw_query, keep_blank_values=True))

    @cached_property
    def json(self) -> Any:
        """The body as JSON; None when it is empty or malformed."""
        try:
            return json.loads(self.body) if self.body else None
        except ValueError:
            return None

    @cached_property
    def route(self) -> Route | None:
        return find_route(self.method, self.raw_path)

    @property
    def operation(self) -> str:
        """create, get, cancel or delete; "other" for a path that means none of them."""
        return self.route.operation if self.route else "other"

    @property
    def interaction_id(self) -> str:
        return self.route.interaction_id if self.route else ""

    @property
    def wants_stream(self) -> bool:
        """Whether an event stream is asked for."""
        if self.operation == "create":
            return fields(self).get("stream") is True
        return self.operation == "get" and self.query.get("stream", "").lower() == "true"

    @property
    def last_event_id(self) -> str | None:
        return self.query.get("last_event_id") or None


def fields(request: RecordedRequest) -> Json:
    """The body of a request as an object, empty when it is anything else."""
    return as_object(request.json)
