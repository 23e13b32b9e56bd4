"""The tool loop: ask the model, make the calls it wants, tell it the results, ask again.

A run ends at the first status that is not `requires_action`, or where a call is not ours to make.
All results of a round go out in one create, in the order of their calls. That create is billed,
so a run whose request fails stops: its state says what is known, results included, and takes it
up again in this process or another one.

Rounds are counted from 1: a round is an interaction and the calls that it asks for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from attrs import evolve, frozen

from ..errors import (
    InteractionsError,
    InvalidRequestError,
    RoundsExhaustedError,
    RunError,
    RunInterruptedError,
    RunTimeoutError,
)
from . import dialogue as saved
from .asking import Asking, Reply
from .calls import Calls, split_options
from .continuation import most_parts
from .decisions import Approve, OnCall, ToolCall, checked
from .dialogue import Dialogue, Exchange
from .drafts import Json, shape_of
from .exchange import Procedure
from .execution import Ask, Batch, CallFinished, Job, call_of, settled
from .limits import Deadline, as_timeout
from .requests import written

if TYPE_CHECKING:
    from ..tools import Toolbox

EventT = TypeVar("EventT")

MOST_ROUNDS = 10
CALLS_AT_ONCE = 8


@frozen
class RoundEvent(Generic[EventT]):
    """An event of a streamed run."""

    number: int
    """Its place in the whole run, counted from 0, without a gap."""
    round: int
    """The round it belongs to, counted from 1."""
    event: EventT | CallFinished


@frozen(kw_only=True)
class RunState:
    """Where a run stands, as JSON can hold it.

    `started` is an interaction that was begun and not seen to its end; `asked` the input that a
    request carried whose answer is not known. `results` are those of the last calls, by place.
    """

    revision: str
    round: int
    dialogue: Dialogue
    asked: Any = None
    started: str | None = None
    results: Mapping[int, Json] = {}

    @property
    def interaction_id(self) -> str | None:
        """The last interaction that is known, whole or begun."""
        last = self.dialogue.last
        return self.started or (last.ids[-1] if last and last.ids else None)

    def to_json(self) -> str:
        return json.dumps(
            {
                "revision": self.revision,
                "round": self.round,
                "dialogue": saved.to_json(self.dialogue),
                "asked": self.asked,
                "started": self.started,
                "results": {str(index): result for index, result in self.results.items()},
            }
        )

    @classmethod
    def from_json(cls, text: str | bytes) -> RunState:
        try:
            data: Json = json.loads(text)
            return cls(
                revision=data["revision"],
                round=data["round"],
                dialogue=saved.from_json(data["dialogue"]),
                asked=data["asked"],
                started=data["started"],
                results={int(index): result for index, result in data["results"].items()},
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InvalidRequestError(f"this is no state of a run: {error!r}") from None


@frozen(kw_only=True)
class RunOptions:
    """What a run takes beside the arguments of a create."""

    max_rounds: int = MOST_ROUNDS
    max_parallel: int = CALLS_AT_ONCE
    on_call: OnCall | None = None
    checkpoint: Callable[[RunState], object] | None = None
    follow_continuation: bool | int = True
    resume_from: Any = None
    results: Iterable[Any] = ()


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
        start = self.fields.pop("previous_interaction_id", None)
        self.dialogue = dialogue or Dialogue(start=start)
        self.asking = self.prepared(streaming)
        self.round = 0
        self.started: str | None = None
        self.results: dict[int, Json] = {}
        self.reply: Reply | None = None
        self._number = 0
        self._is_resumed = options.resume_from is not None
        if self._is_resumed and (self.asked is not None or start is not None):
            raise InvalidRequestError(
                "with resume_from, the input and what came before it are known: leave out input"
                " and previous_interaction_id"
            )

    def prepared(self, streaming: bool) -> Asking:
        options = split_options({**self.fields})
        if not options.stream.assemble:
            raise InvalidRequestError("a run reads the calls it is to make: assemble is needed")
        total = as_timeout(options.timeout, self.calls.timeout).total
        deadline = Deadline.after(total, self.calls.clock)
        return Asking(
            calls=self.calls,
            options=evolve(options, deadline=deadline),
            streaming=streaming,
            most_parts=most_parts(self.options.follow_continuation),
            deadline=deadline,
            waits=True,
            item=self.numbered,
            began=self.has_begun,
        )

    def whole(self) -> Procedure[Reply]:
        reply = yield from self.begun()
        rounds = 0
        while self.dialogue.calls:
            self.save()
            calls = self.open_calls()
            if calls is None:
                break
            if rounds == self.options.max_rounds:
                raise self.exhausted()
            if not (yield from self.answered(calls)):
                break
            self.save()
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
        self.results = dict(state.results)
        if self.started is None and self.asked is None:
            self.round = state.round
            return self.reply or self.known_reply()
        self.round = state.round - 1
        return (yield from self.ask())

    def ask(self) -> Procedure[Reply]:
        """The next interaction, whole; where it has begun already, that one."""
        self.round += 1
        fields = {**self.fields, **self.dialogue.request(self.asked, self.shape)}
        asking = self.asking
        procedure = (
            asking.taken_up(self.started, fields) if self.started else asking.whole(fields)
        )
        reply: Reply = yield from self.guarded(procedure)
        self.take(reply)
        return reply

    def take(self, reply: Reply) -> None:
        is_stored = self.started is not None or self.fields.get("store") is not False
        self.dialogue = self.dialogue.grown(
            Exchange(
                sent=self.asked,
                received=tuple(reply.payload.get(self.shape.field) or ()),
                ids=reply.ids if is_stored else (),
                status=reply.status,
            )
        )
        self.asked, self.started, self.results, self.reply = None, None, {}, reply

    def state_of(self, interaction: Any) -> RunState:
        """The state in which an interaction leaves the run that it came from."""
        payload = written(self.calls.bindings, "resume_from", interaction)
        if not isinstance(payload, dict) or not payload.get("id"):
            raise InvalidRequestError(
                "resume_from is the state of a run, or an interaction that is stored, or its id"
            )
        self.take(Reply(interaction, cast("Json", payload), (payload["id"],)))
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

    def open_calls(self) -> list[ToolCall] | None:
        """The calls that the last interaction asks for; `None` if one cannot be answered at all."""
        items = self.dialogue.calls
        if not all(item.get("id") and item.get("name") for item in items):
            return None
        last = self.dialogue.last
        known = last.ids[-1] if last and last.ids else None
        return [
            call_of(item, round=self.round, index=index, interaction_id=known)
            for index, item in enumerate(items)
        ]

    def accept(self, results: Iterable[Any]) -> None:
        """Take over results that were made elsewhere."""
        waiting = {item.get("id"): index for index, item in enumerate(self.dialogue.calls)}
        for given in results:
            result: Any = written(self.calls.bindings, "results", given)
            index = waiting.get(result.get("call_id")) if isinstance(result, dict) else None
            if index is None:
                open_ids = ", ".join(map(str, waiting)) or "none"
                raise InvalidRequestError(
                    f"no open call has the result {result!r:.80}; open calls: {open_ids}"
                )
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
            results=dict(self.results),
        )

    def save(self) -> None:
        if self.options.checkpoint is not None:
            self.options.checkpoint(self.state)

    def has_begun(self, interaction_id: str) -> None:
        self.started = interaction_id

    def guarded(self, procedure: Procedure[Any]) -> Procedure[Any]:
        """What fails on the way stops the run, and the error says how to go on."""
        try:
            return (yield from procedure)
        except InteractionsError as error:
            self.started = self.started or id_in(error)
            stopped = self.stopped(error)
            if stopped is None:
                raise
            raise stopped from error

    def stopped(self, error: InteractionsError) -> RunError | None:
        if self.asking.deadline.expired():
            return self.error(RunTimeoutError, "its time is over")
        if self.round > 1 or self.started or self._is_resumed:
            return self.error(RunInterruptedError, str(error))
        return None  # nothing has happened: the error says it all

    def exhausted(self) -> RunError:
        allowed = self.options.max_rounds
        return self.error(RoundsExhaustedError, f"max_rounds={allowed} is used up")

    def error(self, kind: type[RunError], why: str) -> RunError:
        pending = [c for c in self.open_calls() or () if c.index not in self.results]
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
