"""VENDORED.json: what a copy was made from, and every file as it was then."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any, Literal

from attrs import asdict, frozen

from .. import __version__
from ..documents import Place, is_object, read_document
from ..errors import CodegenError
from ..shapes import line, one_of, record, sequence, table, text
from ..source import LABEL

Mode = Literal["full", "types-only"]

RECORD = "VENDORED.json"
PART = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
HASH = text(r"[0-9a-f]{64}", "a SHA-256 in hexadecimal")
FORM = record(
    {
        "version": line,
        "package": text(r"[^\W\d]\w*(\.[^\W\d]\w*)*", "the name of a package"),
        "mode": one_of("full", "types-only"),
        "revisions": sequence(text(LABEL, "a revision"), least=1),
        "spec": HASH,
        "files": table(text(rf"{PART}(/{PART})*", "a path inside the copy"), HASH, least=1),
    }
)


@frozen(kw_only=True)
class Record:
    version: str
    package: str
    mode: Mode
    revisions: tuple[str, ...]
    spec: str
    files: dict[str, str]


def hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def record_text(record: Record) -> str:
    return json.dumps(asdict(record), indent=2) + "\n"


def read_record(folder: Path) -> Record:
    """The record of the copy in a folder; whatever is no copy of ours is refused."""
    path = folder / RECORD
    if not path.is_file():
        raise CodegenError(f"{folder} is no copy: it has no {RECORD}")
    document = read_document(path, str(path))
    refuse_newer(path, document)
    FORM(Place(str(path)), document)
    document["revisions"] = tuple(document["revisions"])
    return Record(**document)


def refuse_newer(path: Path, document: Any) -> None:
    """A newer version may record other things: it is refused before its record is judged."""
    version = document.get("version") if is_object(document) else None
    if isinstance(version, str) and release(version) > release(__version__):
        raise CodegenError(
            f"{path} is of version {version}, newer than this one ({__version__}): use that one"
        )


def release(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))
