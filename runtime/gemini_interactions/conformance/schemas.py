"""A revision's own JSON Schema: the `schema.json` that the generator writes beside the bindings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any, Final, TypeAlias

from attrs import frozen

from .._bindings import LATEST, bindings_of
from .findings import Kind

Json: TypeAlias = dict[str, Any]

FILE: Final = "schema.json"
CREATE: Final = "interactions.create"
ERROR_TYPE: Final = "ErrorResponse"


@frozen(eq=False, repr=False)
class Schema:
    """What a revision says: its types by name, what is sent and answered, and what it knows of
    the wire beyond that."""

    revision: str
    definitions: Mapping[str, Json]
    roots: Mapping[Kind, str]
    """The type of each kind of payload."""
    deviations: tuple[Json, ...]

    def forms(self, name: str) -> list[str]:
        """The objects that a type stands for: itself, or the arms of a choice."""
        arms = self.definitions[name].get("anyOf")
        return [target_of(arm["$ref"]) for arm in arms if "$ref" in arm] if arms else [name]

    def flagged(self, name: str, flag: str) -> frozenset[str]:
        """The fields of a type that are `readOnly`, `writeOnly` or `x-secret`."""
        return frozenset(
            wire
            for form in self.forms(name)
            for wire, field in self.definitions[form].get("properties", {}).items()
            if field.get(flag)
        )

    def treatments(self, kind: str) -> Iterator[tuple[str, Json]]:
        """The known deviations of a kind, by their id."""
        for deviation in self.deviations:
            if deviation["treatment"]["kind"] == kind:
                yield deviation["id"], deviation["treatment"]

    def secrets(self) -> frozenset[str]:
        """The names of all fields that hold secrets, whichever type they belong to."""
        return frozenset(
            wire for name in self.definitions for wire in self.flagged(name, "x-secret")
        )


@cache
def schema_of(revision: str = LATEST) -> Schema:
    """The schema of a revision, read on first use."""
    bindings = bindings_of(revision)
    content = json.loads(resources.files(bindings.types).joinpath(FILE).read_text("utf-8"))
    create: Mapping[str, str] = content["x-operations"][CREATE]
    return Schema(
        revision=bindings.label,
        definitions=content["$defs"],
        roots={
            "request": target_of(create["body"]),
            "interaction": target_of(create["response"]),
            "event": target_of(create["stream"]),
            "error": ERROR_TYPE,
        },
        deviations=tuple(content["x-deviations"]),
    )


def target_of(reference: str) -> str:
    """The name of the type that a reference leads to."""
    return reference.rpartition("/")[2]
