"""Comparing a tag tells a type checker which class it has, all the way down."""

from __future__ import annotations

from typing import Any

from typing_extensions import assert_type

from gemini_interactions_types import v2025_12_11 as launch
from gemini_interactions_types import v2026_05_07 as legacy
from gemini_interactions_types import v2026_05_20 as api


def texts(payloads: list[dict[str, Any]]) -> str:
    shown: list[str] = []
    for payload in payloads:
        event: api.Event = api.structure(api.Event, payload)
        if event.event_type == "step.delta":
            assert_type(event, api.StepDelta)
            if event.delta.type == "text":
                assert_type(event.delta, api.TextDelta)
                shown.append(event.delta.text)
            elif event.delta.type == "thought_summary" and event.delta.content is not None:
                if event.delta.content.type == "text":
                    shown.append(event.delta.content.text.upper())
            elif event.delta.type == "unknown":
                assert_type(event.delta, api.UnknownDelta)
                shown.append(event.delta.tag or "")
        elif event.event_type == "step.start" and event.step.type == "function_call":
            assert_type(event.step.arguments, dict[str, Any] | None)
            shown.append(event.step.name or "")
        elif event.event_type == "interaction.completed":
            assert_type(event.interaction, api.EventInteraction)
            usage = event.interaction.usage
            shown.append(str(usage.total_tokens) if usage else "")
        elif event.event_type == "unknown":
            assert_type(event, api.UnknownEvent)
            shown.append(str(event.raw.get("event_type")))
    return "".join(shown)


def of_a_class(payload: object) -> api.Interaction:
    interaction = api.structure(api.Interaction, payload)
    assert_type(interaction, api.Interaction)
    for step in interaction.steps or []:
        if isinstance(step, api.ModelOutputStep):
            for content in step.content or []:
                if content.type == "image":
                    assert_type(content.uri, str | None)
    return interaction


def in_the_legacy_revisions(payload: object) -> str | None:
    event: legacy.Event = legacy.structure(legacy.Event, payload)
    if event.event_type == "content.delta" and event.delta.type == "text":
        return event.delta.text
    first: launch.Event = launch.structure(launch.Event, payload)
    if first.event_type == "interaction.start" or first.event_type == "interaction.complete":
        assert_type(first, launch.InteractionEvent)
        return first.event_type
    return None
