"""The events of a stream as the chunks that generateContent would have streamed.

Chunks come in the order of the parts they are about. Of the item whose turn it is, texts, thoughts
and audio are told as they arrive, and images once they are there; everything else is told when it
is whole. Items whose turn has not come wait, so calls whose fragments interleave stay apart.

Chunks that follow each other add up: a text goes on with the text before it, and a signature, which
comes last, belongs to the text that it ends. Together they are what `to_response` makes of the
finished interaction; `partIndex` counts its parts.
"""

from __future__ import annotations

from typing import Any, Final

from attrs import define, field

from ..._bindings import LATEST, bindings_of
from ..._core.assembly import InteractionAssembler
from ..._core.events import ERROR, TERMINAL_EVENTS, UNKNOWN
from ..fields import Fields
from ..json_values import Json, is_object
from ..losses import Loss, Report
from .contents import OF_USER, Contents
from .parts import MEDIA, Parts
from .response import response_of

__all__ = ["ResponseStream"]

_OPENING: Final = ("interaction.created", "interaction.start")
_STOPS: Final = ("step.stop", "content.stop")
_TOLD_EARLY: Final = frozenset({"model_output", "thought", "text", *MEDIA})
"""Items that are told while they grow."""
_AUDIO_FORMAT: Final = ("mime_type", "sample_rate", "rate", "channels")
_WAV_BEGINS: Final = "UklGR"  # "RIFF" in base64: another file


@define
class _Telling:
    """How far the item whose turn it is has been told."""

    parts: int = 0
    """Parts that are told and over."""
    text: int = 0
    """Characters of the next part that are told."""
    growing: str = ""
    """What its last block is, if more of it may come: text, thought or audio."""
    audio: Json = field(factory=dict[str, Any])
    """The block of audio that is growing, as it began."""
    pending: str = ""
    """Base64 of it that makes no whole bytes yet."""

    def rest(self, parts: list[Json]) -> list[Json]:
        """What is not told of an item's parts."""
        found = [part if at else self._rest_of(part) for at, part in enumerate(parts[self.parts :])]
        return [part for part in found if part is not None]

    def _rest_of(self, part: Json) -> Json | None:
        """The rest of a part that is told in part; it may be just its signature."""
        if self.text:
            rest = {**part, "text": part["text"][self.text :]}
            return rest if rest["text"] or rest.keys() - {"text", "thought"} else None
        if self.growing == "audio":
            rest = {**part, "inlineData": {**part["inlineData"], "data": self.pending}}
            return rest if self.pending or len(rest) > 1 else None
        return part

    def whole_bytes(self, data: str) -> str:
        """As much base64 as makes whole bytes; the rest waits for what follows."""
        data = self.pending + data
        length = len(data) // 4 * 4
        self.pending = data[length:]
        return data[:length]


class ResponseStream:
    """Takes the events of one stream, typed or as JSON, and gives chunks.

    `losses` is complete after the end. Chunks are the caller's own: nothing changes them later.
    """

    def __init__(self, revision: str = LATEST) -> None:
        self._bindings = bindings_of(revision)
        self._assembler = InteractionAssembler(self._bindings)
        self._contents = Contents(Parts(Report()))
        self._header: Json = {}
        self._waiting: set[int] = set()
        """Indexes of items that are not told, but for a beginning."""
        self._stopped: set[int] = set()
        self._items_told = 0
        self._parts_told = 0
        self._telling = _Telling()
        self._count = 0
        self._unknown: list[Loss] = []
        self._final: list[Loss] = []
        self.is_over = False

    @property
    def losses(self) -> list[Loss]:
        """Events that could not be used, then what the interaction has and a response has not."""
        return [*self._unknown, *self._final]

    @property
    def interaction(self) -> Any:
        """The interaction as far as it is known."""
        return self._assembler.interaction

    def add(self, event: Any) -> list[Json]:
        """Take in the next event; gives the chunks that it completes, often none."""
        if self.is_over:
            return []
        if is_object(event):
            event = self._bindings.read_event(event)
        path, kind = f"/events/{self._count}", event.event_type
        self._count += 1
        if kind == UNKNOWN:
            self._unknown.append(Loss(path, f"no event of type {event.tag} is known"))
            return []
        unplaced = len(self._assembler.unplaced)
        self._assembler.add(event)
        if len(self._assembler.unplaced) > unplaced:
            self._unknown.append(Loss(path, "it does not fit what came before it"))
            return []
        if kind in _OPENING:
            self._open(event)
        if kind in TERMINAL_EVENTS or kind == ERROR:
            return self.close()
        index = getattr(event, "index", None)
        return [] if index is None else self._chunks(self._grown(index, event))

    def close(self) -> list[Json]:
        """The end of the stream: what is left, and why it ended. Once is enough."""
        if self.is_over or not self._count:
            return []
        self.is_over = True
        steps = self._items()
        parts: list[Json] = []
        while self._items_told < len(steps):
            parts += self._tell(steps[self._items_told])
        self._contents.settle()
        parts += self._new_parts()
        return [*self._chunks(parts), self._last()]

    # --- chunks -----------------------------------------------------------------------------

    def _open(self, event: Any) -> None:
        names = {"responseId": "id", "modelVersion": "model"}
        said = {ours: getattr(event.interaction, name, None) for ours, name in names.items()}
        self._header = {name: value for name, value in said.items() if value}

    def _chunks(self, parts: list[Json]) -> list[Json]:
        if not parts:
            return []
        content = {"role": "model", "parts": parts}
        return [{"candidates": [{"index": 0, "content": content}], **self._header}]

    def _last(self) -> Json:
        """A response without its parts, which are told."""
        data: Json = self._bindings.unstructure(self._assembler.interaction)
        if self._assembler.error is not None:
            data.setdefault("error", self._bindings.unstructure(self._assembler.error))
        response = response_of(data)
        self._final = response.losses
        response.value["candidates"][0]["content"]["parts"] = []
        return response.value

    # --- items ------------------------------------------------------------------------------

    def _items(self) -> list[Any]:
        interaction = self._assembler.interaction
        items = getattr(interaction, "steps", None) or getattr(interaction, "outputs", None)
        return list(items or [])

    def _grown(self, index: int, event: Any) -> list[Json]:
        """What the event of an item lets us tell, of it and of those that waited for it."""
        if event.event_type in _STOPS:
            self._stopped.add(index)
        elif index not in self._stopped:
            self._waiting.add(index)
        if not self._waiting or index > min(self._waiting):
            return []
        delta = getattr(event, "delta", None)
        if delta is not None:
            return self._fragment(delta)
        parts: list[Json] = []
        while self._waiting and (first := min(self._waiting)) in self._stopped:
            self._waiting.remove(first)
            parts += self._tell(self._items()[self._items_told])
        return [*parts, *self._catch_up()] if self._waiting else parts

    def _tell(self, typed: Any) -> list[Json]:
        """The rest of an item that is whole."""
        item = Fields(self._bindings.unstructure(typed), "", Report())
        telling, self._telling = self._telling, _Telling()
        self._items_told += 1
        if item.left.get("type") in OF_USER:
            return []
        parts = self._contents.add(item, "model")
        found = self._new_parts()
        return [*found[: len(found) - len(parts)], *telling.rest(parts)]

    def _new_parts(self) -> list[Json]:
        """Parts since the last time: also signatures that turned out to be thoughts."""
        known = [part for content in self._contents.found for part in content["parts"]]
        found = known[self._parts_told :]
        self._parts_told = len(known)
        return found

    # --- fragments --------------------------------------------------------------------------

    def _fragment(self, delta: Any) -> list[Json]:
        """Most deltas go on with what is growing: their way is short."""
        telling, kind = self._telling, delta.type
        if kind == "text" and telling.growing == "text":
            telling.text += len(delta.text or "")
            return [{"text": delta.text}] if delta.text else []
        if kind == "thought_summary" and telling.growing == "thought":
            content = delta.content
            if getattr(content, "type", "") == "text" and not content.annotations:
                text = content.text or ""
                telling.parts, telling.text = telling.parts + 1, len(text)
                return [{"text": text, "thought": True}] if text else []
        elif kind == "audio" and telling.growing == "audio" and _goes_on(delta, telling.audio):
            data = telling.whole_bytes(delta.data or "")
            return [{"inlineData": {**telling.audio["inlineData"], "data": data}}] if data else []
        return self._catch_up() if kind in ("text", "thought_summary", *MEDIA) else []

    def _catch_up(self) -> list[Json]:
        """What can be told of the item whose turn it is; the last of it may go on."""
        items = self._items()
        if self._items_told >= len(items):
            return []
        data: Json = self._bindings.unstructure(items[self._items_told])
        if data.get("type") not in _TOLD_EARLY:
            return []
        parts = Parts(Report()).of(Fields(data, "", Report()))
        if not parts:
            return []
        before: list[Json] = []
        if data["type"] == "thought":
            self._contents.settle()
            before = self._new_parts()
        elif self._contents.signature:
            parts[0]["thoughtSignature"] = self._contents.signature
        return [*before, *self._tell_beginning(parts, data)]

    def _tell_beginning(self, parts: list[Json], item: Json) -> list[Json]:
        """All parts of an item that may still grow, but for what is yet to come of the last."""
        blocks = item.get("summary" if item["type"] == "thought" else "content") or [item]
        kind, last = blocks[-1].get("type", "text"), parts[-1]
        data = last.get("inlineData", {}).get("data")
        if kind == "text":
            growing = "thought" if item["type"] == "thought" else "text"
            return [*self._tell_but_last(parts), *self._begin_text(last, growing)]
        if kind == "audio" and blocks[-1].get("data"):
            return [*self._tell_but_last(parts), *self._begin_audio(last, blocks[-1])]
        if item["type"] != "model_output" or data == "":
            return self._tell_but_last(parts)  # a signature may follow, or more of the last
        told, self._telling = self._telling.rest(parts), _Telling(parts=len(parts))
        return told

    def _tell_but_last(self, parts: list[Json]) -> list[Json]:
        telling, last = self._telling, len(parts) - 1
        told = telling.rest(parts[:last])
        if telling.parts < last:
            self._telling = _Telling(parts=last)
        return told

    def _begin_text(self, part: Json, growing: str) -> list[Json]:
        telling = self._telling
        new, telling.text = part["text"][telling.text :], len(part["text"])
        # A thought that says more than its text is ended by the next one, not silently.
        is_plain = growing == "text" or not part.keys() - {"text", "thought"}
        telling.growing = growing if is_plain else ""
        return [{**_only(part, "thought"), "text": new}] if new else []

    def _begin_audio(self, part: Json, block: Json) -> list[Json]:
        telling = self._telling
        if telling.growing == "audio":
            return []
        telling.growing, telling.audio = "audio", {**block, **_only(part, "inlineData")}
        data = telling.whole_bytes(part["inlineData"]["data"])
        return [{"inlineData": {**part["inlineData"], "data": data}}] if data else []


def _only(part: Json, name: str) -> Json:
    return {name: part[name]} if name in part else {}


def _goes_on(delta: Any, block: Json) -> bool:
    """Whether a fragment of audio belongs to a block, as the assembler decides it."""
    if delta.uri is not None or "uri" in block or str(delta.data).startswith(_WAV_BEGINS):
        return False
    said = {name: getattr(delta, name, None) for name in _AUDIO_FORMAT}
    return all(block.get(name, value) == value for name, value in said.items() if value is not None)
