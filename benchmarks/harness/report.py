"""docs/performance.md: all rows, from figures and from what the rows say of themselves."""

from __future__ import annotations

from collections.abc import Mapping

from .judging import Outcome
from .writing import as_markdown, cells_of, found_by, verdict_of, wording

INTRODUCTION = """\
# Performance

What the client costs, beside what others cost, measured side by side. This page is written by
`tox -e bench`: every figure on it comes from one run.

- Every contender runs in an environment of its own, in a process of its own, and takes its turn in
  every round, so that what else the machine does falls on all of them. A figure is the median of
  the rounds; the quartiles stand behind it. `times ours` compares the first column.
- Servers run in a process of their own and send bytes that were made before. `server busy` is the
  share of the time that this process worked, and the line of the bare socket shows what it could
  have given.
- All is on loopback and without TLS: this is what a client adds, not what a user waits for.
- google-genai builds a model class for every event, which is most of its cost, and could be
  mended: so the limits count that are absolute, or relative to a client that does nothing else.

A row by itself is `python -m benchmarks.ROW`, with `--rounds` and `--json`; a quick look at all of
them is `python -m benchmarks --rounds 1`. They want Linux, as they read `/proc`. No test asserts a
time."""


def report(outcomes: Mapping[str, Outcome], facts: Mapping[str, str]) -> str:
    machine = [f"- {name}: {fact}" for name, fact in facts.items()]
    sections = [
        f"{as_markdown(outcome)}\n\nMeasured by `python -m benchmarks.{name}`."
        for name, outcome in outcomes.items()
    ]
    parts = [INTRODUCTION, "\n".join(machine), goals(outcomes), *sections]
    return "\n\n".join(parts) + "\n"


def goals(outcomes: Mapping[str, Outcome]) -> str:
    """All goals in one table."""
    lines = [["row", "goal", "found", ""], ["---", "---", "---:", "---"]]
    for name, outcome in outcomes.items():
        for verdict in outcome.verdicts:
            row = outcome.row
            goal, found = wording(row, verdict.goal), found_by(row, verdict)
            lines.append([f"`{name}`", goal, found, verdict_of(verdict)])
    return "\n".join(["## Goals", "", *map(cells_of, lines)])
