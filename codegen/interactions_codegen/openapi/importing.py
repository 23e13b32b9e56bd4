"""An OpenAPI document → the files of a revision. See the package for the steps."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from attrs import frozen

from ..build import build
from ..errors import CodegenError, SpecError
from ..source import (
    DEVIATIONS_FILE,
    LABEL,
    REVISION_FILE,
    ROUTES_FILE,
    Source,
    load,
    references,
    target_of,
)
from .arranging import Arranger
from .carrying import Carried, Carrier
from .document import Document
from .inventory import Inventory, inventory_of
from .names import give_names, write_in_place
from .nodes import Object, schema_of, targets
from .operations import Finder, Operations, find_stream, settle_parts
from .placing import Placer
from .reading import Reader
from .recognising import recognise
from .report import Report
from .routing import Router
from .types import Types, package_of
from .unions import settle_unions

DIALECT = "https://json-schema.org/draft/2020-12/schema"
POINTER = re.compile(r"/\$defs/([A-Za-z0-9]+)(?:/properties/([A-Za-z0-9_]+))?")


@frozen
class Imported:
    files: dict[str, str]
    """The revision's files by name."""
    report: Report


def import_document(document: Document, label: str, base: Source | None) -> Imported:
    """What the document says, as a revision that has passed every check of the generator."""
    imported, types = draft(document, label, base)
    check(imported.files, label, types)
    return imported


def draft(document: Document, label: str, base: Source | None) -> tuple[Imported, Types]:
    """What the document says, and the types that it says it of; the generator may still refuse it.

    A document that we exported says all of it in our own words: it takes nothing from a base.
    """
    check_label(label)
    carried = Carried.from_document(document)
    inventory = None if base is None or carried is not None else inventory_of(base)
    report = Report(document.name, label, None if inventory is None else inventory.source.label)
    if carried is None:
        if base is None:
            problem = "no base revision to keep names, families and words from: give --base"
            raise document.root.error(problem)
        carried = Carried.from_source(base)
    types, operations = read_types(document, report, inventory)
    recognised = settle_types(types, inventory)
    files = Writer(document, label, carried, inventory, types, operations, recognised).files()
    if report.sections["could_not_place"]:
        report.refuse()
    return Imported(files, report), types


def check_label(label: str) -> None:
    try:
        valid = LABEL.fullmatch(label) is not None and bool(date.fromisoformat(label))
    except ValueError:
        valid = False
    if not valid:
        raise CodegenError(f"{label!r} cannot name a revision: give a date, like 2026-05-20")


def read_types(
    document: Document, report: Report, base: Inventory | None
) -> tuple[Types, Operations]:
    """All types that the operations reach, as the document has them."""
    reader = Reader(document, report, own_words=base is None)
    finder = Finder(document, reader, report)
    operations = finder.find()
    if base is not None:
        find_stream(finder, base.roots, base.nodes)
    else:
        reader.pending += document.schemas
    reader.read_reached()
    package = package_of(document.schemas)
    types = Types(report, reader.nodes, reader.families, package, finder.roots)
    types.dissolve(types.is_unnamed)
    types.set_apart()
    settle_unions(types)
    settle_parts(operations, types)
    types.dissolve(types.is_unnamed)
    named = types.nodes.keys() - types.origins.keys()
    types.keep(types.reached(types.families if base is None else ()))
    unused = named - types.nodes.keys() if base is None else document.schemas.keys() - reader.used
    for name in [name for name in document.schemas if name in unused]:
        report.note("left_out", name, "no operation of the interactions reaches it")
    return types, operations


def settle_types(types: Types, base: Inventory | None) -> set[str]:
    """Give them names and the base's order and words; which of them the base has."""
    recognition = None if base is None else recognise(types, base)
    write_in_place(types, recognition)
    types.keep(types.reached(types.families if base is None else ()))
    recognised = give_names(types, recognition)
    Arranger(types, base, recognised, own_order=base is None).arrange()
    return recognised


@frozen
class Writer:
    document: Document
    label: str
    carried: Carried
    base: Inventory | None
    types: Types
    operations: Operations
    recognised: set[str]

    def files(self) -> dict[str, str]:
        homes: Mapping[str, str] = self.base.family_of if self.base is not None else {}
        known = {name: homes[name] for name in self.recognised if name in homes}
        placed = Placer(self.types, known, list(self.carried.families)).place()
        families = self.families(placed)
        carrier = Carrier(self.carried, self.types.nodes, self.types.report)
        router = Router(
            self.operations,
            self.types,
            self.carried,
            self.base,
            lambda name: f"{placed.get(name, '')}.json#/$defs/{name}",
        )
        documents: dict[str, Any] = {
            REVISION_FILE: carrier.revision(self.label, self.operations.headers, families),
            ROUTES_FILE: router.routes(),
            DEVIATIONS_FILE: {"deviations": carrier.deviations()},
            **{f"{family}.json": self.family(family, placed) for family in families},
        }
        self.tell_gone(placed)
        return {
            name: json.dumps(content, indent=2, ensure_ascii=False) + "\n"
            for name, content in documents.items()
        }

    def families(self, placed: Mapping[str, str]) -> list[str]:
        """Those that are needed, new ones before the first that refers to them."""
        needed = list(dict.fromkeys(placed.values()))
        families = [family for family in self.carried.families if family in needed]
        for family in [family for family in needed if family not in families]:
            users = {
                home
                for name, home in placed.items()
                if any(placed.get(t) == family for t in targets(self.types.nodes[name]))
            }
            index = next((i for i, home in enumerate(families) if home in users), len(families))
            families.insert(index, family)
            self.types.report.note("undescribed", f"family {family}")
        for family in self.carried.families:
            if family not in needed:
                self.types.report.note("gone", f"family {family}", "no type is left in it")
        return families

    def family(self, family: str, placed: Mapping[str, str]) -> dict[str, Any]:
        names = self.in_order([name for name, home in placed.items() if home == family])
        definitions = {name: self.definition(name, family, placed) for name in names}
        description = self.carried.families.get(family, "")
        return {"$schema": DIALECT, "description": description, "$defs": definitions}

    def in_order(self, names: list[str]) -> list[str]:
        if self.base is None:
            order = list(self.document.schemas)
        else:
            order = [name for name in self.base.nodes if name in self.recognised]
        return [*(n for n in order if n in names), *(n for n in names if n not in order)]

    def definition(self, name: str, family: str, placed: Mapping[str, str]) -> dict[str, Any]:
        schema = like(schema_of(self.types.nodes[name]), self.model_of(name))
        for _, holder, key in references(schema):
            target = target_of(holder[key])
            home = placed.get(target)
            holder[key] = f"{'' if home == family else f'{home}.json'}#/$defs/{target}"
        return schema

    def model_of(self, name: str) -> Mapping[str, Any]:
        """The schema whose order of keywords is kept."""
        if self.base is None:
            found: Mapping[str, Any] = self.document.schemas.get(name, {})
            return found
        return self.base.source.definitions.get(name, {})

    def tell_gone(self, placed: Mapping[str, str]) -> None:
        for name, node in self.base.nodes.items() if self.base is not None else ():
            if name not in self.recognised or name not in placed:
                self.types.report.note("gone", name)
                continue
            now = self.types.nodes[name]
            if isinstance(node, Object) and isinstance(now, Object):
                for wire in node.properties:
                    if wire not in now.properties:
                        self.types.report.note("gone", f"{name}.{wire}")


def like(schema: dict[str, Any], model: Mapping[str, Any]) -> dict[str, Any]:
    """With the keywords in the order of another schema that has all of them."""
    if not schema.keys() <= model.keys():
        return schema
    return {key: schema[key] for key in model if key in schema}


def check(files: Mapping[str, str], label: str, types: Types) -> None:
    """All that the generator checks; a refusal names the place in the document too."""
    with tempfile.TemporaryDirectory(prefix="interactions-codegen-") as scratch:
        folder = Path(scratch) / label
        folder.mkdir()
        for name, text in files.items():
            # What UTF-8 cannot say is for `load` to refuse.
            (folder / name).write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            build(load(folder))
        except SpecError as error:
            found = POINTER.match(error.pointer)
            node = types.nodes.get(found.group(1)) if found else None
            if found and isinstance(node, Object):
                node = node.properties.get(found.group(2) or "", node)
            if node is None:
                raise
            where = f"; it comes from {node.place.file}#{node.place.pointer}"
            raise SpecError(error.file, error.pointer, error.problem + where) from None
