"""What is seen of waiting: one line with the time on a terminal, a line per status elsewhere."""

from __future__ import annotations

import time
from typing import Any

from attrs import define, field

from .terminal import Terminal

TICK = 0.25


@define
class WaitProgress:
    interaction_id: str
    terminal: Terminal
    state: str | None = None
    started: float = field(factory=time.monotonic)

    def polled(self, interaction: Any) -> None:
        """Another answer came."""
        changed = interaction.status != self.state
        self.state = interaction.status
        self.draw()
        if changed and not self.terminal.err_is_tty:
            self.terminal.message(self.text())

    def sleep(self, seconds: float) -> None:
        """Let time pass, and the display with it.

        In short pieces, also where nothing is displayed: a Ctrl-C that comes just before the
        system call is seen only after it.
        """
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, TICK))
            self.draw()

    def draw(self) -> None:
        if self.state is not None and self.terminal.err_is_tty:
            self.terminal.status(self.text())

    def text(self) -> str:
        elapsed = time.monotonic() - self.started
        return f"{self.interaction_id}: {self.state} ({elapsed:.0f} s)"
