"""What a run found: plain data that can be merged, input by input, in their order.

Everything here is bounded: places are examples, groups count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from attrs import define, field

from ..findings import Deviation, Finding, Place
from .coverage import Counts
from .timeline import Timeline

__all__ = ["Group", "InputResult", "Report", "Totals", "pattern_of"]

EXAMPLES: Final = 10
"""Places that a group, or an input, remembers."""
MOST_GROUPS: Final = 2000
MOST_TIMELINES: Final = 20
"""Of streams with deviations, and again of streams without."""

GroupKey = tuple[str, str, str, str, str]


@define
class Totals:
    requests: int = 0
    interactions: int = 0
    events: int = 0
    errors: int = 0
    streams: int = 0
    bytes: int = 0

    def add(self, other: Totals) -> None:
        for name in ("requests", "interactions", "events", "errors", "streams", "bytes"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@define
class Group:
    """Deviations that are the same but for their place."""

    kind: str
    rule: str
    type: str | None
    pattern: str
    """The pointer, with `*` for every index."""
    known: str | None
    message: str
    """What the first one said."""
    got: Any
    count: int = 0
    examples: list[tuple[Place, str]] = field(factory=list[tuple[Place, str]])
    """The first places, each with its pointer."""

    def counts(self, *, strict: bool) -> bool:
        return strict or self.known is None


@define
class InputResult:
    """One input."""

    name: str
    form: str
    totals: Totals = field(factory=Totals)
    deviations: int = 0
    known: int = 0
    unreadable: int = 0
    examples: list[Finding] = field(factory=list[Finding])
    """The first findings that nobody knew of."""
    known_examples: list[Finding] = field(factory=list[Finding])

    def failed(self, *, strict: bool) -> bool:
        return bool(self.deviations or (strict and self.known))


@define
class Report:
    inputs: list[InputResult] = field(factory=list[InputResult])
    totals: Totals = field(factory=Totals)
    groups: dict[GroupKey, Group] = field(factory=dict[GroupKey, Group])
    unreadable: list[Finding] = field(factory=list[Finding])
    """Inputs, or parts of them, that could not be read: the first of each input."""
    coverage: dict[str, Counts] = field(factory=dict[str, Counts])
    """What was seen, by revision."""
    timelines: list[Timeline] = field(factory=list[Timeline])
    skipped: int = 0
    """Files of folders that were left out for their names."""
    ungrouped: int = 0
    """Deviations beyond the groups that a report has room for."""

    def deviations(self, *, strict: bool) -> int:
        """How many deviations count."""
        return sum(each.deviations + each.known * strict for each in self.inputs)

    @property
    def known(self) -> int:
        return sum(each.known for each in self.inputs)

    @property
    def unreadable_parts(self) -> int:
        return sum(each.unreadable for each in self.inputs)

    def conforms(self, *, strict: bool) -> bool:
        return not self.deviations(strict=strict) and not self.unreadable_parts

    def ordered(self, *, strict: bool) -> Iterator[Group]:
        """The groups that count, the largest first; then those that do not."""
        return iter(
            sorted(
                self.groups.values(),
                key=lambda group: (
                    not group.counts(strict=strict),
                    group.known or "",
                    -group.count,
                ),
            )
        )

    def add(self, result: InputResult, finding: Finding) -> None:
        """A finding of an input that is in this report."""
        if finding.kind == "input":
            result.unreadable += 1
            if result.unreadable <= EXAMPLES:
                self.unreadable.append(finding)
        else:
            known = finding.deviation.known is not None
            result.known += known
            result.deviations += not known
            self._group(finding)
        examples = result.known_examples if finding.deviation.known else result.examples
        if len(examples) < EXAMPLES:
            examples.append(finding)

    def _group(self, finding: Finding) -> None:
        deviation = finding.deviation
        key = group_key(finding.kind, deviation)
        group = self.groups.get(key)
        if group is None:
            if len(self.groups) >= MOST_GROUPS:
                self.ungrouped += 1
                return
            group = self.groups[key] = Group(
                kind=finding.kind,
                rule=deviation.rule,
                type=deviation.type,
                pattern=pattern_of(deviation.pointer),
                known=deviation.known,
                message=deviation.message,
                got=deviation.got,
            )
        group.count += 1
        if len(group.examples) < EXAMPLES:
            group.examples.append((finding.place, deviation.pointer))

    def merge(self, other: Report) -> None:
        """Take in the report on what came next. Inputs must come in their order, each whole."""
        self.inputs += other.inputs
        self.totals.add(other.totals)
        self.unreadable += other.unreadable
        self.skipped += other.skipped
        self.ungrouped += other.ungrouped
        for key, group in other.groups.items():
            self._merge_group(key, group)
        for revision, counts in other.coverage.items():
            mine = self.coverage.setdefault(revision, {})
            for name, count in counts.items():
                mine[name] = mine.get(name, 0) + count
        for timeline in other.timelines:
            self.keep(timeline)

    def _merge_group(self, key: GroupKey, other: Group) -> None:
        mine = self.groups.get(key)
        if mine is not None:
            mine.count += other.count
            mine.examples += other.examples[: EXAMPLES - len(mine.examples)]
        elif len(self.groups) < MOST_GROUPS:
            self.groups[key] = other
        else:
            self.ungrouped += other.count

    def keep(self, timeline: Timeline) -> None:
        """Remember a stream, if there is room for one of its sort."""
        alike = [each for each in self.timelines if bool(each.faults) == bool(timeline.faults)]
        if len(alike) < MOST_TIMELINES:
            self.timelines.append(timeline)


def group_key(kind: str, deviation: Deviation) -> GroupKey:
    pattern = pattern_of(deviation.pointer)
    return (kind, deviation.rule, deviation.type or "", pattern, deviation.known or "")


def pattern_of(pointer: str) -> str:
    """A pointer with `*` for every index."""
    return re.sub(r"/[0-9]+(?=/|$)", "/*", pointer)
