"""The changelogs of the API: one page for every revision but the first, and their index."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from .. import output
from ..errors import CodegenError
from ..model import Revision
from ..source import LABEL
from ..transaction import Transaction
from .changes import Diff
from .compare import compare
from .markdown import markdown_report
from .wording import counts

INDEX = "README.md"
PAGE = re.compile(rf"{LABEL.pattern}\.md")


def changelogs(revisions: Sequence[Revision]) -> dict[str, str]:
    """Every page by its name, from the revisions, oldest first."""
    diffs = [compare(old, new) for old, new in pairwise(revisions)]
    pages = {f"{diff.new}.md": markdown_report(diff) for diff in diffs}
    return {INDEX: "\n".join(index_lines(diffs)) + "\n", **pages}


def index_lines(diffs: Sequence[Diff]) -> Iterator[str]:
    yield "# Changes of the API"
    yield ""
    yield "What changed from each revision to the next, newest first, and how many changes break"
    yield "readers of responses and senders of requests."
    yield ""
    yield "| from | to | verdict | readers | senders |"
    yield "|---|---|---|---:|---:|"
    for diff in reversed(diffs):
        broken = counts(diff)
        readers, senders = broken["readers"]["breaking"], broken["senders"]["breaking"]
        link = f"[{diff.new}]({diff.new}.md)"
        yield f"| {diff.old} | {link} | {diff.verdict} | {readers} | {senders} |"


def changes_beside(spec: Path) -> Path | None:
    """Where a repository keeps its changelogs, if there is one around the spec."""
    docs = spec.resolve().parent / "docs"
    return spec.parent / "docs" / "changes" if docs.is_dir() else None


def differences(pages: Mapping[str, str], folder: Path) -> Iterator[str]:
    """What keeps a folder from holding these pages."""
    if found := list(output.differences(pages, folder)):
        yield f"{folder}:"
        yield from found


def put_changelogs(transaction: Transaction, folder: Path, pages: Mapping[str, str]) -> None:
    """Let the changelogs change together with whatever else the transaction changes."""
    present = sorted(folder.iterdir()) if folder.is_dir() else []
    if foreign := [path.name for path in present if not is_ours(path)]:
        raise CodegenError(f"{folder} holds files that are not ours: {', '.join(foreign)}")
    transaction.replace(folder, pages)


def is_ours(path: Path) -> bool:
    return path.is_file() and (path.name == INDEX or PAGE.fullmatch(path.name) is not None)
