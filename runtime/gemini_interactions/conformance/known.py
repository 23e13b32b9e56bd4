"""Which deviations `deviations.json` knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from attrs import frozen

from .schemas import Json, Schema, target_of

OPEN: Final = "x-open"
"""Stands for an entry of `deviations.json` where the schema itself expects what is new to it."""


@frozen
class Reading:
    """Another look of a member of a union: what it is read as, and who knows."""

    known: str
    tag: str


class KnownDeviations:
    """The treatments of a revision, ready to be asked about one place of a payload."""

    def __init__(self, schema: Schema) -> None:
        self._omitted = _by_field(schema, "may-omit")
        self._undeclared = _by_field(schema, "undeclared")
        self._accepted = {
            (name, wire, kind): known
            for known, treatment in schema.treatments("also-accepts")
            for name, fields in treatment["fields"].items()
            for wire, kinds in fields.items()
            for kind in kinds
        }
        self._untagged = list(schema.treatments("missing-tag"))
        self._renamed = {
            (treatment["union"], treatment["tag"]): (known, treatment)
            for known, treatment in schema.treatments("tag-alias")
        }
        self._tags = {
            name: {
                target_of(reference): tag
                for tag, reference in definition["discriminator"]["mapping"].items()
            }
            for name, definition in schema.definitions.items()
            if "discriminator" in definition
        }
        self._notes = {known for known, _ in schema.treatments("note")}

    def omitted(self, name: str, wire: str) -> str | None:
        return self._omitted.get((name, wire))

    def undeclared(self, name: str, wire: str) -> str | None:
        return self._undeclared.get((name, wire))

    def accepted(self, name: str, wire: str, kind: str) -> str | None:
        return self._accepted.get((name, wire, kind))

    def untagged(self, union: str, payload: Mapping[str, Any]) -> Reading | None:
        """What a payload without its tag is read as."""
        for known, treatment in self._untagged:
            required = set(treatment["requires"])
            if treatment["union"] == union and (
                required <= payload.keys() <= required | set(treatment.get("allows", ()))
            ):
                return self._reading(known, treatment)
        return None

    def renamed(self, union: str, tag: Any) -> Reading | None:
        """What a payload with an old tag is read as."""
        found = self._renamed.get((union, tag)) if isinstance(tag, str) else None
        return self._reading(*found) if found else None

    def note(self, known: str) -> str | None:
        """The id itself, if the revision has a note of that name."""
        return known if known in self._notes else None

    def _reading(self, known: str, treatment: Json) -> Reading:
        return Reading(known, self._tags[treatment["union"]][treatment["read_as"]])


def _by_field(schema: Schema, kind: str) -> dict[tuple[str, str], str]:
    return {
        (name, wire): known
        for known, treatment in schema.treatments(kind)
        for name, wires in treatment["fields"].items()
        for wire in wires
    }
