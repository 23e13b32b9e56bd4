"""Ids of calls: generateContent may leave them out, interactions may not."""

from __future__ import annotations

from collections import defaultdict

from attrs import define, field

from ..fields import Fields

__all__ = ["CallIds"]


def _queues() -> defaultdict[tuple[str, str], list[str]]:
    return defaultdict(list)


@define
class CallIds:
    """Gives each call an id, and each result the id of its call.

    A result without an id answers the oldest call of its kind and name that has no answer yet.
    """

    _count: int = 0
    _open: defaultdict[tuple[str, str], list[str]] = field(factory=_queues)

    def of_call(self, call: Fields, kind: str, name: str = "") -> str:
        identity = call.take("id", str) or self._made_up(call)
        self._open[kind, name].append(identity)
        return identity

    def of_result(self, result: Fields, kind: str, name: str = "") -> str:
        identity = result.take("id", str)
        waiting = self._open[kind, name]
        if identity is None and waiting:
            identity = waiting[0]
            result.report.added(result.path_of("id"), f"it is taken to answer call {identity!r}")
        identity = identity or self._made_up(result)
        if identity in waiting:
            waiting.remove(identity)
        return identity

    def _made_up(self, fields: Fields) -> str:
        self._count += 1
        identity = f"call_{self._count}"
        fields.report.added(fields.path_of("id"), f"it becomes {identity!r}")
        return identity
