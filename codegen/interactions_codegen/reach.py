"""Which types requests take, and which ones responses bring."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .model import Field, ObjectType, Revision, names_in, names_of


def sent(revision: Revision) -> list[str]:
    """The types a request body can reach, in the spec's order; read-only fields lead nowhere."""
    bodies = [operation.body for operation in revision.operations]
    reached = reachable(revision, bodies, lambda field: not field.read_only)
    return [name for name in revision.definitions if name in reached]


def received(revision: Revision) -> set[str]:
    """The types that a response or an event can reach; write-only fields lead nowhere."""
    ends = [end for route in revision.operations for end in (route.response, route.stream)]
    return reachable(revision, ends, lambda field: not field.write_only)


def reachable(
    revision: Revision, starts: Iterable[str | None], leads_on: Callable[[Field], bool]
) -> set[str]:
    reached: set[str] = set()
    pending = [name for name in starts if name is not None]
    while pending:
        name = pending.pop()
        if name in reached:
            continue
        reached.add(name)
        definition = revision.definitions[name]
        if isinstance(definition, ObjectType):
            fields = filter(leads_on, definition.fields)
            pending += [target for field in fields for target in names_in(field.type)]
        else:
            pending += names_of(definition)
    return reached
