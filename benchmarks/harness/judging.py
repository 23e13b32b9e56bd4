"""Medians, spreads, ratios, and whether a goal is met."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from .row import Goal, Row, Samples


@dataclass(frozen=True)
class Spread:
    median: float
    low: float
    """The first quartile."""
    high: float
    """The third quartile."""
    rounds: int


def spread(figures: list[float]) -> Spread:
    middle = statistics.median(figures)
    if len(figures) < 3:
        return Spread(middle, min(figures), max(figures), len(figures))
    low, _, high = statistics.quantiles(figures, method="inclusive")
    return Spread(middle, low, high, len(figures))


@dataclass(frozen=True)
class Verdict:
    goal: Goal
    found: float
    """In the unit of the limit: a figure, or a multiple of the other contender's."""
    is_met: bool


def judge(goal: Goal, samples: Samples) -> Verdict:
    found = statistics.median(samples.of(goal.contender, goal.measure))
    if goal.of:
        found /= statistics.median(samples.of(goal.of, goal.measure))
    is_met = found >= goal.limit if goal.is_floor else found <= goal.limit
    return Verdict(goal, found, is_met)


@dataclass(frozen=True)
class Line:
    """One contender's line of the table."""

    contender: str
    spreads: dict[str, Spread]
    ratio: float | None
    """Of its first figure to ours; what is compared is the row's first measure."""


@dataclass(frozen=True)
class Outcome:
    row: Row
    lines: tuple[Line, ...]
    verdicts: tuple[Verdict, ...]
    appendix: str = ""

    @property
    def is_met(self) -> bool:
        return all(verdict.is_met for verdict in self.verdicts)


def outcome(row: Row, samples: Samples, appendix: str = "") -> Outcome:
    first = row.measures[0].name
    ours = samples.of(row.ours, first)
    lines = []
    for contender in row.contenders:
        found = {
            measure.name: spread(figures)
            for measure in row.measures
            if (figures := samples.of(contender.name, measure.name))
        }
        ratio = found[first].median / statistics.median(ours) if ours and first in found else None
        lines.append(Line(contender.name, found, ratio))
    verdicts = tuple(judge(goal, samples) for goal in row.goals)
    return Outcome(row, tuple(lines), verdicts, appendix)


def digits_of(row: Row, measure: str) -> int:
    return next(known.digits for known in row.measures if known.name == measure)
