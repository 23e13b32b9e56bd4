"""An OpenAPI document: read strictly, known to be one, with references that stay inside it."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from attrs import frozen

from ..documents import Place, is_array, is_object, parse_document
from ..errors import CodegenError, SpecError

LARGEST_DOCUMENT = 64 * 1024 * 1024
DEEPEST_NESTING = 128
STANDARD_INPUT = "-"

VERSION = re.compile(r"3\.([01])(\.[0-9]+)?")
COMPONENT = re.compile(r"#/components/schemas/([^/]+)")
COMPONENT_NAME = re.compile(r"[A-Za-z0-9._-]+")
INDEX = re.compile(r"0|[1-9][0-9]{0,6}")


@frozen
class Document:
    """Known to be OpenAPI 3.0 or 3.1; nothing else has been judged yet."""

    name: str
    content: Any
    is_3_0: bool

    @property
    def root(self) -> Place:
        return Place(self.name)

    @property
    def schemas(self) -> dict[str, Any]:
        found: dict[str, Any] = self.content.get("components", {}).get("schemas", {})
        return found

    def follow(self, value: Any, place: Place) -> tuple[Any, Place]:
        """What an object stands for that may be a reference, and where that is."""
        seen: set[str] = set()
        while is_object(value) and "$ref" in value:
            reference = value["$ref"]
            target, target_place = self.target(reference, place)
            if reference in seen:
                raise place.error(f"{reference!r} leads back to itself", "$ref")
            seen.add(reference)
            value, place = target, target_place
        return value, place

    def target(self, reference: Any, place: Place) -> tuple[Any, Place]:
        """What one reference leads to."""
        if not isinstance(reference, str):
            raise place.error("a reference is a string", "$ref")
        if not reference.startswith("#/"):
            raise place.error(f"{reference!r} leads out of the document: bundle it first", "$ref")
        value: Any = self.content
        steps = [unescaped(step) for step in reference[2:].split("/")]
        for step in steps:
            if is_object(value) and step in value:
                value = value[step]
            elif is_array(value) and INDEX.fullmatch(step) and int(step) < len(value):
                value = value[int(step)]
            else:
                raise place.error(f"{reference!r} leads nowhere", "$ref")
        return value, self.root.below(*steps)

    def component(self, reference: Any) -> str | None:
        """The schema among the components that a reference names."""
        found = COMPONENT.fullmatch(reference) if isinstance(reference, str) else None
        return None if found is None else unescaped(found.group(1))


def unescaped(step: str) -> str:
    return unquote(step).replace("~1", "/").replace("~0", "~")


def read(source: str) -> Document:
    """The document in a file, or on standard input (`-`)."""
    if source == STANDARD_INPUT:
        name, data = "<stdin>", sys.stdin.buffer.read(LARGEST_DOCUMENT + 1)
    else:
        path = Path(source)
        if path.is_dir():
            raise CodegenError(f"{source} is a folder: give an OpenAPI document in JSON")
        with path.open("rb") as file:
            name, data = path.name, file.read(LARGEST_DOCUMENT + 1)
    return parse(data, name)


def parse(data: bytes, name: str) -> Document:
    if len(data) > LARGEST_DOCUMENT:
        raise SpecError(name, "", f"a document holds no more than {LARGEST_DOCUMENT} bytes")
    if not data.strip():
        raise SpecError(name, "", "there is nothing in it: give an OpenAPI document in JSON")
    return document_of(parse_document(data, name, deepest=DEEPEST_NESTING), name)


def document_of(content: Any, name: str) -> Document:
    """Refuse what is no OpenAPI document of a version that is read."""
    root = Place(name)
    if not is_object(content):
        raise root.error("an OpenAPI document is an object")
    if "swagger" in content:
        raise root.error("Swagger is not read: convert it to OpenAPI 3.0 or 3.1 first", "swagger")
    if "openapi" not in content:
        raise root.error("there is no such key, so this is no OpenAPI document", "openapi")
    version = content["openapi"]
    found = VERSION.fullmatch(version) if isinstance(version, str) else None
    if found is None:
        raise root.error(f"OpenAPI 3.0 and 3.1 are read, not {version!r}", "openapi")
    for keys in (("paths",), ("components",), ("components", "schemas")):
        part: Any = content
        for key in keys:
            part = part.get(key, {})
        if not is_object(part):
            raise root.error("it must be an object", *keys)
    return Document(name, content, is_3_0=found.group(1) == "0")
