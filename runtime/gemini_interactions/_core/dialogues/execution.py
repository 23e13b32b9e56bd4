"""The calls of one round: those that are made, and those that are answered without.

What goes wrong in a call is for the model to read: a function that is not there, arguments that
are no JSON or do not fit, a function that raises, a result that has no form in JSON. None of it
ends the run, and no function is ever called with arguments that the model did not give.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Literal, TypeVar, cast

from attrs import evolve, frozen

from ...errors import InvalidRequestError, TimeoutExpiredError, ToolError
from ...tools import function_result
from ..answers import as_object
from ..exchange import Beyond
from ..limits import Deadline
from ..log import logger
from ..requests import did_you_mean, encoded
from .decisions import Decision, Deny, Replace, ToolCall

if TYPE_CHECKING:
    from ...tools import Toolbox
    from ..drafts import Json
    from .dialogue import Dialogue

EventT = TypeVar("EventT")

NO_ARGUMENTS: Final = "the call has no arguments"


@frozen(kw_only=True)
class CallFinished:
    """A call has its result. No event of the service: it is made here."""

    event_type: ClassVar[Literal["call.finished"]] = "call.finished"
    call: ToolCall
    result: Mapping[str, Any]
    """What is sent to the model: a `function_result` as JSON."""
    error: Exception | None = None
    """What the function raised."""

    @property
    def is_error(self) -> bool:
        return self.result.get("is_error") is True


@frozen
class RoundEvent(Generic[EventT]):
    """An event of a streamed run."""

    number: int
    """Its place in the whole run, counted from 0, without a gap."""
    round: int
    """The round it belongs to, counted from 1."""
    event: EventT | CallFinished


@frozen
class Ask(Beyond):
    """Call a hook of the user's with what it is about, and give what it says."""

    hook: Callable[[Any], Any]
    about: Any


@frozen
class Job:
    """A call that is ready to be made."""

    call: ToolCall
    work: Callable[[], Any]
    is_async: bool


@frozen
class Batch(Beyond):
    """Make calls, so many at a time, and `take` each one's end as it comes; `done` ones at once."""

    done: tuple[CallFinished, ...]
    jobs: tuple[Job, ...]
    at_once: int
    deadline: Deadline
    take: Callable[[CallFinished], Any]
    """Gives what the end of a call is for the user of a stream."""


# --- reading a call -----------------------------------------------------------------------------


def open_calls(dialogue: Dialogue, round: int) -> list[ToolCall] | None:
    """The calls that a dialogue waits for; `None` if one of them cannot be answered by anybody."""
    items, last = dialogue.calls, dialogue.last
    if not all(item.get("id") and item.get("name") for item in items):
        return None
    known = last.ids[-1] if last and last.ids else None
    return [call_of(item, round, index, known) for index, item in enumerate(items)]


def call_of(item: Json, round: int, index: int, interaction_id: str | None) -> ToolCall:
    arguments, problem = arguments_of(item)
    return ToolCall(
        round=round,
        index=index,
        id=item["id"],
        name=item["name"],
        arguments=arguments,
        problem=problem,
        interaction_id=interaction_id,
    )


def arguments_of(item: Json) -> tuple[Mapping[str, Any] | None, str | None]:
    """The arguments of a call, or what is wrong with them."""
    if isinstance(item.get("arguments"), dict):
        return as_object(item["arguments"]), None
    text = item.get("arguments_text", item.get("arguments"))  # fragments that made no object
    return (
        None,
        NO_ARGUMENTS if text is None else f"the arguments are no JSON object: {text!s:.200}",
    )


# --- what becomes of it -------------------------------------------------------------------------


def settled(call: ToolCall, decision: Decision, toolbox: Toolbox) -> Job | CallFinished | None:
    """What becomes of a call: work, an answer at once, or `None` where it is made elsewhere."""
    if isinstance(decision, Deny):
        return refused(call, f"the call was denied: {decision.reason}")
    if isinstance(decision, Replace):
        if decision.arguments is None:
            return ended(call, decision.value)
        call = evolve(call, arguments=decision.arguments, problem=None)
    tool = toolbox.find(call.name)
    if tool is None:
        return None if call.name in declared(toolbox) else refused(call, unknown(call, toolbox))
    arguments: Mapping[str, Any] | None = call.arguments
    if arguments is None and call.problem == NO_ARGUMENTS and not has_parameters(tool.declaration):
        arguments = {}  # there is nothing to give
    if arguments is None:
        return refused(call, f"{call.name} was not called: {call.problem}")
    try:
        return Job(call, tool.prepare(arguments), tool.is_async)
    except Exception as error:
        return failed(call, error)


def ended(call: ToolCall, value: Any) -> CallFinished:
    """A call that gave something."""
    try:
        return CallFinished(call=call, result=sendable(call, value))
    except Exception as error:  # it has no form in JSON
        return failed(call, error)


def failed(call: ToolCall, error: Exception) -> CallFinished:
    """A call that raised."""
    if not isinstance(error, ToolError):
        kind = type(error).__name__
        logger.warning("the function %r raised %s: the model is told", call.name, kind)
    try:
        result: Mapping[str, Any] = sendable(call, error)
    except Exception:  # what it says has no form in JSON either
        result = function_result(call, type(error).__name__, is_error=True)
    return CallFinished(call=call, result=result, error=error)


def sendable(call: ToolCall, value: Any) -> Mapping[str, Any]:
    """The result of a call, refused now rather than with the whole request."""
    result = function_result(call, value)
    encoded(result)
    return result


def refused(call: ToolCall, reason: str) -> CallFinished:
    return CallFinished(call=call, result=function_result(call, reason, is_error=True))


def unknown(call: ToolCall, toolbox: Toolbox) -> str:
    names = declared(toolbox)
    known = ", ".join(names) or "none"
    hint = did_you_mean(call.name, names)
    return f"there is no function {call.name!r}{hint} (there are: {known})"


def declared(toolbox: Toolbox) -> list[str]:
    """The names of all functions that the model was told of."""
    return [name for name in map(function_name, toolbox.declarations) if name]


def function_name(declaration: Any) -> str | None:
    if isinstance(declaration, Mapping):
        fields = cast("Json", declaration)
        return fields.get("name") if fields.get("type") == "function" else None
    return declaration.name if declaration.type == "function" else None


def has_parameters(declaration: Mapping[str, Any]) -> bool:
    return bool(as_object(declaration.get("parameters")).get("properties"))


def not_awaited(value: Any) -> Any:
    """What a function gave, for a client that cannot wait for what is asynchronous."""
    if not inspect.isawaitable(value):
        return value
    if inspect.iscoroutine(value):
        value.close()
    raise InvalidRequestError("it is asynchronous: this client cannot wait for it, AsyncClient can")


def out_of_time() -> TimeoutExpiredError:
    return TimeoutExpiredError(
        "the time of the run is over while its functions work", limit="total", sent=False
    )
