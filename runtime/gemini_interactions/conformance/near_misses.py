"""Payloads with exactly one thing wrong, and the pointer to it.

| change | what was done |
|---|---|
| `drop` | a required field left out |
| `null` | a value made null |
| `retype` | a value replaced by one of another JSON kind |
| `unknown-variant` | a tag that its union does not have |
| `unknown-field` | a field that its type does not have |
| `unknown-value` | a value that its enum does not have, or that is not the only one |
| `cut` | a document cut off: its text; a stream cut off: its events so far |
| `drop-event` | an event of a stream left out |
| `repeat-event` | an event of a stream sent twice |

The pointer leads into the payload; for streams, its first step is the position of the event, and
the pointer to the whole stands for its end. A change that has the payload read as something else
is not made: where the first item of a list, or a key, says what the rest is, they stay.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple

from attrs import frozen
from hypothesis import strategies as st

from .._bindings import LATEST
from ..errors import ConfigurationError
from .drawing import Draw, Payloads, takes_anything
from .excerpts import Path, is_array, is_object, pointer_of
from .grammar import CUT_SHORT
from .judging import Sender, arm_of, is_free, kinds_of, members_of
from .schemas import Json, Schema, schema_of, target_of
from .stream_drawing import Streams
from .validation import SENDERS

Change = Literal[
    "drop",
    "null",
    "retype",
    "unknown-variant",
    "unknown-field",
    "unknown-value",
    "cut",
    "drop-event",
    "repeat-event",
]

UNKNOWN: Final = "near_miss"
ONE_IN_TWENTY: Final = st.integers(0, 19).map(lambda number: number == 7)
SPECIMENS: Final[dict[str, Any]] = {
    "array": [],
    "boolean": True,
    "integer": 7,
    "object": {},
    "string": UNKNOWN,
}


class NearMiss(NamedTuple):
    """A payload with one thing wrong."""

    payload: Any
    pointer: str
    change: Change


@frozen
class Edit:
    """A change to be made."""

    path: Path
    change: Change
    value: Any = None

    def applied(self, payload: Any) -> NearMiss:
        """The payload with this change; what is not on the way to it is shared."""
        return NearMiss(edited(payload, self.path, self), pointer_of(self.path), self.change)


def near_misses(what: str, revision: str = LATEST) -> st.SearchStrategy[NearMiss]:
    """Near-misses of a kind of payload, of streams (`stream`), or of a type by its name."""
    schema = schema_of(revision)
    if what == "stream":
        return stream_near_misses(schema)
    for kind, name in schema.roots.items():
        if what == kind:
            return payload_near_misses(schema, name, SENDERS[kind])
    if what in schema.definitions:
        return payload_near_misses(schema, what, "either")
    raise ConfigurationError(f"revision {revision} has no type {what!r}")


def payload_near_misses(schema: Schema, name: str, sender: Sender) -> st.SearchStrategy[NearMiss]:
    part = {"$ref": f"#/$defs/{name}"}
    can_be_cut = "string" not in kinds_of(schema, part)

    @st.composite
    def near_miss(draw: Draw) -> NearMiss:
        payload = Payloads(schema, sender).named(draw, name)
        if can_be_cut and draw(ONE_IN_TWENTY):
            text = json.dumps(payload)
            return NearMiss(text[: draw(st.integers(1, len(text) - 1))], "", "cut")
        edits = list(Edits(schema).of(part, payload, ()))
        change = draw(st.sampled_from(sorted({edit.change for edit in edits})))
        return draw(st.sampled_from([e for e in edits if e.change == change])).applied(payload)

    return near_miss()


def edited(payload: Any, path: Path, edit: Edit) -> Any:
    if not path:
        return edit.value
    step, rest = path[0], path[1:]
    if is_array(payload):
        return [
            edited(item, rest, edit) if index == step else item
            for index, item in enumerate(payload)
        ]
    if not rest and edit.change == "drop":
        return {key: item for key, item in payload.items() if key != step}
    return {**payload, step: edited(payload.get(step), rest, edit)}


class Edits:
    """Finds every change that makes a payload invalid at just one place."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def of(self, part: Mapping[str, Any], value: Any, path: Path) -> Iterator[Edit]:
        """Changes of a value, and of what is in it."""
        if takes_anything(self._schema, part):
            return
        yield from self._kinds(part, path)
        yield from self._inside(part, value, path)

    def _kinds(self, part: Mapping[str, Any], path: Path) -> Iterator[Edit]:
        allowed = kinds_of(self._schema, part)
        yield Edit(path, "null")
        for kind, specimen in SPECIMENS.items():
            if kind not in allowed and not (kind == "integer" and "number" in allowed):
                yield Edit(path, "retype", specimen)

    def _inside(
        self, part: Mapping[str, Any], value: Any, path: Path, *, deciding: bool = False
    ) -> Iterator[Edit]:
        """Changes inside a value. If it is deciding, its tag stays."""
        if "$ref" in part:
            name = target_of(part["$ref"])
            schema = self._schema.definitions[name]
            if schema.get("type") == "object":
                yield from self._object(name, value, path, frozenset())
            else:
                yield from self._inside(schema, value, path, deciding=deciding)
        elif "discriminator" in part:
            yield from self._member(part, value, path, deciding)
        elif "anyOf" in part:
            yield from self._choice(part, value, path)
        elif "const" in part or "enum" in part:
            yield Edit(path, "unknown-value", UNKNOWN)
        elif part.get("type") == "array":
            for index, item in enumerate(value):
                yield from self.of(part["items"], item, (*path, index))
        elif is_object(part.get("additionalProperties")):
            for key, item in value.items():
                yield from self.of(part["additionalProperties"], item, (*path, key))

    def _object(self, name: str, value: Json, path: Path, kept: frozenset[str]) -> Iterator[Edit]:
        schema = self._schema.definitions[name]
        for wire, item in value.items():
            field = schema.get("properties", {}).get(wire)
            if field is None or wire in kept:
                continue
            if wire in schema.get("required", ()):
                yield Edit((*path, wire), "drop")
            yield from self.of(field, item, (*path, wire))
        if not schema.get("additionalProperties", False):
            yield Edit((*path, UNKNOWN), "unknown-field", 1)

    def _member(
        self, union: Mapping[str, Any], value: Json, path: Path, deciding: bool
    ) -> Iterator[Edit]:
        tag = union["discriminator"]["propertyName"]
        name = members_of(self._schema, union).get(value.get(tag, ""))
        if name is None:
            return
        yield from self._object(name, value, path, frozenset({tag}))
        if deciding or is_free(union):
            return
        place = (*path, tag)
        yield Edit(place, "drop")
        yield Edit(place, "unknown-variant", UNKNOWN)
        yield from self._kinds({"type": "string"}, place)

    def _choice(self, choice: Mapping[str, Any], value: Any, path: Path) -> Iterator[Edit]:
        arm = arm_of(self._schema, choice, value)
        rules: list[Json] = choice.get("x-dispatch", [])
        if arm is None:
            return
        if is_object(value) and any("has" in rule for rule in rules):
            kept = frozenset(key for rule in rules for key in rule.get("has", ()))
            yield from self._object(target_of(arm["$ref"]), value, path, kept)
        elif is_array(value) and any("first" in rule for rule in rules):
            for index, item in enumerate(value):
                below = (*path, index)
                if index:
                    yield from self.of(arm["items"], item, below)
                else:
                    yield from self._inside(arm["items"], item, below, deciding=True)
        else:
            yield from self._inside(arm, value, path)


def stream_near_misses(schema: Schema) -> st.SearchStrategy[NearMiss]:
    """Streams with one event too few or too many, or without their end."""

    @st.composite
    def near_miss(draw: Draw) -> NearMiss:
        events = draw(Streams(schema).exchanges()).events
        if draw(st.booleans()):
            size = draw(st.integers(1, len(events) - 1))
            return NearMiss(events[:size], "", "cut")
        anonymous = [without_id(event) for event in events]
        found: NearMiss = draw(st.sampled_from(list(misplaced(anonymous))))
        return found

    return near_miss()


def misplaced(events: list[Json]) -> Iterator[NearMiss]:
    """Changes of the order that are felt at one place."""
    last = len(events) - 1
    yield NearMiss(events[1:], "/0/event_type", "drop-event")
    yield NearMiss([events[0], *events], "/1/event_type", "repeat-event")
    yield NearMiss([*events, events[last]], f"/{last + 1}/event_type", "repeat-event")
    went_well = events[last]["interaction"]["status"] not in CUT_SHORT
    for number, event in enumerate(events):
        verb = event["event_type"].rpartition(".")[2]
        again = [*events[: number + 1], *events[number:]]
        if verb in ("start", "stop") and "index" in event:
            yield NearMiss(again, f"/{number + 1}/index", "repeat-event")
        if verb == "stop" and went_well:
            rest = [*events[:number], *events[number + 1 :]]
            yield NearMiss(rest, f"/{last - 1}/event_type", "drop-event")


def without_id(event: Json) -> Json:
    return {key: item for key, item in event.items() if key != "event_id"}
