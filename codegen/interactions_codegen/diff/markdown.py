"""A comparison as a changelog."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .changes import SEVERITIES, Change, Diff, Entry, Severity
from .wording import AUDIENCES, VERDICTS, counts, severities, words

RENAMES = ("variant-moved", "variant-renamed", "type-renamed", "type-split", "field-renamed")
SECTIONS = {
    "Breaking": "What reads these, or sends them, has to change.",
    "Risky": "Mostly still works: each is worth a look.",
    "For strict readers": "Only what holds a response to lists and exact types is concerned.",
    "Additive": "There is more than before.",
    "Neutral": "Declared otherwise; nothing to do.",
}


def markdown_report(diff: Diff) -> str:
    return "\n".join(lines_of(diff)) + "\n"


def lines_of(diff: Diff) -> Iterator[str]:
    yield f"# From {diff.old} to {diff.new}"
    yield ""
    yield f"**{diff.verdict.capitalize()}**: {VERDICTS[diff.verdict]}."
    yield ""
    yield from count_table(diff)
    if renames := [change for change in diff.changes if change.kind in RENAMES]:
        yield from ["", "## Renamed", "", "| was | is |", "|---|---|"]
        yield from map(rename_line, renames)
    for section, meaning in SECTIONS.items():
        if entries := [*grouped(diff, section)]:
            yield from ["", f"## {section}", "", meaning, ""]
            for entry, changes in entries:
                yield from entry_lines(entry, changes, section)


def count_table(diff: Diff) -> Iterator[str]:
    shown: list[Severity] = [s for s in reversed(SEVERITIES) if s != "neutral"]
    yield f"| | {' | '.join(shown)} |"
    yield f"|---|{'---:|' * len(shown)}"
    for audience, found in counts(diff).items():
        yield f"| {audience} | {' | '.join(str(found[severity]) for severity in shown)} |"


def rename_line(change: Change) -> str:
    if change.kind.startswith("variant"):
        was, now = change.before, change.after
    elif change.old_field:
        was = f"{change.old}.{change.old_field}"
        now = f"{change.new}.{change.new_field}"
    else:
        was, now = change.before, change.after
    return f"| {code_in_table(was)} | {code_in_table(now)} |"


def section_of(change: Change) -> str:
    readers, strict, senders = severities(change.impact)
    for severity, section in (("breaking", "Breaking"), ("risky", "Risky")):
        if severity in (readers, senders):
            return section
    if strict in ("breaking", "risky"):
        return "For strict readers"
    return "Additive" if "additive" in (readers, strict, senders) else "Neutral"


def grouped(diff: Diff, section: str) -> Iterator[tuple[Entry, list[Change]]]:
    for entry in diff.entries:
        if changes := [c for c in entry.all_changes if section_of(c) == section]:
            yield entry, changes


def entry_lines(entry: Entry, changes: Sequence[Change], section: str) -> Iterator[str]:
    names = dict.fromkeys(name for name in (entry.old, entry.new) if name)
    yield f"- {' → '.join(f'**{code(name)}**' for name in names)}"
    for change in changes:
        field = change.new_field or change.old_field
        about = f"{code(field)}: " if field else ""
        yield f"  - {about}{words(change, code)}{whom(change, section)}"


def whom(change: Change, section: str) -> str:
    """Those for whom a change is as grave as its section says."""
    severity = section.lower()
    if severity not in ("breaking", "risky"):
        return ""
    concerned = [
        audience
        for audience, found in zip(AUDIENCES, severities(change.impact), strict=True)
        if found == severity and audience != "strict readers"
    ]
    return f" *({', '.join(concerned)})*"


def code(text: str) -> str:
    """Text in which nothing is markup."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def code_in_table(text: str) -> str:
    return code(text).replace("|", "\\|")
