"""Token counts that are made up, but add up."""

from __future__ import annotations

from collections.abc import Sequence

from .conversation import Conversation
from .json_values import Json, compact, objects


def usage_of(talk: Conversation, steps: Sequence[Json]) -> Json:
    """Usage of one turn: about four characters make a token, a picture makes 1120."""
    sent = _tokens(talk.turn)
    thought = _tokens([step for step in steps if step.get("type") == "thought"])
    answered = _tokens([step for step in steps if step.get("type") != "thought"])
    return {
        "total_tokens": sent + thought + answered,
        "total_input_tokens": sent,
        "input_tokens_by_modality": [{"modality": "text", "tokens": sent}],
        "total_cached_tokens": 0,
        "total_output_tokens": answered,
        "total_tool_use_tokens": 0,
        "total_thought_tokens": thought,
    }


def _tokens(steps: Sequence[Json]) -> int:
    return sum(_step_tokens(step) for step in steps)


def _step_tokens(step: Json) -> int:
    if "content" not in step:
        return len(compact(step)) // 4 + 1
    return sum(
        len(str(block.get("text", ""))) // 4 + 1 if block.get("type") == "text" else 1120
        for block in objects(step["content"])
    )
