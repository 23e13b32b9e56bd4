"""The service itself: a request in, a reply out, no socket anywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from itertools import islice

from .answer import Answer
from .conversation import Conversation
from .families import REVISIONS, Family, family_of
from .fault_plan import FaultPlan
from .json_values import Json
from .recorded import RecordedRequest
from .reply import Reply, Signal, bytes_reply, error_body, json_reply, stream_reply
from .run import Run
from .scripts import ScriptedResponse, ScriptedTurn, Scripts
from .settings import Settings
from .sse import frame
from .store import Store
from .usage import usage_of
from .validation import ApiError, check_fields, check_input, invalid

_EPOCH = datetime(2026, 5, 20, 12, 0, tzinfo=timezone.utc)
"""Interactions are dated from here, a second apart: the same calls give the same bytes."""


class Service:
    """Answers requests. Not thread-safe: one event loop owns it."""

    def __init__(self, settings: Settings, faults: FaultPlan) -> None:
        self.settings = settings
        self.faults = faults
        self.store = Store(settings.seed)
        self.scripts = Scripts()
        self.released = Signal()
        """Ends the silence of stalled streams."""
        self._operations: dict[str, Callable[[RecordedRequest], Reply]] = {
            "create": self._create,
            "get": self._get,
            "cancel": self._cancel,
            "delete": self._delete,
        }

    def answer(self, request: RecordedRequest) -> Reply:
        """The reply to a request, faults included."""
        hits = self.faults.hits(request)
        request.faults = [hit.name for hit in hits]
        reply = Reply() if any(hit.refuses for hit in hits) else self._answer(request)
        for hit in hits:
            reply = hit.apply(reply, self.released)
        return reply

    def _answer(self, request: RecordedRequest) -> Reply:
        try:
            self._check_auth(request)
            operation = self._operations.get(request.operation)
            if operation is None:
                line = f"{request.method} {request.raw_path}"
                raise ApiError(404, "not_found", f"Method not found: {line}")
            if scripted := self.scripts.responses.take():
                return _scripted_reply(scripted)
            return operation(request)
        except ApiError as error:
            return json_reply(error.status, error_body(error.code, error.message))

    def _check_auth(self, request: RecordedRequest) -> None:
        credentials = {"x-goog-api-key", "authorization"} & request.headers.keys()
        if self.settings.require_auth and not credentials:
            raise ApiError(401, "unauthenticated", "Request carries no credentials.")

    # operations

    def _create(self, request: RecordedRequest) -> Reply:
        if request.json is None:
            raise invalid("Request body is not valid JSON.")
        body = check_fields(request.json)
        family = self._family(request)
        talk = Conversation(body, self._history(body))
        scripted = self.scripts.turns.take()
        if scripted is None:
            check_input(talk, legacy=family.stored_field == "outputs", strict=self.settings.strict)
        run = self._new_run(talk, family, scripted)
        if run.id:
            self.store.add(run)
        if request.wants_stream:
            return self._stream(run, 0, lasting=body.get("background") is True)
        if body.get("background") is not True:
            run.finish()
        return json_reply(200, run.resource())

    def _get(self, request: RecordedRequest) -> Reply:
        run = self.store.get(request.interaction_id)
        if request.wants_stream:
            return self._stream(run, _start(run, request.last_event_id), lasting=True)
        run.advance()
        include_input = request.query.get("include_input", "").lower() == "true"
        return json_reply(200, run.resource(include_input=include_input))

    def _cancel(self, request: RecordedRequest) -> Reply:
        run = self.store.get(request.interaction_id)
        if not run.running:
            raise invalid(f"Interaction '{run.id}' is {run.status}; only running ones can cancel.")
        run.cancel()
        return json_reply(200, run.resource())

    def _delete(self, request: RecordedRequest) -> Reply:
        self.store.delete(request.interaction_id)
        if self.settings.delete_answer == "object":
            return json_reply(200, {})
        if self.settings.delete_answer == "empty":
            return bytes_reply(200, "", b"")
        return Reply(204, framing="none")

    # building runs

    def _family(self, request: RecordedRequest) -> Family:
        asked = request.headers.get("api-revision", "")
        revision = asked if asked in REVISIONS else self.settings.revision
        return family_of(
            revision,
            typeless_agents=self.settings.typeless_agents,
            strict=self.settings.strict,
        )

    def _history(self, body: Json) -> list[Json]:
        previous = body.get("previous_interaction_id")
        return self.store.history(str(previous)) if previous else []

    def _new_run(self, talk: Conversation, family: Family, scripted: ScriptedTurn | None) -> Run:
        number = self.store.next_number()
        events = scripted.items if scripted and scripted.are_events else None
        if scripted:
            answer = Answer(() if events else scripted.items, scripted.status)
        else:
            answer = self.settings.scenario(talk)
        identity = "" if talk.request.get("store") is False else self.store.id_for(number)
        if events and scripted:
            identity = scripted.event_interaction_id or identity
        return Run(
            id=identity,
            request=talk.request,
            input_steps=talk.turn,
            answer=answer,
            statuses=self._statuses(talk.request, answer),
            family=family,
            fields=_fields(talk, answer, number),
            event_ids=self.settings.event_ids,
            raw_events=events,
        )

    def _statuses(self, body: Json, answer: Answer) -> list[str]:
        if scripted := self.scripts.statuses.take():
            return list(scripted)
        polls = self.settings.polls_until_done if body.get("background") else 1
        return [*(["in_progress"] * polls), answer.status]

    # streams

    def _stream(self, run: Run, start: int, *, lasting: bool) -> Reply:
        """The stream of a run."""
        reply = stream_reply(run.frames(start))
        if not lasting:
            # Also when the client hangs up: the service goes on without it.
            reply.hung_up = run.finish
        reply.resource = lambda: _finished(run)
        reply.earlier = lambda: map(frame, islice(run.events(), start))
        return reply


def _finished(run: Run) -> Json:
    run.finish()
    return run.resource()


def _start(run: Run, last_event_id: str | None) -> int:
    if last_event_id is None:
        return 0
    position = run.position_after(last_event_id)
    if position is None:
        raise invalid(f"'last_event_id' is unknown: {last_event_id!r}.")
    return position


def _fields(talk: Conversation, answer: Answer, number: int) -> Json:
    moment = (_EPOCH + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
    kind = "agent" if talk.request.get("agent") else "model"
    return {
        "usage": usage_of(talk, answer.steps),
        "created": moment,
        "updated": moment,
        "service_tier": talk.request.get("service_tier", "standard"),
        "object": "interaction",
        kind: talk.request.get(kind),
    }


def _scripted_reply(scripted: ScriptedResponse) -> Reply:
    if scripted.frames is not None:
        reply = stream_reply(scripted.frames)
        reply.headers["Content-Type"] = scripted.content_type
        reply.status = scripted.status
        return reply
    return bytes_reply(scripted.status, scripted.content_type, scripted.body)
