"""What a stream did over time: steps as lanes, deltas as ticks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import define, field

from ...testing.json_values import as_object
from ..findings import Deviation, Place

__all__ = ["Lane", "Mark", "Timeline", "TimelineBuilder"]

MOST_LANES = 40
MOST_TICKS = 400
"""In a lane; of more, every second one is kept until they fit."""
MOST_MARKS = 40


@define
class Lane:
    """One step, or one content block of the legacy family."""

    index: int
    type: str
    start: float | None = None
    stop: float | None = None
    deltas: dict[str, int] = field(factory=dict[str, int])
    """How many there were, by type."""
    ticks: list[float] = field(factory=list[float])
    """When they came; thinned out where they are many."""


@define
class Mark:
    """Something that is about the stream as a whole."""

    at: float
    label: str


@define
class Timeline:
    place: Place
    revision: str
    interaction: str = ""
    timed: bool = False
    """Whether the times are seconds; else they are numbers of events."""
    events: int = 0
    end: float = 0.0
    lanes: list[Lane] = field(factory=list[Lane])
    more_lanes: int = 0
    marks: list[Mark] = field(factory=list[Mark])
    faults: list[float] = field(factory=list[float])
    """When something deviated that nobody knew of."""
    known_faults: list[float] = field(factory=list[float])
    """When something deviated as `deviations.json` says it does."""


class TimelineBuilder:
    def __init__(self, place: Place, revision: str) -> None:
        self.timeline = Timeline(place=place, revision=revision)
        self._lanes: dict[int, Lane] = {}
        self._passed: set[int] = set()
        self._strides: dict[int, int] = {}

    def add(self, payload: Any, at: float | None, found: Sequence[Deviation]) -> None:
        """The next event; `at` is `None` where nobody took the time."""
        timeline, event = self.timeline, as_object(payload)
        if timeline.events == 0:
            timeline.timed = at is not None
        timeline.events += 1
        if not timeline.timed:
            time = float(timeline.events)
        else:
            time = timeline.end if at is None else max(at, timeline.end)
        timeline.end = time
        self._fault(time, found)
        kind = str(event.get("event_type", "?"))
        index = event.get("index")
        if isinstance(index, int) and not kind.startswith("interaction."):
            self._lane_event(kind, index, event, time)
        else:
            self._whole(kind, event, time)

    def breach(self, deviation: Deviation) -> None:
        """Between two events came something that is none."""
        self._fault(self.timeline.end, [deviation])

    def over(self, found: Sequence[Deviation]) -> Timeline:
        """The stream is over, and what was wrong with it as a whole is known."""
        self._fault(self.timeline.end, found)
        return self.timeline

    def _fault(self, time: float, found: Sequence[Deviation]) -> None:
        if not found:
            return
        new = any(deviation.known is None for deviation in found)
        faults = self.timeline.faults if new else self.timeline.known_faults
        if len(faults) < MOST_MARKS:
            faults.append(time)

    def _whole(self, kind: str, event: Mapping[str, Any], time: float) -> None:
        interaction = as_object(event.get("interaction"))
        said = event.get("interaction_id") or interaction.get("id")
        if not self.timeline.interaction and isinstance(said, str):
            self.timeline.interaction = said
        status = event.get("status") or interaction.get("status")
        label = status if isinstance(status, str) else kind
        if len(self.timeline.marks) < MOST_MARKS:
            self.timeline.marks.append(Mark(time, label))

    def _lane_event(self, kind: str, index: int, event: Mapping[str, Any], time: float) -> None:
        lane = self._lanes.get(index)
        if lane is None:
            if len(self._lanes) == MOST_LANES:
                self._passed.add(index)
                self.timeline.more_lanes = len(self._passed)
                return
            lane = self._lanes[index] = Lane(index, "?")
            self.timeline.lanes.append(lane)
        if kind.endswith(".start"):
            member = as_object(event.get("step") or event.get("content"))
            lane.type = str(member.get("type", "?"))
            lane.start = time if lane.start is None else lane.start
        elif kind.endswith(".stop"):
            lane.stop = time
        elif kind.endswith(".delta"):
            delta = str(as_object(event.get("delta")).get("type", "?"))
            lane.deltas[delta] = lane.deltas.get(delta, 0) + 1
            self._tick(lane, time)

    def _tick(self, lane: Lane, time: float) -> None:
        stride = self._strides.get(lane.index, 1)
        if (sum(lane.deltas.values()) - 1) % stride:
            return
        lane.ticks.append(time)
        if len(lane.ticks) > MOST_TICKS:
            del lane.ticks[1::2]
            self._strides[lane.index] = stride * 2
