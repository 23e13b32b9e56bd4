"""The public names that definitions give rise to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .model import Definition, EnumType, ObjectType, Revision, UnionType, names_of
from .naming import constant_name
from .reach import sent


def exports(definitions: Iterable[Definition]) -> Iterator[str]:
    """What the family's module and the revision's package hold."""
    for definition in definitions:
        yield definition.name
        if isinstance(definition, EnumType):
            yield f"{constant_name(definition.name)}_VALUES"
        if isinstance(definition, UnionType):
            yield f"Unknown{definition.name}"
            yield from (reading.name for reading in definition.readings)


def param_exports(revision: Revision) -> Iterator[str]:
    """What the module of the TypedDicts holds."""
    for name in sent(revision):
        if not isinstance(revision.definitions[name], EnumType):
            yield f"{name}Param"
    yield from (f"{name}Fields" for name in switched(revision))


def switched(revision: Revision) -> set[str]:
    """Request bodies in which `stream` chooses what comes back: calls give it by itself."""
    bodies = {o.body for o in revision.operations if o.stream_switch == "body"}
    found = set(filter(None, bodies))
    for name in tuple(found):
        found |= set(names_of(revision.definitions[name]))
    return {name for name in found if isinstance(revision.definitions[name], ObjectType)}
