"""Streams over time: a lane for each step, a tick for each delta."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ..markup import attribute, text
from ..report import Report
from ..terminal import number, place_text
from ..timeline import Lane, Timeline
from .filters import filter_form

__all__ = ["timeline_section"]

WIDTH: Final = 1000
HEIGHT: Final = 20
TIMES: Final = "\N{MULTIPLICATION SIGN}"
LEGEND: Final = {
    "thought": "thoughts",
    "answer": "answers",
    "call": "calls",
    "result": "results",
    "other": "everything else",
}


def timeline_section(report: Report) -> Iterator[str]:
    yield '<section id="streams"><h2>Streams</h2>'
    if not report.timelines:
        yield '<p class="soft">There was no stream.</p></section>'
        return
    shown, there = len(report.timelines), report.totals.streams
    which = f"{shown:,} of {number(there, 'stream')}" if shown < there else number(there, "stream")
    yield f'<p class="soft">{which}: steps as lanes, deltas as ticks.</p>'
    names = (f'<span class="{look}">{name}</span>' for look, name in LEGEND.items())
    yield f'<p class="legend small">{" ".join(names)}</p>'
    yield from filter_form("streams", {"bad": "only with unknown deviations"})
    for timeline in sorted(report.timelines, key=lambda each: not each.faults):
        yield from figure_lines(timeline)
    yield "</section>"


def figure_lines(timeline: Timeline) -> Iterator[str]:
    name = timeline.interaction or "a stream without an id"
    place = place_text(timeline.place)
    find = f"{name} {place} {' '.join(lane.type for lane in timeline.lanes)}".lower()
    marks = ' data-marks="bad"' if timeline.faults else ""
    yield f'<figure class="card" data-find={attribute(find)}{marks}>'
    yield f"<figcaption><code>{text(name)}</code>"
    yield f'<span class="soft small">{text(place)}; {number(timeline.events, "event")}</span>'
    if timeline.faults:
        places = number(len(timeline.faults), "place")
        yield f'<span class="chip bad">{places} with deviations</span>'
    yield "</figcaption>"
    yield whole_row(timeline)
    for lane in timeline.lanes:
        yield lane_row(lane, timeline)
    unit = "s" if timeline.timed else "events"
    yield f'<div class="axis"><span>0</span><span>{timeline.end:,.4g} {unit}</span></div>'
    if timeline.more_lanes:
        yield f'<p class="soft small">and {number(timeline.more_lanes, "more lane")}</p>'
    yield "</figure>"


def whole_row(timeline: Timeline) -> str:
    """What the stream says about the interaction, and where it deviates."""
    statuses = list(dict.fromkeys(mark.label for mark in timeline.marks))
    said = " → ".join(statuses) or "no status"
    label = f"interaction: {said}"
    if timeline.faults:
        label += f"; {number(len(timeline.faults), 'place')} with unknown deviations"
    if timeline.known_faults:
        label += f"; {number(len(timeline.known_faults), 'place')} with known deviations"
    shapes = ticks("ticks", (mark.at for mark in timeline.marks), timeline, 6, 14)
    shapes += ticks("odd", timeline.known_faults, timeline, 0, HEIGHT)
    shapes += ticks("fault", timeline.faults, timeline, 0, HEIGHT)
    return row("other", said, label, shapes)


def lane_row(lane: Lane, timeline: Timeline) -> str:
    kinds = ", ".join(f"{kind} {TIMES} {count:,}" for kind, count in lane.deltas.items())
    stops = "" if lane.stop is not None else ", never stopped"
    label = f"step {lane.index}, {lane.type}: {kinds or 'no deltas'}{stops}"
    start = x_of(lane.start if lane.start is not None else 0.0, timeline)
    stop = x_of(lane.stop if lane.stop is not None else timeline.end, timeline)
    shapes = (
        f'<rect class="span" x="{start:.1f}" y="3" width="{max(stop - start, 2):.1f}" height="14"/>'
    )
    shapes += ticks("ticks", lane.ticks, timeline, 3, 17)
    return row(look_of(lane.type), f"{lane.index} {lane.type}", label, shapes)


def row(look: str, name: str, label: str, shapes: str) -> str:
    rail = f'<path class="rail" d="M0 {HEIGHT / 2}H{WIDTH}"/>'
    return (
        f'<div class="lane {look}"><span title={attribute(label)}>{text(name)}</span>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img" '
        f"aria-label={attribute(label)}><title>{text(label)}</title>{rail}{shapes}</svg></div>"
    )


def ticks(look: str, times: Iterable[float], timeline: Timeline, top: int, bottom: int) -> str:
    path = "".join(f"M{x_of(time, timeline):.1f} {top}V{bottom}" for time in times)
    return f'<path class="{look}" d="{path}"/>' if path else ""


def x_of(time: float, timeline: Timeline) -> float:
    return WIDTH * time / timeline.end if timeline.end else 0.0


def look_of(kind: str) -> str:
    """Which colour a lane has."""
    if kind in ("model_output", "text", "image", "audio", "video", "document"):
        return "answer"
    for look in ("thought", "call", "result"):
        if look in kind.split("_"):
            return look
    return "other"
