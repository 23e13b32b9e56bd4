"""What a caller may pass: plain dicts that are checked, objects, or both mixed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gemini_interactions_types import v2025_12_11 as launch
from gemini_interactions_types import v2026_05_20 as api
from gemini_interactions_types.v2025_12_11.params import ComputerUseParam
from gemini_interactions_types.v2026_05_20.params import (
    CreateAgentInteractionParam,
    CreateInteractionParam,
    CreateModelInteractionParam,
    FunctionParam,
    InteractionInputParam,
    ToolParam,
)

WEATHER: FunctionParam = {
    "type": "function",
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"location": {"type": "string"}}},
}
TOOLS: list[ToolParam] = [WEATHER, {"type": "google_search"}, api.URLContext()]


def send(request: CreateInteractionParam) -> Any:
    return api.unstructure(request)


def ask(text: InteractionInputParam, model: str, extra: Mapping[str, Any]) -> None:
    request: CreateModelInteractionParam = {
        "model": model,
        "input": text,
        "tools": TOOLS,
        "generation_config": {
            "thinking_level": "low",
            "tool_choice": {"allowed_tools": {"mode": "any", "tools": ["get_weather"]}},
        },
        "response_format": [{"type": "text", "schema": {"type": "object"}}, extra],
    }
    send(request)
    send({"model": "gemini-flash-latest", "input": "Hi", "stream": True})
    send({"agent": "a-new-agent", "input": [{"type": "text", "text": "Hi"}]})
    send(api.CreateModelInteraction(model=model, input=[api.TextContent(text="Hi")]))


def go_on(interaction: api.Interaction, content: list[api.Content]) -> list[InteractionInputParam]:
    steps = interaction.steps or []
    return [
        "Hi",
        steps,
        content,
        [*steps, {"type": "user_input", "content": [{"type": "text", "text": "And now?"}]}],
        [api.TextContent(text="a"), {"type": "image", "uri": "b"}],
        {"type": "text", "text": "a"},
        api.CreateModelInteraction(model="m", input=steps).input or "",
        api.CreateModelInteraction(model="m", input=content).input or "",
    ]


def answer(call_id: str) -> CreateModelInteractionParam:
    return {
        "model": "gemini-flash-latest",
        "previous_interaction_id": "a",
        "input": [
            {"type": "function_result", "call_id": call_id, "result": {"weather": "sunny"}},
            api.UserInputStep(content=[api.TextContent(text="And now?")]),
        ],
    }


RESEARCH: CreateAgentInteractionParam = {
    "agent": "deep-research-preview-04-2026",
    "input": "Quantum computing",
    "background": True,
    "agent_config": {"type": "deep-research", "thinking_summaries": "auto"},
    "environment": {"type": "remote", "env": {"A": "b", "C": {"credential": "k"}}},
}
LAUNCH: ComputerUseParam = {"type": "computer_use", "excludedPredefinedFunctions": ["a"]}
TOOL = launch.ComputerUse(excluded_predefined_functions=["a"])
