"""A revision's folder as it stands on disk: every file read, every reference resolved.

After `load` a spec is well formed: what remains to be judged is what it says (see `lints`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from . import naming
from .documents import pointer, read_document
from .errors import SpecError

REVISION_FILE = "revision.json"
ROUTES_FILE = "routes.json"
DEVIATIONS_FILE = "deviations.json"
SINGLE_FILES = (REVISION_FILE, ROUTES_FILE, DEVIATIONS_FILE)

LABEL = re.compile(r"\d{4}-\d{2}-\d{2}")
REFERENCE = re.compile(r"(?:([a-z][a-z0-9_]*)\.json)?#/\$defs/([A-Za-z0-9]+)")
LONGEST_TEXT = 300


@frozen
class Place:
    """Where a definition stands, for errors."""

    file: str
    pointer: str

    def below(self, *parts: str | int) -> Place:
        return Place(self.file, self.pointer + pointer(*parts))

    def error(self, problem: str, *below: str | int) -> SpecError:
        return SpecError(self.file, self.pointer + pointer(*below), problem)


@frozen(kw_only=True)
class Source:
    label: str
    revision: Mapping[str, Any]
    routes: Mapping[str, Any]
    deviations: tuple[Mapping[str, Any], ...]
    families: Mapping[str, str]
    """Family name → what it holds, in order."""
    definitions: Mapping[str, dict[str, Any]]
    """By name, with every reference in the form `#/$defs/Name`."""
    places: Mapping[str, Place]
    family_of: Mapping[str, str]
    hash: str

    def file(self, name: str) -> str:
        return f"{self.label}/{name}"


def revisions_in(spec: Path) -> list[Path]:
    """The revisions of a spec folder, oldest first."""
    return sorted(path for path in spec.iterdir() if LABEL.fullmatch(path.name) and path.is_dir())


def load(folder: Path) -> Source:
    label = folder.name
    files = {path.name: path for path in folder.iterdir() if path.suffix == ".json"}
    for name in SINGLE_FILES:
        if name not in files:
            raise SpecError(f"{label}/{name}", "", "the file is missing")
    documents = {name: read_document(files[name], f"{label}/{name}") for name in sorted(files)}
    revision = documents[REVISION_FILE]
    check_label(label, revision)
    families = check_families(label, revision, documents)
    definitions, places = gather(label, families, documents)
    resolve_references(definitions, places, families)
    return Source(
        label=label,
        revision=revision,
        routes=documents[ROUTES_FILE],
        deviations=tuple(documents[DEVIATIONS_FILE]["deviations"]),
        families={name: documents[f"{name}.json"]["description"] for name in families},
        definitions=definitions,
        places=places,
        family_of={
            name: place.file.rpartition("/")[2].removesuffix(".json")
            for name, place in places.items()
        },
        hash=hash_of(files),
    )


def hash_of(files: Mapping[str, Path]) -> str:
    digest = hashlib.sha256()
    for name in sorted(files):
        content = files[name].read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def check_label(label: str, revision: Any) -> None:
    if not isinstance(revision, dict) or revision.get("label") != label:
        raise SpecError(
            f"{label}/{REVISION_FILE}", "/label", f"it must say {label!r}, the folder's name"
        )


def check_families(
    label: str, revision: Mapping[str, Any], documents: Mapping[str, Any]
) -> list[str]:
    """The families `revision.json` lists are the files there are, no more and no fewer."""
    listed = revision.get("families")
    where = f"{label}/{REVISION_FILE}"
    if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
        raise SpecError(where, "/families", "it must be a list of names")
    for index, name in enumerate(listed):
        if not naming.FAMILY_NAME.fullmatch(name) or name in naming.RESERVED_MODULES:
            raise SpecError(where, pointer("families", index), f"{name!r} cannot name a module")
        if f"{name}.json" not in documents:
            raise SpecError(where, pointer("families", index), f"there is no {name}.json")
    unlisted = documents.keys() - {f"{name}.json" for name in listed} - set(SINGLE_FILES)
    if unlisted or len(set(listed)) != len(listed):
        what = ", ".join(sorted(unlisted)) or "a name twice"
        raise SpecError(where, "/families", f"the list does not match the files: {what}")
    return listed


def gather(
    label: str, families: list[str], documents: Mapping[str, Any]
) -> tuple[dict[str, dict[str, Any]], dict[str, Place]]:
    definitions: dict[str, dict[str, Any]] = {}
    places: dict[str, Place] = {}
    for family in families:
        file = f"{label}/{family}.json"
        document = documents[f"{family}.json"]
        if not isinstance(document, dict) or not isinstance(document.get("$defs"), dict):
            raise SpecError(file, "", "a family file is an object with $defs")
        if extra := document.keys() - {"$schema", "description", "$defs"}:
            raise SpecError(file, pointer(min(extra)), "a family file has no such key")
        check_text(Place(file, ""), document, required=True)
        for name, schema in document["$defs"].items():
            place = Place(file, pointer("$defs", name))
            if not naming.TYPE_NAME.fullmatch(name) or name in naming.RESERVED_TYPE_NAMES:
                raise place.error(f"{name!r} cannot name a type")
            if name in places:
                raise place.error(f"the name is taken, see {places[name].file}")
            if not isinstance(schema, dict):
                raise place.error("a schema is an object")
            definitions[name], places[name] = schema, place
    return definitions, places


def check_text(place: Place, schema: Mapping[str, Any], required: bool = False) -> None:
    """Descriptions are single short lines: they become docstrings."""
    text = schema.get("description")
    if text is None and not required:
        return
    if not isinstance(text, str) or not text.strip() or not text.isprintable():
        raise place.error("a description is one printable line", "description")
    if len(text) > LONGEST_TEXT:
        raise place.error(
            f"{len(text)} characters is more than the {LONGEST_TEXT} of a line", "description"
        )


def resolve_references(
    definitions: dict[str, dict[str, Any]], places: Mapping[str, Place], families: list[str]
) -> None:
    """Rewrite `file.json#/$defs/Name` to `#/$defs/Name`, and refuse whatever leads nowhere."""
    for name, schema in definitions.items():
        place = places[name]
        family = place.file.rpartition("/")[2].removesuffix(".json")
        for where, holder, key in references(schema):
            target = REFERENCE.fullmatch(str(holder[key]))
            if target is None:
                raise place.error(f"{holder[key]!r} is no reference to a definition", *where)
            file, wanted = target.group(1) or family, target.group(2)
            if (
                wanted not in places
                or places[wanted].file != f"{place.file.rpartition('/')[0]}/{file}.json"
            ):
                raise place.error(f"{holder[key]!r} leads nowhere", *where)
            holder[key] = f"#/$defs/{wanted}"


def references(schema: Any) -> Iterator[tuple[list[str | int], dict[str, Any], str]]:
    """Every place below a schema that holds a reference, discriminator mappings included."""
    pending: list[tuple[list[str | int], Any]] = [([], schema)]
    while pending:
        where, part = pending.pop()
        if isinstance(part, list):
            pending += [([*where, index], item) for index, item in enumerate(part)]
        if not isinstance(part, dict):
            continue
        if "$ref" in part:
            yield [*where, "$ref"], part, "$ref"
        mapping = part.get("mapping")
        if "propertyName" in part and isinstance(mapping, dict):
            for tag in mapping:
                yield [*where, "mapping", tag], mapping, tag
            continue
        pending += [([*where, key], item) for key, item in part.items()]


def target_of(reference: str) -> str:
    return reference.rpartition("/")[2]
