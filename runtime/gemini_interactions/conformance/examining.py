"""One input, judged: its items go through the validator and the stream judges into a report."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Final, Literal

from attrs import define, frozen

from .._bindings import LATEST
from .._core.events import is_running
from .findings import Deviation, Finding, Kind, Place
from .grammar import StreamJudge
from .inputs import (
    LIMIT,
    As,
    Item,
    Reading,
    Source,
    StreamEnd,
    StreamEvent,
    StreamStart,
    Subject,
    read,
)
from .inputs.items import unreadable
from .inputs.payloads import text_in
from .report import InputResult, Report
from .report.coverage import walker_of
from .report.timeline import TimelineBuilder
from .validation import Validator

__all__ = ["Examiner", "Options", "examined"]

MOST_WAITING: Final = 32
"""Streams of one input that wait to be resumed, or to be compared with what was stored."""


@frozen(kw_only=True)
class Options:
    """How inputs are judged. Plain data: it goes to other processes."""

    revision: str | None = None
    """`None`: what the traffic names, else the latest."""
    as_: As | None = None
    """What all payloads are, where their look is not to decide."""
    limit: int = LIMIT
    """Bytes of a line, an event or a document."""


def examined(source: Source, options: Options) -> Report:
    """The report on one input."""
    reading = Reading()
    items = read(source, as_=options.as_, limit=options.limit, reading=reading)
    examiner = Examiner(source.name, options)
    examiner.take_all(items)
    if not examiner.took:
        what = "nothing in it is a request to the Interactions API, or comes from there"
        examiner.take(unreadable(Place(source=source.name), "empty", what))
    report = examiner.finished()
    report.inputs[0].form = reading.form
    report.inputs[0].totals.bytes = report.totals.bytes = reading.size
    return report


@define
class _Open:
    """A stream that may still go on."""

    place: Place
    judge: StreamJudge
    timeline: TimelineBuilder
    revision: str
    cursor: str = ""
    """The id of its last event."""
    done: bool = False
    left: bool = False


class Examiner:
    """Takes the items of one input; `finished` gives the report."""

    def __init__(self, name: str, options: Options | None = None) -> None:
        self.options = options or Options()
        self.result = InputResult(name, "unknown")
        self.report = Report(inputs=[self.result])
        self.took = False
        """Whether there was anything yet."""
        self._stream: _Open | None = None
        self._waiting: dict[str, _Open] = {}

    def take_all(self, items: Iterable[Item]) -> None:
        for item in items:
            self.take(item)

    def take(self, item: Item) -> None:
        self.took = True
        if isinstance(item, StreamEvent):
            self._event(item)
        elif isinstance(item, Subject):
            self._subject(item)
        elif isinstance(item, StreamStart):
            self._start(item)
        elif isinstance(item, StreamEnd):
            self._end(item)
        else:
            if self._stream is not None and item.kind == "stream":
                self._stream.timeline.breach(item.deviation)
            self.report.add(self.result, item)

    def finished(self) -> Report:
        """Everything is over: what still waited is judged as it is."""
        if self._stream is not None:  # the input broke off
            self._stream.left = True
            self._close(self._stream, None)
            self._stream = None
        for waiting in self._waiting.values():
            self._close(waiting, None)
        self._waiting.clear()
        self.report.totals.add(self.result.totals)
        return self.report

    def _revision(self, named: str | None) -> str:
        return self.options.revision or named or LATEST

    def _found(self, place: Place, kind: Kind | Literal["stream"], found: list[Deviation]) -> None:
        for deviation in found:
            finding = Finding(place=place, kind=kind, deviation=deviation)
            self.report.add(self.result, finding)

    def _see(self, kind: Kind, payload: Any, revision: str) -> None:
        counts = self.report.coverage.setdefault(revision, {})
        walker_of(revision).see(kind, payload, counts)

    # --- payloads -------------------------------------------------------------------------------

    def _subject(self, subject: Subject) -> None:
        revision = self._revision(subject.revision)
        self._count(subject.kind)
        self._found(
            subject.place,
            subject.kind,
            validator_of(revision).judge(subject.kind, subject.payload),
        )
        self._see(subject.kind, subject.payload, revision)
        if subject.kind == "interaction":
            self._compare(subject.payload)

    def _count(self, kind: Kind) -> None:
        name = f"{kind}s"
        setattr(self.result.totals, name, getattr(self.result.totals, name) + 1)

    def _compare(self, payload: Any) -> None:
        """The stored interaction of a stream that was read before."""
        name = text_in(payload, "id")
        if name in self._waiting and not is_running(text_in(payload, "status")):
            self._close(self._waiting.pop(name), payload)

    # --- streams --------------------------------------------------------------------------------

    def _start(self, start: StreamStart) -> None:
        self.result.totals.streams += 1
        before = self._waiting.pop(start.resumed, None) if start.resumed else None
        if before is not None and before.cursor == start.after:
            self._stream = before
            return
        if before is not None:  # taken up at an earlier event: more arrived than was read
            before.left = True
            self._close(before, None)
        revision = self._revision(start.revision)
        self._stream = _Open(
            place=start.place,
            judge=StreamJudge(validator_of(revision), resumed=start.resumed is not None),
            timeline=TimelineBuilder(start.place, revision),
            revision=revision,
        )

    def _event(self, event: StreamEvent) -> None:
        stream = self._stream
        if stream is None:
            raise ValueError("an event came before the start of its stream")
        self.result.totals.events += 1
        found = stream.judge.add(event.payload)
        stream.cursor = text_in(event.payload, "event_id") or stream.cursor
        self._found(event.place, "event", found)
        stream.timeline.add(event.payload, event.at, found)
        self._see("event", event.payload, stream.revision)

    def _end(self, end: StreamEnd) -> None:
        stream, self._stream = self._stream, None
        if stream is None:
            raise ValueError("a stream ended that did not start")
        stream.done = end.done is not False
        stream.left = end.left
        interaction = stream.timeline.timeline.interaction
        if not interaction:
            self._close(stream, None)
            return
        if (before := self._waiting.pop(interaction, None)) is not None:
            self._close(before, None)
        self._waiting[interaction] = stream
        if len(self._waiting) > MOST_WAITING:
            self._close(self._waiting.pop(next(iter(self._waiting))), None)

    def _close(self, stream: _Open, stored: Any) -> None:
        """Nothing more comes of this stream."""
        found = [] if stream.left else stream.judge.end(stream.done, stored)
        self._found(stream.place, "stream", found)
        self.report.keep(stream.timeline.over(found))


@cache
def validator_of(revision: str) -> Validator:
    return Validator(revision)
