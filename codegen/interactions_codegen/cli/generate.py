"""`interactions-codegen generate`."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace

from ..output import generate, write
from .places import add_out, add_spec

HELP = "write the bindings of all revisions"


def add_options(options: ArgumentParser) -> None:
    add_spec(options)
    add_out(options)


def run(options: Namespace) -> int:
    start = time.perf_counter()
    files = generate(options.spec)
    write(files, options.out)
    seconds = time.perf_counter() - start
    print(f"{len(files)} files in {options.out} ({seconds:.2f} s)")
    return 0
