"""Where output goes: answers to stdout, everything about them to stderr."""

from __future__ import annotations

import os
import re
import sys
from typing import TextIO

from .exits import Failure

PROGRAM = "gemini-interactions"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What could steer a terminal. The text of a model does not get to."""


class Terminal:
    """The two output streams. Notes are shown to a person, or if asked for with --verbose."""

    def __init__(self) -> None:
        self.out: TextIO = sys.stdout
        self.err: TextIO = sys.stderr
        self.out_is_tty = self.out.isatty()
        self.err_is_tty = self.err.isatty()
        self.verbose = self.err_is_tty
        plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
        self._dim = ("\x1b[2m", "\x1b[0m") if self.err_is_tty and not plain else ("[", "]")
        self._open_line = False
        self._open_status = False

    def text(self, text: str) -> None:
        """A piece of an answer, at once."""
        if text:
            self.clear_status()
            self._open_line = not text.endswith("\n")
            write(self.out, harmless(text) if self.out_is_tty else text)

    def line(self, text: str) -> None:
        self.end_line()
        self.text(text + "\n")

    def end_line(self) -> None:
        """End the line of an answer, if one was begun."""
        if self._open_line:
            self.text("\n")

    def note(self, text: str) -> None:
        """Something about an answer."""
        if self.verbose and text.strip():
            begin, end = self._dim
            self.message(f"{begin}{harmless(text.strip())}{end}")

    def message(self, text: str) -> None:
        """A line on stderr; an answer that shares the screen is not torn apart."""
        self.clear_status()
        if self._open_line and self.out_is_tty and self.err_is_tty:
            self._open_line = False
            write(self.err, "\n")
        write(self.err, text + "\n")

    def failure(self, failure: Failure) -> None:
        self.message(f"{PROGRAM}: {harmless(failure.what)}")
        for label, text in (("where", failure.where), ("next", failure.next)):
            if text:
                self.message(f"  {label + ':':6} {harmless(text)}")

    def status(self, text: str) -> None:
        """A line that the next one replaces; for terminals."""
        self._open_status = True
        write(self.err, f"\r\x1b[2K{harmless(text)}")

    def clear_status(self) -> None:
        if self._open_status:
            self._open_status = False
            write(self.err, "\r\x1b[2K")

    def flush(self) -> None:
        self.clear_status()
        self.out.flush()
        self.err.flush()


def harmless(text: str) -> str:
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


def write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
    except UnicodeEncodeError:
        encoding = stream.encoding or "ascii"
        stream.write(text.encode(encoding, "replace").decode(encoding))
    stream.flush()
