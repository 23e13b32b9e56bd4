"""How a command can end."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes. They are part of the interface; docs/cli.md and `--help` list them."""

    OK = 0
    NOT_COMPLETED = 1
    USAGE = 2
    SERVICE = 3
    CONNECTION = 4
    UNREADABLE = 5
    BUG = 70
    INTERRUPTED = 130
    PIPE = 141


MEANING: dict[Exit, str] = {
    Exit.OK: "done; an interaction that was followed is completed or requires action",
    Exit.NOT_COMPLETED: "the interaction ended otherwise, or still runs when waiting is over; "
    "conform: there are deviations",
    Exit.USAGE: "wrong usage or configuration; nothing was sent",
    Exit.SERVICE: "the service answered with an error",
    Exit.CONNECTION: "no connection, out of time, or an interrupted stream",
    Exit.UNREADABLE: "conform: an input could not be read; what could be was judged",
    Exit.BUG: "an unexpected failure of this program",
    Exit.INTERRUPTED: "Ctrl-C",
    Exit.PIPE: "the reader of the output went away",
}

GOOD = frozenset({"completed", "requires_action"})
RUNNING = frozenset({"queued", "in_progress"})


def code_for(status: str | None) -> Exit:
    """The exit code for an interaction that is over."""
    return Exit.OK if status in GOOD else Exit.NOT_COMPLETED


class Failure(Exception):  # noqa: N818 - it is told, not named
    """What the user is told: what went wrong, where, and what to do next."""

    def __init__(self, code: Exit, what: str, *, where: str = "", next: str = "") -> None:
        super().__init__(what)
        self.code = code
        self.what = what
        self.where = where
        self.next = next


def interrupted(next: str = "") -> Failure:
    return Failure(Exit.INTERRUPTED, "interrupted", next=next)


def bug(error: Exception) -> Failure:
    if isinstance(error, OSError) and error.strerror:
        return Failure(Exit.BUG, error.strerror, where=str(error.filename or ""))
    what = f"unexpected {type(error).__name__}: {error}"
    return Failure(Exit.BUG, what, next="run it again with --debug and report what it prints")
