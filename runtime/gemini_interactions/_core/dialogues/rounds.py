"""The tool loop: ask the model, make the calls it wants, tell it the results, ask again.

A run ends at the first status that is not `requires_action`, or where a call is not ours to make.
All results of a round go out in one create, in the order of their calls. That create is billed,
so a run whose request fails stops: its state says what is known, results included, and takes it
up again in this process or another one.

Rounds are counted from 1: a round is an interaction and the calls that it asks for.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from attrs import field, frozen

from ...errors import (
    InteractionsError,
    InvalidRequestError,
    RoundsExhaustedError,
    RunError,
    RunInterruptedError,
    RunTimeoutError,
    WaitTimeoutError,
)
from ...tools import Toolbox
from ..answers import as_object
from ..calls import Calls
from ..drafts import Json, shape_of
from ..exchange import Procedure
from ..requests import OPTIONS, did_you_mean, written
from .asking import Asking, Reply
from .continuation import Parts, most_parts
from .decisions import Approve, OnCall, ToolCall, checked
from .dialogue import Dialogue, Exchange
from .execution import Ask, Batch, CallFinished, Job, RoundEvent, open_calls, settled
from .run_state import RunState

MOST_ROUNDS = 10
CALLS_AT_ONCE = 8


def callable_or_none(instance: object, attribute: Any, value: object) -> None:
    if value is not None and not callable(value):
        raise InvalidRequestError(f"{attribute.name} is a function, got {value!r}")


def at_least_one(instance: object, attribute: Any, value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise InvalidRequestError(f"{attribute.name} is a number of at least 1, got {value!r}")


@frozen(kw_only=True)
class RunOptions:
    """What a run takes beside the arguments of a create."""

    max_rounds: int = field(default=MOST_ROUNDS, validator=at_least_one)
    """How many rounds of calls may be made."""
    max_parallel: int = field(default=CALLS_AT_ONCE, validator=at_least_one)
    """How many calls are made at a time."""
    on_call: OnCall | None = field(default=None, validator=callable_or_none)
    checkpoint: Callable[[RunState], object] | None = field(
        default=None, validator=callable_or_none
    )
    """Told the state before the calls of a round, and once their results are there."""
    follow_continuation: bool | int = True
    resume_from: Any = None
    results: Iterable[Any] = ()
    """Results of open calls that were made elsewhere."""

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return tuple(inspect.signature(cls).parameters)

    @classmethod
    def split(cls, arguments: dict[str, Any]) -> RunOptions:
        """Take the options of a run out of its arguments; `None` means the default."""
        given = {name: arguments.pop(name) for name in cls.names() if name in arguments}
        return cls(**{name: value for name, value in given.items() if value is not None})


class Run:
    """One run, from its first create, or from where an earlier one stopped."""

    def __init__(
        self,
        calls: Calls,
        toolbox: Toolbox,
        options: RunOptions,
        fields: Mapping[str, Any],
        *,
        streaming: bool,
        dialogue: Dialogue | None = None,
    ) -> None:
        self.calls = calls
        self.toolbox = toolbox
        self.options = options
        self.shape = shape_of(calls.bindings.types)
        self.fields = {**fields}
        self.asked = written(calls.bindings, "input", self.fields.pop("input", None))
        self.token = self.fields.pop("continuation_token", None)
        start = self.fields.pop("previous_interaction_id", None)
        self.dialogue = dialogue or Dialogue(start=start)
        self.asking = Asking.of(
            calls,
            self.fields,
            streaming=streaming,
            most_parts=most_parts(options.follow_continuation),
            waits=True,
            item=self.numbered,
            began=self.has_begun,
            grew=self.has_grown,
        )
        self.round = 0
        self.started: str | None = None
        self.parts: Json | None = None
        self.results: dict[int, Json] = {}
        self.reply: Reply | None = None
        self._number = 0
        self._is_resumed = options.resume_from is not None
        if self._is_resumed and (self.asked is not None or start is not None):
            raise InvalidRequestError(
                "with resume_from, the input and what came before it are known: leave out input"
                " and previous_interaction_id"
            )
        if options.results and not self._is_resumed:
            raise InvalidRequestError("results answer the calls of a run: give resume_from, too")

    @classmethod
    def of(
        cls,
        calls: Calls,
        stream: bool,
        arguments: Mapping[str, Any],
        dialogue: Dialogue | None = None,
    ) -> Run:
        """A run by the arguments of a create, with `tools` that are functions, and its options."""
        fields = {**arguments}
        options = RunOptions.split(fields)
        toolbox = Toolbox.of(fields.pop("tools", None) or ())
        refuse_unknown(calls, fields)
        if toolbox.declarations:
            fields["tools"] = toolbox.declarations
        return cls(calls, toolbox, options, fields, streaming=stream, dialogue=dialogue)

    def refuse_async(self) -> None:
        """For a client that cannot wait for what is asynchronous."""
        hooks = {"on_call": self.options.on_call, "checkpoint": self.options.checkpoint}
        own = [name for name, hook in hooks.items() if is_async(hook)]
        for name in (*(tool.name for tool in self.toolbox.tools.values() if tool.is_async), *own):
            raise InvalidRequestError(
                f"{name} is asynchronous: give it to an AsyncClient, or to client.aio"
            )

    def whole(self) -> Procedure[Reply]:
        reply = yield from self.begun()
        rounds = 0
        while self.dialogue.calls:
            yield from self.save()
            calls = open_calls(self.dialogue, self.round)
            if calls is None:
                break
            if rounds == self.options.max_rounds:
                raise self.exhausted()
            if not (yield from self.answered(calls)):
                break
            yield from self.save()
            self.asked = [self.results[call.index] for call in calls]
            reply = yield from self.ask()
            rounds += 1
        return reply

    # --- asking --------------------------------------------------------------------------------

    def begun(self) -> Procedure[Reply]:
        """The first interaction: a new one, or the one that an earlier run stopped at."""
        source = self.options.resume_from
        if source is None:
            return (yield from self.ask())
        if isinstance(source, str):
            source = RunState(
                revision=self.calls.bindings.label, round=1, dialogue=Dialogue(), started=source
            )
        if not isinstance(source, RunState):
            source = self.state_of(source)
        reply = yield from self.restored(source)
        self.accept(self.options.results)
        return reply

    def restored(self, state: RunState) -> Procedure[Reply]:
        if state.revision != self.calls.bindings.label:
            raise InvalidRequestError(f"the run was one of revision {state.revision}")
        self.dialogue, self.asked, self.started = state.dialogue, state.asked, state.started
        self.results, self.parts = dict(state.results), state.parts
        if self.started is None and self.asked is None:
            self.round = state.round
            return self.reply or self.known_reply()
        self.round = state.round - 1
        return (yield from self.ask())

    def ask(self) -> Procedure[Reply]:
        """The next interaction, whole; where it has begun already, that one."""
        self.round += 1
        place = self.dialogue.request(self.asked, self.shape)
        fields = {**self.fields, **place, "continuation_token": self.token}
        is_stored = self.stores or self.started is not None
        procedure = self.asking.taken_up(fields, self.parts, self.started)
        reply: Reply = yield from self.guarded(procedure)
        self.take(reply, is_stored)
        return reply

    def take(self, reply: Reply, is_stored: bool) -> None:
        self.dialogue = self.dialogue.grown(
            Exchange(
                sent=self.asked,
                received=tuple(reply.payload.get(self.shape.field) or ()),
                ids=reply.ids if is_stored else (),
                status=reply.status,
            )
        )
        self.asked, self.token, self.started, self.parts, self.results = None, None, None, None, {}
        self.reply = reply

    def state_of(self, interaction: Any) -> RunState:
        """The state in which an interaction leaves the run that it came from."""
        payload = as_object(written(self.calls.bindings, "resume_from", interaction))
        if not payload.get("id"):
            raise InvalidRequestError(
                "resume_from is the state of a run, or an interaction that is stored, or its id"
            )
        self.take(Reply(interaction, payload, (payload["id"],)), is_stored=True)
        return self.state

    def known_reply(self) -> Reply:
        """The last interaction of a state, as far as the state knows it."""
        last, bindings = self.dialogue.last, self.calls.bindings
        if last is None:
            raise InvalidRequestError("there is nothing in this state to go on from")
        payload: Json = {"status": last.status, self.shape.field: list(last.received)}
        if last.ids:
            payload["id"] = last.ids[-1]
        found = bindings.structure(bindings.types.Interaction, payload)
        self.reply = Reply(found, payload, last.ids)
        return self.reply

    # --- calls ---------------------------------------------------------------------------------

    def accept(self, results: Iterable[Any]) -> None:
        """Take over results that were made elsewhere."""
        waiting = [item.get("id") for item in self.dialogue.calls]
        for given in results:
            result = as_object(written(self.calls.bindings, "results", given))
            call_id = result.get("call_id")
            if call_id not in waiting:
                open_ids = ", ".join(map(str, waiting)) or "none"
                raise InvalidRequestError(f"no call {call_id!r} is open; open calls: {open_ids}")
            places = [place for place, waits in enumerate(waiting) if waits == call_id]
            index = next((place for place in places if place not in self.results), places[-1])
            self.results[index] = result

    def answered(self, calls: Sequence[ToolCall]) -> Procedure[bool]:
        """Make the calls that have no result yet; `False` if one of them is made elsewhere."""
        on_call = self.options.on_call
        plans: list[Job | CallFinished] = []
        for call in calls:
            if call.index in self.results:
                continue
            decision = Approve() if on_call is None else checked((yield Ask(on_call, call)))
            plan = settled(call, decision, self.toolbox)
            if plan is None:
                return False
            plans.append(plan)
        batch = Batch(
            done=tuple(plan for plan in plans if isinstance(plan, CallFinished)),
            jobs=tuple(plan for plan in plans if isinstance(plan, Job)),
            at_once=self.options.max_parallel,
            deadline=self.asking.deadline,
            take=self.finished,
        )
        yield from self.guarded(performed(batch))
        return True

    def finished(self, done: CallFinished) -> RoundEvent[Any]:
        self.results[done.call.index] = dict(done.result)
        return self.numbered(done)

    def numbered(self, event: Any) -> RoundEvent[Any]:
        self._number += 1
        return RoundEvent(self._number - 1, self.round, event)

    # --- stopping ------------------------------------------------------------------------------

    @property
    def state(self) -> RunState:
        return RunState(
            revision=self.calls.bindings.label,
            round=self.round,
            dialogue=self.dialogue,
            asked=self.asked,
            started=self.started,
            parts=self.parts,
            results=dict(self.results),
        )

    def save(self) -> Procedure[None]:
        if self.options.checkpoint is not None:
            yield Ask(self.options.checkpoint, self.state)

    @property
    def stores(self) -> bool:
        """Whether the service keeps what is begun, to be fetched and gone on from."""
        extra: Mapping[str, Any] = self.fields.get("extra_body") or {}
        return {**self.fields, **extra}.get("store") is not False

    def has_begun(self, interaction_id: str) -> None:
        if self.stores:
            self.started = interaction_id

    def has_grown(self, parts: Parts) -> None:
        self.started, self.parts = None, parts.saved()

    def guarded(self, procedure: Procedure[Any]) -> Procedure[Any]:
        """What fails on the way stops the run, and the error says how to go on."""
        try:
            return (yield from procedure)
        except InteractionsError as error:
            known = id_in(error)
            if known and not self.started:
                self.has_begun(known)
            stopped = self.stopped(error)
            if stopped is None:
                raise
            raise stopped from error

    def stopped(self, error: InteractionsError) -> RunError | None:
        if isinstance(error, WaitTimeoutError) or self.asking.deadline.expired():
            return self.error(RunTimeoutError, "its time is over")
        if self.round > 1 or self.started or self.parts or self._is_resumed:
            return self.error(RunInterruptedError, str(error))
        return None  # nothing has happened: the error says it all

    def exhausted(self) -> RunError:
        allowed = self.options.max_rounds
        return self.error(RoundsExhaustedError, f"max_rounds={allowed} is used up")

    def error(self, kind: type[RunError], why: str) -> RunError:
        pending = [
            c for c in open_calls(self.dialogue, self.round) or () if c.index not in self.results
        ]
        return kind(
            f"the run stopped in round {self.round}: {why}{self.waiting(pending)};"
            " run(resume_from=error.state) takes it up again",
            state=self.state,
            interaction=self.reply.interaction if self.reply else None,
            pending=pending,
        )

    def waiting(self, pending: Sequence[ToolCall]) -> str:
        """What the model still waits for, in words."""
        if self.started:
            return f"; interaction {self.started} is under way"
        last = self.dialogue.last
        name = f"interaction {last.ids[-1]}" if last and last.ids else "the last interaction"
        if pending:
            calls = ", ".join(f"{call.name} ({call.id})" for call in pending)
            return f"; {name} waits for the results of {calls}"
        return f"; {name} waits for {len(self.results)} results that are kept" * bool(self.results)


def performed(batch: Batch) -> Procedure[None]:
    yield batch


def id_in(error: InteractionsError) -> str | None:
    """The interaction that an error is about, where it is known."""
    found = getattr(error, "interaction_id", None)
    return found if isinstance(found, str) and found else None


def is_async(hook: object) -> bool:
    """Whether calling it gives something to wait for, as far as that can be seen."""
    call = getattr(hook, "__call__", None)  # noqa: B004 - an object may have an async one
    return inspect.iscoroutinefunction(hook) or inspect.iscoroutinefunction(call)


def refuse_unknown(calls: Calls, fields: Mapping[str, Any]) -> None:
    """What a run has no argument for, before anything is made of the rest."""
    own = [*RunOptions.names(), *OPTIONS, "tools"]
    known = {*own, *calls.bindings.body_keys["model"], *calls.bindings.body_keys["agent"]}
    for name in fields:
        if name not in known:
            raise InvalidRequestError(
                f"a run has no argument {name!r}{did_you_mean(name, known)}"
                " (anything else goes into extra_body)"
            )
