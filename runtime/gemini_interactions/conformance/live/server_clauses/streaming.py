"""Clauses about one stream, from its first byte to its last."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ...comparison import unequal
from ...excerpts import excerpt, pointer_of
from ...findings import Finding
from ...inputs.event_streams import is_done
from ...known import KnownDeviations
from ..bench import Bench, Json, NotTestableError, as_object
from ..calling import Call
from ..clauses import odd
from ..specimens import STREAM
from ..tape import EVENT_STREAM, media_type
from .clause import Clause, clause, streamed

__all__ = ["CLAUSES", "same_as_stored"]

STATUSES: Final = frozenset({"status"})
IDENTITY: Final = frozenset({"event-id", "event-order"})
ENDING: Final = frozenset({"terminal", "done", "after-done", "after-terminal", "connection"})
STORED: Final = frozenset({"stored"})
ELSEWHERE: Final = STATUSES | IDENTITY | ENDING | STORED
"""Rules of the stream's order that have a clause of their own."""


def ruled(findings: list[Finding], rules: frozenset[str]) -> Iterator[Finding]:
    return (found for found in findings if found.deviation.rule in rules)


@clause(
    "stream.type", "A create with stream=true answers 200 with an event stream.", needs=(STREAM,)
)
def stream_type(bench: Bench) -> Iterator[Finding]:
    call = bench.specimen(STREAM)
    response = call.exchange.response
    if response is None:
        yield odd(call.place, "stream", "connection", call.broken, None)
    elif response.status != 200:
        yield odd(call.place, "stream", "status-code", "status 200 is expected", response.status)
    kind = media_type(response.headers) if response else None
    if response is not None and kind != EVENT_STREAM:
        message = f"content type {EVENT_STREAM} is expected"
        yield odd(call.place, "stream", "content-type", message, kind)


@clause(
    "stream.frames",
    "Each frame holds one event as JSON in UTF-8, and nothing stands between the frames.",
    needs=(STREAM,),
)
def stream_frames(bench: Bench) -> Iterator[Finding]:
    framing = bench.judged(streamed(bench, STREAM)).framing
    yield from (found for found in framing if found.deviation.rule not in ENDING)


@clause("stream.names", "Each frame is named by the type of its event.", needs=(STREAM,))
def stream_names(bench: Bench) -> Iterator[Finding]:
    call = streamed(bench, STREAM)
    response = call.exchange.response
    frames = [event for event in (response and response.events) or () if not is_done(event)]
    events = bench.events(call)
    if len(frames) != len(events):
        raise NotTestableError("not every frame holds an event")
    for number, (frame, event) in enumerate(zip(frames, events, strict=True), 1):
        if frame.event != event.get("event_type"):
            message = f"event: {event.get('event_type')} is expected in frame {number}"
            yield odd(call.place, "stream", "event-name", message, frame.event)


@clause("stream.events", "Each event is what the schema says.", needs=(STREAM,))
def stream_events(bench: Bench) -> Iterator[Finding]:
    call = streamed(bench, STREAM)
    bench.events(call)
    yield from bench.judged(call).contents


@clause(
    "stream.order",
    "A stream is created first; its parts start, grow and stop, each in its turn.",
    needs=(STREAM,),
)
def stream_order(bench: Bench) -> Iterator[Finding]:
    call = streamed(bench, STREAM)
    bench.events(call)
    for found in bench.judged(call).order:
        if found.deviation.rule not in ELSEWHERE:
            yield found


@clause("stream.status", "Its statuses only go forward, and the last one ends it.", needs=(STREAM,))
def stream_status(bench: Bench) -> Iterator[Finding]:
    call = streamed(bench, STREAM)
    bench.events(call)
    yield from ruled(bench.judged(call).order, STATUSES)


@clause("stream.end", "The terminal event closes a stream, and [DONE] ends it.", needs=(STREAM,))
def stream_end(bench: Bench) -> Iterator[Finding]:
    call = streamed(bench, STREAM)
    found = bench.judged(call)
    if call.broken:
        yield odd(call.place, "stream", "connection", call.broken, None)
    yield from ruled([*found.framing, *found.order], ENDING)


@clause("stream.event-ids", "Each event has an event_id that no other has.", needs=(STREAM,))
def stream_event_ids(bench: Bench) -> Iterator[Finding]:
    call = streamed(bench, STREAM)
    events = bench.events(call)
    known = KnownDeviations(bench.validator.schema).note("event-ids")
    for number, event in enumerate(events, 1):
        if not event.get("event_id"):
            message = f"event {number} has none: a stream cannot be resumed there"
            more = {"known": known} if known else {}
            yield odd(call.place, "stream", "event-id", message, None, pointer="/event_id", **more)
    yield from ruled(bench.judged(call).order, IDENTITY)


@clause("stream.same", "What the events add up to is what a get answers.", needs=(STREAM,))
def stream_same(bench: Bench) -> Iterator[Finding]:
    yield from same_as_stored(bench, streamed(bench, STREAM))


@clause(
    "stream.closing",
    "The terminal event says status and usage as a get does.",
    needs=(STREAM,),
)
def stream_closing(bench: Bench) -> Iterator[Finding]:
    call = streamed(bench, STREAM)
    closing = closing_of(bench, call)
    stored = stored_of(bench, call)
    for key in ("status", "usage"):
        for difference in unequal((key,), closing.get(key), stored.get(key)):
            yield odd(
                call.place,
                "event",
                "stored",
                f"a get says {excerpt(difference.stored, ())!r}",
                excerpt(difference.streamed, ()),
                pointer=pointer_of(("interaction", *difference.path)),
            )


def closing_of(bench: Bench, call: Call) -> Json:
    for event in bench.events(call):
        if event.get("event_type") == bench.family.terminal:
            return dict(as_object(event.get("interaction")))
    raise NotTestableError("the stream has no terminal event")


def stored_of(bench: Bench, call: Call) -> Any:
    identity = bench.id_in(call)
    if not identity:
        raise NotTestableError("the stream says no id")
    return bench.answer(bench.get(identity))


def same_as_stored(bench: Bench, call: Call) -> Iterator[Finding]:
    """What a whole stream adds up to, beside the interaction that a get gives afterwards."""
    closing_of(bench, call)
    yield from ruled(bench.judged(call, stored_of(bench, call)).order, STORED)


CLAUSES: tuple[Clause, ...] = (
    stream_type,
    stream_frames,
    stream_names,
    stream_events,
    stream_order,
    stream_status,
    stream_end,
    stream_event_ids,
    stream_same,
    stream_closing,
)
