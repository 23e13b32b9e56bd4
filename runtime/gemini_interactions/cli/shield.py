"""Ctrl-C between events, never inside one."""

from __future__ import annotations

import signal
import threading
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType, TracebackType


class Shield:
    """Puts Ctrl-C off while one step is done, so that what is printed is what is remembered.

    A second Ctrl-C does not wait: the reader of our output may have stopped reading.
    """

    def __init__(self) -> None:
        self._busy = False
        self._pending = False

    def __enter__(self) -> None:
        self._busy = True

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._busy = False
        if self._pending and error is None:
            raise KeyboardInterrupt

    def interrupt(self, number: int, frame: FrameType | None) -> None:
        if self._pending or not self._busy:
            raise KeyboardInterrupt
        self._pending = True


@contextmanager
def shielded() -> Generator[AbstractContextManager[None], None, None]:
    """A shield that is in force. Where Ctrl-C means something else, that stays."""
    shield = Shield()
    usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not usual or threading.current_thread() is not threading.main_thread():
        yield shield
        return
    signal.signal(signal.SIGINT, shield.interrupt)
    try:
        yield shield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
