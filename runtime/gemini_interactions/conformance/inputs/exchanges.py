"""A request with its response → the payloads and the stream in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from attrs import evolve, frozen

from ..._bindings import REVISIONS
from ..._core.sse import BareText
from ...testing.json_values import as_object, is_array
from ...testing.routes import Route, find_route
from ..findings import Finding, Kind, Place
from ..recordings import Exchange, RecordedEvent, Request, Response
from .event_streams import frames_in, is_done, judged_event
from .items import Item, StreamEnd, StreamEvent, StreamStart, Subject, breach
from .json_text import NotJson, parsed

__all__ = ["items_of", "route_of"]

EVENT_STREAM: Final = "text/event-stream"
REVISION_HEADER: Final = "api-revision"


@frozen
class _Context:
    exchange: Exchange
    place: Place
    route: Route
    revision: str | None
    limit: int

    @property
    def response(self) -> Response:
        assert self.exchange.response is not None
        return self.exchange.response


def route_of(request: Request) -> Route | None:
    """The operation that a request means, if it means one of interactions."""
    return find_route(request.method.upper(), urlsplit(request.url).path)


def items_of(
    exchange: Exchange, place: Place, limit: int, *, with_request: bool = True
) -> Iterator[Item]:
    """What an exchange holds; nothing if it is about something else."""
    route = route_of(exchange.request)
    if route is None:
        return
    named = header(exchange.request.headers, REVISION_HEADER)
    revision = named if named in REVISIONS else None
    context = _Context(exchange, place, route, revision, limit)
    if with_request and route.operation == "create":
        yield from request_items(context)
    response = exchange.response
    if response is None or response.status == 0:  # a browser's way to say that none came
        return
    if response.events is not None or is_event_stream(response):
        yield from stream_items(context)
    else:
        yield from body_items(context)


def header(headers: Mapping[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name), "")


def is_event_stream(response: Response) -> bool:
    return (
        header(response.headers, "content-type").partition(";")[0].strip().lower() == EVENT_STREAM
    )


def request_items(context: _Context) -> Iterator[Item]:
    body = context.exchange.request.body
    place = part(context.place, "request")
    if not body:
        yield breach(place, "request", "no-body", "the request has no body", None)
        return
    try:
        payload = parsed(body)
    except NotJson as problem:
        yield breach(place, "request", problem.rule, f"the body: {problem}", body)
    else:
        yield Subject(place=place, kind="request", payload=payload, revision=context.revision)


def body_items(context: _Context) -> Iterator[Item]:
    """The body of an answer that is no stream."""
    response, revision = context.response, context.revision
    failed = response.status >= 300
    kind: Kind = "error" if failed else "interaction"
    place = part(context.place, "response")
    if context.route.operation == "delete" and not failed:
        return  # the API does not say what stands there
    if not response.body:
        if not failed:
            yield breach(place, kind, "no-body", "the answer has no body", None)
        return
    try:
        payload = parsed(response.body)
    except NotJson as problem:
        what = f"the body of status {response.status}: {problem}"
        yield breach(place, kind, problem.rule, what, response.body)
        return
    if not failed and wants_stream(context.exchange.request, context.route):
        what = "a stream was asked for, and the answer is none"
        yield breach(place, kind, "not-a-stream", what, header(response.headers, "content-type"))
    if failed and is_array(payload) and len(payload) == 1:
        payload = payload[0]  # as Google's gateways say it
    yield Subject(place=place, kind=kind, payload=payload, revision=revision)


def wants_stream(request: Request, route: Route) -> bool:
    if route.operation == "get":
        return parse_qs(urlsplit(request.url).query).get("stream") == ["true"]
    try:
        return as_object(parsed(request.body)).get("stream") is True
    except NotJson:
        return False


def stream_items(context: _Context) -> Iterator[Item]:
    response, revision = context.response, context.revision
    query = parse_qs(urlsplit(context.exchange.request.url).query)
    after = query.get("last_event_id", [None])[0]
    resumed = context.route.interaction_id if after else None
    yield StreamStart(place=context.place, revision=revision, resumed=resumed, after=after)
    done = False
    frames = response.events
    if frames is None:
        found: Iterator[Any] = frames_in([response.body], context.place.source, context.limit)
    else:
        found = iter(frames)
    for number, item in enumerate(found, 1):
        place = part(context.place, f"event {number}")
        if isinstance(item, Finding):
            yield evolve(item, place=part(context.place, item.place.position))
            continue
        if isinstance(item, RecordedEvent) and is_done(item):
            done = True
            continue
        yield from stream_item(item, place, done, revision)
    yield StreamEnd(place=context.place, done=done, left=response.left)


def stream_item(
    item: RecordedEvent | BareText, place: Place, done: bool, revision: str | None
) -> Iterator[Item]:
    for found in judged_event(item, place):
        if done and isinstance(found, StreamEvent):
            what = "an event came after [DONE]"
            yield breach(place, "stream", "after-done", what, found.payload)
        yield evolve(found, revision=revision) if isinstance(found, Subject) else found


def part(place: Place, name: str) -> Place:
    return Place(source=place.source, position=", ".join(filter(None, (place.position, name))))
