"""What kind of payload a JSON value is, where nothing but the value says so."""

from __future__ import annotations

from typing import Any, Literal

from ...testing.json_values import as_object
from ..findings import Kind

__all__ = ["As", "is_opening", "is_terminal", "kind_of_payload", "text_in"]

As = Literal["request", "interaction", "event", "error", "stream"]
"""What a caller may say an input is. A stream's events belong together."""

OPENING = frozenset({"interaction.created", "interaction.start"})
TERMINAL = frozenset({"interaction.completed", "interaction.complete"})
ANSWERED = frozenset({"created", "id", "object", "outputs", "status", "steps", "updated", "usage"})
"""Fields that a service sets. Any of them makes an interaction of what else could be a request."""
ASKED = frozenset({"agent", "input", "model"})


def kind_of_payload(value: Any) -> Kind | None:
    """The kind of an object; `None` if it could be anything."""
    fields = as_object(value)
    if "event_type" in fields:
        return "event"
    if "error" in fields and not fields.keys() & (ANSWERED | ASKED):
        return "error"
    if fields.keys() & ANSWERED:
        return "interaction"
    return "request" if fields.keys() & ASKED else None


def is_opening(event: Any) -> bool:
    return text_in(event, "event_type") in OPENING


def is_terminal(event: Any) -> bool:
    return text_in(event, "event_type") in TERMINAL


def text_in(value: Any, name: str) -> str:
    """A field that is a text; empty if it is none."""
    found = as_object(value).get(name)
    return found if isinstance(found, str) else ""
