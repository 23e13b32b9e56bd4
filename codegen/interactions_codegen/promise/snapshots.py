"""The promise that public names stay: `spec/names/` holds what each revision has given out.

It lies beside the revisions, not inside: it says nothing of the API, so it is no part of their
hash. Nor is it generated anew as the bindings are: it is what they are held against.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from ..documents import Place, read_document
from ..errors import CodegenError
from ..former import is_field, split
from ..naming import attribute_name
from ..output import short_diff
from ..shapes import line, record, sequence, table
from ..source import PUBLIC, REVISION_FILE, revisions_in
from .compatibility import Broken, broken_names, resolve
from .offered import PublicNames, public_names

FOLDER = "names"
ADVICE = (
    'keep an old name with "aliases" in {file}, which lead to what it is called now,'
    ' or give it up with "withdrawn" there, which says why; where a name stays'
    ' and its use does not, "changed" says why'
)


class BrokenPromiseError(CodegenError):
    """Public names of a revision would be lost, or could not be used as before."""

    def __init__(self, label: str, broken: list[Broken]) -> None:
        super().__init__(label, broken)
        self.label = label
        self.broken = broken

    def __str__(self) -> str:
        lines = [f"public names of {self.label} would break:"]
        lines += [f"  {part.name} {part.problem}" for part in self.broken]
        return "\n".join([*lines, ADVICE.format(file=f"{self.label}/{REVISION_FILE}")])


def printable(place: Place, value: Any) -> None:
    if not isinstance(value, str) or not value.isprintable():
        raise place.error("it must be one printable line")


SNAPSHOT = record(
    {
        "revision": line,
        "modules": table(PUBLIC, sequence(PUBLIC)),
        "names": table(PUBLIC, printable),
        "withdrawn": table(PUBLIC, line),
        "changed": table(PUBLIC, line),
    }
)


@frozen
class Snapshot:
    """The names that a revision has given out, and why some were given up or changed."""

    public: PublicNames
    withdrawn: Mapping[str, str]
    changed: Mapping[str, str]

    @classmethod
    def empty(cls) -> Snapshot:
        return cls(PublicNames({}, {}), {}, {})

    def has(self, name: str) -> bool:
        """Whether it can be used: `Name`, `Name.member`, or `module.Name` for an import."""
        owner, _, member = name.partition(".")
        if owner in self.public.modules:
            return member in self.public.modules[owner]
        return resolve(self.public.names, name) is not None

    def lists(self, name: str) -> bool:
        """Whether it was ever given out, by just this name."""
        module, _, imported = name.partition(".")
        given_out = name in self.public.names or imported in self.public.modules.get(module, ())
        return given_out or name in self.withdrawn


def renewed(spec: Path, files: Mapping[str, str]) -> dict[Path, str]:
    """The snapshots that belong to the bindings, unless they break what was promised."""
    texts: dict[Path, str] = {}
    for folder in revisions_in(spec):
        path = snapshot_path(spec, folder.name)
        revision = read_document(folder / REVISION_FILE, f"{folder.name}/{REVISION_FILE}")
        before = read_snapshot(path) if path.exists() else Snapshot.empty()
        now = Snapshot(
            public_names(files, folder.name),
            revision.get("withdrawn", {}),
            revision.get("changed", {}),
        )
        check_entries(Place(f"{folder.name}/{REVISION_FILE}"), revision, before, now)
        if broken := list(not_accepted(before, now)):
            raise BrokenPromiseError(folder.name, broken)
        texts[path] = as_text(folder.name, now)
    for path in sorted((spec / FOLDER).glob("*.json")):
        if path not in texts:
            raise CodegenError(f"{path}: the revision is gone: delete this file to give it up")
    return texts


def snapshot_path(spec: Path, label: str) -> Path:
    return spec / FOLDER / f"{label}.json"


def read_snapshot(path: Path) -> Snapshot:
    place = Place(f"{FOLDER}/{path.name}")
    document = read_document(path, place.file)
    SNAPSHOT(place, document)
    modules = {name: tuple(names) for name, names in document["modules"].items()}
    public = PublicNames(modules, document["names"])
    return Snapshot(public, document["withdrawn"], document["changed"])


def as_text(label: str, snapshot: Snapshot) -> str:
    content = {
        "revision": label,
        "modules": snapshot.public.modules,
        "names": snapshot.public.names,
        "withdrawn": snapshot.withdrawn,
        "changed": snapshot.changed,
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def not_accepted(before: Snapshot, now: Snapshot) -> Iterator[Broken]:
    """What would break without `revision.json` saying so. A change is accepted once: the reason
    that the snapshot has already covers no other."""
    for broken in broken_names(before.public, now.public):
        if broken.gone and broken.name not in now.withdrawn:
            yield broken
        if not broken.gone and not is_news(before, now, broken.name):
            yield broken
    for name in sorted(before.withdrawn.keys() - now.withdrawn.keys()):
        if not now.has(name):
            yield Broken(name, "was withdrawn, and no reason is left", gone=True)


def is_news(before: Snapshot, now: Snapshot, name: str) -> bool:
    return name in now.changed and now.changed[name] != before.changed.get(name)


def check_entries(
    place: Place, revision: Mapping[str, Any], before: Snapshot, now: Snapshot
) -> None:
    """Whatever `revision.json` says of old names is about names that were given out."""
    for alias in revision.get("aliases", {}):
        if not any(map(before.lists, former_spellings(before, now, alias))):
            raise place.error(never_given(place, "the alias keeps nothing"), "aliases", alias)
    for name in now.withdrawn:
        if not before.lists(name):
            raise place.error(never_given(place, "there is nothing to give up"), "withdrawn", name)
        if now.has(name):
            raise place.error("it is not gone", "withdrawn", name)
    broken = {broken.name for broken in broken_names(before.public, now.public) if not broken.gone}
    for name in now.changed:
        if is_news(before, now, name) and name not in broken:
            raise place.error("nothing that callers do with it changed", "changed", name)


def former_spellings(before: Snapshot, now: Snapshot, alias: str) -> Iterator[str]:
    """An old name as the snapshot may have it: the owner of a field may have had another too."""
    if not is_field(alias):
        home, name = split(alias)
        yield alias if home else name
        return
    owner, _, name = alias.partition(".")
    for known in before.public.names:
        if resolve(now.public.names, known) in (owner, f"{owner}Param", f"{owner}Fields"):
            yield from (f"{known}.{name}", f"{known}.{attribute_name(name)}")


def never_given(place: Place, consequence: str) -> str:
    label = place.file.partition("/")[0]
    return f"{FOLDER}/{label}.json never had that name: {consequence}"


def differences(spec: Path, files: Mapping[str, str]) -> Iterator[str]:
    """What keeps the snapshots from being those of the bindings."""
    try:
        texts = renewed(spec, files)
    except BrokenPromiseError as error:
        yield str(error)
        return
    for path, content in outdated(texts).items():
        if not path.exists():
            yield f"{path}: missing"
        else:
            yield from short_diff(str(path), path.read_bytes().decode("utf-8", "replace"), content)


def outdated(texts: Mapping[Path, str]) -> dict[Path, str]:
    """The snapshots that are to be written."""
    return {
        path: content
        for path, content in texts.items()
        if not path.exists() or path.read_bytes() != content.encode()
    }
