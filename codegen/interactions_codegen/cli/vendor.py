"""`interactions-codegen vendor`."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from pathlib import Path

from .. import __version__
from ..errors import CodegenError
from ..vendoring.copying import Plan, planned
from ..vendoring.record import Mode
from ..vendoring.sources import Sources, read_sources
from ..vendoring.upkeep import findings, make, plan_again, recorded

HELP = "copy the SDK into a code base under a package name of its own, and keep that copy"


def add_options(options: ArgumentParser) -> None:
    options.add_argument("destination", type=absolute, metavar="DEST", help="the package's folder")
    options.add_argument("--package", metavar="NAME", help="its name, as acme._vendor.gemini")
    options.add_argument(
        "--revisions", metavar="R,...", type=split, help="these revisions only (default: all)"
    )
    options.add_argument(
        "--types-only", action="store_true", help="the bindings alone, which need but attrs"
    )
    options.add_argument("--force", action="store_true", help="overwrite edits of a copy")
    task = options.add_mutually_exclusive_group()
    task.add_argument("--check", action="store_true", help="find edits and drift of a copy")
    task.add_argument("--update", action="store_true", help="bring a copy to this version")


def absolute(text: str) -> Path:
    return Path(os.path.abspath(text))  # which leaves links as they are


def split(text: str) -> list[str]:
    return [label.strip() for label in text.split(",") if label.strip()]


def run(options: Namespace) -> int:
    check_options(options)
    sources = read_sources()
    if options.check:
        return check(options.destination, sources)
    if options.update:
        return update(options.destination, sources, force=options.force)
    mode: Mode = "types-only" if options.types_only else "full"
    plan = planned(sources, options.package, options.revisions, mode)
    make(options.destination, sources, plan, force=options.force)
    tell(options.destination, plan)
    return 0


def check_options(options: Namespace) -> None:
    told = options.package or options.revisions is not None or options.types_only
    if told and (options.check or options.update):
        raise CodegenError("a copy knows its package, revisions and mode: do not give them again")
    if options.check and options.force:
        raise CodegenError("--check changes nothing: there is nothing to force")
    if not options.package and not (options.check or options.update):
        raise CodegenError("give the name of the copy's package with --package")


def check(folder: Path, sources: Sources) -> int:
    found = findings(folder, recorded(folder), sources)
    if not found:
        print(f"{folder} is what version {__version__} gives")
        return 0
    print("\n".join(found))
    print(f"{folder} is not what version {__version__} gives: run `vendor --update {folder}`")
    return 1


def update(folder: Path, sources: Sources, *, force: bool) -> int:
    record = recorded(folder)
    plan = plan_again(record, sources)
    make(folder, sources, plan, force=force)
    tell(folder, plan)
    left_out = [label for label in sources.revisions if label not in plan.revisions]
    if left_out:
        print(f"left out, as before: {', '.join(left_out)}")
    return 0


def tell(folder: Path, plan: Plan) -> None:
    what = "types of" if plan.mode == "types-only" else "version"
    print(f"{folder} is {plan.package}: {what} {__version__}, {', '.join(plan.revisions)}")
