"""The report for programs. docs/conformance.md describes it; `version` says when that changes."""

from __future__ import annotations

import json
from typing import Any, Final

import attrs

from ..findings import Finding, Place
from .coverage import Ground, ground_of
from .report import Group, InputResult, Report
from .timeline import Timeline

__all__ = ["VERSION", "json_report"]

VERSION: Final = 1


def json_report(report: Report, *, strict: bool) -> str:
    content = {
        "report": "gemini-interactions conform",
        "version": VERSION,
        "strict": strict,
        "conforms": report.conforms(strict=strict),
        "totals": {
            "inputs": len(report.inputs),
            "skipped": report.skipped,
            **attrs.asdict(report.totals),
            "deviations": report.deviations(strict=strict),
            "known": report.known,
            "unreadable": report.unreadable_parts,
            "ungrouped": report.ungrouped,
        },
        "unreadable": [unreadable_of(finding) for finding in report.unreadable],
        "deviations": [group_of(group, strict=strict) for group in report.ordered(strict=strict)],
        "inputs": [input_of(result, strict=strict) for result in report.inputs],
        "coverage": {
            revision: coverage_of(ground_of(revision, counts))
            for revision, counts in sorted(report.coverage.items())
        },
        "streams": [stream_of(timeline) for timeline in report.timelines],
    }
    return json.dumps(content, indent=1) + "\n"


def place_of(place: Place) -> dict[str, Any]:
    return {"source": place.source, "position": place.position}


def unreadable_of(finding: Finding) -> dict[str, Any]:
    deviation = finding.deviation
    said = {"rule": deviation.rule, "message": deviation.message, "got": deviation.got}
    return {**place_of(finding.place), **said}


def group_of(group: Group, *, strict: bool) -> dict[str, Any]:
    return {
        "rule": group.rule,
        "kind": group.kind,
        "type": group.type,
        "pointer": group.pattern,
        "message": group.message,
        "got": group.got,
        "known": group.known,
        "counts": group.counts(strict=strict),
        "count": group.count,
        "examples": [{**place_of(place), "pointer": pointer} for place, pointer in group.examples],
    }


def input_of(result: InputResult, *, strict: bool) -> dict[str, Any]:
    return {
        "name": result.name,
        "form": result.form,
        "conforms": not (result.unreadable or result.failed(strict=strict)),
        **attrs.asdict(result.totals),
        "deviations": result.deviations,
        "known": result.known,
        "unreadable": result.unreadable,
    }


def coverage_of(ground: Ground) -> dict[str, Any]:
    return {
        "events": dict(ground.events),
        "types": {each.name: {"seen": each.seen, "fields": each.parts} for each in ground.types},
        "enums": {each.name: each.parts for each in ground.enums},
    }


def stream_of(timeline: Timeline) -> dict[str, Any]:
    content = attrs.asdict(timeline)
    return {**content.pop("place"), **content}
