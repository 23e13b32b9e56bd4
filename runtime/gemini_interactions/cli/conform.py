"""`conform files`: recorded traffic, judged by the schema of a revision."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from attrs import define, field

from .._bindings import REVISIONS
from .exits import Exit, Failure
from .terminal import PROGRAM, Terminal

if TYPE_CHECKING:
    from ..conformance.corpus import Progress
    from ..conformance.examining import Options
    from ..conformance.inputs import Sources
    from ..conformance.report import Report

KINDS: Final = ("request", "interaction", "event", "error", "stream")
"""What `--as` can say."""
STDOUT: Final = "-"
PAUSE: Final = 0.2
"""Seconds between two words on progress on a terminal; elsewhere ten times that."""


def conform_files(options: Namespace, terminal: Terminal) -> int:
    from ..conformance.inputs import find_sources

    check_revision(options.revision)
    check_outputs(options)
    report = examined(find_sources(options.paths), options, terminal)
    terminal.clear_status()
    return told(report, options, terminal)


def check_revision(revision: str | None) -> None:
    if revision is not None and revision not in REVISIONS:
        what = f"there is no revision {revision!r}: choose one of {', '.join(REVISIONS)}"
        raise Failure(Exit.USAGE, what)


def check_outputs(options: Namespace) -> None:
    """Refuse what cannot be written before hours of work, and two reports in one place."""
    given = [name for name in (options.json, options.junit, options.html) if name is not None]
    for name in given:
        if given.count(name) > 1:
            where = "stdout" if name == STDOUT else name
            raise Failure(Exit.USAGE, f"{where} cannot take two reports")
        if name != STDOUT:
            write(name, "")


def examined(sources: Sources, options: Namespace, terminal: Terminal) -> Report:
    from ..conformance.corpus import examine_all, useful_jobs
    from ..conformance.examining import Options

    how = Options(revision=options.revision, as_=options.as_)
    if options.limit is not None:
        how = Options(revision=options.revision, as_=options.as_, limit=options.limit)
    watch = ProgressLine(terminal) if options.progress or terminal.err_is_tty else None
    if options.dask is not None:
        return examined_on_cluster(sources, how, options.dask, watch)
    return examine_all(sources, how, jobs=options.jobs or useful_jobs(sources), watch=watch)


def examined_on_cluster(
    sources: Sources, how: Options, scheduler: str, watch: ProgressLine | None
) -> Report:
    from ..conformance.cluster import examine_on_cluster

    return examine_on_cluster(scheduler, sources, how, watch=watch)


@define
class ProgressLine:
    """How far it is: one line that changes on a terminal, a line now and then elsewhere."""

    terminal: Terminal
    last: float = field(factory=time.monotonic)

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        done = progress.inputs == progress.of_inputs
        if now - self.last < (PAUSE if self.terminal.err_is_tty else 10 * PAUSE) and not done:
            return
        self.last = now
        show = self.terminal.status if self.terminal.err_is_tty else self.terminal.message
        show(progress_text(progress))


def progress_text(progress: Progress) -> str:
    share = 100 * progress.bytes // progress.of_bytes if progress.of_bytes else 100
    rate = progress.bytes / 1e6 / max(progress.seconds, 0.001)
    text = f"{progress.inputs:,} of {progress.of_inputs:,} inputs, {share} %, {rate:.1f} MB/s"
    left = progress.left
    return text if left is None else f"{text}, about {left:.0f} s left"


# --- what came of it ---------------------------------------------------------------------------


def told(report: Report, options: Namespace, terminal: Terminal) -> int:
    """Write the reports, say what is in them, and give the exit code."""
    from ..conformance.report.terminal import summary

    strict: bool = options.strict
    outputs = {name: text for name, text in reports(report, options) if name is not None}
    for name, text in outputs.items():
        if name == STDOUT:
            terminal.text(text())
        else:
            write(name, text())
    if STDOUT not in outputs:
        for line in summary(report, strict=strict):
            terminal.line(line)
    if report.unreadable_parts:
        return Exit.UNREADABLE
    return Exit.OK if report.conforms(strict=strict) else Exit.NOT_COMPLETED


def reports(report: Report, options: Namespace) -> list[tuple[str | None, Callable[[], str]]]:
    from ..conformance.report.as_json import json_report
    from ..conformance.report.junit import junit_report
    from ..conformance.report.page import html_report

    strict: bool = options.strict
    return [
        (options.json, lambda: json_report(report, strict=strict)),
        (options.junit, lambda: junit_report(report, strict=strict)),
        (options.html, lambda: html_report(report, strict=strict)),
    ]


def write(name: str, text: str) -> None:
    try:
        with open(name, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        what = f"a report cannot be written: {error.strerror or error}"
        raise Failure(Exit.USAGE, what, where=name, next=f"see {PROGRAM} conform --help") from error
