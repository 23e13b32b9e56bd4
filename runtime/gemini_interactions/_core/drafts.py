"""Steps and content blocks under construction: deltas go in, the finished JSON comes out.

A draft is one JSON object in three parts: fields that are settled, texts that are still
fragments, and lists that still grow. Fragments are joined when somebody looks, not when they
arrive, so a text costs its length and not its square.

A delta is applied by its type alone:

- *text* goes on with the last block of a step if that is a text, else it begins a new block;
- *annotations* join the last text of the step, behind those it has; doubles are kept;
- *images, documents and videos* are sent whole: each begins a new block;
- *audio* is sent in fragments: it goes on with an audio block right before it, unless the two
  disagree about the format, either has a URI, or it begins another WAV file. Fragments that
  are padded base64 each by itself are made one base64 text;
- *thought_summary* adds one item to the summary, *thought_signature* signs the step;
- *arguments_delta* brings a fragment of the JSON text of `arguments`; the placeholder in the
  start of the step gives way to it. A text that is no JSON object, or not yet, is kept as
  `arguments_text`, and `arguments` is absent;
- *a delta of the draft's own type*, as the service's tools send, is laid over the draft. So are
  fields beyond those a delta is known for.

Laying over means that what is said later wins, with three exceptions: null takes nothing back,
nor does an empty signature, and an id stays what it was first said to be.

The legacy family lists content blocks where the newer one lists steps. One index is one block
there: text, annotations and media go to the draft itself, and no block begins inside it.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias, cast

from attrs import frozen

__all__ = ["OUTPUTS", "STEPS", "Draft", "Json", "Shape", "shape_of"]

Json: TypeAlias = dict[str, Any]

_ANNOTATIONS: Final = frozenset({"text_annotation_delta", "text_annotation"})
_CONTENT: Final = frozenset({"text", "image", "audio", "document", "video"})
_FRAGMENTED: Final = {"text": "text", "audio": "data"}
"""The field that blocks of a type receive in fragments."""
_AUDIO_FORMAT: Final = frozenset({"mime_type", "sample_rate", "rate", "channels"})
_WAV_BEGINS: Final = "UklGR"  # "RIFF" in base64
_PADDED: Final = re.compile("[^=]+=*")


class Draft:
    """A JSON object that still grows."""

    __slots__ = ("fields", "lists", "texts")

    def __init__(self, fields: Json) -> None:
        self.fields = fields
        self.texts: dict[str, list[str]] = {}
        self.lists: dict[str, list[Any]] = {}

    @property
    def type(self) -> Any:
        return self.fields.get("type")

    def fragments(self, key: str) -> list[str]:
        """The pieces of a text, to add to."""
        pieces = self.texts.get(key)
        if pieces is None:
            first = self.fields.pop(key, None)
            pieces = self.texts[key] = [first] if isinstance(first, str) else []
        return pieces

    def members(self, key: str) -> list[Any]:
        """The items of a list, to add to; objects become drafts of their own."""
        items = self.lists.get(key)
        if items is None:
            first: Any = self.fields.pop(key, None)
            found = cast("Iterable[Any]", first) if isinstance(first, list) else ()
            items = self.lists[key] = [_begun(item) for item in found]
        return items

    def overlay(self, fields: Mapping[str, Any]) -> None:
        """What is said later wins, but for nulls, empty signatures and other ids."""
        for key, item in fields.items():
            if item is None:
                self.fields.setdefault(key, None)
            elif not self._insists_on(key, item):
                self.fields[key] = item
                self.texts.pop(key, None)
                self.lists.pop(key, None)

    def _insists_on(self, key: str, item: Any) -> bool:
        final = key == "id" or (key == "signature" and item == "")
        return final and bool(self.fields.get(key))

    def open_text(self) -> list[str] | None:
        """The fragments that a plain text delta would join, if it began no new block."""
        blocks = self.lists.get("content")
        last = blocks[-1] if blocks else self
        is_text = isinstance(last, Draft) and last.type == "text"
        return last.texts.get("text") if is_text else None

    def value(self) -> Json:
        """The object as it stands; later deltas do not touch it."""
        data = dict(self.fields)
        for key, pieces in self.texts.items():
            pieces[:] = ["".join(pieces)]
            data |= _READ_TEXT.get(key, _as_it_is)(key, pieces[0])
        for key, items in self.lists.items():
            data[key] = [item.value() if isinstance(item, Draft) else item for item in items]
        return data


def _begun(item: Any) -> Any:
    return Draft(cast("Json", item)) if isinstance(item, dict) else item


def _as_it_is(key: str, text: str) -> Json:
    return {key: text}


def _parsed(key: str, text: str) -> Json:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    return {key: value} if isinstance(value, dict) else {f"{key}_text": text}


def _one_base64(key: str, text: str) -> Json:
    """Base64 texts, padded each by itself, become the text of all their bytes."""
    if "=" not in text.rstrip("="):
        return {key: text}
    try:
        parts = [b64decode(part, validate=True) for part in _PADDED.findall(text)]
    except ValueError:  # it is no base64, or not even ASCII
        return {key: text}
    return {key: b64encode(b"".join(parts)).decode()}


_READ_TEXT: Final = {"arguments": _parsed, "data": _one_base64}


# --- what deltas do: every function returns False if there is no place for the delta --------


def _grow_step(step: Draft, kind: str, delta: Json) -> bool:
    if kind in _ANNOTATIONS:
        return _grow_block(_last_text(step.members("content")), delta)
    if kind in _CONTENT:
        return _grow_content(step.members("content"), kind, delta)
    return _grow_itself(step, kind, delta)


def _grow_output(output: Draft, kind: str, delta: Json) -> bool:
    wanted = "text" if kind in _ANNOTATIONS else kind
    if wanted in _CONTENT:
        return wanted == output.type and _grow_block(output, delta)
    return _grow_itself(output, kind, delta)


def _grow_content(blocks: list[Any], kind: str, delta: Json) -> bool:
    if blocks and isinstance(blocks[-1], Draft) and _continues(blocks[-1], kind, delta):
        return _grow_block(blocks[-1], delta)
    block = Draft({"type": kind})
    placed = _grow_block(block, delta)
    if placed:
        blocks.append(block)
    return placed


def _continues(block: Draft, kind: str, delta: Json) -> bool:
    if kind != "audio" or block.type != "audio":
        return kind == "text" and block.type == "text"
    known = block.fields
    begins_anew = str(delta.get("data")).startswith(_WAV_BEGINS)
    has_uri = "uri" in known or "uri" in delta
    common = known.keys() & delta.keys() & _AUDIO_FORMAT
    return not (begins_anew or has_uri) and all(known[key] == delta[key] for key in common)


def _last_text(blocks: list[Any]) -> Draft:
    for block in reversed(blocks):
        if isinstance(block, Draft) and block.type == "text":
            return block
    block = Draft({"type": "text", "text": ""})
    blocks.append(block)
    return block


def _grow_block(block: Draft, delta: Json) -> bool:
    rest = _untyped(delta)
    key = _FRAGMENTED.get(block.type, "")
    piece = rest.pop(key, None)
    if isinstance(piece, str):
        block.fragments(key).append(piece)
    elif piece is not None:
        return False
    if isinstance(rest.get("annotations"), list):
        block.members("annotations").extend(rest.pop("annotations"))
    block.overlay(rest)
    return True


def _grow_itself(draft: Draft, kind: str, delta: Json) -> bool:
    rest = _untyped(delta)
    if kind == "thought_summary":
        if isinstance(item := rest.pop("content", None), dict):
            draft.members("summary").append({"type": "text", **item} if "text" in item else item)
    elif kind == "arguments_delta":
        piece = rest.pop("arguments", None) or ""
        if not isinstance(piece, str):
            return False
        if piece:
            draft.fragments("arguments").append(piece)
    elif kind not in ("thought_signature", draft.type):
        return False
    draft.overlay(rest)
    return True


def _untyped(delta: Json) -> Json:
    return {key: item for key, item in delta.items() if key != "type"}


# --- the two families -----------------------------------------------------------------------


@frozen
class Shape:
    """What an event family lists in an interaction."""

    field: str
    """The field of the interaction."""
    member: str
    """The field of a start event."""
    form: str
    """The type of what is listed."""
    grow: Callable[[Draft, str, Json], bool]
    """Apply a delta of a type."""
    implied: Mapping[str, str]
    """What a first delta without a start event belongs to, where that is not its own type."""


def _owners(**kinds: frozenset[str]) -> dict[str, str]:
    return {kind: owner for owner, owned in kinds.items() for kind in owned}


_THOUGHT: Final = frozenset({"thought_summary", "thought_signature"})
_ARGUMENTS: Final = frozenset({"arguments_delta"})
STEPS: Final = Shape(
    "steps",
    "step",
    "Step",
    _grow_step,
    _owners(model_output=_CONTENT | _ANNOTATIONS, thought=_THOUGHT, function_call=_ARGUMENTS),
)
OUTPUTS: Final = Shape(
    "outputs", "content", "Content", _grow_output, _owners(text=_ANNOTATIONS, thought=_THOUGHT)
)


def shape_of(types: object) -> Shape:
    """The shape of a revision, by its types."""
    return STEPS if hasattr(types, STEPS.form) else OUTPUTS
