"""A `match` over a union ends where nothing is left; the unknown variant is part of it."""

from __future__ import annotations

from typing_extensions import assert_never

from gemini_interactions_types import v2026_05_20 as api


def by_class(event: api.Event) -> str:
    match event:
        case api.StepDelta(delta=api.TextDelta(text=text)):
            return text
        case api.StepDelta() | api.StepStart() | api.StepStop():
            return str(event.index)
        case api.InteractionCreatedEvent() | api.InteractionCompletedEvent():
            return event.interaction.status or ""
        case api.InteractionStatusUpdate(status=status):
            return status
        case api.ErrorEvent(error=error):
            return str(error.code) if error else ""
        case api.UnknownEvent(tag=tag):
            return tag or ""
        case _:
            assert_never(event)


def by_tag(content: api.Content) -> str:
    if content.type == "text":
        return content.text
    if content.type == "image" or content.type == "document":
        return content.mime_type or ""
    if content.type == "audio":
        return str(content.sample_rate)
    if content.type == "video":
        return content.name or ""
    if content.type == "unknown":
        return content.problem or ""
    assert_never(content)
