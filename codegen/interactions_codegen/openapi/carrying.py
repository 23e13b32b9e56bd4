"""What no OpenAPI document has words for: carried over from the base revision, or from the
document itself if it was exported from a revision.

What no longer applies is dropped, and told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from .. import naming
from ..former import is_field
from ..shapes import anything, line, line_or_nothing, record, table, text
from ..source import DEVIATIONS, REVISION, Source
from .document import Document
from .nodes import Choice, Node, Object
from .report import Report

MARK = "x-inventory"
"""What marks a document as exported from a revision, in our own words."""

MARKS = record(
    {
        "revision": REVISION,
        "families": table(text(naming.FAMILY_NAME, "the name of a family"), line_or_nothing),
        "backends": anything,
        "vertex_default": table(line, line),
        "deviations": anything,
    }
)


@frozen(kw_only=True)
class Carried:
    revision: Mapping[str, Any]
    families: Mapping[str, str]
    """Family → description, in order."""
    backends: Any
    vertex_default: Mapping[str, str]
    """By operation, in order."""
    deviations: list[Mapping[str, Any]]

    @staticmethod
    def from_source(source: Source) -> Carried:
        routes = source.routes["operations"]
        return Carried(
            revision=source.revision,
            families=source.families,
            backends=source.routes["backends"],
            vertex_default={name: route["vertex_default"] for name, route in routes.items()},
            deviations=list(source.deviations),
        )

    @staticmethod
    def from_document(document: Document) -> Carried | None:
        if MARK not in document.content:
            return None
        marks, place = document.content[MARK], document.root.below(MARK)
        MARKS(place, marks)
        DEVIATIONS(place, {"deviations": marks["deviations"]})
        return Carried(
            revision=marks["revision"],
            families=marks["families"],
            backends=marks["backends"],
            vertex_default=marks["vertex_default"],
            deviations=marks["deviations"],
        )


@frozen
class Carrier:
    """Carries to a revision with these types."""

    carried: Carried
    nodes: Mapping[str, Node]
    report: Report

    # --- revision.json -------------------------------------------------------------------------

    def revision(self, label: str, headers: list[str], families: list[str]) -> dict[str, Any]:
        before = self.carried.revision
        revision: dict[str, Any] = {
            **before,
            "label": label,
            "header": self.header(label, headers),
            "families": families,
        }
        if "answer" in before and (missing := self.missing_of_answer(before["answer"])):
            del revision["answer"]
            self.report.note("gone", "the answer in revision.json", f"there is no {missing}")
        if before["label"] != label:
            for key in ("withdrawn", "changed"):
                revision.pop(key, None)
        if "aliases" in before:
            kept = before["label"] == label
            revision["aliases"] = dict(self.aliases(before["aliases"])) if kept else {}
        return revision

    def header(self, label: str, headers: list[str]) -> str | None:
        """The document's; else the label, if that is what the base sends; else what it sends."""
        before: str | None = self.carried.revision["header"]
        if headers:
            return label if label in headers else headers[0]
        if before != self.carried.revision["label"]:
            return before
        self.report.note("settled", "Api-Revision", "the label, as in the base revision")
        return label

    def missing_of_answer(self, answer: Mapping[str, Any]) -> str | None:
        owner = self.nodes.get(answer["type"])
        if not isinstance(owner, Object) or answer["field"] not in owner.properties:
            return f"{answer['type']}.{answer['field']}"
        media = [n for n in answer["media"].values() if not isinstance(self.nodes.get(n), Object)]
        return media[0] if media else None

    def aliases(self, aliases: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        for old, new in aliases.items():
            owner = new.partition(".")[0] if is_field(new) else new
            if owner in self.nodes:
                yield old, new
            else:
                self.report.note("gone", f"alias {old}", f"there is no {owner}")

    # --- deviations.json -----------------------------------------------------------------------

    def deviations(self) -> list[dict[str, Any]]:
        return [
            {**deviation, "treatment": treatment}
            for deviation in self.carried.deviations
            if (treatment := self.treatment(deviation["id"], deviation["treatment"])) is not None
        ]

    def treatment(self, name: str, treatment: Mapping[str, Any]) -> dict[str, Any] | None:
        if "fields" in treatment:
            fields = {
                owner: kept
                for owner, wires in treatment["fields"].items()
                if (kept := self.applicable(name, treatment["kind"], owner, wires))
            }
            return {**treatment, "fields": fields} if fields else None
        if "union" in treatment and (problem := self.problem_of_reading(treatment)):
            self.report.note("deviations_dropped", name, problem)
            return None
        return dict(treatment)

    def applicable(self, name: str, kind: str, owner: str, wires: Any) -> Any:
        """The fields of one type that a deviation still applies to: a list, or a table."""
        node, kept = self.nodes.get(owner), dict[str, Any]()
        for wire in wires:
            if problem := problem_of_field(node, kind, owner, wire):
                self.report.note("deviations_dropped", name, problem)
            else:
                kept[wire] = wires[wire] if isinstance(wires, dict) else None
        return kept if isinstance(wires, dict) else list(kept)

    def problem_of_reading(self, treatment: Mapping[str, Any]) -> str | None:
        union, target = self.nodes.get(treatment["union"]), treatment["read_as"]
        member = self.nodes.get(target)
        if not isinstance(union, Choice) or union.tag is None:
            return f"there is no union {treatment['union']}"
        if target not in union.mapping.values() or not isinstance(member, Object):
            return f"{target} is no member of {treatment['union']}"
        if treatment.get("tag") in union.mapping:
            return f"{treatment['union']} has the tag {treatment['tag']!r} now"
        for wire in (*treatment.get("requires", ()), *treatment.get("allows", ())):
            if wire not in member.properties:
                return f"there is no {target}.{wire}"
        return None


def problem_of_field(node: Node | None, kind: str, owner: str, wire: str) -> str | None:
    if not isinstance(node, Object):
        return f"there is no object {owner}"
    declared = wire in node.properties
    if kind == "undeclared":
        return f"{owner}.{wire} is declared now" if declared else None
    if not declared:
        return f"there is no {owner}.{wire}"
    if kind == "may-omit" and wire not in node.required:
        return f"{owner}.{wire} is not required any more"
    return None
