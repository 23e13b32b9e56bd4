"""`interactions-codegen export`."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from ..errors import CodegenError
from ..openapi.exporting import export
from ..source import LABEL, load
from ..transaction import Transaction
from .places import add_spec

HELP = "write an OpenAPI 3.1 document of a revision"


def add_options(options: ArgumentParser) -> None:
    options.add_argument("revision", metavar="R", help="the revision, such as 2026-05-20")
    options.add_argument("--to", type=Path, metavar="FILE", help="the file (default: stdout)")
    add_spec(options)


def run(options: Namespace) -> int:
    folder = options.spec / options.revision
    if not LABEL.fullmatch(options.revision) or not folder.is_dir():
        raise CodegenError(f"{options.spec} holds no revision {options.revision!r}")
    text = export(load(folder))
    if options.to is None:
        sys.stdout.write(text)
        return 0
    with Transaction(options.to.parent) as transaction:
        transaction.put(options.to, text)
    return 0
