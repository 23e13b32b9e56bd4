"""The plugin walks the events of a session backwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from google.adk.agents import LlmAgent
from google.adk.agents.invocation_context import InvocationContext
from google.adk.events import Event, EventActions
from google.adk.sessions import InMemorySessionService, Session

from gemini_interactions.adk import InteractionsPlugin
from gemini_interactions.adk.continuation import Mark, mark
from gemini_interactions.adk.plugin import previous_interaction
from gemini_interactions.testing import InteractionsServer

from .chats import Chat, inputs, previous, text_of

Begin = Callable[..., Chat]


def event(interaction_id: str | None, **fields: Any) -> Event:
    return Event(
        **{"author": "me", "invocation_id": "now", **fields}, interaction_id=interaction_id
    )


def found(events: list[Event], *, branch: str | None = None, **agent: Any) -> str | None:
    """What an agent named `me` goes on from."""
    session = Session(id="one", app_name="chat", user_id="me", events=events)
    invocation = InvocationContext(
        agent=LlmAgent(name="me", **agent),
        session=session,
        session_service=InMemorySessionService(),
        branch=branch,
        invocation_id="now",
    )
    return previous_interaction(invocation)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], None),
        ([event("1"), event("2")], "2"),
        ([event("1"), event("2", author="another")], "1"),
        ([event("1"), event(None)], "1"),
        ([event("1"), event("2", branch="a")], "1"),
        ([event("1"), event("2", error_code="FAILED")], "1"),
        ([event("1"), event("2", partial=True)], "1"),
        ([event("1"), event("2", isolation_scope="task")], "1"),
    ],
)
def test_the_newest_event_of_the_agent_counts(events: list[Event], expected: str | None) -> None:
    assert found(events) == expected


@pytest.mark.parametrize(
    ("branches", "expected"),
    [(["a"], "1"), ([None], "1"), ([None, "a"], "2"), (["a", "b"], "1"), (["a", "a.b"], "1")],
)
def test_it_is_in_the_branch_or_in_none(branches: list[str | None], expected: str) -> None:
    events = [event(str(number), branch=at) for number, at in enumerate(branches, start=1)]

    assert found(events, branch="a") == expected


@pytest.mark.parametrize(
    ("rewinds", "expected"), [([], "3"), (["third"], "2"), (["second"], "1"), (["first"], None)]
)
def test_what_was_rewound_does_not_count(rewinds: list[str], expected: str | None) -> None:
    names = ("first", "second", "third")
    events = [event(str(at), invocation_id=name) for at, name in enumerate(names, start=1)]
    for name in rewinds:
        actions = EventActions(rewind_before_invocation_id=name)
        events.append(event(None, author="user", invocation_id="rewind", actions=actions))

    assert found(events) == expected


def test_a_rewind_that_was_rewound_does_not_count() -> None:
    def rewind(before: str, invocation_id: str) -> Event:
        actions = EventActions(rewind_before_invocation_id=before)
        return event(None, author="user", invocation_id=invocation_id, actions=actions)

    events = [event("1", invocation_id="first"), rewind("first", "undo"), rewind("undo", "redo")]

    assert found(events) == "1"


def test_an_agent_without_history_looks_no_further_than_its_turn() -> None:
    earlier, now = event("1", invocation_id="before"), event("2")

    assert found([earlier], include_contents="none") is None
    assert found([earlier, now], include_contents="none") == "2"


def test_sessions_without_marks_are_continued(chat: Begin, server: InteractionsServer) -> None:
    def look() -> str:
        """Look around."""
        return "nothing"

    talk = chat(tools=[look], plugins=[InteractionsPlugin()])
    talk.say("Look.")
    forget_marks(talk)

    last = talk.say("What did I say? [scenario: text-around-tool]")[-1]

    events = [event for event in talk.events() if event.interaction_id]
    assert previous(server) == [None, *(event.interaction_id for event in events[:2])]
    assert inputs(server)[-1] == ["user_input"]
    assert text_of(last)


def test_where_there_are_marks_they_decide(chat: Begin, server: InteractionsServer) -> None:
    """They know what was said beside an interaction; the events do not."""
    talk = chat(plugins=[InteractionsPlugin()])
    talk.say("My name is Ada.")
    talk.say("My name is Bob.")
    last = talk.stored()[-1]
    assert last.content is not None
    mark(last.content, Mark(str(last.interaction_id), "v1_another"))

    talk.say("What is my name?")

    assert previous(server)[1:] == [talk.events()[1].interaction_id, None]
    assert "My name is Ada." in str(server.requests[-1].json["input"])


def test_the_tier_of_a_run(chat: Begin, server: InteractionsServer) -> None:
    talk = chat(plugins=[InteractionsPlugin()])
    talk.config = talk.config.model_copy(update={"service_tier": "flex"})

    talk.say("Hello.")

    assert server.requests[0].json["service_tier"] == "flex"


def forget_marks(talk: Chat) -> None:
    """As sessions do that keep no metadata of parts."""
    for event in talk.stored():
        for part in (event.content.parts if event.content else None) or ():
            part.part_metadata = None
