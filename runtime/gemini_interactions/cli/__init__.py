"""`gemini-interactions`: the Interactions API from a terminal.

`main` runs a command and gives its exit code; `exits` lists them. Whatever goes wrong is told on
stderr in up to three lines: what, where, what to do next.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Sequence
from contextlib import suppress

from ..errors import InteractionsError
from .arguments import parsed
from .exits import Exit as Exit
from .exits import Failure, bug, interrupted
from .explain import failure_of
from .logs import logs_as_notes
from .terminal import Terminal

__all__ = ["Exit", "main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line. Never raises, never exits by itself."""
    terminal = Terminal()
    code: int = Exit.BUG
    try:
        with logs_as_notes(terminal):
            code = run(argv, terminal)
        terminal.flush()
    except BrokenPipeError:
        code = Exit.PIPE
    except KeyboardInterrupt:
        code = Exit.INTERRUPTED
    except OSError:  # neither stream takes what is left; where one of them does, it was said there
        code = code or Exit.BUG
    let_go(terminal)
    return code


def run(argv: Sequence[str] | None, terminal: Terminal) -> int:
    try:
        options = parsed(argv)
    except SystemExit as stop:  # argparse has printed help, the version or what is wrong
        return Exit.OK if not stop.code else Exit.USAGE
    terminal.verbose = terminal.verbose or options.verbose
    try:
        code: int = options.run(options, terminal)
        return code
    except BrokenPipeError:
        raise
    except Failure as error:
        failure, cause = error, error.__cause__ or error
    except InteractionsError as error:
        failure, cause = failure_of(error, options), error
    except KeyboardInterrupt as error:
        failure, cause = interrupted(), error
    except Exception as error:
        failure, cause = bug(error), error
    if options.debug:
        traceback.print_exception(type(cause), cause, cause.__traceback__, file=terminal.err)
    terminal.failure(failure)
    return failure.code


def let_go(terminal: Terminal) -> None:
    """What is still buffered and cannot be written goes nowhere, without complaint at exit."""
    for stream in (terminal.out, terminal.err):
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, stream.fileno())
                os.close(nowhere)
