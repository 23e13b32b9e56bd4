"""The embedded server, made to break one clause: what it answers is changed on its way out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from gemini_interactions.testing import InteractionsServer, RecordedRequest
from gemini_interactions.testing.reply import Item, Reply, json_reply

Json = dict[str, Any]
Answer = Callable[[RecordedRequest], Reply]
Tamper = Callable[[RecordedRequest, Answer], Reply]


class BadServer(InteractionsServer):
    """Strict in all but what the tamper changes."""

    def __init__(self, tamper: Tamper, **options: Any) -> None:
        super().__init__(strict=True, require_auth=True, **options)
        answer = self._service.answer
        self._service.answer = lambda request: tamper(request, answer)  # type: ignore[method-assign]


When = Callable[[RecordedRequest], bool]


def changed(when: When, change: Callable[[Json], Any]) -> Tamper:
    """JSON answers changed in place, or replaced by what the change gives."""

    def tamper(request: RecordedRequest, answer: Answer) -> Reply:
        reply = answer(request)
        if not when(request) or reply.is_stream:
            return reply
        body = json.loads(b"".join(item for item in reply.body if isinstance(item, bytes)))
        given = change(body)
        return json_reply(reply.status, body if given is None else given)

    return tamper


def events(when: When, change: Callable[[list[Json]], Iterable[Json] | None]) -> Tamper:
    """The events of streams changed in place, or replaced by what the change gives."""

    def tamper(request: RecordedRequest, answer: Answer) -> Reply:
        reply = answer(request)
        if not when(request) or not reply.is_stream:
            return reply
        frames = [item for item in reply.body if isinstance(item, bytes)]
        parsed = [json.loads(frame.partition(b"data: ")[2]) for frame in frames[:-1]]
        given = change(parsed)
        return replace(reply, body=framed(parsed if given is None else given, frames[-1]))

    return tamper


def framed(found: Iterable[Json], last: bytes) -> Iterator[Item]:
    for event in found:
        yield f"event: {event['event_type']}\ndata: {json.dumps(event)}\n\n".encode()
    yield last


def instead(when: When, reply: Callable[[], Reply]) -> Tamper:
    """Another answer; the operation does not even run."""
    return lambda request, answer: reply() if when(request) else answer(request)


def asked(when: When, change: Callable[[Json], object]) -> Tamper:
    """The server understands something else than what it was asked."""

    def tamper(request: RecordedRequest, answer: Answer) -> Reply:
        if not when(request):
            return answer(request)
        body = json.loads(request.body)
        change(body)
        return answer(replace_body(request, body))

    return tamper


def replace_body(request: RecordedRequest, body: Json) -> RecordedRequest:
    data = json.dumps(body).encode()
    return RecordedRequest(
        request.method, request.raw_path, request.raw_query, request.headers, data
    )
