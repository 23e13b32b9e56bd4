"""A comparison as data: what stands side by side, what changed there, and how much it matters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from attrs import frozen

Severity = Literal["neutral", "additive", "risky", "breaking"]
Verdict = Literal["patch", "minor", "major"]
SEVERITIES: tuple[Severity, ...] = ("neutral", "additive", "risky", "breaking")


@frozen
class Impact:
    """What a change does to the programs written for the older revision."""

    readers: Severity
    """They read responses, and pass over what they do not know."""
    strict_readers: Severity
    """They hold a response to what was declared: listed values, listed members, exact types."""
    senders: Severity
    """They send requests."""


@frozen(kw_only=True)
class Change:
    kind: str
    """One of `impact.KINDS`."""
    old: str
    """The type, operation or backend, by its name in the older revision; empty if it had none."""
    new: str
    old_field: str
    """The field of that type; empty where the change is about the whole."""
    new_field: str
    before: str
    after: str
    items: tuple[str, ...]
    """The values or members in question."""
    impact: Impact


@frozen
class Cell:
    """One line of an inventory."""

    name: str
    text: str = ""
    marks: tuple[str, ...] = ()


@frozen
class Row:
    """The same line in both revisions, or in the one that has it."""

    old: Cell | None
    new: Cell | None
    changes: tuple[Change, ...] = ()


@frozen(kw_only=True)
class Entry:
    """A definition or an operation beside what became of it."""

    family: str
    form: str
    old: str
    new: str
    description: str
    changes: tuple[Change, ...]
    """Those of the whole; the others are with their rows."""
    rows: tuple[Row, ...]

    @property
    def all_changes(self) -> tuple[Change, ...]:
        found = [*self.changes, *(change for row in self.rows for change in row.changes)]
        return tuple({id(change): change for change in found}.values())


@frozen
class Diff:
    old: str
    """The labels of the two revisions."""
    new: str
    entries: tuple[Entry, ...]

    @property
    def changes(self) -> Iterator[Change]:
        return (change for entry in self.entries for change in entry.all_changes)

    @property
    def verdict(self) -> Verdict:
        """Major breaks a reader or a sender; minor is any other change of the wire."""
        impacts = [change.impact for change in self.changes]
        if any("breaking" in (impact.readers, impact.senders) for impact in impacts):
            return "major"
        if any(worst(impact) != "neutral" for impact in impacts):
            return "minor"
        return "patch"


def worst(impact: Impact) -> Severity:
    return max((impact.readers, impact.strict_readers, impact.senders), key=SEVERITIES.index)
