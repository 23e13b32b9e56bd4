"""A copy over its life: made, checked, brought to this version."""

from __future__ import annotations

from pathlib import Path

from .. import __version__
from ..transaction import Transaction, settle
from .copying import Plan, copy_of, planned
from .destination import changes_in, check_destination, check_kind, check_replaceable
from .record import RECORD, Record, hash_of, read_record
from .sources import Sources


def make(folder: Path, sources: Sources, plan: Plan, *, force: bool = False) -> None:
    """Put a copy into a folder: all of it, or nothing."""
    check_destination(folder, plan.package)
    files = copy_of(sources, plan)
    with Transaction(folder.parent) as transaction:
        check_replaceable(folder, force=force)
        transaction.replace(folder, files)


def recorded(folder: Path) -> Record:
    """What the copy in a folder was made from; first, what a killed run left is put in order."""
    check_kind(folder)
    settle(folder)
    record = read_record(folder)
    check_destination(folder, record.package)
    return record


def plan_again(record: Record, sources: Sources) -> Plan:
    return planned(sources, record.package, record.revisions, record.mode)


def findings(folder: Path, record: Record, sources: Sources) -> list[str]:
    """What keeps a copy from being what this version gives."""
    return [*changes_in(folder, record), *drift(record, sources)]


def drift(record: Record, sources: Sources) -> list[str]:
    if record.version != __version__:
        return [f"outdated: it is of version {record.version}, this one is {__version__}"]
    given = copy_of(sources, plan_again(record, sources))
    hashes = {name: hash_of(content) for name, content in given.items() if name != RECORD}
    count = len(dict(hashes.items() ^ record.files.items()))
    return [f"outdated: {count} files are others in this {__version__}"] if count else []
