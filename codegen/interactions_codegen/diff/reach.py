"""Which types responses bring and which types requests take: whom a change can concern at all."""

from __future__ import annotations

from attrs import frozen

from ..exports import sent
from ..model import Field, ObjectType, Revision, names_in, names_of
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
        self.read = received(revision)
        # What no operation leads to are the bodies of errors, which are read.
        self.read |= revision.definitions.keys() - self.sent - self.read

    def audience(self, name: str) -> Audience:
        return Audience(name in self.read, name in self.sent)


def received(revision: Revision) -> frozenset[str]:
    """The types that a response or an event can reach; write-only fields lead nowhere."""
    reached: set[str] = set()
    ends = [end for route in revision.operations for end in (route.response, route.stream)]
    pending = [end for end in ends if end is not None]
    while pending:
        name = pending.pop()
        if name in reached:
            continue
        reached.add(name)
        definition = revision.definitions[name]
        if isinstance(definition, ObjectType):
            fields = [field for field in definition.fields if not field.write_only]
            pending += [target for field in fields for target in names_in(field.type)]
        else:
            pending += names_of(definition)
    return frozenset(reached)
