"""A chat with an agent, and what a server saw of it."""

from __future__ import annotations

import asyncio
from typing import Any

from google.adk.agents import BaseAgent, RunConfig
from google.adk.agents.run_config import StreamingMode
from google.adk.apps import App
from google.adk.apps.app import EventsCompactionConfig
from google.adk.events import Event
from google.adk.plugins.base_plugin import BasePlugin
from google.adk.runners import InMemoryRunner
from google.genai import types

from gemini_interactions.testing import InteractionsServer


class Chat:
    """A session with an agent. Each turn has an event loop of its own."""

    def __init__(
        self,
        agent: BaseAgent,
        mode: StreamingMode,
        plugins: list[BasePlugin] | None = None,
        compaction: EventsCompactionConfig | None = None,
    ) -> None:
        self.app = App(
            name="chat",
            root_agent=agent,
            plugins=plugins or [],
            events_compaction_config=compaction,
        )
        self.runner = InMemoryRunner(app=self.app)
        self.sessions = self.runner.session_service
        self.config = RunConfig(streaming_mode=mode)
        asyncio.run(self.sessions.create_session(app_name="chat", user_id="me", session_id="one"))

    def say(self, text: str) -> list[Event]:
        """The events of a turn."""
        return self.send(types.UserContent(text))

    def send(self, message: types.Content) -> list[Event]:
        async def turn() -> list[Event]:
            events = self.runner.run_async(
                user_id="me", session_id="one", new_message=message, run_config=self.config
            )
            return [event async for event in events]

        return asyncio.run(turn())

    def events(self) -> list[Event]:
        """What the session holds."""
        get = self.sessions.get_session(app_name="chat", user_id="me", session_id="one")
        session = asyncio.run(get)
        assert session is not None
        return session.events

    def stored(self) -> list[Event]:
        """The events themselves, to be changed where they are kept."""
        sessions: Any = self.sessions
        events: list[Event] = sessions.sessions["chat"]["me"]["one"].events
        return events


def text_of(event: Event) -> str:
    """What an event says, thoughts left out."""
    parts = (event.content.parts if event.content else None) or []
    return "".join(part.text or "" for part in parts if not part.thought)


def inputs(server: InteractionsServer) -> list[list[Any]]:
    """The types of the steps of each create, behind the id it went on from."""
    creates = [request.json for request in server.requests if request.operation == "create"]
    return [[step["type"] for step in create["input"]] for create in creates]


def previous(server: InteractionsServer) -> list[str | None]:
    creates = [request.json for request in server.requests if request.operation == "create"]
    return [create.get("previous_interaction_id") for create in creates]
