"""Mistakes that both type checkers must find, one on each line that says so.

The comments keep this file clean for whoever checks all of the repository; the test takes them
away.
"""

from __future__ import annotations

from gemini_interactions_types import v2026_05_07 as legacy
from gemini_interactions_types import v2026_05_20 as api
from gemini_interactions_types.v2026_05_20.params import CreateInteractionParam, ToolParam


def misspelt(event: api.Event) -> str:
    if event.event_type == "step.delta" and event.delta.type == "text":
        return event.delta.txt  # type: ignore[attr-defined, no-any-return]
    if event.event_type == "step.start":
        return str(event.delta)  # type: ignore[attr-defined]
    return ""


def not_narrowed(event: api.Event, delta: api.Delta) -> str:
    if event.index:  # type: ignore[union-attr]
        return ""
    return delta.text  # type: ignore[union-attr]


def tag_of_no_member(event: api.Event, content: api.Content) -> None:
    if event.event_type == "step.dleta":  # type: ignore[comparison-overlap]
        raise ValueError
    if content.type == "txt":  # type: ignore[comparison-overlap]
        raise ValueError


def none_forgotten(interaction: api.Interaction) -> int:
    for step in interaction.steps:  # type: ignore[union-attr]
        if step.type == "thought":
            return 0
    return interaction.usage.total_tokens  # type: ignore[union-attr, return-value]


def of_another_revision(text: legacy.TextContent) -> api.Content:
    return text  # type: ignore[return-value]


UNKNOWN_KEYWORD = api.TextDelta(txt="a")  # type: ignore[call-arg]
MISSING_ARGUMENT = api.TextDelta()  # type: ignore[call-arg]
WRONG_KIND = api.TextDelta(text=5)  # type: ignore[arg-type]
SET_TAG = api.TextDelta(text="a", type="text")  # type: ignore[call-arg]

WRONG_TAG: ToolParam = {"type": "funktion"}  # type: ignore[assignment]
WRONG_KEY: CreateInteractionParam = {"model": "m", "inptu": "x"}  # type: ignore[assignment]
MODEL_AND_AGENT: CreateInteractionParam = {"model": "m", "agent": "a", "input": "x"}  # type: ignore[assignment]
