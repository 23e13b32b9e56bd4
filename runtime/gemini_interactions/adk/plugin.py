"""The previous interaction, found in the events of a session."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from google.adk.agents import LlmAgent
from google.adk.plugins.base_plugin import BasePlugin

from .continuation import marks_of

if TYPE_CHECKING:
    from google.adk.agents.callback_context import CallbackContext
    from google.adk.agents.invocation_context import InvocationContext
    from google.adk.events.event import Event
    from google.adk.models.llm_request import LlmRequest
    from google.adk.models.llm_response import LlmResponse


class InteractionsPlugin(BasePlugin):
    """Walks the events of the session backwards for the interaction to go on from.

    `InteractionsLlm` does without, wherever a session gives the parts of its events back as it got
    them. Agent Engine sessions do not, and a session that began with another model of ADK's has
    events that were never marked: `App(..., plugins=[InteractionsPlugin()])` continues those too.
    Where there are marks, it leaves it to them.
    """

    def __init__(self, name: str = "gemini_interactions") -> None:
        super().__init__(name)

    async def before_model_callback(
        self, *, callback_context: CallbackContext, llm_request: LlmRequest
    ) -> LlmResponse | None:
        invocation = callback_context.get_invocation_context()
        is_marked = any(marks_of(llm_request.contents))
        if llm_request.previous_interaction_id is None and not is_marked:
            llm_request.previous_interaction_id = previous_interaction(invocation)
        if llm_request.service_tier is None and invocation.run_config is not None:
            llm_request.service_tier = invocation.run_config.service_tier
        return None


def previous_interaction(invocation: InvocationContext) -> str | None:
    """The interaction of the newest event of this agent, in its branch or without a branch.

    An agent that is shown no history goes on only from what it said in the same invocation.
    """
    agent, branch = invocation.agent, invocation.branch
    if agent is None:
        return None
    forgets = isinstance(agent, LlmAgent) and agent.include_contents == "none"
    for event in newest_first(invocation.session.events):
        if forgets and event.invocation_id != invocation.invocation_id:
            return None
        is_own = event.author == agent.name and (event.branch or branch) == branch
        if is_own and event.isolation_scope == invocation.isolation_scope and goes_on(event):
            return event.interaction_id
    return None


def goes_on(event: Event) -> bool:
    return bool(event.interaction_id) and not event.error_code and not event.partial


def newest_first(events: Sequence[Event]) -> Iterator[Event]:
    """The events backwards, without those that were rewound."""
    first: dict[str, int] = {}
    for position, event in enumerate(events):
        first.setdefault(event.invocation_id, position)
    end = len(events)
    for position in reversed(range(len(events))):
        event = events[position]
        if position >= end:
            continue
        rewound = event.actions.rewind_before_invocation_id
        if rewound is None:
            yield event
        else:
            end = min(end, first.get(rewound, position))
