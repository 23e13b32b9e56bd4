"""Random streams that follow the grammar, with the interaction that they add up to.

Parts are drawn finished, as they are stored, and then taken apart: a shell for the start event,
and deltas. What a delta may bring is what its type and the type of its part have in common.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any, Final

from attrs import frozen
from hypothesis import strategies as st

from .drawing import Draw, Payloads, base64_texts, json_objects, texts
from .grammar import Family, family_of
from .judging import members_of
from .schemas import Json, Schema, target_of

DELTA: Final = "Delta"
MEDIA: Final = ("image", "audio", "document", "video")
OUTCOMES: Final = ("completed", "requires_action", "failed", "cancelled", "incomplete")
ABOUT: Final = frozenset({"description", "deprecated", "contentEncoding", "format", "readOnly"})
ANNOTATION_TAGS: Final = ("text_annotation_delta", "text_annotation")


@frozen
class Part:
    """What one index of a stream carries, and what is stored of it."""

    shell: Json
    deltas: list[Json]
    stored: Json


@frozen
class Exchange:
    """A stream, and the interaction that is stored of it."""

    events: list[Json]
    stored: Json


class Streams:
    """Draws whole streams by one revision."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._family: Family = family_of(schema)
        self._payloads = Payloads(schema, "service")
        self._deltas = members_of(schema, schema.definitions[DELTA])
        self._parts = members_of(schema, schema.definitions[self._family.union])
        self._content = members_of(schema, schema.definitions["Content"])

    def exchanges(self) -> st.SearchStrategy[Exchange]:
        @st.composite
        def exchange(draw: Draw) -> Exchange:
            return self._exchange(draw)

        return exchange()

    def _exchange(self, draw: Draw) -> Exchange:
        parts = [self._part(draw) for _ in range(draw(st.integers(0, 6)))]
        stored = self._header(draw)
        statuses = self._schema.definitions["InteractionStatus"]["enum"]
        outcome = draw(st.sampled_from([name for name in OUTCOMES if name in statuses]))
        said = {**stored, "status": outcome}
        events = [
            self._about(self._family.created, {**stored, "status": "in_progress"}),
            self._update(stored, "in_progress"),
            *self._growth(draw, parts),
            *([self._update(stored, outcome)] if draw(st.booleans()) else []),
            self._about(self._family.terminal, said),
        ]
        if draw(st.booleans()):
            events = [{**event, "event_id": f"evt_{n}"} for n, event in enumerate(events)]
        return Exchange(events, {**said, self._family.items: [part.stored for part in parts]})

    # --- the interaction ------------------------------------------------------------------------

    def _header(self, draw: Draw) -> Json:
        """An interaction without its parts."""
        name = self._schema.roots["interaction"]
        fields = self._schema.definitions[name]["properties"].keys() - {self._family.items}
        identity = draw(texts.filter(bool))
        return {**self._payloads.object(draw, name, only=fields), "id": identity}

    def _about(self, event_type: str, interaction: Json) -> Json:
        """An event with the interaction, as far as events describe it."""
        union = self._schema.definitions[self._schema.roots["event"]]
        event = self._schema.definitions[members_of(self._schema, union)[event_type]]
        form = target_of(event["properties"]["interaction"]["$ref"])
        fields = self._schema.definitions[form]["properties"]
        said = {wire: item for wire, item in interaction.items() if wire in fields}
        return {"event_type": event_type, "interaction": said}

    def _update(self, interaction: Json, status: str) -> Json:
        event_type = "interaction.status_update"
        return {"event_type": event_type, "interaction_id": interaction["id"], "status": status}

    # --- parts ----------------------------------------------------------------------------------

    def _growth(self, draw: Draw, parts: list[Part]) -> Iterator[Json]:
        """The events of all parts: one after another, or some of them side by side."""
        position = 0
        while position < len(parts):
            width = draw(st.integers(1, 2))
            group = list(enumerate(parts))[position : position + width]
            position += width
            for index, part in group:
                yield self._event("start", index, {self._family.part: part.shell})
            for row in zip_longest(*(part.deltas for _, part in group)):
                for (index, _), delta in zip(group, row, strict=True):
                    if delta is not None:
                        yield self._event("delta", index, {"delta": delta})
            for index, _ in group:
                yield self._event("stop", index, {})

    def _event(self, verb: str, index: int, more: Mapping[str, Any]) -> Json:
        return {"event_type": f"{self._family.part}.{verb}", "index": index, **more}

    def _part(self, draw: Draw) -> Part:
        tag = draw(st.sampled_from([*self._parts]))
        if tag == "thought":
            return self._thought(draw)
        if tag == "model_output":
            return self._output(draw)
        if tag == "text":
            block, deltas = self._text(draw)
            return Part({"type": tag, "text": ""}, deltas, block)
        if "arguments_delta" in self._family.deltas.get(tag, ()):
            return self._call(draw, tag)
        return self._tool(draw, tag)

    def _thought(self, draw: Draw) -> Part:
        fields = self._schema.definitions[self._parts["thought"]]["properties"]
        items = fields["summary"]["items"]
        summary = [self._payloads.part(draw, items, 1) for _ in range(draw(st.integers(0, 2)))]
        signature = draw(base64_texts)
        deltas = [{"type": "thought_summary", "content": item} for item in summary]
        signed = {"type": "thought_signature", "signature": signature}
        whole: Json = {"type": "thought", "signature": signature}
        whole |= {"summary": summary} if summary else {}
        return Part({"type": "thought"}, [*deltas, signed], whole)

    def _output(self, draw: Draw) -> Part:
        """Blocks of content; two of a kind never meet, because they would become one."""
        blocks: list[Json] = []
        deltas: list[Json] = []
        for kind in draw(st.lists(st.sampled_from(("text", *MEDIA)), max_size=3)):
            if blocks and blocks[-1]["type"] == kind:
                continue
            block, grown = self._text(draw) if kind == "text" else self._media(draw, kind)
            blocks.append(block)
            deltas += grown
        shell: Json = {"type": "model_output"}
        return Part(shell, deltas, {**shell, "content": blocks} if blocks else shell)

    def _text(self, draw: Draw) -> tuple[Json, list[Json]]:
        pieces = draw(st.lists(texts, min_size=1, max_size=4))
        block: Json = {"type": "text", "text": "".join(pieces)}
        deltas: list[Json] = [{"type": "text", "text": piece} for piece in pieces]
        for tag in ANNOTATION_TAGS:
            if tag in self._deltas and draw(st.booleans()):
                fields = self._schema.definitions[self._deltas[tag]]["properties"]
                annotations = self._payloads.part(draw, fields["annotations"], 1)
                block["annotations"] = annotations
                deltas.append({"type": tag, "annotations": annotations})
        return block, deltas

    def _media(self, draw: Draw, kind: str) -> tuple[Json, list[Json]]:
        block = self._shared(draw, self._content[kind], kind)
        return block, [block]

    def _call(self, draw: Draw, tag: str) -> Part:
        """A call whose arguments come as fragments of their JSON text."""
        name = self._parts[tag]
        shell: Json = {**self._payloads.object(draw, name), "type": tag, "arguments": {}}
        arguments = draw(json_objects)
        text = json.dumps(arguments, ensure_ascii=draw(st.booleans()))
        size = draw(st.integers(1, 9))
        pieces = [text[start : start + size] for start in range(0, len(text), size)]
        deltas: list[Json] = [{"type": "arguments_delta", "arguments": piece} for piece in pieces]
        return Part(shell, deltas, {**shell, "arguments": arguments})

    def _tool(self, draw: Draw, tag: str) -> Part:
        """A part that is whole from the start, and may be said again by one delta of its type."""
        name = self._parts[tag]
        shell = {**self._payloads.object(draw, name), "type": tag}
        if tag == "audio":
            shell.pop("data", None)  # the delta would go on with it
        if not self._grows_by_its_own(tag, name) or draw(st.booleans()):
            return Part(shell, [], shell)
        delta = self._shared(draw, name, tag)
        if "id" in delta and "id" in shell:
            delta["id"] = shell["id"]
        if delta.get("signature") == "":
            del delta["signature"]  # an empty one would take nothing back
        return Part(shell, [delta], {**shell, **delta})

    def _grows_by_its_own(self, tag: str, name: str) -> bool:
        if tag not in self._deltas or tag not in self._family.deltas.get(tag, {tag}):
            return False
        required = self._schema.definitions[self._deltas[tag]].get("required", [])
        return set(required) <= {"type", *self._common(name, self._deltas[tag])}

    def _shared(self, draw: Draw, name: str, tag: str) -> Json:
        """Fields of a part that a delta of its type can bring, and all that the delta needs."""
        delta = self._deltas[tag]
        common = self._common(name, delta)
        needed = self._schema.definitions[delta].get("required", [])
        fields = self._schema.definitions[name]["properties"]
        found = self._payloads.object(draw, name, only=common)
        for wire in needed:
            if wire in common and wire not in found:
                found[wire] = self._payloads.part(draw, fields[wire], 1)
        return {**found, "type": tag}

    def _common(self, name: str, delta: str) -> set[str]:
        """Fields that two types have alike."""
        fields = self._schema.definitions[name]["properties"]
        others = self._schema.definitions[delta]["properties"]
        return {
            wire
            for wire in fields.keys() & others.keys() - {"type"}
            if _bare(fields[wire]) == _bare(others[wire])
        }


def _bare(field: Mapping[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in field.items() if key not in ABOUT}
