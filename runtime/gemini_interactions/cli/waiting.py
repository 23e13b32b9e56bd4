"""Waiting in the foreground until somebody wants it to end."""

from __future__ import annotations

import signal
import threading
from types import FrameType

TICK = 0.25


def until_interrupted() -> None:
    """Return at Ctrl-C, or SIGTERM: the end of what runs here is no failure."""
    over = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        over.set()

    # A signal that comes just before the system call is seen only after it, so each wait is short.
    before = {each: signal.signal(each, end) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        while not over.wait(TICK):
            pass
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
