"""What an import did and could not do, said once: as text for people, as JSON for machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, NoReturn

from attrs import define, field, frozen

from ..documents import Place
from ..errors import CodegenError, printable

# In the order of the report: what a human has to look at comes first.
SECTIONS = {
    "could_not_place": "Could not be placed",
    "undescribed": "Without a description: write one",
    "named": "Names that differ from the document's",
    "placed": "New types and their families",
    "gone": "In the base revision, and not in the document",
    "deviations_dropped": "Deviations that no longer apply",
    "settled": "Settled by a rule",
    "kept": "Kept from the base revision, though the document does not say it",
    "loosened": "Said by the document, and not by the inventory",
    "operations": "Operations",
    "left_out": "Left out",
}
SHOWN = 40


@frozen
class Entry:
    subject: str
    note: str


@define
class Report:
    document: str
    revision: str
    base: str | None
    sections: dict[str, dict[Entry, None]] = field(
        factory=lambda: {name: dict[Entry, None]() for name in SECTIONS}
    )
    """In the order in which they were noted, each once."""
    keywords: Counter[str] = field(factory=Counter[str])
    """Keywords without a meaning for the inventory, and how often they were met."""

    def note(self, section: str, subject: str | Place, note: str = "") -> None:
        text = subject.pointer if isinstance(subject, Place) else subject
        self.sections[section][Entry(printable(text), printable(note))] = None

    def could_not_place(self, place: Place, problem: str) -> None:
        self.note("could_not_place", f"{place.file}#{place.pointer}", problem)

    def subjects(self, section: str) -> list[str]:
        return [entry.subject for entry in self.sections[section]]

    def refuse(self) -> NoReturn:
        raise ImportRefusedError(self)

    def as_json(self) -> dict[str, Any]:
        return {
            "document": printable(self.document),
            "revision": self.revision,
            "base": self.base,
            **{
                name: [{"subject": entry.subject, "note": entry.note} for entry in entries]
                for name, entries in self.sections.items()
            },
            "keywords_left_out": {printable(key): n for key, n in sorted(self.keywords.items())},
        }

    def lines(self) -> Iterator[str]:
        base = "without a base" if self.base is None else f"on the base of {self.base}"
        yield f"{printable(self.document)} as {self.revision}, {base}"
        for name, title in SECTIONS.items():
            if entries := self.sections[name]:
                yield ""
                yield f"{title} ({len(entries)}):"
                yield from (f"  {line_of(entry)}" for entry in list(entries)[:SHOWN])
                if len(entries) > SHOWN:
                    yield f"  … {len(entries) - SHOWN} more: see --report"
        if self.keywords:
            yield ""
            counts = ", ".join(f"{printable(key)} {n}" for key, n in sorted(self.keywords.items()))
            yield f"Keywords without a meaning for the inventory: {counts}"

    def __str__(self) -> str:
        return "\n".join(self.lines())


def line_of(entry: Entry) -> str:
    return f"{entry.subject}: {entry.note}" if entry.note else entry.subject


class ImportRefusedError(CodegenError):
    """Parts of the document have no place in the inventory; its report says which, and why."""

    def __init__(self, report: Report) -> None:
        super().__init__(report)
        self.report = report

    def __str__(self) -> str:
        problems = list(self.report.sections["could_not_place"])
        more = len(problems) - 1
        first = line_of(problems[0])
        return first if not more else f"{first} (and {more} more that could not be placed)"
