"""One request of a check, sent as it is, and all that came back: no retry, no reading between."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from attrs import evolve, frozen

from ..._core.calls import CallOptions, Calls
from ..._core.exchange import Send
from ..._core.limits import Deadline, Timeout
from ..._core.requests import Request, encoded
from ...errors import ConnectionFailedError, TimeoutExpiredError
from ...transport import Response as OpenResponse
from ...transport import Transport
from ..excerpts import excerpt
from ..findings import Place
from ..recordings import Exchange, Recorder, redacted_exchange
from ..recordings import Request as SentRequest
from .clauses import Evidence
from .tape import Tape, media_type

__all__ = ["Call", "Caller"]

IDLE = 60.0
"""Seconds without one byte after which an answer counts as broken off."""
HIDDEN_FIELDS = frozenset({"api_key", "credential", "headers", "signature", "data"})
"""Not shown as evidence: secrets, and what is long and says nothing."""


@frozen(kw_only=True, eq=False)
class Call:
    """One exchange, with what ended it if it was not the answer's own end."""

    exchange: Exchange
    broken: str = ""

    @property
    def status(self) -> int:
        """0 if no answer came."""
        return self.exchange.response.status if self.exchange.response else 0

    @property
    def place(self) -> Place:
        return Place(source=f"{self.exchange.request.method} {target(self.exchange.request.url)}")

    def evidence(self) -> Evidence:
        """What was sent and what came, short and without secrets."""
        shown = redacted_exchange(self.exchange)
        response = shown.response
        if response is None:
            came, answer = self.broken or "no answer", None
        elif response.events is not None:
            kinds = [event.event or "(unnamed)" for event in response.events]
            came, answer = f"{response.status}, {len(kinds)} events", [*kinds[:3], *kinds[3:][-3:]]
        else:
            kind = media_type(response.headers) or "no content type"
            came, answer = f"{response.status}, {kind}", excerpt_of(response.body)
        if self.broken and response is not None:
            came += f"; {self.broken}"
        return Evidence(
            sent=self.place.source, body=excerpt_of(shown.request.body), came=came, answer=answer
        )


class Caller:
    """Sends requests as a client with these settings would, but for what a check changes.

    A failed connection is part of what came, except before the first answer: then there is
    nothing to check.
    """

    def __init__(self, calls: Calls, recorder: Recorder | None = None) -> None:
        self.calls = calls
        self._transport = Transport(proxy=calls.settings.proxy)
        self._recorder = recorder
        self._deadline = Deadline.after(calls.timeout.total, calls.clock)
        self._answered = False

    def close(self) -> None:
        self._transport.close()

    def request(
        self,
        operation: str,
        interaction_id: str | None = None,
        *,
        query: dict[str, Any] | None = None,
        body: dict[str, Any] | bytes | None = None,
        headers: dict[str, Any] | None = None,
    ) -> Request:
        streaming = bool(
            body.get("stream") if isinstance(body, dict) else (query or {}).get("stream")
        )
        data = encoded(body) if isinstance(body, dict) else body
        options = CallOptions(extra_headers=headers)
        return self.calls.request(
            operation, options, interaction_id, query, body=data, streaming=streaming
        )

    def send(self, request: Request, *, leave_after: int | None = None) -> Call:
        """Send it and read the answer, or only so many events of it."""
        call = self._sent(request, leave_after)
        self._answered = True
        if self._recorder is not None:
            self._recorder.write(call.exchange)
        return call

    def _sent(self, request: Request, leave_after: int | None) -> Call:
        headers = self.calls.headers(request)
        sent = SentRequest(
            method=request.method, url=request.url, headers=headers, body=request.body or b""
        )
        started = self.calls.clock.now()
        timeout = Timeout(idle=IDLE)
        try:
            response = self._transport.send(Send(request, headers, timeout, self._deadline))
        except ConnectionFailedError as error:
            if not self._answered or is_out_of_time(error):
                raise
            return Call(exchange=Exchange(request=sent), broken=error.message)
        tape = Tape(response.status, response.headers)
        call = Call(exchange=Exchange(request=sent))
        left = False
        try:
            left = self._read(response, tape, started, leave_after)
        except ConnectionFailedError as error:
            if is_out_of_time(error):
                raise
            call = evolve(call, broken=error.message)
        finally:
            response.close()
        return evolve(call, exchange=evolve(call.exchange, response=tape.response(left=left)))

    def _read(
        self, response: OpenResponse, tape: Tape, started: float, leave_after: int | None
    ) -> bool:
        """Whether it was left before its end."""
        for chunk in response.chunks():
            tape.feed(chunk, round(self.calls.clock.now() - started, 6))
            if leave_after is not None and len(tape.events) >= leave_after:
                del tape.events[leave_after:]
                return True
        return False


def is_out_of_time(error: ConnectionFailedError) -> bool:
    """Whether the time for all of the check is over."""
    return isinstance(error, TimeoutExpiredError) and error.limit == "total"


def target(url: str) -> str:
    """Path and query of a URL."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def excerpt_of(body: bytes) -> Any:
    """A body as it can be shown: as JSON if it is, else how it begins."""
    if not body:
        return None
    try:
        return excerpt(json.loads(body), HIDDEN_FIELDS)
    except (ValueError, RecursionError):
        return excerpt(body[:400].decode("utf-8", "replace"), ())
