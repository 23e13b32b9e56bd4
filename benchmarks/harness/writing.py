"""An outcome as text, as Markdown and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from .judging import Outcome, Spread, Verdict, digits_of
from .row import Goal, Row

NONE = "-"
Cells = list[list[str]]


def as_text(outcome: Outcome) -> str:
    """For a terminal."""
    cells = table(outcome)
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]).rstrip()
        for line in cells
    ]
    verdicts = [sentence(outcome.row, verdict) for verdict in outcome.verdicts]
    parts = [outcome.row.title, *map("\n".join, (lines, verdicts)), outcome.appendix]
    return "\n\n".join(part for part in parts if part)


def as_markdown(outcome: Outcome) -> str:
    """A section of the report."""
    row = outcome.row
    head, *body = table(outcome)
    lines = [cells_of(head), cells_of(["---", *["---:"] * (len(head) - 1)]), *map(cells_of, body)]
    verdicts = [f"- {sentence(row, verdict)}" for verdict in outcome.verdicts]
    missed = row.tried if not outcome.is_met else ""
    figures = "\n".join(lines)
    parts = [f"## {row.title}", row.about, figures, "\n".join(verdicts), missed, outcome.appendix]
    return "\n\n".join(part for part in parts if part)


def as_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "title": outcome.row.title,
        "contenders": {
            line.contender: {
                **{name: asdict(found) for name, found in line.spreads.items()},
                "ratio": line.ratio,
            }
            for line in outcome.lines
        },
        "goals": [
            {"goal": wording(outcome.row, v.goal), "found": v.found, "met": v.is_met}
            for v in outcome.verdicts
        ],
        "appendix": outcome.appendix,
    }


def table(outcome: Outcome) -> Cells:
    row = outcome.row
    head = ["", *(measure.name for measure in row.measures), "times ours", "rounds"]
    return [head, *(line_of(outcome, number) for number in range(len(outcome.lines)))]


def line_of(outcome: Outcome, number: int) -> list[str]:
    line = outcome.lines[number]
    figures = [
        figure(line.spreads.get(measure.name), measure.digits) for measure in outcome.row.measures
    ]
    rounds = max((found.rounds for found in line.spreads.values()), default=0)
    return [line.contender, *figures, multiple(line.ratio), str(rounds)]


def figure(found: Spread | None, digits: int) -> str:
    """A median, and the quartiles around it."""
    if found is None:
        return NONE
    middle, low, high = (number(value, digits) for value in (found.median, found.low, found.high))
    return middle if low == middle == high else f"{middle} ({low} to {high})"


def number(value: float, digits: int) -> str:
    return f"{value:,.{digits}f}"


def multiple(ratio: float | None) -> str:
    if ratio is None:
        return NONE
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:,.0f}"


def wording(row: Row, goal: Goal) -> str:
    sign = "at least" if goal.is_floor else "at most"
    if goal.of:
        return f"{goal.contender}: {sign} {multiple(goal.limit)} times {goal.of}{about(row, goal)}"
    limit = number(goal.limit, digits_of(row, goal.measure))
    return f"{goal.contender}: {sign} {limit} {goal.measure}"


def about(row: Row, goal: Goal) -> str:
    """Which measure a multiple is of, unless it is the one that all are compared by."""
    return "" if goal.measure == row.measures[0].name else f", {goal.measure}"


def found_by(row: Row, verdict: Verdict) -> str:
    goal = verdict.goal
    if goal.of:
        return multiple(verdict.found)
    return number(verdict.found, digits_of(row, goal.measure))


def verdict_of(verdict: Verdict) -> str:
    return "met" if verdict.is_met else "**not met**"


def sentence(row: Row, verdict: Verdict) -> str:
    return f"{verdict_of(verdict)}: {wording(row, verdict.goal)}; is {found_by(row, verdict)}"


def cells_of(line: list[str]) -> str:
    return "| " + " | ".join(line) + " |"
