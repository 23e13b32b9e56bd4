"""`interactions-codegen generate`."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace

from .. import promise
from ..output import generate, replace
from ..transaction import Transaction, home_of, settle
from .places import add_out, add_spec

HELP = "write the bindings of all revisions"


def add_options(options: ArgumentParser) -> None:
    add_spec(options)
    add_out(options)


def run(options: Namespace) -> int:
    start = time.perf_counter()
    settle(options.spec, options.out)
    files = generate(options.spec)
    snapshots = promise.outdated(promise.renewed(options.spec, files))
    with Transaction(home_of(options.out, *snapshots)) as transaction:
        replace(transaction, options.out, files)
        for path, text in snapshots.items():
            transaction.put(path, text)
    seconds = time.perf_counter() - start
    print(f"{len(files)} files in {options.out} ({seconds:.2f} s)")
    for path in snapshots:
        print(f"public names in {path}")
    return 0
