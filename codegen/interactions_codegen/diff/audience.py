"""Whom a change can concern at all: those who meet the type in what they read, or send."""

from __future__ import annotations

from attrs import frozen

from ..model import Field, Revision
from ..reach import received, sent
from .changes import Impact, Severity


@frozen
class Audience:
    """Who meets a type or a field: those who read it, those who send it."""

    read: bool
    sent: bool

    def of(self, field: Field) -> Audience:
        return Audience(self.read and not field.write_only, self.sent and not field.read_only)

    def impact(self, readers: Severity, strict: Severity, senders: Severity) -> Impact:
        """What is left of an impact when only this audience feels it."""
        if not self.read:
            readers = strict = "neutral"
        return Impact(readers, strict, senders if self.sent else "neutral")


NOBODY = Audience(read=False, sent=False)


class Reach:
    def __init__(self, revision: Revision) -> None:
        self.sent = frozenset(sent(revision))
        self.read = frozenset(received(revision))
        # What no operation leads to are the bodies of errors, which are read.
        self.read |= revision.definitions.keys() - self.sent - self.read

    def audience(self, name: str) -> Audience:
        return Audience(name in self.read, name in self.sent)
