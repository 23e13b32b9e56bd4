"""What a model asks for, and what `on_call` may say to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeAlias

from attrs import frozen

from ...errors import InvalidRequestError
from ..requests import is_mapping


class _Nothing:
    def __repr__(self) -> str:
        return "nothing"


_NOTHING: Final = _Nothing()


@frozen(kw_only=True)
class ToolCall:
    """A function call of a model, before it is made."""

    round: int
    """Counted from 1."""
    index: int
    """Its place among the calls of the round, counted from 0."""
    id: str
    name: str
    arguments: Mapping[str, Any] | None
    """`None` where they cannot be read."""
    problem: str | None = None
    """Why the call cannot be made as it is: it is answered with this, if it is approved."""
    interaction_id: str | None = None


@frozen
class Approve:
    """Make the call as it is."""


@frozen
class Deny:
    """Do not make the call, and tell the model why."""

    reason: str


@frozen(kw_only=True)
class Replace:
    """`value=` answers the call without making it; `arguments=` makes it with other arguments."""

    value: Any = _NOTHING
    arguments: Mapping[str, Any] | None = None

    def __attrs_post_init__(self) -> None:
        if (self.value is _NOTHING) is (self.arguments is None):
            raise InvalidRequestError("Replace takes either a value or arguments")
        if self.arguments is not None and not is_mapping(self.arguments):
            raise InvalidRequestError(f"the arguments of a call are a mapping: {self.arguments!r}")


Decision: TypeAlias = Approve | Deny | Replace
OnCall: TypeAlias = Callable[[ToolCall], Decision | Awaitable[Decision]]


def checked(decision: object) -> Decision:
    """A decision; a hook that forgets to decide has approved nothing."""
    if isinstance(decision, (Approve, Deny, Replace)):
        return decision
    raise InvalidRequestError(
        f"on_call gives Approve(), Deny(reason) or Replace(...), got {decision!r}"
    )
