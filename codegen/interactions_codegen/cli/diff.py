"""`interactions-codegen diff`."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path

from ..build import build
from ..diff.changes import Diff
from ..diff.compare import compare
from ..diff.machine import json_report
from ..diff.markdown import markdown_report
from ..diff.text import text_report
from ..errors import CodegenError
from ..model import Revision
from ..source import LABEL, load, revisions_in
from ..transaction import Transaction
from .places import add_spec

HELP = "tell what changes from one revision to another, and for whom"


def html_report(diff: Diff) -> str:
    from ..diff import page  # which is the only one to need jinja2

    return page.html_report(diff)


REPORTS: dict[str, Callable[[Diff], str]] = {
    "text": text_report,
    "markdown": markdown_report,
    "json": json_report,
    "html": html_report,
}


def add_options(options: ArgumentParser) -> None:
    for name, meaning in {"R1": "the older", "R2": "the newer"}.items():
        options.add_argument(name, help=f"{meaning} revision: a label of the spec, or a folder")
    add_spec(options)
    options.add_argument("--format", choices=REPORTS, default="text", help="default: text")
    options.add_argument("--to", type=Path, metavar="FILE", help="the file (default: stdout)")


def run(options: Namespace) -> int:
    old, new = (model(name, options.spec) for name in (options.R1, options.R2))
    text = REPORTS[options.format](compare(old, new))
    if options.to is None:
        sys.stdout.write(text)
        return 0
    with Transaction(options.to.parent) as transaction:
        transaction.put(options.to, text)
    return 0


def model(name: str, spec: Path) -> Revision:
    """A revision by its label, or from any folder that holds one."""
    labelled = LABEL.fullmatch(name) is not None and (spec / name).is_dir()
    folder = spec / name if labelled else Path(name)
    if not folder.is_dir():
        labels = ", ".join(path.name for path in revisions_in(spec)) if spec.is_dir() else "none"
        raise CodegenError(f"there is no revision {name!r}: give a folder, or one of {labels}")
    return build(load(folder.resolve()))
