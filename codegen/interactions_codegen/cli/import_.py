"""`interactions-codegen import`."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ..errors import CodegenError
from ..openapi.document import STANDARD_INPUT, read
from ..openapi.importing import Imported, check_label, import_document
from ..openapi.report import ImportRefusedError, Report
from ..source import LABEL, Source, load, revisions_in
from ..transaction import Transaction, replace_tree, settle
from .places import PACKAGED, add_spec

HELP = "make a revision of an OpenAPI document"


def add_options(options: ArgumentParser) -> None:
    options.add_argument(
        "document",
        metavar="OPENAPI.json",
        help=f"OpenAPI 3.0 or 3.1; {STANDARD_INPUT} is standard input",
    )
    options.add_argument("--revision", required=True, metavar="R", help="what it becomes: a date")
    options.add_argument(
        "--base",
        metavar="R0",
        help="what names, families and words are kept from (default: R itself if it is there,"
        " else the newest before it)",
    )
    options.add_argument("--force", action="store_true", help="replace a revision that is there")
    options.add_argument("--report", type=Path, metavar="FILE", help="the report, as JSON")
    add_spec(options)


def run(options: Namespace) -> int:
    settle(options.spec)
    with refusals_told(options):
        found = imported(options)
    folder = options.spec / options.revision
    write_report(found.report, options.report)
    replace_tree(folder, found.files)
    print(found.report)
    print(f"\n{len(found.files)} files in {folder}")
    return 0


def imported(options: Namespace) -> Imported:
    """The revision that the options ask for, unless there is no place for it in the spec."""
    check_label(options.revision)
    folder = options.spec / options.revision
    if not options.spec.is_dir():
        raise CodegenError(f"{options.spec} is no folder: give the spec folder with --spec")
    if options.spec == PACKAGED:
        raise CodegenError("there is no spec folder here: give the one to add to with --spec")
    if folder.exists() and not options.force:
        raise CodegenError(f"{folder} is there already: --force replaces it")
    if folder.is_dir() and (foreign := [p.name for p in folder.iterdir() if p.suffix != ".json"]):
        raise CodegenError(f"{folder} holds files that are not ours: {', '.join(sorted(foreign))}")
    base = base_of(options.spec, options.revision, options.base)
    return import_document(read(options.document), options.revision, base)


@contextmanager
def refusals_told(options: Namespace) -> Generator[None]:
    """The message of a refusal names one reason; the report has all."""
    try:
        yield
    except ImportRefusedError as error:
        print(error.report, file=sys.stderr)
        write_report(error.report, options.report)
        raise


def base_of(spec: Path, label: str, given: str | None) -> Source | None:
    """The revision to keep names, families and words from."""
    folders = {folder.name: folder for folder in revisions_in(spec)}
    if given is not None:
        if not LABEL.fullmatch(given) or given not in folders:
            raise CodegenError(f"{spec} holds no revision {given!r} to be the base")
        return load(folders[given])
    chosen = [name for name in folders if name <= label] or list(folders)[:1]
    return load(folders[chosen[-1]]) if chosen else None


def write_report(report: Report, file: Path | None) -> None:
    if file is not None:
        with Transaction(file.parent) as transaction:
            transaction.put(file, as_text(report))


def as_text(report: Report) -> str:
    return json.dumps(report.as_json(), indent=2) + "\n"
