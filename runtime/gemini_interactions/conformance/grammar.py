"""The order of a stream, for both event families.

A stream opens with the created event. Then every part, a step or in the legacy family a content
block, starts, grows by deltas and stops; parts may run side by side. The terminal event closes
the stream, and `[DONE]` ends it. A stream may break off with an error event instead.

| rule | broken by |
|---|---|
| `created-first` | an event before the created event |
| `created-once` | a second created event |
| `index` | a start whose index is not the next one |
| `start` | a delta or a stop for a part that never started |
| `start-once` | a second start of a part |
| `delta-type` | a delta that parts of that type do not have |
| `after-stop` | a delta or a stop for a part that has stopped |
| `open` | a part that never stopped, although the interaction went well |
| `status` | a status that cannot follow the last one, or cannot close an interaction |
| `interaction-id` | another interaction's id |
| `event-id` | an event id that came before |
| `event-order` | event ids that count, and count down |
| `after-terminal` | an event after the terminal event |
| `terminal` | no terminal event |
| `done` | no `[DONE]` |
| `after-done` | an event after `[DONE]` |
| `stored` | what the events add up to is not what is stored |
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from attrs import define, frozen

from .._bindings import LATEST, bindings_of
from .._core.assembly import InteractionAssembler
from .._core.events import RUNNING, STATUS_UPDATE
from .comparison import differences
from .excerpts import Path, excerpt, is_object, pointer_of
from .findings import Deviation
from .known import KnownDeviations
from .schemas import Json, Schema
from .validation import Validator

ERROR: Final = "error"
QUEUED: Final = "queued"
CUT_SHORT: Final = frozenset({"failed", "cancelled", "incomplete", "budget_exceeded"})
"""Outcomes that may leave parts open."""
COUNTED: Final = re.compile(r"(.*?)([0-9]{1,18})")

_CONTENT: Final = frozenset({"text", "image", "audio", "document", "video"})
_THOUGHT: Final = frozenset({"thought_summary", "thought_signature"})
_OUTPUT: Final = _CONTENT | {"text_annotation_delta"}


@frozen(kw_only=True)
class Family:
    """How a revision calls the events of a stream, and what its parts may grow by."""

    part: str
    """What starts, grows and stops; also the field of the start event."""
    items: str
    """Where an interaction lists its parts."""
    created: str
    terminal: str
    union: str
    deltas: Mapping[str, frozenset[str]]
    """Types of deltas by the type of the part, where it is not just its own."""


STEPS: Final = Family(
    part="step",
    items="steps",
    created="interaction.created",
    terminal="interaction.completed",
    union="Step",
    deltas={
        "model_output": _OUTPUT,
        "user_input": _OUTPUT,
        "thought": _THOUGHT,
        "function_call": frozenset({"arguments_delta"}),
        "mcp_server_tool_call": frozenset({"arguments_delta", "mcp_server_tool_call"}),
    },
)
OUTPUTS: Final = Family(
    part="content",
    items="outputs",
    created="interaction.start",
    terminal="interaction.complete",
    union="Content",
    deltas={"text": frozenset({"text", "text_annotation"}), "thought": _THOUGHT},
)


def family_of(schema: Schema) -> Family:
    return STEPS if STEPS.union in schema.definitions else OUTPUTS


@cache
def _lore_of(schema: Schema) -> tuple[KnownDeviations, frozenset[str]]:
    """What is the same for every stream of a revision."""
    return KnownDeviations(schema), schema.secrets()


@define
class Part:
    """What one index of a stream carries."""

    type: str | None
    """None where it is not known: to us, or because the stream was resumed."""
    stopped: bool = False


class StreamJudge:
    """Judges the events of one stream in the order they came, each by itself and in its place.

    `resumed` is for a stream that begins after a cursor. Without `assemble`, what the events add
    up to is not kept, and not compared with what is stored.
    """

    def __init__(
        self,
        validator: Validator | str = LATEST,
        *,
        resumed: bool = False,
        assemble: bool = True,
    ) -> None:
        self.validator = Validator(validator) if isinstance(validator, str) else validator
        schema = self.validator.schema
        self.family = family_of(schema)
        self._bindings = bindings_of(schema.revision)
        self._known, self._secrets = _lore_of(schema)
        mapping = schema.definitions[self.family.union]["discriminator"]["mapping"]
        self._part_types = frozenset(mapping)
        self._resumed = resumed
        self._assembler = InteractionAssembler(self._bindings) if assemble and not resumed else None
        self._parts: dict[int, Part] = {}
        self._following = 0
        self._count = 0
        self._created = resumed
        self._status: str | None = None
        self._id: str | None = None
        self._ids: set[str] = set()
        self._last_id: re.Match[str] | None = None
        self._closed = False
        self._failed = False
        self._over = False

    def add(self, payload: Any) -> list[Deviation]:
        """The next event: what is wrong with it, and with its place."""
        found = self.validator.event(payload)
        if is_object(payload):
            found += self._place(payload)
        return found

    def end(self, done: bool, stored: Any = None) -> list[Deviation]:
        """The stream is over; `done` says that `[DONE]` was its last word.

        `stored` is the interaction as the service keeps it, as JSON.
        """
        self._over = True
        found: list[Deviation] = []
        nothing_left = self._resumed and done and not self._count
        if not (self._closed or self._failed or nothing_left):
            message = f"the stream ends without {self.family.terminal}"
            found.append(Deviation(pointer="", rule="terminal", message=message, got=None))
        if not (done or self._failed):
            message = "the stream ends without [DONE]"
            found.append(Deviation(pointer="", rule="done", message=message, got=None))
        if self._closed and is_object(stored):
            found += self._beside(stored)
        return found

    # --- the place of an event ------------------------------------------------------------------

    def _place(self, event: Json) -> Iterator[Deviation]:
        kind = event.get("event_type")
        self._count += 1
        self._failed = kind == ERROR
        if self._over:
            yield self._odd("after-done", "nothing follows [DONE]", kind, "event_type")
        elif self._closed:
            message = f"nothing but [DONE] follows {self.family.terminal}"
            yield self._odd("after-terminal", message, kind, "event_type")
        if not self._created and kind not in (self.family.created, ERROR):
            message = f"a stream begins with {self.family.created}"
            yield self._odd("created-first", message, kind, "event_type")
            self._created = True  # said once
        yield from self._event_id(event.get("event_id"))
        yield from self._about(kind, event)
        if self._assembler is not None:
            self._assembler.add(self._bindings.read_event(event))

    def _about(self, kind: Any, event: Json) -> Iterator[Deviation]:
        part = self.family.part
        if kind == self.family.created:
            yield from self._open(event)
        elif kind == STATUS_UPDATE:
            yield from self._same_id(event.get("interaction_id"), "interaction_id")
            yield from self._next_status(event.get("status"), "status")
        elif kind == self.family.terminal:
            yield from self._close(event)
        elif kind in (f"{part}.start", f"{part}.delta", f"{part}.stop"):
            index = event.get("index")
            if isinstance(index, int) and not isinstance(index, bool):
                yield from self._grow(kind, index, event)

    def _open(self, event: Json) -> Iterator[Deviation]:
        if self._created and (self._count > 1 or self._resumed):
            message = "the interaction was created before"
            yield self._odd("created-once", message, self.family.created, "event_type")
        self._created = True
        yield from self._header(event)

    def _close(self, event: Json) -> Iterator[Deviation]:
        yield from self._header(event)
        if self._status in RUNNING:
            message = f"an interaction does not close while it is {self._status}"
            yield self._odd("status", message, self._status, "interaction", "status")
        elif self._status not in CUT_SHORT:
            for index, part in self._parts.items():
                if not part.stopped:
                    message = f"{self.family.part} {index} never stopped"
                    yield self._odd("open", message, self.family.terminal, "event_type")
        self._closed = True

    def _header(self, event: Json) -> Iterator[Deviation]:
        said: Any = event.get("interaction")
        if is_object(said):
            yield from self._same_id(said.get("id"), "interaction", "id")
            yield from self._next_status(said.get("status"), "interaction", "status")

    def _same_id(self, said: Any, *path: str) -> Iterator[Deviation]:
        if not said or not isinstance(said, str):
            return
        if self._id is not None and said != self._id:
            yield self._odd("interaction-id", f"this stream is about {self._id}", said, *path)
        self._id = self._id or said

    def _next_status(self, said: Any, *path: str) -> Iterator[Deviation]:
        if not isinstance(said, str):
            return
        last, self._status = self._status, said
        steps_back = said == QUEUED and last not in (None, QUEUED)
        settled = last is not None and last not in RUNNING
        if said != last and (settled or steps_back):
            yield self._odd("status", f"{said} cannot follow {last}", said, *path)

    def _event_id(self, said: Any) -> Iterator[Deviation]:
        if not said or not isinstance(said, str):
            return
        if said in self._ids:
            yield self._odd(
                "event-id", "an event before this one has the same id", said, "event_id"
            )
            return
        self._ids.add(said)
        counted, last = COUNTED.fullmatch(said), self._last_id
        if counted and last and counted[1] == last[1] and int(counted[2]) < int(last[2]):
            yield self._odd("event-order", f"{said} comes after {last[0]}", said, "event_id")
        self._last_id = counted

    # --- parts ----------------------------------------------------------------------------------

    def _grow(self, kind: str, index: int, event: Json) -> Iterator[Deviation]:
        verb, part = kind.rpartition(".")[2], self._parts.get(index)
        name = f"{self.family.part} {index}"
        if verb == "start":
            yield from self._start(index, event)
            return
        if part is None:
            if not self._resumed:
                yield self._odd("start", f"{name} never started", index, "index")
            part = self._begin(index, Part(None))
        elif part.stopped:
            yield self._odd("after-stop", f"{name} has stopped", index, "index")
        if verb == "stop":
            part.stopped = True
        else:
            yield from self._delta(part, event.get("delta"))

    def _start(self, index: int, event: Json) -> Iterator[Deviation]:
        name = f"{self.family.part} {index}"
        following = self._following
        if index in self._parts:
            yield self._odd("start-once", f"{name} started before", index, "index")
        elif index != following and not (self._resumed and not self._parts):
            message = f"the next {self.family.part} is {following}"
            yield self._odd("index", message, index, "index")
        shell: Any = event.get(self.family.part)
        said = shell.get("type") if is_object(shell) else None
        is_ours = isinstance(said, str) and said in self._part_types
        self._begin(index, Part(said if is_ours else None))

    def _begin(self, index: int, part: Part) -> Part:
        self._parts[index] = part
        self._following = max(self._following, index + 1)
        return part

    def _delta(self, part: Part, delta: Any) -> Iterator[Deviation]:
        if part.type is None or not is_object(delta):
            return
        kind = self._delta_type(delta)
        if kind is not None and kind not in self.family.deltas.get(part.type, {part.type}):
            message = f"a {part.type} does not grow by {kind}"
            yield self._odd("delta-type", message, kind, "delta", "type")

    def _delta_type(self, delta: Json) -> str | None:
        """The type of a delta, also of one that is known by another look."""
        union = self.validator.schema.definitions["Delta"]["discriminator"]
        if union["propertyName"] not in delta:
            reading = self._known.untagged("Delta", delta)
            return reading.tag if reading else None
        tag = delta[union["propertyName"]]
        if isinstance(tag, str) and tag in union["mapping"]:
            return tag
        reading = self._known.renamed("Delta", tag)
        return reading.tag if reading else None

    # --- beside what is stored ------------------------------------------------------------------

    def _beside(self, stored: Json) -> Iterator[Deviation]:
        """What is known to be missing from streams, up to the first difference that is not."""
        if self._assembler is None:
            return
        streamed = self._bindings.unstructure(self._assembler.interaction)
        for difference in differences(streamed, stored, self.family.items):
            known = self._missing_by_note(difference.path, difference.streamed)
            yield Deviation(
                pointer=pointer_of(difference.path),
                rule="stored",
                message=f"the stream says {excerpt(difference.streamed, self._secrets)!r}",
                got=excerpt(difference.stored, self._secrets),
                type="Interaction",
                known=known,
            )
            if known is None:
                return

    def _missing_by_note(self, path: Path, streamed: Any) -> str | None:
        missing = streamed is None and path[-1] == "search_type"
        return self._known.note("search-type") if missing else None

    def _odd(self, rule: str, message: str, got: Any, *path: str) -> Deviation:
        return Deviation(
            pointer=pointer_of(path), rule=rule, message=message, got=excerpt(got, self._secrets)
        )
