"""Where a copy may go, and what has become of the one that stands there."""

from __future__ import annotations

import keyword
import os
from collections.abc import Iterable
from pathlib import Path

from ..errors import CodegenError
from ..output import PACKAGE as BINDINGS
from .record import RECORD, Record, hash_of, read_record
from .sources import RUNTIME, is_ours

EDITED, MISSING, FOREIGN = "edited: ", "missing: ", "foreign: "
CACHE = "__pycache__"


def check_destination(folder: Path, package: str) -> None:
    """Refuse what cannot be, or should not be, the folder of that package."""
    parts = package.split(".")
    for part in parts:
        if not part.isidentifier() or keyword.iskeyword(part):
            raise CodegenError(f"{package!r} cannot name a package: {part!r} is no name in Python")
    if parts[0] in (RUNTIME, BINDINGS):
        raise CodegenError(f"{package!r} is our own name: a copy needs another")
    check_kind(folder)
    whole = folder.resolve()
    if list(whole.parts[-len(parts) :]) != parts:
        ending = os.path.join(*parts)
        raise CodegenError(f"{folder} cannot be {package}: its path would have to end in {ending}")
    if is_ours(whole):
        raise CodegenError(f"{folder} is inside our own source tree: choose a folder of yours")


def check_kind(folder: Path) -> None:
    if folder.is_symlink():
        raise CodegenError(f"{folder} is a symbolic link: give the folder that it leads to")
    if folder.exists() and not folder.is_dir():
        raise CodegenError(f"{folder} is no folder")


def check_replaceable(folder: Path, *, force: bool) -> None:
    """Files of somebody else's are never replaced, edits of a copy when forced."""
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / RECORD).is_file():
        raise CodegenError(f"{folder} holds files that are not ours (it has no {RECORD})")
    changes = changes_in(folder, read_record(folder))
    if foreign := [change for change in changes if change.startswith(FOREIGN)]:
        raise CodegenError(listed(f"{folder} holds files that are not ours", foreign))
    if changes and not force:
        raise CodegenError(listed(f"{folder} has been changed; --force overwrites that", changes))


def listed(what: str, lines: Iterable[str]) -> str:
    return "\n  ".join([what, *lines])


def changes_in(folder: Path, record: Record) -> list[str]:
    """What has been done to a copy since it was made."""
    present = files_in(folder) - {RECORD}
    missing = record.files.keys() - present
    foreign = present - record.files.keys()
    edited = (
        name
        for name in record.files.keys() & present
        if not is_as_it_was(folder / name, record.files[name])
    )
    return [
        *(EDITED + name for name in sorted(edited)),
        *(MISSING + name for name in sorted(missing)),
        *(FOREIGN + name for name in sorted(foreign)),
    ]


def is_as_it_was(path: Path, recorded: str) -> bool:
    return path.is_file() and not path.is_symlink() and hash_of(path.read_bytes()) == recorded


def files_in(folder: Path) -> set[str]:
    """All files and links, by their paths inside; what Python caches is nobody's work."""
    found: set[str] = set()
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != CACHE]
        links = [name for name in folders if Path(place, name).is_symlink()]
        found.update(Path(place, name).relative_to(folder).as_posix() for name in [*files, *links])
    return found
