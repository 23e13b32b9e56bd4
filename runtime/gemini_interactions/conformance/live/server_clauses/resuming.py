"""Clauses about streams that are taken up again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ...excerpts import is_object
from ...findings import Finding
from ..bench import Bench, Json, NotTestableError
from ..calling import Call
from ..clauses import odd
from ..specimens import LEFT, STREAM
from .clause import Clause, clause, opened, refused, streamed

__all__ = ["CLAUSES"]

MOST_CURSORS: Final = 60
"""A long stream is resumed at so many of its events, spread over all of it."""


@clause("resume.replay", "A get with stream=true gives all events again.", needs=(STREAM,))
def resume_replay(bench: Bench) -> Iterator[Finding]:
    before = bench.events(streamed(bench, STREAM))
    yield from going_on(bench, before, after=0)


@clause("resume.every", "After any event, a stream goes on with the next one.", needs=(STREAM,))
def resume_every(bench: Bench) -> Iterator[Finding]:
    before = bench.events(streamed(bench, STREAM))
    with_ids = [number for number, event in enumerate(before, 1) if cursor_of(event)]
    if not with_ids:
        raise NotTestableError("the events have no event_id")
    step = -(-len(with_ids) // MOST_CURSORS)
    for number in {*with_ids[::step], with_ids[-1]}:
        yield from going_on(bench, before, after=number)


@clause(
    "resume.left",
    "A stream that a client left goes on after the last event that it saw, to its end.",
    needs=(LEFT,),
)
def resume_left(bench: Bench) -> Iterator[Finding]:
    seen = bench.events(streamed(bench, LEFT))
    cursor = cursor_of(seen[-1])
    if not cursor:
        raise NotTestableError("the events have no event_id")
    identity = bench.id_of(LEFT)
    call = bench.get(identity, stream=True, last_event_id=cursor)
    rest = bench.events(opened(call))
    yield from bench.judged(call).order
    whole = bench.events(opened(bench.get(identity, stream=True)))
    yield from same_events(call, [*seen, *rest], whole)


@clause(
    "resume.unknown-event",
    "A cursor that was never given out is refused, or all events come: none is passed over.",
    needs=(STREAM,),
)
def resume_unknown_event(bench: Bench) -> Iterator[Finding]:
    before = bench.events(streamed(bench, STREAM))
    if not any(map(cursor_of, before)):
        raise NotTestableError("the events have no event_id")
    call = bench.get(bench.id_of(STREAM), stream=True, last_event_id="never-given-out")
    if call.status == 200:
        yield from same_events(call, objects(bench.judged(opened(call)).events), before)
    else:
        yield from refused(bench, call, 400, 404)


def going_on(bench: Bench, before: list[Json], *, after: int) -> Iterator[Finding]:
    """The events behind one of those that came before."""
    more = {"last_event_id": cursor_of(before[after - 1])} if after else {}
    call = bench.get(bench.id_of(STREAM), stream=True, **more)
    found = bench.judged(opened(call))
    events = objects(found.events)
    yield from same_events(call, events, before[after:])
    if not events == before[after:] == []:
        yield from (each for each in found.order if each.deviation.rule in ("done", "terminal"))


def same_events(call: Call, events: list[Json], wanted: list[Json]) -> Iterator[Finding]:
    """The first place where two streams part."""
    for number, (one, other) in enumerate(zip(events, wanted, strict=False), 1):
        if one != other:
            message = f"event {number}: {name_of(other)} is expected"
            yield odd(call.place, "stream", "resume", message, name_of(one))
            return
    if len(events) != len(wanted):
        message = f"{len(wanted)} events are expected"
        yield odd(call.place, "stream", "resume", message, len(events))


def objects(events: list[Any]) -> list[Json]:
    return [event for event in events if is_object(event)]


def cursor_of(event: Json) -> str:
    cursor = event.get("event_id")
    return cursor if isinstance(cursor, str) else ""


def name_of(event: Json) -> str:
    return f"{event.get('event_type')} {cursor_of(event)}".strip()


CLAUSES: tuple[Clause, ...] = (resume_replay, resume_every, resume_left, resume_unknown_event)
