"""The report for a terminal: what counts most comes first, and fits on a screen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from ..findings import Place
from .coverage import Ground, ground_of, part_counts
from .report import Group, Report

__all__ = ["place_text", "summary", "verdict"]

MOST_SHOWN: Final = 20
MOST_KNOWN: Final = 5
MOST_UNREADABLE: Final = 10
UNITS: Final = ("requests", "interactions", "errors", "streams", "events")


def summary(report: Report, *, strict: bool) -> Iterator[str]:
    """The lines of the summary."""
    yield from unreadable_lines(report)
    groups = list(report.ordered(strict=strict))
    counting = [group for group in groups if group.counts(strict=strict)]
    for group in counting[:MOST_SHOWN]:
        yield from group_lines(group)
    if len(counting) > MOST_SHOWN:
        yield f"... and {number(len(counting) - MOST_SHOWN, 'more kind')} of deviations"
    if counting:
        yield ""
    yield from known_lines([group for group in groups if not group.counts(strict=strict)])
    for revision, counts in sorted(report.coverage.items()):
        yield coverage_line(ground_of(revision, counts))
    yield totals_line(report)
    yield verdict(report, strict=strict)


def unreadable_lines(report: Report) -> Iterator[str]:
    for finding in report.unreadable[:MOST_UNREADABLE]:
        yield f"unreadable: {place_text(finding.place)}: {finding.deviation.message}"
    more = report.unreadable_parts - min(len(report.unreadable), MOST_UNREADABLE)
    if more:
        yield f"... and {number(more, 'more place')} that cannot be read"
    if report.unreadable:
        yield ""


def group_lines(group: Group) -> Iterator[str]:
    known = f" (known: {group.known})" if group.known else ""
    place, pointer = group.examples[0]
    yield f"{group.count:>6} x {group.rule}: {group.message}{known}"
    yield f"         {group.kind} {group.pattern or '/'}, got {shown(group.got)}"
    more = f" and {number(group.count - 1, 'other place')}" if group.count > 1 else ""
    where = f" at {pointer}" if pointer != group.pattern else ""
    yield f"         in {place_text(place)}{where}{more}"


def known_lines(groups: list[Group]) -> Iterator[str]:
    """Deviations that are allowed, by the entry that knows them."""
    counts: dict[str, int] = {}
    for group in groups:
        counts[str(group.known)] = counts.get(str(group.known), 0) + group.count
    names = sorted(counts, key=lambda name: (-counts[name], name))
    if names:
        listed = ", ".join(f"{name} x {counts[name]:,}" for name in names[:MOST_KNOWN])
        more = f" and {len(names) - MOST_KNOWN} more" if len(names) > MOST_KNOWN else ""
        yield f"known deviations, allowed without --strict: {listed}{more}"


def coverage_line(ground: Ground) -> str:
    types, fields, values, events = part_counts(ground)
    return (
        f"seen of {ground.revision}: {events} events, {types} types, "
        f"{fields} fields, {values} enum values"
    )


def totals_line(report: Report) -> str:
    totals = report.totals
    parts = [number(getattr(totals, unit), unit.removesuffix("s")) for unit in UNITS]
    told = ", ".join(part for part in parts if not part.startswith("0 ")) or "nothing to judge"
    skipped = f"; {number(report.skipped, 'file')} skipped by name" if report.skipped else ""
    return f"{number(len(report.inputs), 'input')}: {told}{skipped}"


def verdict(report: Report, *, strict: bool) -> str:
    """The last line."""
    deviations = report.deviations(strict=strict)
    problems = [number(deviations, "deviation")] if deviations else []
    if report.unreadable_parts:
        problems.append(f"{number(report.unreadable_parts, 'place')} that cannot be read")
    if not problems:
        return "conforms" if strict or not report.known else "conforms, known deviations allowed"
    return f"does not conform: {' and '.join(problems)}"


def place_text(place: Place) -> str:
    return f"{place.source}, {place.position}" if place.position else place.source


def shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 100 else text[:99] + "…"


def number(count: int, unit: str) -> str:
    return f"{count:,} {unit}{'' if count == 1 else 's'}"
