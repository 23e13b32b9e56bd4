"""A request and what came before it, read into one shape for the scenarios."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from .json_values import Json, as_list, as_object, compact, objects

CONTENT_TYPES = frozenset({"text", "image", "audio", "document", "video"})


def input_steps(value: Any) -> list[Json]:
    """The `input` of a request as steps: text, content, turns and steps all end up here."""
    if isinstance(value, str):
        value = [{"type": "text", "text": value}]
    return _grouped(objects(value), "user_input")


def _grouped(items: Iterable[Json], kind: str) -> list[Json]:
    """Steps, with loose content made steps of a kind."""
    steps: list[Json] = []
    for is_loose, group in groupby(items, _is_content):
        if is_loose:
            steps.append({"type": kind, "content": list(group)})
        else:
            for item in group:
                steps += _turn(item) if "role" in item else [item]
    return steps


def _is_content(item: Json) -> bool:
    return item.get("type") in CONTENT_TYPES or ("type" not in item and "text" in item)


def _turn(turn: Json) -> list[Json]:
    """What a turn says; calls, results and thoughts are blocks beside its content."""
    content = turn.get("content")
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else objects(content)
    return _grouped(blocks, "model_output" if turn["role"] == "model" else "user_input")


def step_text(step: Json) -> str:
    """All text of a step."""
    return "".join(str(block.get("text", "")) for block in objects(step.get("content")))


def user_texts(steps: Iterable[Json]) -> list[str]:
    """What the user wrote, oldest first; inputs without text are left out."""
    texts = [step_text(step) for step in steps if step.get("type") == "user_input"]
    return [text for text in texts if text]


def result_text(step: Json) -> str:
    """A tool result as a person would read it, whatever shape it was sent in."""
    return _readable(step.get("result"))


def _readable(result: Any) -> str:
    if isinstance(result, str):
        return result
    blocks = objects(as_object(result).get("content")) or objects(as_list(result))
    texts = [str(block["text"]) for block in blocks if "text" in block]
    return " ".join(texts) if texts else compact(result)


@dataclass(frozen=True)
class Conversation:
    """A request (`request`), its input as steps (`turn`) and the steps before it (`history`)."""

    request: Json
    history: Sequence[Json] = ()

    @cached_property
    def turn(self) -> list[Json]:
        return input_steps(self.request.get("input"))

    @cached_property
    def steps(self) -> list[Json]:
        return [*self.history, *self.turn]

    @cached_property
    def prompt(self) -> str:
        """The newest words of the user in this request; empty for tool results alone."""
        texts = user_texts(self.turn)
        return texts[-1] if texts else ""

    @cached_property
    def results(self) -> list[Json]:
        """The function results that close this request: nothing but results follows them."""
        found: list[Json] = []
        for step in reversed(self.turn):
            if step.get("type") != "function_result":
                break
            found.insert(0, step)
        return found

    @cached_property
    def earlier_texts(self) -> list[str]:
        """What the user wrote before this prompt."""
        texts = user_texts(self.steps)
        return texts[:-1] if self.prompt else texts

    @cached_property
    def tools(self) -> list[Json]:
        return objects(self.request.get("tools"))

    def has_tool(self, kind: str) -> bool:
        return any(tool.get("type") == kind for tool in self.tools)

    @cached_property
    def generation_config(self) -> Json:
        return as_object(self.request.get("generation_config"))

    @cached_property
    def wants_summaries(self) -> bool:
        agent_config = as_object(self.request.get("agent_config"))
        asked = (self.generation_config | agent_config).get("thinking_summaries")
        return asked == "auto"

    @cached_property
    def functions(self) -> list[Json]:
        """The declared functions that `tool_choice` leaves callable."""
        declared = [tool for tool in self.tools if tool.get("type") == "function"]
        choice = self.generation_config.get("tool_choice")
        allowed = as_object(as_object(choice).get("allowed_tools"))
        if "none" in (choice, allowed.get("mode")):
            return []
        names = as_list(allowed.get("tools"))
        return [tool for tool in declared if not names or tool.get("name") in names]

    @cached_property
    def response_formats(self) -> list[Json]:
        return objects(self.request.get("response_format"))

    def wants(self, modality: str) -> bool:
        """Whether the answer should contain this modality."""
        if modality in as_list(self.request.get("response_modalities")):
            return True
        return any(form.get("type") == modality for form in self.response_formats)

    @cached_property
    def marker(self) -> tuple[str, list[str]] | None:
        """`[scenario: NAME ARGUMENT...]` in the newest text that has one, with its words."""
        for text in reversed(user_texts(self.steps)):
            if found := re.search(r"\[scenario:\s*([^\s\]]+)([^\]]*)\]", text):
                return found[1], found[2].split()
        return None

    @cached_property
    def marked_now(self) -> bool:
        """Whether the marker stands in this request, not in an earlier turn."""
        return "[scenario:" in self.prompt
