"""`conform server`: drives a server and says which clauses hold."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Final

from .._bindings import LATEST
from .conform import STDOUT, check_revision, write
from .exits import Exit, Failure
from .terminal import Terminal

if TYPE_CHECKING:
    from ..conformance.live.clauses import Verdict
    from ..conformance.live.server_check import Plan
    from ..conformance.recordings import Recorder

ANY_KEY: Final = "conformance"
"""For servers on this machine that want to see a key, whichever."""
KEYS: Final = ("GOOGLE_API_KEY", "GEMINI_API_KEY")


def conform_server(options: Namespace, terminal: Terminal) -> int:
    from ..conformance.live.server_check import CLAUSES, check_server, is_loopback, plan

    if options.list:
        for clause in CLAUSES:
            terminal.line(f"{clause.id:22} {clause.sentence}")
        return Exit.OK
    revision = options.api_revision or LATEST
    check_revision(revision)
    check_reports(options)
    settings = settings_of(options, revision)
    planned = plan(options.only)
    announce(planned, terminal, allowed=options.yes or is_loopback(settings["base_url"]))
    verdicts: list[Verdict] = []
    with recording(options.record) as recorder:
        checking = check_server(
            planned,
            settings,
            strict=options.strict,
            model=options.model,
            agent=options.agent,
            patience=options.patience,
            recorder=recorder,
        )
        with closing(checking):  # what was created goes away, whatever happens
            for verdict in checking:
                verdicts.append(verdict)
                show(verdict, options, terminal)
    return told(verdicts, options, terminal, about="server", revision=revision)


def settings_of(options: Namespace, revision: str) -> dict[str, Any]:
    """The arguments of a client of that server."""
    from ..conformance.live.server_check import is_loopback

    if options.url is None or options.base_url is not None:
        raise Failure(Exit.USAGE, "which server? Its address goes behind `conform server`")
    given = {name: getattr(options, name) for name in ("project", "location", "timeout")}
    settings = {name: value for name, value in given.items() if value is not None}
    if options.vertex:
        settings["vertexai"] = True
    if is_loopback(options.url) and not any(os.environ.get(name) for name in KEYS):
        settings["api_key"] = ANY_KEY
    return {**settings, "base_url": options.url, "api_revision": revision}


def announce(planned: Plan, terminal: Terminal, *, allowed: bool) -> None:
    """Say what it takes, and stop there if somebody may have to pay for it."""
    from ..conformance.report.terminal import number

    clauses = number(len(planned.clauses), "clause")
    what = f"{clauses} to try, with {number(planned.creates, 'create')}"
    if planned.probes:
        what += f", and {planned.probes} that should be refused"
    if not allowed:
        why = "which the service may charge for; nothing was sent"
        raise Failure(Exit.USAGE, f"{what}, {why}", next="add --yes, or choose some with --only")
    terminal.message(what)


@contextmanager
def recording(path: str | None) -> Generator[Recorder | None, None, None]:
    """A recorder, where a file is given."""
    if path is None:
        yield None
        return
    from ..conformance.recordings import Recorder

    try:
        recorder = Recorder(path)
    except OSError as error:
        what = f"the recording cannot be written: {error.strerror or error}"
        raise Failure(Exit.USAGE, what, where=path) from error
    with recorder:
        yield recorder


# --- what came of it, for a server or a client -------------------------------------------------


def check_reports(options: Namespace) -> None:
    """Refuse what cannot be written before anything is sent."""
    given = [name for name in (options.json, options.junit) if name is not None]
    if len(given) > len({*given}):
        raise Failure(Exit.USAGE, f"{given[0]} cannot take two reports")
    for name in given:
        if name != STDOUT:
            write(name, "")


def show(verdict: Verdict, options: Namespace, terminal: Terminal) -> None:
    """A verdict as soon as it is there, unless stdout belongs to a report."""
    from ..conformance.live.telling import lines_of

    if STDOUT not in (options.json, options.junit):
        for line in lines_of(verdict):
            terminal.line(line)


def told(
    verdicts: Sequence[Verdict],
    options: Namespace,
    terminal: Terminal,
    *,
    about: str,
    revision: str,
) -> int:
    """Write the reports, say the last word, and give the exit code."""
    from ..conformance.live.telling import as_json, as_junit, last_line

    reports = {
        options.json: as_json(verdicts, about=about, revision=revision, strict=options.strict),
        options.junit: as_junit(verdicts, about=about),
    }
    for name, text in reports.items():
        if name == STDOUT:
            terminal.text(text)
        elif name is not None:
            write(name, text)
    last = last_line(verdicts, revision)
    if STDOUT in reports:
        terminal.message(last)
    else:
        terminal.line(last)
    broken = any(verdict.outcome == "broken" for verdict in verdicts)
    return Exit.NOT_COMPLETED if broken else Exit.OK
