"""The generated package as a whole: rendered in memory, compared or put in place at once."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import frozen

from . import __version__
from .build import build
from .errors import CodegenError
from .model import Revision
from .naming import module_name
from .render import render_package
from .schema_file import SCHEMA_FILE, schema_file
from .source import Source, load, revisions_in
from .transaction import Transaction

PACKAGE = "gemini_interactions_types"
MANIFEST = "MANIFEST.json"
SHOWN_LINES = 20


@frozen
class Spec:
    """All revisions, oldest first: as they stand, and their models."""

    sources: list[Source]
    revisions: list[Revision]


def read(spec: Path) -> Spec:
    if not spec.is_dir():
        raise CodegenError(f"{spec} is no folder: give the spec folder with --spec")
    folders = revisions_in(spec)
    if not folders:
        raise CodegenError(f"{spec} holds no revision: a revision's folder is named YYYY-MM-DD")
    sources = [load(folder) for folder in folders]
    return Spec(sources, [build(source) for source in sources])


def generate(spec: Path) -> dict[str, str]:
    return bindings(read(spec))


def bindings(spec: Spec) -> dict[str, str]:
    """Every file of the bindings by its path inside the package, from the whole spec."""
    spec_hash = combined_hash({source.label: source.hash for source in spec.sources})
    files = render_package(spec.revisions, spec_hash)
    for source in spec.sources:
        files[f"{module_name(source.label)}/{SCHEMA_FILE}"] = schema_file(source)
    files[MANIFEST] = manifest(spec.sources, spec_hash, files)
    return files


def combined_hash(revisions: Mapping[str, str]) -> str:
    """One hash for the spec of several revisions, oldest first, each with its own."""
    lines = "".join(f"{label} {own}\n" for label, own in revisions.items())
    return hashlib.sha256(lines.encode()).hexdigest()


def manifest(sources: list[Source], spec_hash: str, files: Mapping[str, str]) -> str:
    content = {
        "generator": __version__,
        "spec": spec_hash,
        "revisions": {source.label: source.hash for source in sources},
        "files": {
            name: hashlib.sha256(text.encode()).hexdigest() for name, text in sorted(files.items())
        },
    }
    return json.dumps(content, indent=2) + "\n"


def differences(files: Mapping[str, str], folder: Path) -> Iterator[str]:
    """What keeps a folder from being what the spec gives, as short diffs."""
    present = {
        path.relative_to(folder).as_posix()
        for path in (folder.rglob("*") if folder.is_dir() else ())
        if path.is_file() and "__pycache__" not in path.parts
    }
    for name in sorted(present - files.keys()):
        yield f"{name}: not generated from the spec"
    for name in sorted(files.keys() - present):
        yield f"{name}: missing"
    for name in sorted(files.keys() & present):
        data = (folder / name).read_bytes()
        if data != files[name].encode():
            yield from short_diff(name, data.decode("utf-8", "replace"), files[name])


def short_diff(name: str, as_it_is: str, as_given: str) -> Iterator[str]:
    diff = difflib.unified_diff(
        as_it_is.splitlines(),
        as_given.splitlines(),
        f"{name} (as it is)",
        f"{name} (as the spec gives it)",
        lineterm="",
        n=0,
    )
    lines = list(diff) or [f"{name}: differs in its line ends"]
    yield from lines[:SHOWN_LINES]
    if len(lines) > SHOWN_LINES:
        yield f"… {len(lines) - SHOWN_LINES} more lines"


def write(files: Mapping[str, str], folder: Path) -> None:
    """Put all files in place, or none."""
    with Transaction(folder.parent) as transaction:
        replace(transaction, folder, files)


def replace(transaction: Transaction, folder: Path, files: Mapping[str, str]) -> None:
    """Let the bindings change together with whatever else the transaction changes."""
    refuse_foreign(folder)
    transaction.replace(folder, files)


def refuse_foreign(folder: Path) -> None:
    """Only a folder that we generated, or an empty one, is ever replaced."""
    if folder.exists() and any(folder.iterdir()) and not is_ours(folder / MANIFEST):
        raise CodegenError(f"{folder} holds files that are not ours ({MANIFEST} does not say so)")


def is_ours(manifest: Path) -> bool:
    try:
        content = json.loads(manifest.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and {"generator", "spec", "files"} <= content.keys()
