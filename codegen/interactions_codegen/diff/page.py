"""A comparison as one page that needs nothing else: both inventories side by side."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from .changes import SEVERITIES, Change, Diff, Entry, Row, Severity, worst
from .impact import GROUPS
from .wording import AUDIENCES, VERDICTS, counts, severities, words

HERE = Path(__file__).parent
TEMPLATE = "page.html.jinja"
GROUP_OF = {kind: group for group, kinds in GROUPS.items() for kind in kinds}
GRAVE: tuple[Severity, ...] = ("breaking", "risky")
SHORT = ("readers", "strict", "senders")
"""The audiences, as the page's script calls them."""


def html_report(diff: Diff) -> str:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    style, script = ((HERE / name).read_text("utf-8") for name in ("page.css", "page.js"))
    return environment.get_template(TEMPLATE).render(
        diff=diff,
        families=list(families(diff)),
        meaning=VERDICTS[diff.verdict],
        counts=counts(diff),
        audiences=list(zip(SHORT, AUDIENCES, strict=True)),
        severities=list(reversed(SEVERITIES)),
        groups=list(GROUPS),
        style=Markup(style),
        script=Markup(script),
        style_hash=content_hash(style),
        script_hash=content_hash(script),
        page=Page(diff),
    )


def content_hash(text: str) -> str:
    """What the page's policy lets run, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"sha256-{digest}"


def families(diff: Diff) -> Iterator[tuple[str, list[Entry]]]:
    for family in dict.fromkeys(entry.family for entry in diff.entries):
        yield family, [entry for entry in diff.entries if entry.family == family]


class Page:
    """What the template asks of a comparison: numbers for its changes, words and colours."""

    def __init__(self, diff: Diff) -> None:
        self.numbers = {id(change): number for number, change in enumerate(diff.changes)}
        self.by_old = {entry.old: entry for entry in diff.entries}
        self.by_new = {entry.new: entry for entry in diff.entries}

    def number(self, change: Change) -> int:
        return self.numbers[id(change)]

    def numbers_of(self, entry: Entry, row: Row) -> str:
        """The changes that a line has to do with: its own, or those of what came or went."""
        about = self.told_elsewhere(entry, row)
        changes = row.changes or (about.changes if about is not None else ())
        return " ".join(str(self.number(change)) for change in changes)

    def member_of(self, entry: Entry, row: Row) -> str:
        """The type that says what became of a union's member; empty where the line says it."""
        about = self.told_elsewhere(entry, row)
        return about.new or about.old if about is not None and about is not entry else ""

    def told_elsewhere(self, entry: Entry, row: Row) -> Entry | None:
        cell = row.old or row.new
        if row.changes or cell is None or (row.old and row.new):
            return None
        types = self.by_old if row.old else self.by_new
        return types.get(cell.text, entry) if entry.form == "union" else entry

    def told_at(self, entry: Entry) -> Iterator[tuple[Row, list[Change]]]:
        """Its lines, each with the changes that are told there: at the first they are about."""
        told: set[int] = set()
        for row in entry.rows:
            yield row, [change for change in row.changes if self.number(change) not in told]
            told.update(self.number(change) for change in row.changes)

    @staticmethod
    def words(change: Change) -> Markup:
        return Markup(words(change, lambda text: Markup("<code>{}</code>").format(text)))

    @staticmethod
    def group(change: Change) -> str:
        return GROUP_OF[change.kind]

    @staticmethod
    def grades(change: Change) -> list[tuple[str, Severity]]:
        return list(zip(SHORT, severities(change.impact), strict=True))

    @staticmethod
    def badges(change: Change) -> list[tuple[Severity, str]]:
        """How grave it is, and for whom."""
        found = dict(zip(AUDIENCES, severities(change.impact), strict=True))
        if found["strict readers"] == found["readers"]:
            del found["strict readers"]  # who goes without saying
        badges: list[tuple[Severity, str]] = [
            (grade, ", ".join(concerned))
            for grade in GRAVE
            if (concerned := [name for name, own in found.items() if own == grade])
        ]
        return badges or [(worst(change.impact), "")]
