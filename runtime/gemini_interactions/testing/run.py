"""One interaction on the server: its fixed script and how far it has come.

Everything an interaction will ever say is settled when it is created. What moves is the stage:
polls and streams push it from one status of `statuses` to the next, never the clock. A run
whose last status is a running one never ends by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby, islice

from .answer import Answer
from .families import Family
from .json_values import Json
from .reply import Item, Signal, Wait
from .sse import DONE_FRAME, frame

RUNNING = frozenset({"queued", "in_progress"})
_WITHOUT_STEPS = frozenset({"failed", "cancelled"})


@dataclass
class Run:
    """An interaction, addressed by `id`; an empty id is one that is not stored."""

    id: str
    request: Json
    input_steps: list[Json]
    answer: Answer
    statuses: Sequence[str]
    family: Family
    fields: Json
    """Model or agent, times, usage: whatever the resource has beside id, status and steps."""
    event_ids: bool = True
    raw_events: Sequence[Json] | None = None
    """Scripted events that replace those of the answer."""
    stage: int = 0
    sent: int = 0
    """How many events some stream has sent at least once."""
    _changed: Signal = field(default_factory=Signal)
    _cancelled_after: int | None = None

    @property
    def status(self) -> str:
        return "cancelled" if self.cancelled else self.statuses[self.stage]

    @property
    def cancelled(self) -> bool:
        return self._cancelled_after is not None

    @property
    def running(self) -> bool:
        return self.status in RUNNING

    @property
    def has_steps(self) -> bool:
        """Whether the model's steps can be seen by now."""
        final = self.stage == len(self.statuses) - 1
        return final and self.status not in RUNNING | _WITHOUT_STEPS

    @property
    def output_steps(self) -> Sequence[Json]:
        """The model's steps, once they can be seen."""
        return self.answer.steps if self.has_steps else ()

    @property
    def _never_ends(self) -> bool:
        return self.statuses[-1] in RUNNING

    def advance(self) -> None:
        """One stage on, as far as there are any."""
        self.stage = min(self.stage + 1, len(self.statuses) - 1)

    def finish(self) -> None:
        """Straight to the last stage."""
        self.stage = len(self.statuses) - 1

    def cancel(self) -> None:
        """Forget what no stream has sent yet and close with status cancelled."""
        self._cancelled_after = max(self.sent, 1)  # every stream begins with the created event
        self._changed.notify()

    # resource

    def resource(self, *, include_input: bool = False) -> Json:
        """The interaction as create, get and cancel answer it."""
        found = self.family.resource(self._fields(self.status))
        if self.answer.errors and self.status == "failed" and self.family.states_errors:
            found["errors"] = list(self.answer.errors)
        steps: list[Json] = self.family.stored(self.output_steps)
        if include_input and self.family.gives_input:
            found |= self._input_fields()
            steps = [*self.input_steps, *steps] if "input" not in found else steps
        if steps or self.has_steps:
            found[self.family.stored_field] = steps
        return found

    def _input_fields(self) -> Json:
        keys = ["previous_interaction_id"]
        if self.family.stored_field == "outputs":
            keys.append("input")
        return {key: self.request[key] for key in keys if key in self.request}

    def _header(self, status: str) -> Json:
        return self.family.header(self._fields(status))

    def _fields(self, status: str) -> Json:
        fields = dict(self.fields)
        if status in RUNNING:
            fields.pop("usage", None)
        fields |= self._token(status)
        identity = {"id": self.id} if self.id else {}
        return {**identity, "status": status, **fields}

    def _token(self, status: str) -> Json:
        """What an interaction is continued with, where it can be."""
        token = self.answer.continuation_token
        asked = token and status == "requires_continuation" and self.family.continues
        return {"continuation_token": token} if asked else {}

    # events

    def events(self) -> Iterator[Json]:
        """All events there will be, as far as the run is not cancelled."""
        if self.raw_events is not None:
            return iter(self.raw_events)
        events = self._script()
        if self.cancelled:
            events = chain(islice(events, self._cancelled_after), self._closing("cancelled"))
        return self._numbered(events)

    def _numbered(self, events: Iterable[Json]) -> Iterator[Json]:
        for number, event in enumerate(events):
            if self.event_ids:
                event["event_id"] = f"evt_{number}"
            yield event

    def _script(self) -> Iterator[Json]:
        for position, event in enumerate(self._planned()):
            if inserted := self.answer.inserted.get(position):
                yield self.family.inserted(inserted)
            yield event

    def _planned(self) -> Iterator[Json]:
        running = self.statuses if self._never_ends else self.statuses[:-1] or ["in_progress"]
        yield self._opening(running[0])
        for status, _ in groupby(running):
            yield self._status_update(status)
        if self._never_ends:
            return
        if self.answer.stream_error:
            # The break comes inside the text: two deltas in, nothing stopped.
            yield from islice(self.family.part_events(self.answer), 3)
            yield {"error": self.answer.stream_error, "event_type": "error"}
            return
        if self.statuses[-1] not in _WITHOUT_STEPS:
            yield from self.family.part_events(self.answer)
        yield from self._closing(self.statuses[-1])

    def _opening(self, status: str) -> Json:
        fields = self._header(status)
        fields.setdefault("id", "")
        if not self.family.created_has_times:
            for key in ("created", "updated", "service_tier"):
                fields.pop(key, None)
        return {"interaction": fields, "event_type": self.family.created_event}

    def _status_update(self, status: str) -> Json:
        name = "interaction.status_update"
        return {"interaction_id": self.id, "status": status, "event_type": name}

    def _closing(self, status: str) -> Iterator[Json]:
        if status not in ("completed", "requires_action"):
            yield self._status_update(status) | self._token(status)
        fields = self._header(status)
        fields.setdefault("id", "")
        yield {"interaction": fields, "event_type": self.family.completed_event}

    # streams

    def frames(self, start: int = 0) -> Iterator[Item]:
        """The stream from an event on. It drives the run, and waits where the run has no end."""
        position = start
        while True:
            cancelled = self.cancelled
            for event in islice(self.events(), position, None):
                position += 1
                self.sent = max(self.sent, position)
                yield frame(event)
                if self.cancelled is not cancelled:
                    break
            else:
                self.finish()
                if not self.running or self.raw_events is not None:
                    break
                yield Wait.from_now(self._changed)
        yield DONE_FRAME

    def position_after(self, event_id: str) -> int | None:
        """Where a stream goes on that has seen this event; None for an event never sent."""
        for number, event in enumerate(self.events(), start=1):
            if event.get("event_id") == event_id:
                return number
        return None
