"""Items of an interaction as contents: who said it, and which part a signature belongs to.

The service signs in two ways. A signature inside an item belongs to that item. A thought without
a summary carries the signature of what follows it, so its signature goes to the next part of the
model. A thought with a summary, or with nothing of the model after it, keeps its own.
"""

from __future__ import annotations

from typing import Any, Final

from attrs import define, field

from ..._bindings import LATEST, bindings_of
from ..fields import Fields
from ..json_values import Json, is_array, is_object, pointer
from ..losses import Report, Translated
from .parts import MEDIA, Parts

__all__ = ["OF_USER", "Contents", "to_contents"]

OF_USER: Final = frozenset({"user_input", "function_result"})


@define
class Contents:
    """Contents under construction."""

    parts: Parts
    found: list[Json] = field(factory=list[Json])
    signature: str | None = None
    """Of a thought without a summary: it waits for what it signs."""

    def add(self, item: Fields, role: str | None = None) -> list[Json]:
        """Take in the next item; without a role, its type says whose it is. Gives its parts."""
        tag = item.left.get("type")
        role = role or ("user" if tag in OF_USER else "model")
        at, signature = _signature(item)
        is_thought = tag == "thought"
        if is_thought and not item.left.get("summary"):
            return self._bare_thought(item, signature)
        if is_thought or role == "user" or (signature and self.signature):
            self.settle()
        parts = self.parts.of(item)
        if not parts:
            self.settle()
            if signature:
                self.parts.report.dropped(at, "what it signs has no counterpart")
            return []
        signature = signature or self.signature
        self.signature = None
        if signature:
            parts[-1 if is_thought else 0]["thoughtSignature"] = signature
        self._say(role, parts)
        return parts

    def _bare_thought(self, item: Fields, signature: str | None) -> list[Json]:
        """Without a signature it is an empty shell, as comes where thoughts are not shown."""
        keeps_its_own = "summary" in item
        for name in ("type", "summary"):
            item.any(name)
        item.close()
        if signature:
            self.settle()
            self.signature = signature
        if signature and keeps_its_own:
            self.settle()
        return []

    def settle(self) -> None:
        """A signature that waits in vain is a thought of its own."""
        if self.signature:
            self._say("model", [{"thought": True, "thoughtSignature": self.signature}])
            self.signature = None

    def begin(self, role: str) -> None:
        self.settle()
        self.found.append({"role": role, "parts": []})

    def _say(self, role: str, parts: list[Json]) -> None:
        if not self.found or self.found[-1]["role"] != role:
            self.found.append({"role": role, "parts": []})
        self.found[-1]["parts"] += parts


def _signature(item: Fields) -> tuple[str, str | None]:
    """Its place and itself; it is read under the name that generateContent has for it, too."""
    name = "signature" if "signature" in item else "thought_signature"
    return item.path_of(name), item.take(name, str)


def to_contents(value: Any, *, revision: str = LATEST) -> Translated[list[Json]]:
    """Contents out of an interaction, or out of its steps, outputs, turns or input.

    `value` is an object of `revision`, or JSON. Of an interaction, its input comes first, where it
    is there. Citations have no place in contents: they are reported, and `to_response` has them.
    """
    report = Report()
    contents = Contents(Parts(report))
    data: Any = bindings_of(revision).unstructure(value)
    if is_object(data) and not {"type", "role"} & data.keys():
        for name, role in (("input", None), ("steps", None), ("outputs", "model")):
            _add_all(contents, data.get(name), pointer("", name), role)
    else:
        _add_all(contents, data, "", None)
    contents.settle()
    for note in contents.parts.notes:
        for annotation in note.annotations:
            report.dropped(annotation.path, "contents have no annotations")
    return Translated(contents.found, report.losses)


def _add_all(contents: Contents, value: Any, path: str, role: str | None) -> None:
    """Input in any of its forms; blocks without an owner are the user's."""
    if value is None:
        return
    if isinstance(value, str):
        contents.add(Fields({"type": "text", "text": value}, path, contents.parts.report), "user")
        return
    if not is_array(value):
        _add(contents, value, path, role)
        return
    for at, item in enumerate(value):
        _add(contents, item, pointer(path, at), role)


def _add(contents: Contents, value: Any, path: str, role: str | None) -> None:
    item = Fields(value, path, contents.parts.report)
    if "role" in item:
        _add_turn(contents, item)
    elif role is None and item.left.get("type", "text") in ("text", *MEDIA):
        contents.add(item, "user")
    elif item.left:
        contents.add(item, role)


def _add_turn(contents: Contents, turn: Fields) -> None:
    role, path = turn.take("role", str), turn.path_of("content")
    contents.begin("model" if role == "model" else "user")
    role = contents.found[-1]["role"]
    content: Any = turn.any("content")
    if isinstance(content, str):
        content = [{"type": "text", "text": content}]
    _add_all(contents, content, path, role)
    contents.settle()
    turn.close()
