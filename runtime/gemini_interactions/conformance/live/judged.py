"""An exchange, judged: what it holds, and what is wrong with each side of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import define, field

from ..findings import Finding, Place
from ..grammar import StreamJudge
from ..inputs import LIMIT, StreamEnd, StreamEvent, StreamStart, Subject
from ..inputs.exchanges import items_of
from ..inputs.items import breach
from ..inputs.json_text import NotJson, parsed
from ..recordings import Exchange
from ..validation import Validator

__all__ = ["Judged", "judged"]


@define
class Judged:
    """The payloads of an exchange and the findings about them, by what they are about."""

    answer: Any = None
    """The body of an answer that is no stream, as JSON; `None` where it is not."""
    events: list[Any] = field(factory=list[Any])
    request: list[Finding] = field(factory=list[Finding])
    body: list[Finding] = field(factory=list[Finding])
    """About an answer that is no stream."""
    framing: list[Finding] = field(factory=list[Finding])
    """About what carries the events."""
    contents: list[Finding] = field(factory=list[Finding])
    """About each event by itself."""
    order: list[Finding] = field(factory=list[Finding])
    """About each event in its place, and about the stream as a whole."""

    @property
    def findings(self) -> list[Finding]:
        return [*self.request, *self.body, *self.framing, *self.contents, *self.order]


def judged(exchange: Exchange, place: Place, validator: Validator, stored: Any = None) -> Judged:
    """Judge both sides. `stored` is what a stream has to add up to, where it is known."""
    found = Judged()
    judge: StreamJudge | None = None
    for item in [*items_of(exchange, place, LIMIT)] or elsewhere(exchange, place):
        if isinstance(item, Finding):
            about = found.request if item.kind == "request" else found.body
            (about if judge is None else found.framing).append(item)
        elif isinstance(item, StreamStart):
            judge = StreamJudge(validator, resumed=bool(item.resumed))
        elif isinstance(item, StreamEvent):
            assert judge is not None
            found.events.append(item.payload)
            add_event(found, judge, item)
        elif isinstance(item, StreamEnd):
            assert judge is not None
            if not item.left:
                for deviation in judge.end(item.done is True, stored):
                    found.order.append(Finding(place=place, kind="stream", deviation=deviation))
        else:
            add_subject(found, validator, item, in_stream=judge is not None)
    return found


def elsewhere(exchange: Exchange, place: Place) -> Iterator[Subject | Finding]:
    """An answer to a request that is none of the API's: an error is expected."""
    response = exchange.response
    if response is not None and response.body:
        try:
            yield Subject(place=place, kind="error", payload=parsed(response.body))
        except NotJson as problem:
            yield breach(place, "error", problem.rule, str(problem), response.body)


def add_event(found: Judged, judge: StreamJudge, item: StreamEvent) -> None:
    """The judge says first what is wrong with the event itself, then what with its place."""
    by_itself = len(judge.validator.event(item.payload))
    for number, deviation in enumerate(judge.add(item.payload)):
        if number < by_itself:
            found.contents.append(Finding(place=item.place, kind="event", deviation=deviation))
        else:
            found.order.append(Finding(place=item.place, kind="stream", deviation=deviation))


def add_subject(found: Judged, validator: Validator, item: Subject, *, in_stream: bool) -> None:
    findings = [
        Finding(place=item.place, kind=item.kind, deviation=deviation)
        for deviation in validator.judge(item.kind, item.payload)
    ]
    if item.kind == "request":
        found.request += findings
    elif in_stream:
        found.contents += findings
    else:
        found.answer = item.payload
        found.body += findings
