"""How an answer is spelled on the wire: `step.*` events now, `content.*` events before.

A family turns steps into parts. A part is what one index of the stream carries: the bare shell
it starts with and the deltas that fill it. Both families share the order of events: start,
deltas, stop; calls that stand side by side run in parallel and interleave their deltas.
Folding the deltas into the shells gives exactly the stored form of the same parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest
from typing import Protocol

from .._bindings import REVISIONS as BOUND
from .answer import Answer
from .json_values import Json, compact, objects

STEPS = "2026-05-20"
LAST_LEGACY = "2026-05-07"
LAUNCH = "2025-12-11"
REVISIONS = tuple(sorted({LAUNCH, LAST_LEGACY, STEPS, *BOUND}))
"""All that can be spoken, oldest first: those of the bindings that came after steps as steps."""


@dataclass(frozen=True)
class Part:
    """What one index of a stream carries."""

    shell: Json
    deltas: Iterable[Json]


class Family(Protocol):
    """The wire form of one API revision."""

    created_event: str
    completed_event: str
    stored_field: str
    created_has_times: bool
    states_errors: bool
    """Whether the resource of a failed interaction says what went wrong."""
    gives_input: bool
    """Whether a get can ask for the input."""
    continues: bool
    """Whether an interaction can be continued by a token."""

    def stored(self, steps: Sequence[Json]) -> list[Json]:
        """The steps as an interaction resource lists them."""
        ...

    def part_events(self, answer: Answer) -> Iterator[Json]:
        """The events between the opening and the closing of a stream."""
        ...

    def inserted(self, event: Json) -> Json:
        """An extra event of an answer, in this revision's words."""
        ...

    def header(self, fields: Json) -> Json:
        """The fields of an interaction beside its steps, in this revision's words."""
        ...

    def resource(self, fields: Json) -> Json:
        """The same where it is not an event but the interaction itself that has them."""
        ...


def family_of(revision: str, *, typeless_agents: bool = True, strict: bool = False) -> Family:
    """The family that speaks this revision; a strict one says only what its schema declares."""
    if revision >= STEPS:
        return StepFamily(typeless_agents and not strict, strict=strict)
    return ContentFamily(launch=revision == LAUNCH, strict=strict)


def pieces(text: str, words: int) -> Iterator[str]:
    """The text cut every so many words, spaces kept; 0 words leaves it whole."""
    if not words:
        yield from [text] if text else []
        return
    for match in re.finditer(rf"\s*(?:\S+\s*){{1,{words}}}|\s+", text):
        yield match[0]


def _events(parts: Sequence[Part], noun: str) -> Iterator[Json]:
    """Start, deltas and stop of every part."""
    numbered = enumerate(parts)
    for _, group in groupby(numbered, key=lambda item: _group_key(*item)):
        members = list(group)
        for index, part in members:
            yield {"index": index, noun: part.shell, "event_type": f"{noun}.start"}
        for row in zip_longest(*(part.deltas for _, part in members)):
            for (index, _), delta in zip(members, row, strict=True):
                if delta is not None:
                    yield {"index": index, "delta": delta, "event_type": f"{noun}.delta"}
        for index, _ in members:
            yield {"index": index, "event_type": f"{noun}.stop"}


def _group_key(index: int, part: Part) -> object:
    """Neighbouring function calls share a group; every other part is its own."""
    return "parallel" if part.shell["type"] == "function_call" else index


def _without(value: Json, *keys: str) -> Json:
    return {key: item for key, item in value.items() if key not in keys}


class StepFamily:
    """From revision 2026-05-20 on: `steps`, `step.*` events."""

    created_event = "interaction.created"
    completed_event = "interaction.completed"
    stored_field = "steps"
    created_has_times = False
    states_errors = True
    gives_input = True
    continues = True

    def __init__(self, typeless_agents: bool = True, *, strict: bool = False) -> None:
        self._typeless_agents = typeless_agents
        self._strict = strict

    def header(self, fields: Json) -> Json:
        return fields

    def resource(self, fields: Json) -> Json:
        return _without(fields, "object") if self._strict else fields

    def stored(self, steps: Sequence[Json]) -> list[Json]:
        return list(steps)

    def part_events(self, answer: Answer) -> Iterator[Json]:
        typeless = answer.typeless and self._typeless_agents
        parts = [_step_part(step, answer.words_per_delta, typeless) for step in answer.steps]
        return _events(parts, "step")

    def inserted(self, event: Json) -> Json:
        return dict(event)


def _step_part(step: Json, words: int, typeless: bool) -> Part:
    kind = str(step["type"])
    if kind == "model_output":
        return Part({"type": kind}, _output_deltas(step, words, typeless))
    if kind == "thought":
        return Part({"type": kind}, list(_thought_deltas(step, typeless)))
    if kind == "function_call":
        fragments = _fragments(compact(step["arguments"]))
        deltas = [{"arguments": text, "type": "arguments_delta"} for text in fragments]
        return Part({**step, "arguments": {}}, deltas)
    if kind.endswith(("_call", "_result")):
        return _tool_part(step)
    return Part(step, [])


def _output_deltas(step: Json, words: int, typeless: bool) -> Iterator[Json]:
    for block in objects(step.get("content")):
        if block["type"] != "text":
            yield block
            continue
        kind: Json = {} if typeless else {"type": "text"}
        for text in pieces(block["text"], words):
            yield {"text": text, **kind}
        if "annotations" in block:
            yield {"annotations": block["annotations"], "type": "text_annotation_delta"}


def _thought_deltas(step: Json, typeless: bool) -> Iterator[Json]:
    for block in objects(step.get("summary")):
        content = _without(block, "type") if typeless else block
        yield {"content": content, "type": "thought_summary"}
    if "signature" in step:
        yield {"signature": step["signature"], "type": "thought_signature"}


def _fragments(text: str) -> list[str]:
    size = max(6, -(-len(text) // 4))
    return [text[start : start + size] for start in range(0, len(text), size)]


def _tool_part(step: Json) -> Part:
    """Tools of the service start as bare shells; one delta brings everything else."""
    signed: Json = {"signature": ""} if "signature" in step else {}
    names: Json = {key: step[key] for key in ("id", "call_id") if key in step}
    mcp: Json = {key: step[key] for key in ("name", "server_name") if key in step}
    shell: Json = {**names, **signed, **mcp, "type": step["type"]}
    return Part(shell, [_without(step, "id", "call_id")])


class ContentFamily:
    """Revisions 2025-12-11 and 2026-05-07: `outputs`, `content.*` events."""

    created_event = "interaction.start"
    completed_event = "interaction.complete"
    stored_field = "outputs"
    created_has_times = True
    states_errors = False
    continues = False

    def __init__(self, *, launch: bool, strict: bool = False) -> None:
        self._launch = launch
        self._strict = strict
        self.gives_input = not launch

    def header(self, fields: Json) -> Json:
        legacy: Json = {**fields, "role": "model"}
        if self._launch:
            legacy.pop("service_tier", None)
            if "usage" in legacy:
                usage: Json = {**legacy["usage"]}
                usage["total_reasoning_tokens"] = usage.pop("total_thought_tokens")
                legacy["usage"] = usage
        return _without(legacy, "object") if self._strict and not self._launch else legacy

    def resource(self, fields: Json) -> Json:
        found = self.header(fields)
        return {"id": "", **found} if self._strict else found

    def stored(self, steps: Sequence[Json]) -> list[Json]:
        found: list[Json] = []
        for step in steps:
            blocks = objects(step.get("content")) if step["type"] == "model_output" else [step]
            found += (self._block(block) for block in blocks if self._knows(block))
        return found

    def part_events(self, answer: Answer) -> Iterator[Json]:
        blocks = self.stored(answer.steps)
        return _events([self._part(block, answer.words_per_delta) for block in blocks], "content")

    def inserted(self, event: Json) -> Json:
        kind = str(event["event_type"])
        return {**event, "event_type": re.sub(r"^step\.", "content.", kind)}

    def _knows(self, block: Json) -> bool:
        later = ("file_search_call", "google_maps_call", "google_maps_result")
        return not (self._launch and block["type"] in later)

    def _block(self, block: Json) -> Json:
        if not self._launch:
            return block
        kind = str(block["type"])
        if kind.endswith("_call"):
            return _without(block, "signature")
        if kind == "file_search_result":
            return _without(block, "call_id", "signature")
        if kind == "google_search_result":
            found = [{"rendered_content": item["search_suggestions"]} for item in block["result"]]
            return {**block, "result": found}
        if "annotations" in block:
            return {**block, "annotations": [_launch_annotation(a) for a in block["annotations"]]}
        return block

    def _part(self, block: Json, words: int) -> Part:
        kind = str(block["type"])
        if kind == "text":
            return Part({"text": "", "type": "text"}, self._text_deltas(block, words))
        if kind == "thought":
            return Part({"type": "thought"}, list(_thought_deltas(block, typeless=False)))
        if kind.endswith(("_call", "_result")):
            return Part(_legacy_shell(block), [block])
        if kind in ("image", "audio", "video", "document"):
            return Part({"type": kind}, [block])
        return Part(block, [])

    def _text_deltas(self, block: Json, words: int) -> Iterator[Json]:
        for text in pieces(block["text"], words):
            yield {"text": text, "type": "text"}
        if "annotations" in block:
            kind: Json = {"type": "text_annotation"}
            if self._launch:
                kind = {"text": "", "type": "text"}
            yield {"annotations": block["annotations"], **kind}


def _launch_annotation(annotation: Json) -> Json:
    """At launch an annotation was a bare range with its source."""
    keys = ("start_index", "end_index")
    kept: Json = {key: annotation[key] for key in keys if key in annotation}
    return {**kept, "source": annotation.get("url", "")}


def _legacy_shell(block: Json) -> Json:
    """The legacy schema requires arguments and results from the start: empty ones do."""
    emptied = ("signature", "arguments", "result")
    return {key: type(value)() if key in emptied else value for key, value in block.items()}
