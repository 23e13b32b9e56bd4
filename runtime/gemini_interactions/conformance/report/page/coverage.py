"""What was seen of each revision, and what was not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..coverage import Ground, Share, TypeCoverage, ground_of, part_counts, share_of
from ..markup import attribute, text
from ..report import Report
from .filters import filter_form

__all__ = ["coverage_section"]

PARTS = ("Types", "Fields", "Enum values", "Events")


def coverage_section(report: Report) -> Iterator[str]:
    yield '<section id="coverage"><h2>Coverage of the schema</h2>'
    if not report.coverage:
        yield '<p class="soft">There was nothing to judge.</p></section>'
        return
    yield from filter_form("types", {"seen": "only seen", "gaps": "only with gaps"})
    for revision, counts in sorted(report.coverage.items(), reverse=True):
        yield from ground_lines(ground_of(revision, counts))
    yield "</section>"


def ground_lines(ground: Ground) -> Iterator[str]:
    yield f'<h3>Revision {text(ground.revision)}</h3><div class="card">'
    for name, share in zip(PARTS, part_counts(ground), strict=True):
        yield f'<div class="row">{cells(name, share)}</div>'
    yield "</div><h3>Events</h3>"
    yield chips(ground.events)
    types = {each.name: each for each in ground.types}
    told: set[str] = set()
    for union, members in ground.groups.items():
        found = [types[name] for name in members if name in types and name not in told]
        told |= set(members)
        if found:
            yield from group_lines(union, found)
    yield from group_lines(
        "Other objects", [each for each in ground.types if each.name not in told]
    )
    yield from group_lines("Enums", ground.enums)


def group_lines(name: str, members: list[TypeCoverage] | tuple[TypeCoverage, ...]) -> Iterator[str]:
    share = share_of([each.seen for each in members])
    yield f'<details class="holder"><summary class="row">{cells(name, share)}</summary><div>'
    for each in members:
        yield from type_lines(each)
    yield "</div></details>"


def type_lines(each: TypeCoverage) -> Iterator[str]:
    share = share_of(each.parts.values())
    marks = ("seen " if each.seen else "") + ("gaps" if share.seen < share.all else "")
    find = f"{each.name} {' '.join(each.parts)}".lower()
    yield f'<details data-find={attribute(find)} data-marks="{marks.strip()}">'
    yield f'<summary class="row">{cells(each.name, share)}</summary>{chips(each.parts)}</details>'


def cells(name: str, share: Share) -> str:
    """A row: a name, a bar, and the figures."""
    width = 100 * share.seen / share.all if share.all else 0
    return (
        f"<span>{text(name)}</span>"
        '<svg class="share" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="all" width="100" height="1"/>'
        f'<rect class="seen" width="{width:.1f}" height="1"/></svg>'
        f'<span class="share-text soft small">{share}</span>'
    )


def chips(counts: Mapping[str, int]) -> str:
    """Names, each with how often it was seen."""
    found = (
        f'<span class="chip">{text(name)} <b>{count:,}</b></span>'
        if count
        else f'<span class="chip unseen">{text(name)}</span>'
        for name, count in counts.items()
    )
    return f'<div class="chips">{"".join(found)}</div>'
