"""A new revision and all that changes with it: made and checked on a copy, put in place as one."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path

from attrs import frozen

from . import output
from .checking import findings
from .diff.changelogs import changelogs, put_changelogs
from .diff.changes import Diff, Verdict
from .diff.compare import compare
from .errors import CodegenError
from .openapi.importing import Imported
from .openapi.report import Report
from .promise.snapshots import outdated, renewed
from .source import Source
from .transaction import Transaction, home_of

Tell = Callable[[str], None]


@frozen
class Places:
    """Where the parts of a repository are that a revision changes."""

    spec: Path
    bindings: Path
    changes: Path | None

    def all(self) -> list[Path]:
        return [self.spec, self.bindings, *([] if self.changes is None else [self.changes])]

    @property
    def home(self) -> Path:
        return home_of(*self.all())


@frozen(kw_only=True)
class Bump:
    """What a new revision changes."""

    label: str
    report: Report
    sources: Mapping[str, Source]
    """All revisions, this one among them, oldest first."""
    diff: Diff | None
    """From the revision before; none for the first."""
    revision: Mapping[str, str]
    """The files of its folder in the spec."""
    bindings: Mapping[str, str]
    names: Mapping[str, str]
    """The snapshots of public names, by their paths in the spec."""
    changelogs: Mapping[str, str]

    def put(self, transaction: Transaction, places: Places) -> None:
        transaction.replace(places.spec / self.label, self.revision)
        output.replace(transaction, places.bindings, self.bindings)
        for name, text in self.names.items():
            transaction.put(places.spec / name, text)
        if places.changes is not None:
            put_changelogs(transaction, places.changes, self.changelogs)


def made(label: str, imported: Imported, places: Places, scratch: Path, tell: Tell) -> Bump:
    """All that a revision changes. It passes `check`, in a copy of the tree."""
    copy = copied(places, scratch)
    with Transaction(copy.spec) as transaction:
        transaction.replace(copy.spec / label, imported.files)
    tell("the bindings, the public names and the changelogs of all revisions")
    spec = output.read(copy.spec)
    bindings = output.bindings(spec)
    bump = Bump(
        label=label,
        report=imported.report,
        sources={source.label: source for source in spec.sources},
        diff=next((compare(a, b) for a, b in pairwise(spec.revisions) if b.label == label), None),
        revision=imported.files,
        bindings=bindings,
        names={
            path.relative_to(copy.spec).as_posix(): text
            for path, text in outdated(renewed(copy.spec, bindings)).items()
        },
        changelogs=changelogs(spec.revisions),
    )
    tell("check")
    with Transaction(copy.home) as transaction:
        bump.put(transaction, copy)
    if found := list(findings(copy.spec, copy.bindings, copy.changes)):
        raise CodegenError("\n".join(["what was made does not pass `check`:", *found]))
    return bump


def copied(places: Places, folder: Path) -> Places:
    """The spec as it is, and room for what it gives."""
    shutil.copytree(places.spec, folder / "spec")
    changes = None if places.changes is None else folder / "changes"
    return Places(folder / "spec", folder / "bindings", changes)


def next_version(version: str, verdict: Verdict) -> str:
    """The version that a change asks for. Before 1.0, each number has the weight of the one
    before it."""
    major, minor, patch = (int(number) for number in re.findall(r"\d+", version)[:3])
    weight = ("patch", "minor", "major").index(verdict) - (major == 0)
    if weight == 2:
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if weight == 1 else f"{major}.{minor}.{patch + 1}"
