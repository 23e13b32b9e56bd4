"""Deviations, grouped, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..markup import attribute, text
from ..report import Group, Report
from ..terminal import number, place_text, shown
from .filters import filter_form

__all__ = ["deviation_section", "unreadable_section"]

MOST_GROUPS: Final = 500
TIMES: Final = "\N{MULTIPLICATION SIGN}"


def unreadable_section(report: Report) -> Iterator[str]:
    if not report.unreadable:
        return
    yield '<section id="unreadable"><h2>Not readable</h2><ul class="plain">'
    for finding in report.unreadable[:MOST_GROUPS]:
        deviation = finding.deviation
        yield (
            f'<li class="card"><span class="chip bad">{text(deviation.rule)}</span> '
            f"<code>{text(place_text(finding.place))}</code><br>{text(deviation.message)}</li>"
        )
    yield "</ul>"
    more = report.unreadable_parts - min(len(report.unreadable), MOST_GROUPS)
    if more:
        yield f'<p class="soft">{number(more, "more place")}.</p>'
    yield "</section>"


def deviation_section(report: Report, *, strict: bool) -> Iterator[str]:
    groups = list(report.ordered(strict=strict))
    yield '<section id="deviations"><h2>Deviations</h2>'
    if not groups:
        yield '<p class="soft">None: everything is as the revision says.</p></section>'
        return
    yield from filter_form("deviations", {"new": "only unknown ones", "known": "only known ones"})
    for group in groups[:MOST_GROUPS]:
        yield from group_lines(group, strict=strict)
    if len(groups) > MOST_GROUPS:
        yield f'<p class="soft">{number(len(groups) - MOST_GROUPS, "more kind")} not shown.</p>'
    yield "</section>"


def group_lines(group: Group, *, strict: bool) -> Iterator[str]:
    sources = " ".join(place.source for place, _ in group.examples)
    words = (group.rule, group.kind, group.type, group.pattern, group.message, group.known, sources)
    find = " ".join(filter(None, words)).lower()
    look = "bad" if group.counts(strict=strict) else "known"
    known = f' <span class="chip known">known: {text(group.known)}</span>' if group.known else ""
    marks = "known" if group.known else "new"
    yield f'<details class="group" data-find={attribute(find)} data-marks="{marks}"><summary>'
    yield f'<span class="count">{group.count:,} {TIMES}</span>'
    yield f"<span>{text(group.message)}</span>"
    yield f'<span class="where small"><span class="chip {look}">{text(group.rule)}</span>{known} '
    yield f'<span class="soft">{text(group.kind)}</span> <code>{text(group.pattern or "/")}</code>'
    yield "</span></summary>"
    of_type = f"{text(group.type)}; " if group.type else ""
    yield f'<p class="small">{of_type}the first one has <code>{text(shown(group.got))}</code></p>'
    yield '<ul class="small">'
    for place, pointer in group.examples:
        yield (
            f"<li><code>{text(place_text(place))}</code> "
            f'<code class="soft">{text(pointer or "/")}</code></li>'
        )
    yield "</ul>"
    if group.count > len(group.examples):
        yield f'<p class="soft small">and {group.count - len(group.examples):,} more</p>'
    yield "</details>"
