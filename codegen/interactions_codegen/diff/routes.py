"""The operations and hosts of two revisions side by side, and what changed in each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..model import Operation, Revision
from .audience import Audience
from .changes import Cell, Change, Entry, Row
from .definitions import Thing
from .renames import Pairs

Facts = Mapping[tuple[str, str], str]
"""What a route says, by what it is about (`path`, `query`, ...) and which of them it is."""

FAMILY = "routes"
EVERYBODY = Audience(read=True, sent=True)
TYPES = ("body", "response", "stream")


def route_entries(old: Revision, new: Revision, pairs: Pairs) -> Iterator[Entry]:
    header = "Api-Revision"
    before, after = ({("header", header): side.header or "none"} for side in (old, new))
    yield compared("headers", header, before, after, pairs)
    yield from paired(
        "backend",
        {name: dict(host_facts(backend)) for name, backend in old.backends.items()},
        {name: dict(host_facts(backend)) for name, backend in new.backends.items()},
        pairs,
    )
    yield from paired(
        "operation",
        {operation.name: dict(facts_of(operation)) for operation in old.operations},
        {operation.name: dict(facts_of(operation)) for operation in new.operations},
        pairs,
    )


def host_facts(backend: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
    for location, host in backend["hosts"].items():
        yield ("host", location), host
    yield ("api-version", ""), backend["api_version"]


def facts_of(operation: Operation) -> Iterator[tuple[tuple[str, str], str]]:
    yield ("method", ""), operation.method
    for backend, path in operation.paths.items():
        yield ("path", backend), path
    yield ("default-path", "vertex"), operation.vertex_default
    for name, kind in operation.query:
        yield ("query", name), kind
    for about in (*TYPES, "stream_switch"):
        if (text := getattr(operation, about)) is not None:
            yield (about.replace("_", "-"), ""), text


def paired(
    form: str, old: Mapping[str, Facts], new: Mapping[str, Facts], pairs: Pairs
) -> Iterator[Entry]:
    for name, facts in new.items():
        if name in old:
            yield compared(form, name, old[name], facts, pairs)
        else:
            change = Thing("", name, EVERYBODY).change(f"{form}-added")
            yield entry(form, "", name, [change], [Row(None, cell) for cell in cells(facts)])
    for name, facts in old.items():
        if name not in new:
            change = Thing(name, "", EVERYBODY).change(f"{form}-removed")
            yield entry(form, name, "", [change], [Row(cell, None) for cell in cells(facts)])


def compared(form: str, name: str, old: Facts, new: Facts, pairs: Pairs) -> Entry:
    thing = Thing(name, name, EVERYBODY)
    rows: list[Row] = []
    for key in dict.fromkeys((*new, *old)):
        before, after = old.get(key), new.get(key)
        rows.append(
            Row(
                None if before is None else cell(key, before),
                None if after is None else cell(key, after),
                tuple(changes_of(thing, key, before, after, pairs)),
            )
        )
    return entry(form, name, name, [], rows)


def changes_of(
    thing: Thing, key: tuple[str, str], before: str | None, after: str | None, pairs: Pairs
) -> Iterator[Change]:
    about, item = key
    items = (item,) if item else ()
    if before is None:
        yield thing.change(f"{about}-added", "", after or "", items)
    elif after is None:
        yield thing.change(f"{about}-removed", before, "", items)
    elif before != after and not (about in TYPES and (before, after) in pairs.types):
        yield thing.change(f"{about}-changed", before, after, items)


def cell(key: tuple[str, str], text: str) -> Cell:
    return Cell(" ".join(part for part in key if part), text)


def cells(facts: Facts) -> list[Cell]:
    return [cell(key, text) for key, text in facts.items()]


def entry(form: str, old: str, new: str, changes: list[Change], rows: list[Row]) -> Entry:
    return Entry(
        family=FAMILY,
        form=form,
        old=old,
        new=new,
        description="",
        changes=tuple(changes),
        rows=tuple(rows),
    )
