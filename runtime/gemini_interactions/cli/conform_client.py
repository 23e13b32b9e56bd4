"""`conform client`: the embedded server judges what a client sends to it."""

from __future__ import annotations

import os
import subprocess
from argparse import Namespace
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Final

from .._bindings import LATEST
from .conform_server import check_reports, show, told
from .connect import needing_aiohttp
from .exits import Exit, Failure
from .serve import cannot_listen, check
from .terminal import Terminal
from .waiting import until_interrupted

if TYPE_CHECKING:
    from ..conformance.findings import Finding
    from ..conformance.live.client_judge import ClientJudge
    from ..testing import RecordedRequest

KEY: Final = "conformance"
OWN: Final = ("GEMINI_", "GOOGLE_", "VERTEX_")
"""How the variables begin that say where a client goes, and as whom."""


def conform_client(options: Namespace, terminal: Terminal) -> int:
    from ..conformance.live.client_judge import judging_server

    check(options)
    check_reports(options)
    screen = Screen(terminal, quiet=bool(options.client_command))
    code = 0
    with ExitStack() as running:
        judging = judging_server(
            host=options.host,
            port=options.port,
            revision=options.revision,
            faults=options.fault,
            on_judged=screen.judged,
        )
        try:
            with needing_aiohttp():
                server, judge = running.enter_context(judging)
        except OSError as error:
            raise cannot_listen(options, error) from error
        if options.client_command:
            code = run(options.client_command, server.url)
        else:
            terminal.message(f"Interactions API at {server.url} (Ctrl-C ends it and judges)")
            until_interrupted()
    return verdict(judge, options, terminal, code)


def run(command: Sequence[str], url: str) -> int:
    """Run the client with the addresses and the key of this server; its exit status."""
    try:
        process = subprocess.Popen(command, env=environ(url))
    except OSError as error:
        what = f"the command cannot be started: {error.strerror or error}"
        raise Failure(Exit.USAGE, what, where=command[0]) from error
    with process:
        try:
            return process.wait()
        except KeyboardInterrupt:  # the command got it as well
            with suppress(KeyboardInterrupt):
                process.wait()
            raise


def environ(url: str) -> dict[str, str]:
    inherited = {name: text for name, text in os.environ.items() if not name.startswith(OWN)}
    local = ",".join(filter(None, (os.environ.get("NO_PROXY"), "127.0.0.1", "localhost")))
    return {
        **inherited,
        "GEMINI_API_KEY": KEY,
        "GOOGLE_GEMINI_BASE_URL": url,
        "GOOGLE_VERTEX_BASE_URL": url,
        "NO_PROXY": local,
        "no_proxy": local,
    }


def verdict(judge: ClientJudge, options: Namespace, terminal: Terminal, code: int) -> int:
    if not judge.seen.count:
        what = "the client sent nothing to this server"
        hint = "it reads GOOGLE_GEMINI_BASE_URL, or has an option for its base URL"
        raise Failure(Exit.NOT_COMPLETED, what, next=hint)
    verdicts = judge.verdicts(strict=options.strict)
    for each in verdicts:
        show(each, options, terminal)
    terminal.message(f"{judge.seen.count} requests")
    revision = options.revision or LATEST
    judged = told(verdicts, options, terminal, about="client", revision=revision)
    if code:
        terminal.message(f"the command itself ended with exit status {code}")
    return judged or (Exit.NOT_COMPLETED if code else Exit.OK)


class Screen:
    """What is said of each request while the server runs; a command has the screen for itself."""

    def __init__(self, terminal: Terminal, *, quiet: bool) -> None:
        self.terminal = terminal
        self.quiet = quiet

    def judged(self, request: RecordedRequest, found: list[Finding]) -> None:
        if self.quiet:
            return
        from ..conformance.live.telling import told as finding_told

        word = f"{len(found)} findings" if found else "conforms"
        self.terminal.message(f"{request.method} {request.raw_path} ({request.operation}): {word}")
        for finding in found:
            self.terminal.message(f"  {finding_told(finding)}")
