"""`interactions-codegen generate`."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace
from pathlib import Path

from .. import output
from ..diff.changelogs import changelogs, changes_beside, put_changelogs
from ..promise.snapshots import outdated, renewed
from ..transaction import Transaction, home_of, settle
from .places import add_changes, add_out, add_spec

HELP = "write the bindings, public names and changelogs of all revisions"


def add_options(options: ArgumentParser) -> None:
    add_spec(options)
    add_out(options)
    add_changes(options)


def run(options: Namespace) -> int:
    start = time.perf_counter()
    settle(options.spec, options.out)
    spec = output.read(options.spec)
    files = output.bindings(spec)
    snapshots = outdated(renewed(options.spec, files))
    changes: Path | None = options.changes or changes_beside(options.spec)
    homes = [options.out, *snapshots, *([changes / "anything"] if changes else [])]
    with Transaction(home_of(*homes)) as transaction:
        output.replace(transaction, options.out, files)
        for path, text in snapshots.items():
            transaction.put(path, text)
        if changes is not None:
            put_changelogs(transaction, changes, changelogs(spec.revisions))
    seconds = time.perf_counter() - start
    print(f"{len(files)} files in {options.out} ({seconds:.2f} s)")
    for path in snapshots:
        print(f"public names in {path}")
    if changes is not None:
        print(f"changelogs in {changes}")
    return 0
