"""`interactions-codegen bump`."""

from __future__ import annotations

import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from .. import __version__
from ..attention import matters
from ..bump import Bump, Places, made, next_version
from ..diff.changelogs import changes_beside
from ..diff.text import lines_of
from ..diff.wording import AUDIENCES
from ..errors import printable
from ..transaction import Transaction, settle
from . import import_
from .places import add_changes, add_out

HELP = "take in a new revision: import, diff, bindings, changelogs, public names and check in one"
SHOWN = 8
NEXT = """Next: settle the points above; what changes in the spec is followed by
  interactions-codegen generate && interactions-codegen check
and then
  tox -e lint,types,tests"""


def add_options(options: ArgumentParser) -> None:
    import_.add_options(options)
    add_out(options)
    add_changes(options)
    options.add_argument(
        "--dry-run", action="store_true", help="do and show all of it, and write nothing"
    )


def run(options: Namespace) -> int:
    changes = options.changes or changes_beside(options.spec)
    places = Places(options.spec, options.out, changes)
    with import_.refusals_told(options):
        lines = rehearse(options, places) if options.dry_run else carry_out(options, places)
    print("\n".join(lines))
    return 0


def rehearse(options: Namespace, places: Places) -> list[str]:
    settle(*places.all())
    with tempfile.TemporaryDirectory(prefix="interactions-codegen-") as scratch:
        bump = prepared(options, places, Path(scratch))
    import_.write_report(bump.report, options.report)
    return [*account(bump, places), "Nothing is written: without --dry-run it is."]


def carry_out(options: Namespace, places: Places) -> list[str]:
    with Transaction(places.home) as transaction:
        settle(*places.all())
        bump = prepared(options, places, transaction.scratch())
        lines = [*account(bump, places), NEXT]
        bump.put(transaction, places)
        put_report(transaction, bump, options.report)
    return lines


def put_report(transaction: Transaction, bump: Bump, file: Path | None) -> None:
    """With all the rest, unless it is to go elsewhere: then before, as it may fail."""
    if file is not None and file.resolve().is_relative_to(transaction.home):
        transaction.put(file, import_.as_text(bump.report))
    else:
        import_.write_report(bump.report, file)


def prepared(options: Namespace, places: Places, scratch: Path) -> Bump:
    tell(f"import {options.document}")
    imported = import_.imported(options)
    return made(options.revision, imported, places, scratch, tell)


def tell(step: str) -> None:
    print(f"interactions-codegen: {step} …", file=sys.stderr)


def account(bump: Bump, places: Places) -> Iterator[str]:
    """What was done, and what is left to do."""
    based = "" if bump.report.base is None else f", on the base of {bump.report.base}"
    yield f"{bump.label} of {printable(bump.report.document)}{based}"
    for path, number in written(bump, places):
        yield f"  {path} ({number} files)" if number > 1 else f"  {path}"
    if bump.diff is not None:
        yield ""
        yield from islice(lines_of(bump.diff), 1 + len(AUDIENCES))
        yield f"This asks for version {next_version(__version__, bump.diff.verdict)} at least."
    if bump.label == max(bump.sources):
        yield f"Clients speak {bump.label} from now on, unless they are told otherwise."
    for number, matter in enumerate(matters(bump, places), 1):
        yield ""
        yield f"{number}. {matter.title} ({len(matter.items)}):"
        yield from (f"     {item}" for item in matter.items[:SHOWN])
        if len(matter.items) > SHOWN:
            yield f"     … {len(matter.items) - SHOWN} more: see --report and the changelog"
    yield ""


def written(bump: Bump, places: Places) -> Iterator[tuple[Path, int]]:
    yield places.spec / bump.label, len(bump.revision)
    yield places.bindings, len(bump.bindings)
    yield from ((places.spec / name, 1) for name in bump.names)
    if places.changes is not None:
        yield places.changes, len(bump.changelogs)
