"""What a test lays down in advance for requests still to come."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from .json_values import Json, as_object

T = TypeVar("T")


class Pending(Generic[T]):
    """Values used up one per request, the last one for ever if it repeats."""

    def __init__(self) -> None:
        self._values: deque[tuple[T, bool]] = deque()

    def add(self, value: T, *, repeat: bool) -> None:
        self._values.append((value, repeat))

    def take(self) -> T | None:
        if not self._values:
            return None
        value, repeat = self._values[0]
        if not repeat:
            self._values.popleft()
        return value

    def clear(self) -> None:
        self._values.clear()


@dataclass(frozen=True)
class ScriptedTurn:
    """Steps or raw events that stand in for the answer of the model."""

    items: Sequence[Json]
    status: str = "completed"

    @property
    def are_events(self) -> bool:
        return any("event_type" in item for item in self.items)

    @property
    def event_interaction_id(self) -> str:
        """The id the raw events speak of, so that it can be asked for afterwards."""
        for event in self.items:
            identity = as_object(event.get("interaction")).get("id") or event.get("interaction_id")
            if identity:
                return str(identity)
        return ""


@dataclass(frozen=True)
class ScriptedResponse:
    """A whole HTTP response: one body, or the frames of a stream."""

    status: int
    content_type: str
    body: bytes = b""
    frames: Sequence[bytes] | None = None


class Scripts:
    """Everything laid down so far."""

    def __init__(self) -> None:
        self.turns: Pending[ScriptedTurn] = Pending()
        self.statuses: Pending[Sequence[str]] = Pending()
        self.responses: Pending[ScriptedResponse] = Pending()

    def clear(self) -> None:
        self.turns.clear()
        self.statuses.clear()
        self.responses.clear()
