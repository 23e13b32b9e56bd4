"""What libraries log becomes notes: a line each, never a traceback."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager, suppress

from .terminal import Terminal


class Notes(logging.Handler):
    def __init__(self, terminal: Terminal) -> None:
        super().__init__(logging.WARNING)
        self.terminal = terminal

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        with suppress(OSError, ValueError):  # whoever prints next meets the closed stream again
            self.terminal.note(record.getMessage() + (f": {error}" if error else ""))


@contextmanager
def logs_as_notes(terminal: Terminal) -> Generator[None, None, None]:
    handler = Notes(terminal)
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
