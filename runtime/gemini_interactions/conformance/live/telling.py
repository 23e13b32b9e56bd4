"""Verdicts told: on a terminal, to programs, to CI."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final, get_args

from ..findings import Finding
from ..report.markup import attribute, text
from ..report.terminal import number, place_text, shown
from .clauses import Evidence, Outcome, Verdict

__all__ = ["as_json", "as_junit", "last_line", "lines_of"]

VERSION: Final = 1
MOST_TOLD: Final = 5
SUITE: Final = "gemini-interactions conform"


def lines_of(verdict: Verdict) -> Iterator[str]:
    """A verdict on a terminal: one line, and what breaks it below."""
    outcome = verdict.outcome.upper() if verdict.outcome == "broken" else verdict.outcome
    yield f"{outcome:14} {verdict.clause:22} {verdict.reason or verdict.sentence}"
    if verdict.outcome == "broken":
        for finding in verdict.findings[:MOST_TOLD]:
            yield f"               {told(finding)}"
        if len(verdict.findings) > MOST_TOLD:
            yield f"               ... and {len(verdict.findings) - MOST_TOLD} more"
    elif verdict.findings:
        known = sorted({str(found.deviation.known) for found in verdict.findings})
        yield f"               with known deviations: {', '.join(known)}"


def last_line(verdicts: Sequence[Verdict], revision: str) -> str:
    counts = Counter(verdict.outcome for verdict in verdicts)
    outcomes: tuple[Outcome, ...] = get_args(Outcome)
    told = [f"{counts[each]} {each.replace('holds', 'hold')}" for each in outcomes if counts[each]]
    word = "does not conform" if counts["broken"] else "conforms"
    return f"{word} to {revision}: {number(len(verdicts), 'clause')}, {', '.join(told)}"


def told(finding: Finding) -> str:
    deviation = finding.deviation
    where = f" at {deviation.pointer}" if deviation.pointer else ""
    known = f" (known: {deviation.known})" if deviation.known else ""
    got = "" if deviation.got is None else f", got {shown(deviation.got)}"
    return f"{place_text(finding.place)}{where}: {deviation.rule}: {deviation.message}{got}{known}"


def as_json(verdicts: Sequence[Verdict], *, about: str, revision: str, strict: bool) -> str:
    """The verdicts for programs; `version` says when the form changes."""
    content = {
        "report": f"{SUITE} {about}",
        "version": VERSION,
        "revision": revision,
        "strict": strict,
        "conforms": not any(verdict.outcome == "broken" for verdict in verdicts),
        "clauses": [verdict_of(verdict) for verdict in verdicts],
    }
    return json.dumps(content, indent=1) + "\n"


def verdict_of(verdict: Verdict) -> dict[str, Any]:
    return {
        "clause": verdict.clause,
        "sentence": verdict.sentence,
        "outcome": verdict.outcome,
        "reason": verdict.reason,
        "findings": [finding_of(found) for found in verdict.findings],
        "evidence": [evidence_of(each) for each in verdict.evidence],
    }


def finding_of(found: Finding) -> dict[str, Any]:
    deviation = found.deviation
    return {
        "source": found.place.source,
        "position": found.place.position,
        "kind": found.kind,
        "pointer": deviation.pointer,
        "rule": deviation.rule,
        "message": deviation.message,
        "got": deviation.got,
        "type": deviation.type,
        "known": deviation.known,
    }


def evidence_of(each: Evidence) -> dict[str, Any]:
    return {"sent": each.sent, "body": each.body, "came": each.came, "answer": each.answer}


def as_junit(verdicts: Sequence[Verdict], *, about: str) -> str:
    """The verdicts for CI: a test case for each clause; what was not tested is skipped."""
    broken = sum(verdict.outcome == "broken" for verdict in verdicts)
    skipped = sum(verdict.outcome.startswith("not ") for verdict in verdicts)
    counts = f'tests="{len(verdicts)}" failures="{broken}" errors="0"'
    name = attribute(f"{SUITE} {about}")
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites name={name} {counts}>",
        f'<testsuite name={name} {counts} skipped="{skipped}">',
    ]
    for verdict in verdicts:
        lines += case_of(verdict, about)
    return "\n".join([*lines, "</testsuite>", "</testsuites>", ""])


def case_of(verdict: Verdict, about: str) -> Iterator[str]:
    name = attribute(verdict.clause)
    yield f"<testcase classname={attribute(f'conform.{about}')} name={name}>"
    if verdict.outcome == "broken":
        message = attribute(verdict.sentence)
        body = text("\n".join(map(told, verdict.findings)))
        yield f'<failure type="broken" message={message}>{body}</failure>'
    elif verdict.outcome.startswith("not "):
        yield f"<skipped message={attribute(f'{verdict.outcome}: {verdict.reason}')}/>"
    yield "</testcase>"
