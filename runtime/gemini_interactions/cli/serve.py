"""`serve`: a local Interactions API in the foreground."""

from __future__ import annotations

import os
import signal
from argparse import Namespace
from typing import TYPE_CHECKING

from .connect import needing_aiohttp
from .exits import Exit, Failure
from .terminal import PROGRAM, Terminal

if TYPE_CHECKING:
    from ..testing import RecordedRequest


def serve(options: Namespace, terminal: Terminal) -> int:
    if options.list_faults or options.list_scenarios:
        return list_them(options, terminal)
    from ..testing import serve_forever

    check(options)
    screen = Screen(options, terminal)
    try:
        with needing_aiohttp():
            serve_forever(
                host=options.host,
                port=options.port,
                faults=options.fault,
                on_ready=screen.ready,
                on_request=screen.request,
                strict=options.strict,
                **({"revision": options.revision} if options.revision else {}),
            )
    except BrokenPipeError:
        raise
    except OSError as error:
        raise cannot_listen(options, error) from error
    if screen.abandoned:
        raise BrokenPipeError
    terminal.message("stopped")
    return Exit.OK


def check(options: Namespace) -> None:
    """Refuse faults and revisions that do not exist, before anything is opened."""
    from ..testing import REVISIONS, FaultPlan

    if options.revision and options.revision not in REVISIONS:
        what = f"there is no revision {options.revision!r}: choose one of {', '.join(REVISIONS)}"
        raise Failure(Exit.USAGE, what)
    try:
        FaultPlan(options.fault)
    except (ValueError, KeyError) as error:
        what = f"--fault: {error.args[0] if error.args else error}"
        raise Failure(Exit.USAGE, what, next=f"{PROGRAM} serve --list-faults") from error


def cannot_listen(options: Namespace, error: OSError) -> Failure:
    number = error.errno or 0
    reason = os.strerror(number) if number > 0 else error.strerror or str(error)
    what = f"cannot listen on {options.host} port {options.port}: {reason}"
    return Failure(Exit.USAGE, what, next="choose another --host or --port; 0 is any free port")


class Screen:
    """What the server says. It stops when nobody reads that any more."""

    def __init__(self, options: Namespace, terminal: Terminal) -> None:
        self.options = options
        self.terminal = terminal
        self.abandoned = False

    def ready(self, url: str) -> None:
        self.terminal.line(f"Interactions API at {url} (Ctrl-C ends it)")
        self.terminal.line(f'Try: {PROGRAM} --base-url {url} ask "Count from 1 to 25."')

    def request(self, request: RecordedRequest) -> None:
        query = f"?{request.raw_query}" if request.raw_query else ""
        streamed = ", streamed" if request.wants_stream else ""
        try:
            self.terminal.line(
                f"{request.method} {request.raw_path}{query} ({request.operation}{streamed})"
            )
        except BrokenPipeError:
            self.abandoned = True
            signal.raise_signal(signal.SIGINT)


def list_them(options: Namespace, terminal: Terminal) -> int:
    from ..testing import SCENARIOS, fault_table

    if options.list_faults:
        terminal.line('Faults, for --fault "NAME key=value ..." (also: on, method, nth, hits, p):')
        for name, (parameters, summary) in fault_table().items():
            terminal.line(f"  {name} {parameters}".rstrip())
            terminal.line(f"      {summary}")
    if options.list_scenarios:
        terminal.line("Scenarios, for a prompt with [scenario: NAME ARGUMENTS] in it:")
        for name, summary in SCENARIOS.items():
            terminal.line(f"  {name:20} {summary}")
    return Exit.OK
