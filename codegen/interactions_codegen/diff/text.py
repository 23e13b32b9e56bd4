"""A comparison for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import printable
from .changes import Change, Diff, Entry
from .wording import AUDIENCES, VERDICTS, counts, severities, words

SIGNS = {"breaking": "!", "risky": "~", "additive": "+", "neutral": "."}


def text_report(diff: Diff) -> str:
    return "\n".join(printable(line) for line in lines_of(diff)) + "\n"


def lines_of(diff: Diff) -> Iterator[str]:
    yield f"{diff.old} -> {diff.new}: {diff.verdict} ({VERDICTS[diff.verdict]})"
    for audience, found in counts(diff).items():
        shown = ", ".join(f"{number} {severity}" for severity, number in found.items())
        yield f"  {audience}: {shown}"
    yield f"Signs: {', '.join(AUDIENCES)}; {', '.join(f'{s} {w}' for w, s in SIGNS.items())}"
    for entry in diff.entries:
        if entry.all_changes:
            yield ""
            yield title(entry)
            yield from (line(change) for change in entry.all_changes)


def title(entry: Entry) -> str:
    """Its name, or both."""
    names = dict.fromkeys(name for name in (entry.old, entry.new) if name)
    return f"{' -> '.join(names)} ({entry.form})"


def line(change: Change) -> str:
    signs = "".join(SIGNS[severity] for severity in severities(change.impact))
    field = change.new_field or change.old_field
    return f"  {signs} {f'{field}: ' if field else ''}{words(change, str)}"
