"""What the model says: the value that scenarios produce and event families spell out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .json_values import Json


@dataclass(frozen=True)
class Answer:
    """One turn of the model, before any event family or revision has a say.

    `steps` are written as the newest revision stores them. `words_per_delta` says how finely
    text is cut when streamed; 0 sends each text whole.
    """

    steps: Sequence[Json] = ()
    status: str = "completed"
    words_per_delta: int = 6
    typeless: bool = False
    errors: Sequence[Json] = ()
    continuation_token: str | None = None
    stream_error: Json | None = None
    inserted: Mapping[int, Json] = field(default_factory=dict[int, Json])
    """Extra events: sent right before the event with that position."""
