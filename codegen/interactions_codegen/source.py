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
from .documents import Place, is_array, is_object, read_document
from .errors import SpecError
from .shapes import (
    anything,
    line,
    line_or_nothing,
    null_or,
    one_of,
    record,
    sequence,
    table,
    text,
    variants,
)

REVISION_FILE = "revision.json"
ROUTES_FILE = "routes.json"
DEVIATIONS_FILE = "deviations.json"

LABEL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
REFERENCE = re.compile(r"(?:([a-z][a-z0-9_]*)\.json)?#/\$defs/([A-Za-z0-9]+)")

TYPE = text(naming.TYPE_NAME, "the name of a type")
WIRE = text(naming.WIRE_NAME, "the name of a property")
FORMER = text(
    r"([a-z][a-z0-9_]*\.)?[A-Z][A-Za-z0-9]*|[A-Z][A-Za-z0-9]*\.[A-Za-z][A-Za-z0-9_]*",
    "the name of a type, as Type or family.Type, or of a field, as Type.field",
)
PUBLIC = text(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)?", "a public name, as spec/names has it")
WORD = text(r"[a-z][a-z0-9_]*", "a word in lower case")
REFERENCE_TO_TYPE = text(REFERENCE, "a reference to a definition")

REVISION = record(
    {
        "label": line,
        "header": null_or(text(r"[A-Za-z0-9._-]+", "a header value of plain characters")),
        "families": sequence(text(naming.FAMILY_NAME, "a word that can name a module"), least=1),
    },
    {
        "answer": record(
            {"type": TYPE, "field": WIRE, "passed_over": line, "media": table(WORD, TYPE)},
            {"container": line},
        ),
        "aliases": table(FORMER, FORMER),
        "withdrawn": table(PUBLIC, line),
        "changed": table(PUBLIC, line),
    },
)
ROUTES = record(
    {
        "backends": table(
            WORD,
            record(
                {
                    "hosts": table(
                        text(r"\*|[a-z][a-z0-9-]*", "a location or *"),
                        text(r"(\{location\}-)?[a-z0-9-]+(\.[a-z0-9-]+)+", "the name of a host"),
                        least=1,
                    ),
                    "api_version": text(r"v[a-z0-9]+", "a version like v1beta"),
                }
            ),
            least=1,
        ),
        "operations": table(
            text(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+", "a name like interactions.get"),
            record(
                {
                    "method": one_of("GET", "POST", "DELETE"),
                    "paths": table(
                        WORD,
                        text(
                            r"(/([A-Za-z0-9][A-Za-z0-9._~-]*|\{[a-z_]+\}))+(:[A-Za-z]+)?",
                            "a path like /{api_version}/interactions",
                        ),
                        least=1,
                    ),
                    "vertex_default": one_of("vertex", "vertex_unscoped"),
                },
                {
                    "query": sequence(
                        record({"name": WIRE, "type": one_of("string", "boolean", "integer")})
                    ),
                    "body": REFERENCE_TO_TYPE,
                    "response": REFERENCE_TO_TYPE,
                    "stream": REFERENCE_TO_TYPE,
                    "stream_switch": one_of("body", "query"),
                },
            ),
            least=1,
        ),
    }
)
FIELDS = table(TYPE, sequence(WIRE, least=1), least=1)
KINDS = sequence(one_of("string", "integer", "number", "boolean"), least=1)
DEVIATIONS = record(
    {
        "deviations": sequence(
            record(
                {
                    "id": text(r"[a-z0-9]+(-[a-z0-9]+)*", "words-like-these"),
                    "summary": line,
                    "evidence": one_of("documented", "recorded", "schema", "sdk", "analogy"),
                    "treatment": variants(
                        "kind",
                        {
                            "may-omit": record({"kind": anything, "fields": FIELDS}),
                            "undeclared": record({"kind": anything, "fields": FIELDS}),
                            "also-accepts": record(
                                {
                                    "kind": anything,
                                    "fields": table(TYPE, table(WIRE, KINDS, least=1), least=1),
                                }
                            ),
                            "missing-tag": record(
                                {
                                    "kind": anything,
                                    "union": TYPE,
                                    "requires": sequence(WIRE, least=1),
                                    "read_as": TYPE,
                                },
                                {"allows": sequence(WIRE)},
                            ),
                            "tag-alias": record(
                                {"kind": anything, "union": TYPE, "tag": line, "read_as": TYPE}
                            ),
                            "repaired": record({"kind": anything, "fields": FIELDS}),
                            "note": record({"kind": anything}),
                        },
                    ),
                }
            )
        )
    }
)
DEFINITIONS = table(TYPE, table(anything, anything), least=1)
FAMILY = record({"description": line_or_nothing, "$defs": DEFINITIONS}, {"$schema": line})
SINGLE_FILES = {REVISION_FILE: REVISION, ROUTES_FILE: ROUTES, DEVIATIONS_FILE: DEVIATIONS}


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
    for name, shape in SINGLE_FILES.items():
        shape(Place(f"{label}/{name}"), documents[name])
    revision = documents[REVISION_FILE]
    check_revision(Place(f"{label}/{REVISION_FILE}"), revision, label, documents)
    families = revision["families"]
    definitions, places = gather(label, families, documents)
    resolve_references(definitions, places)
    return Source(
        label=label,
        revision=revision,
        routes=documents[ROUTES_FILE],
        deviations=tuple(documents[DEVIATIONS_FILE]["deviations"]),
        families={name: documents[f"{name}.json"]["description"] for name in families},
        definitions=definitions,
        places=places,
        family_of={name: family_at(place) for name, place in places.items()},
        hash=hash_of(files),
    )


def hash_of(files: Mapping[str, Path]) -> str:
    digest = hashlib.sha256()
    for name in sorted(files):
        content = files[name].read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def check_revision(
    place: Place, revision: Mapping[str, Any], label: str, documents: Mapping[str, Any]
) -> None:
    """It is about this folder, and lists the families there are, no more and no fewer."""
    if revision["label"] != label:
        raise place.error(f"it must say {label!r}, the folder's name", "label")
    for index, name in enumerate(revision["families"]):
        if f"{name}.json" in SINGLE_FILES or not naming.can_name_module(name):
            raise place.error(f"{name!r} cannot name a module", "families", index)
        if f"{name}.json" not in documents:
            raise place.error(f"there is no {name}.json", "families", index)
    listed = {f"{name}.json" for name in revision["families"]}
    if unlisted := documents.keys() - listed - SINGLE_FILES.keys():
        raise place.error(f"the list lacks {', '.join(sorted(unlisted))}", "families")


def gather(
    label: str, families: list[str], documents: Mapping[str, Any]
) -> tuple[dict[str, dict[str, Any]], dict[str, Place]]:
    definitions: dict[str, dict[str, Any]] = {}
    places: dict[str, Place] = {}
    for family in families:
        file = Place(f"{label}/{family}.json")
        document = documents[f"{family}.json"]
        FAMILY(file, document)
        for name, schema in document["$defs"].items():
            place = file.below("$defs", name)
            if name in naming.RESERVED_TYPE_NAMES:
                raise place.error(f"{name!r} cannot name a type")
            if name in places:
                raise place.error(f"the name is taken, see {places[name].file}")
            definitions[name], places[name] = schema, place
    return definitions, places


def resolve_references(definitions: Mapping[str, Any], places: Mapping[str, Place]) -> None:
    """Rewrite `file.json#/$defs/Name` to `#/$defs/Name`, and refuse whatever leads nowhere."""
    for name, schema in definitions.items():
        place = places[name]
        for where, holder, key in references(schema):
            target = REFERENCE.fullmatch(str(holder[key]))
            if target is None:
                raise place.error(f"{holder[key]!r} is no reference to a definition", *where)
            family, wanted = target.group(1) or family_at(place), target.group(2)
            if wanted not in places or family_at(places[wanted]) != family:
                raise place.error(f"{holder[key]!r} leads nowhere", *where)
            holder[key] = f"#/$defs/{wanted}"


def family_at(place: Place) -> str:
    return place.file.rpartition("/")[2].removesuffix(".json")


def schemas_in(schema: Any) -> Iterator[tuple[list[str | int], dict[str, Any]]]:
    """A schema and every schema below it, with its way from the top."""
    pending: list[tuple[list[str | int], Any]] = [([], schema)]
    while pending:
        where, part = pending.pop()
        if not is_object(part):
            continue
        yield where, part
        properties = part.get("properties")
        if is_object(properties):
            pending += [([*where, "properties", key], item) for key, item in properties.items()]
        for key in ("items", "additionalProperties"):
            pending.append(([*where, key], part.get(key)))
        for key in ("anyOf", "oneOf"):
            arms = part.get(key)
            if is_array(arms):
                pending += [([*where, key, index], arm) for index, arm in enumerate(arms)]


def references(schema: Any) -> Iterator[tuple[list[str | int], dict[str, Any], str]]:
    """Every place below a schema that holds a reference, discriminator mappings included."""
    for where, part in schemas_in(schema):
        if "$ref" in part:
            yield [*where, "$ref"], part, "$ref"
        discriminator: Any = part.get("discriminator", {})
        mapping: Any = discriminator.get("mapping", {}) if is_object(discriminator) else {}
        for tag in mapping if is_object(mapping) else ():
            yield [*where, "discriminator", "mapping", tag], mapping, tag


def target_of(reference: str) -> str:
    return reference.rpartition("/")[2]
